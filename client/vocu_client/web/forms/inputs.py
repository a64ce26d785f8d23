"""What a template shows: inputs with their labels, hints, options, what was typed and what is wrong with it."""

from collections.abc import Iterable, Mapping

import msgspec

from vocu_client.web.forms.fields import Kind


class Option(msgspec.Struct, frozen=True):
    """One choice: the value that is posted, and what an officer reads."""

    value: str
    label: str


class Options(msgspec.Struct, frozen=True):
    """Choices under a heading, or without one."""

    label: str
    options: tuple[Option, ...]


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One field as it is shown. `value` is what was typed, `values` where several may be; `suggestions` names a list
    of the page that helps typing; `rows` and `inputs` are what rows and a group hold."""

    name: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = False
    value: str = ""
    values: tuple[str, ...] = ()
    less: str = ""
    options: tuple[Options, ...] = ()
    several: bool = False
    suggestions: str = ""
    longest: int | None = None
    error: str = ""
    rows: tuple["Row", ...] = ()
    inputs: tuple["Input", ...] = ()
    most: int = 0
    add: str = ""
    """What the button says that adds a row."""
    beside: str = ""
    """What it is compared with."""

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def described_by(self) -> str:
        """The ids of the hint, of what stands beside it and of the error, as aria-describedby wants them."""
        texts = (("hint", self.hint), ("beside", self.beside), ("error", self.error))
        return " ".join(f"{self.id}-{what}" for what, text in texts if text)

    @property
    def used(self) -> bool:
        """Whether anything was typed here or inside, or is wrong there."""
        typed = (self.value, self.less, self.error, *self.values)
        return any(typed) or any(each.used for each in self.inputs) or any(row.used for row in self.rows)

    @property
    def faulty(self) -> bool:
        inside = (*self.inputs, *(each for row in self.rows for each in row.all))
        return bool(self.error) or any(each.faulty for each in inside)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One of several rows: what is always shown, what fits what was chosen, and what is folded."""

    name: str
    title: str
    inputs: tuple[Input, ...]
    fitting: tuple[Input, ...] = ()
    more: tuple[Input, ...] = ()

    @property
    def all(self) -> tuple[Input, ...]:
        return (*self.inputs, *self.fitting, *self.more)

    @property
    def used(self) -> bool:
        return any(each.used for each in self.all)


class ShownSection(msgspec.Struct, frozen=True, kw_only=True):
    """One section of the form as it is shown."""

    id: str
    title: str
    inputs: tuple[Input, ...]
    more: tuple[Input, ...]
    sealed: bool


class ShownFault(msgspec.Struct, frozen=True):
    """One line of the error summary, and the input that it leads to ("" where it is about none alone)."""

    id: str
    label: str
    text: str


class Shown(msgspec.Struct, frozen=True):
    """A whole form as it is shown, with its error summary."""

    sections: tuple[ShownSection, ...]
    faults: tuple[ShownFault, ...]
    suggestions: Mapping[str, tuple[Option, ...]] = {}

    def section(self, section_id: str) -> ShownSection:
        return next(section for section in self.sections if section.id == section_id)

    def inputs(self) -> dict[str, Input]:
        """Every input by its flat name, at any depth."""
        found: dict[str, Input] = {}
        for section in self.sections:
            for each in (*section.inputs, *section.more):
                found |= _flat(each)
        return found


def _flat(shown: Input) -> dict[str, Input]:
    found = {shown.name: shown}
    inside: Iterable[Input] = (*shown.inputs, *(each for row in shown.rows for each in row.all))
    for each in inside:
        found |= _flat(each)
    return found
