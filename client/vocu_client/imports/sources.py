"""Where a field of the form comes from: the kinds of statement that a mapping is made of, docs/mapping.md.

They hold names, codes and formats, no code and no patterns. Whatever they do not state is refused, not guessed.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

DATE_TOKEN: Final = re.compile(r"%(.)")
LETTERS: Final = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "ẞ": "SS",
                                 "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH",
                                 "ı": "i", "–": "-", "—": "-", "‐": "-"})  # fmt: skip
"""Letters that Unicode does not take apart, as A to Z have them."""


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts of a mapping have in common: immutable, and an unknown key is an error."""


class Text(Section, frozen=True):
    """A text or code from a column; from several, joined with " | "; or from the first that is not blank."""

    column: str | tuple[str, ...] = ()
    first_of: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    split: str | None = None
    several: Literal["refuse", "leave_out"] = "refuse"
    before_last: str | None = None
    after_last: str | None = None
    capitals: bool = False
    map: dict[str, str] | None = None
    table: str | None = None
    empty: Literal["refuse", "leave_out"] | None = None
    empty_is: str | None = None
    unlisted: Literal["refuse", "leave_out"] | None = None
    unlisted_is: str | None = None

    @property
    def joined(self) -> tuple[str, ...]:
        """The columns of `column`, in order."""
        return (self.column,) if isinstance(self.column, str) else self.column

    def columns(self) -> tuple[str, ...]:
        """All columns that it reads."""
        return self.joined + self.first_of

    def texts(self) -> tuple[str, ...]:
        """All texts that it may give whatever the cells hold."""
        given = (*(self.map or {}).values(), self.empty_is, self.unlisted_is)
        return tuple(text for text in given if text is not None)

    def problems(self) -> Iterator[str]:
        """What is wrong beyond the types."""
        if bool(self.joined) == bool(self.first_of):
            yield "column: name the columns, in column or in first_of, and not in both"
        if self.map is None and (self.unlisted or self.unlisted_is is not None):
            yield "unlisted: means nothing without a map or table"
        if self.map is not None and self.capitals:
            yield "capitals: means nothing beside a map or table"
        for name, action, given in (
            ("empty", self.empty, self.empty_is),
            ("unlisted", self.unlisted, self.unlisted_is),
        ):
            if action is not None and given is not None:
                yield f"{name}: give {name} or {name}_is, not both"
        if "" in (self.split, self.before_last, self.after_last):
            yield "split: split, before_last and after_last need at least one character"


class Number(Section, frozen=True):
    """A number from a column; `decimals` is how many digits stand after the decimal sign, no more and no fewer."""

    column: str
    blank: tuple[str, ...] = ()
    decimals: int | None = None
    empty: Literal["refuse", "leave_out", "pending", "no_line"] = "refuse"

    def columns(self) -> tuple[str, ...]:
        """All columns that it reads."""
        return (self.column,)

    def problems(self) -> Iterator[str]:
        """What is wrong beyond the types."""
        if self.decimals is not None and not 0 <= self.decimals <= 18:
            yield "decimals: is not between 0 and 18"


class Day(Section, frozen=True):
    """A day, month or year from a column, by a format of %d %m %b %y %Y %H %M %S; `century` (2000) completes %y."""

    column: str
    format: str
    century: int | None = None
    agrees_with_year: str | None = None
    first_of_month_is_month: bool = False

    def columns(self) -> tuple[str, ...]:
        """All columns that it reads."""
        return (self.column,) if self.agrees_with_year is None else (self.column, self.agrees_with_year)

    def problems(self) -> Iterator[str]:
        """What is wrong beyond the types."""
        yield from _format_problems(self.format, self.century)


class Month(Section, frozen=True):
    """A month from a column with the year and one with the month; a fiscal year counts by the year in which it ends."""

    year: str
    month: str
    fiscal_year_starts: int = 1

    def columns(self) -> tuple[str, ...]:
        """All columns that it reads."""
        return (self.year, self.month)

    def problems(self) -> Iterator[str]:
        """What is wrong beyond the types."""
        if not 1 <= self.fiscal_year_starts <= 12:
            yield "fiscal_year_starts: is not a month, 1 to 12"


class Moment(Section, frozen=True):
    """A local time in a zone of the IANA list."""

    column: str
    format: str
    zone: str
    century: int | None = None
    empty: Literal["refuse", "leave_out"] = "refuse"

    def columns(self) -> tuple[str, ...]:
        """All columns that it reads."""
        return (self.column,)

    def problems(self) -> Iterator[str]:
        """What is wrong beyond the types."""
        yield from _format_problems(self.format, self.century)
        if not {"d", "H", "M"} <= set(DATE_TOKEN.findall(self.format)):
            yield "format: a time needs %d, %H and %M"
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield f'zone: "{self.zone}" is not a time zone of the IANA list'


Source = str | Text | Number | Day | Month | Moment
"""Where a field comes from; a plain text is what every row says."""


def _format_problems(text: str, century: int | None) -> Iterator[str]:
    tokens = DATE_TOKEN.findall(text)
    if set(tokens) - set("dmbyYHMS") or len(set(tokens)) < len(tokens) or "%" in DATE_TOKEN.sub("", text):
        yield "format: may hold %d %m %b %y %Y %H %M %S, each once"
    years, months = {"y", "Y"} & set(tokens), {"m", "b"} & set(tokens)
    if len(years) != 1 or len(months) > 1 or ("d" in tokens and not months):
        yield "format: needs one year, %Y or %y, at most one month, %m or %b, and a month beside a day"
    if ("y" in tokens) != (century is not None):
        yield "century: is needed with %y, such as 2000, and only there"
