"""Cells of results tables as people read them: codes with labels, numbers and days as the language writes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from vocu.compilation.table import Cell, Column, Table
from vocu.form.codes import is_code, list_names
from vocu.form.schema import title_of
from vocu.rendering.wording import N_, Wording

STATUS: Final = {
    "reports_in_phase": N_("Reports of the operational phase"),
    "reports_follow_up": N_("Follow-up reports"),
    "reports_test": N_("Test reports"),
    "reports_restricted": N_("Restricted reports, not counted yet"),
    "reports_withdrawn": N_("Withdrawn reports"),
    "reports_amended": N_("Reports that were amended"),
    "reports_unconfirmed": N_("Reports that their country has yet to confirm"),
    "reports_pending": N_("Reports with a quantity still pending"),
    "returns_in_phase": N_("Daily returns of the operational phase"),
    "returns_follow_up": N_("Daily returns after it"),
    "returns_test": N_("Test returns"),
    "returns_replaced": N_("Daily returns that were filed again"),
    "returns_late": N_("Daily returns that came after their newsletter"),
    "returns_missing": N_("Daily returns that are missing"),
    "warnings_waiting": N_("Warnings that wait for feedback"),
    "questions_unanswered": N_("Questions without an answer"),
    "newsletters": N_("Newsletters"),
}
"""The items of T18."""
_ANNEXED: Final = ("origin_kind", "right_type")
"""Code lists whose codes are values in T20."""
_NARROWEST, _BROADEST = 3, 24
_LONG: Final = 16
"""A word that is longer may be broken."""


class CellReader:
    """Reads cells in one language. `names` are those of the participants by their codes, `zone` is the operation's."""

    def __init__(self, wording: Wording, zone: str, names: Mapping[str, str]) -> None:
        self._words, self._zone, self._names = wording, zone, names

    def heading(self, column: Column) -> str:
        return self._words.heading(column.label)

    def text(self, cell: Cell, column: Column) -> str:
        """The cell in words; empty where it is. Signs that only command are spaces."""
        if cell == "":
            return ""
        if column.kind in ("count", "quantity"):
            return self._words.number(cell)
        text = str(cell)
        match column.kind:
            case "code":
                return self._code(text, column.codes or "")
            case "day":
                return self._words.day(text)
            case "instant":
                at = int(datetime.fromisoformat(text).timestamp() * 1000)
                return self._words.instant(at, self._zone)
        return in_words(text, column, self._words) or printable(text)

    def breadths(self, table: Table, most: int) -> list[int]:
        """How many signs wide each column should be to read well on paper, by its first `most` rows: numbers, dates and
        words stay whole, other texts may be broken."""
        return [
            max(
                _longest_word(self.heading(column)),
                *(self._breadth(row[number], column) for row in table.rows[:most]),
                _NARROWEST,
            )
            for number, column in enumerate(table.columns)
        ]

    def _breadth(self, cell: Cell, column: Column) -> int:
        text = self.text(cell, column)
        whole = column.kind in ("count", "quantity", "day")
        return len(text) if whole else max(min(len(text), _BROADEST), _longest_word(text))

    def who(self, ncp: str) -> str:
        """A participant: its country in this language, or its name where it is no country."""
        named = self._words.country(ncp)
        return printable(self._names.get(ncp, ncp)) if named == ncp else named

    def _code(self, code: str, codes: str) -> str:
        match codes:
            case "country":
                return self.who(code)
            case "status_item":
                return self._words._(STATUS[code]) if code in STATUS else code
            case "unit":
                return self._words.unit(code)
        return self._words.label(codes, code) if codes in list_names() else printable(code)


def in_words(text: str, column: Column, words: Wording) -> str | None:
    """A text of codes that no single code list has, as people read it; None for what people wrote."""
    match column.name:
        case "departure" | "transit" | "destination":
            return " → ".join(words.country(code) for code in text.split())
        case "fields":
            return words.listed(words.field(title_of("seizure", name)) for name in text.split())
        case "before" | "after":
            return "; ".join(_goods(line.split(" "), words) for line in text.split("; "))
        case "value":
            return next((words.label(name, text) for name in _ANNEXED if is_code(name, text)), None)
    if text in ("yes", "no"):
        return words._("yes") if text == "yes" else words._("no")
    return None


def _goods(line: list[str], words: Wording) -> str:
    """Goods in codes, commodity, perhaps quantity, unit: Cigarettes (1,000 sticks)."""
    goods, unit = words.label("commodity", line[0]), line[-1]
    amount = words.quantity(line[1], unit) if len(line) > 2 else words.unit(unit)
    return f"{goods} ({amount})"


def _longest_word(text: str) -> int:
    return min(max(map(len, text.split()), default=0), _LONG)


def printable(text: str) -> str:
    """The text on one line, without signs that only command."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
