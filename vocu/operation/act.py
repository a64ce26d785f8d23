"""An event in its context: the header that announces it, its clear parts, and the statements that it carries."""

from typing import TypeVar

from msgspec import Struct

from vocu.errors import MalformedError
from vocu.operation.events import Event
from vocu.operation.header import Header
from vocu.operation.statements import Statement

B = TypeVar("B", bound=Struct)


class Act(Struct, frozen=True):
    """One event whose signature, parts and statements were verified. Sealed parts are None here, for every reader.

    Where the statistical part is sealed to the operation, its readers know the act with that part opened (`unsealing`);
    `void` says why it counts as nothing although it opens.
    """

    header: Header
    event: Event
    digest: bytes
    statements: tuple[Statement, ...] = ()
    void: str | None = None

    @property
    def ref(self) -> str:
        """What the event is about; `authorise` has made sure that the kinds which need it have it."""
        if self.header.ref is None:
            raise MalformedError("missing-ref", f"An event {self.header.type!r} says in `ref` what it is about.")
        return self.header.ref

    @property
    def restricted(self) -> bool:
        """Whether the statistical part is sealed to chosen readers."""
        return self._stat_is("direct")

    @property
    def sealed_stat(self) -> bool:
        """Whether the statistical part is sealed to the whole operation."""
        return self._stat_is("epoch")

    @property
    def unopened(self) -> bool:
        """The same, and this reader does not have it opened."""
        return getattr(self.event, "stat", None) is None and self.sealed_stat

    @property
    def uncounted(self) -> bool:
        """Whether figures count this kind, but not this act: it does not open here, or is void."""
        return type(self.event).compiles and self.unopened

    def _stat_is(self, sealed: str) -> bool:
        slip = self.header.slip("stat")
        return slip is not None and slip.enc == sealed

    def body(self, kind: type[B]) -> B:
        """The clear body of this type, which the kind of event requires."""
        for name in ("plain", "stat"):
            body = getattr(self.event, name, None)
            if isinstance(body, kind):
                return body
        raise MalformedError("missing-part", f"An event {self.header.type!r} lacks a part that it needs.")

    def statement(self, kind: type[B]) -> B:
        """The statement of this type that the event carries."""
        for statement in self.statements:
            if isinstance(statement, kind):
                return statement
        raise MalformedError("bad-statement", f"An event {self.header.type!r} carries another statement.")
