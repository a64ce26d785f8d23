"""Who has received and opened what, as far as each desk says so itself."""

from bisect import bisect_right

from msgspec import Struct

from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.header import EVERYONE
from vocu.operation.verified import Accepted
from vocu_client.overviews.slices import Sliced


class Reader(Struct, frozen=True):
    """One participant that an event is for. Instants (UTC milliseconds) are those at which the hub admitted the entry
    that says so; None: its desk has said nothing of the kind."""

    ncp: str
    received_at: int | None
    opened_at: int | None


class Readers(Struct, frozen=True):
    """An event, when it was sent, and those it is for, by code. Only its author learns who opened it."""

    sent_at: int
    readers: tuple[Reader, ...]

    @property
    def received(self) -> int:
        return sum(reader.received_at is not None for reader in self.readers)

    @property
    def opened(self) -> int:
        return sum(reader.opened_at is not None for reader in self.readers)


class ReadReceipts(Sliced):
    """That an entry arrived also follows from what a participant posts later: it names the log that it has verified."""

    def _begin(self) -> None:
        super()._begin()
        self._verified: dict[str, tuple[list[int], list[int]]] = {}
        self._opened: dict[str, dict[str, int]] = {}
        self._seen_at: dict[str, int] = {}

    def _take(self, accepted: Accepted, act: Act) -> None:
        super()._take(accepted, act)
        ncp = self._ncp(act)
        self._seen_at[ncp] = accepted.at
        self._has(ncp, act.header.head.n, accepted.at)

    def _wants(self, act: Act) -> bool:
        return isinstance(act.event, events.ReadingConfirmed) and self._ncp(act) != self._view.settings.ncp

    def _open(self, accepted: Accepted, act: Act) -> None:
        reading = self._view.open(accepted, "text")
        if isinstance(reading, bodies.Reading):
            opened = self._opened.setdefault(self._ncp(act), {})
            for event_id in reading.opened:
                opened.setdefault(event_id, accepted.at)

    def _has(self, ncp: str, size: int, at: int) -> None:
        sizes, instants = self._verified.setdefault(ncp, ([], []))
        if not sizes or size > sizes[-1]:
            sizes.append(size)
            instants.append(at)

    def seen_at(self, ncp: str) -> int | None:
        """When this participant's newest entry came that this desk was shown (UTC milliseconds)."""
        self.catch_up()
        return self._seen_at.get(ncp)

    def of(self, accepted: Accepted) -> Readers:
        """Who has received and opened this event, of those other than its author it is for."""
        self.catch_up()
        act = accepted.act
        if act is None:
            return Readers(accepted.at, ())
        readers = sorted(self._addressed(act) - {self._ncp(act)})
        return Readers(accepted.at, tuple(self._reader(ncp, accepted.index, act.header.id) for ncp in readers))

    def _reader(self, ncp: str, index: int, event_id: str) -> Reader:
        sizes, instants = self._verified.get(ncp, ([], []))
        place = bisect_right(sizes, index)
        opened_at = self._opened.get(ncp, {}).get(event_id)
        return Reader(ncp, instants[place] if place < len(sizes) else opened_at, opened_at)

    def _addressed(self, act: Act) -> set[str]:
        if act.header.to != EVERYONE:
            return set(act.header.to)
        addressees = set(getattr(getattr(act.event, "stat", None), "addressees", ()))
        return addressees or {member.ncp for member in self._view.state.participants() if member.reads_sealed}
