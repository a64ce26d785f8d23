"""What is wrong with a filled-in form: each fault with its path, as an English line, and in pieces for translation."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from vocu.errors import MalformedError

NO_VALUES: Final[Mapping[str, Any]] = {}


class FieldName(Struct, frozen=True):
    """A field that a fault speaks of: people know it by the title that the form's schema gives it."""

    form: str
    name: str

    def __str__(self) -> str:
        return self.name


class Choice(Struct, frozen=True):
    """Codes of a list that a fault speaks of: people know them by their labels."""

    code_list: str
    codes: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.codes)


class Meaning(Struct, frozen=True):
    """What a value should be, in words of its own: the description of its kind in form/values.json."""

    text: str

    def __str__(self) -> str:
        return self.text


class Fault(Struct, frozen=True):
    """One fault. `path` leads to the field ("goods[0].quantity"; empty for the whole form), `message` says what is
    wrong with names in {brackets} for `values`: texts and numbers, FieldName, Choice or Meaning. As a string it is one
    English line; `vocu.rendering.wording.Wording.fault` says it in another language."""

    path: str
    message: str
    values: Mapping[str, Any] = NO_VALUES

    def __str__(self) -> str:
        said = self.message.format_map(self.values)
        return f"{self.path}: {said}" if self.path else said


class FormError(MalformedError):
    """A form that cannot be accepted. `faults` are all that is wrong with it, `details` the same as English lines."""

    def __init__(self, code: str, message: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(code, message, tuple(map(str, faults)))
        self.faults = faults
