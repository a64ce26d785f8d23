"""The form that one row fills in, and the one form that several rows of one report fill in together.

A form here is plain JSON values, as `vocu.form.whole` takes it, with the participant's code beside the fields.
"""

from collections.abc import Sequence
from typing import Any

from vocu.form.report import GoodsLine, SeizureNominal, SeizureReport
from vocu_client.imports import cells
from vocu_client.imports.cells import CellError
from vocu_client.imports.mapping import KINDS, ROUTE, Goods, Kind, Mapping
from vocu_client.imports.sources import Day, Moment, Month, Number, Source, Text
from vocu_client.imports.table import Row


def fill(row: Row, mapping: Mapping) -> tuple[dict[str, Any], list[str]]:
    """The form that the row fills in, and every reason why it cannot: "field: column: what is wrong"."""
    filling = _Filling(row, mapping)
    return filling.form(), filling.faults


def value(kind: Kind, source: Source, row: Row, mapping: Mapping) -> Any:
    """What the row says in a field of that kind, as a JSON value; None where it says nothing. Raises CellError."""
    match source:
        case str():
            return [source] if kind == "list" else source
        case Text():
            return cells.texts(source, row.cells) if kind == "list" else cells.text(source, row.cells)
        case Number():
            number = cells.number(source, row.cells, mapping.file)
            return int(number) if kind == "count" and number is not None else number
        case Moment():
            return cells.moment(source, row.cells)
        case Day() | Month():
            return cells.day(source, row.cells)


def join(forms: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """One form of those of several rows: their goods and words one after the other, the rest as all of them have it;
    and a reason for each field in which they differ."""
    joined: dict[str, Any] = {}
    faults = []
    for name in dict.fromkeys(name for form in forms for name in form):
        values = [form.get(name) for form in forms]
        if name == "free_text":
            joined[name] = "\n".join(f"[{number}] {text}" for number, text in enumerate(values, 1) if text)
        elif name == "goods" or (name in _NOMINAL and _NOMINAL[name] == "list"):
            joined[name] = [item for items in values for item in items or ()]
        elif any(other != values[0] for other in values):
            faults.append(f"{name}: the rows of one report differ in it")
        else:
            joined[name] = values[0]
    return joined, faults


_REPORT = KINDS[SeizureReport]
_GOODS = KINDS[GoodsLine]
_NOMINAL = KINDS[SeizureNominal]


class _Filling:
    """Fills in the form of one row and notes what cannot be read."""

    def __init__(self, row: Row, mapping: Mapping) -> None:
        self.faults: list[str] = []
        self._row = row
        self._mapping = mapping

    def form(self) -> dict[str, Any]:
        mapping = self._mapping
        form = {"participant": self._read("participant", "text", mapping.participant)}
        form |= {name: self._read(name, _REPORT[name], source) for name, source in mapping.report.items()}
        form["route"] = {name: self._stop(name, source) for name, source in mapping.route.items()}
        form["goods"] = self._lines()
        form |= {name: self._read(name, _NOMINAL[name], source) for name, source in mapping.nominal.items()}
        words = [(column, self._row.cells[column]) for column in mapping.free_text]
        form["free_text"] = "\n".join(f"{column}: {cell}" for column, cell in words if cell)
        return form

    def _lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        for number, goods in enumerate(self._mapping.goods):
            if not (goods.if_no_other_line and lines):
                lines += self._line(f"goods[{number}]", goods)
        if not lines and not self.faults:
            self.faults.append(
                "goods: no column gives a quantity; put it in, or let the mapping say that it is pending"
            )
        return lines

    def _line(self, path: str, goods: Goods) -> list[dict[str, Any]]:
        """The goods line, in a list; no line where its quantity is blank and the mapping says so."""
        line: dict[str, Any] = {}
        quantity = goods.fields.get("quantity")
        if quantity is not None:
            noted = len(self.faults)
            line["quantity"] = self._read(f"{path}.quantity", "number", quantity)
            if isinstance(quantity, Number) and line["quantity"] is None and len(self.faults) == noted:
                if quantity.empty == "no_line":
                    return []
                line["quantity_basis"] = "pending"
        rest = {name: source for name, source in goods.fields.items() if name not in line}
        return [line | {name: self._read(f"{path}.{name}", _GOODS[name], source) for name, source in rest.items()}]

    def _stop(self, name: str, source: str | Text) -> Any:
        found = self._read(f"route.{name}", ROUTE[name], source)
        if name == "declared_origin":
            return found
        return [{"country": code} for code in found or ()] if ROUTE[name] == "list" else {"country": found}

    def _read(self, path: str, kind: Kind, source: Source) -> Any:
        try:
            return value(kind, source, self._row, self._mapping)
        except CellError as error:
            self.faults.append(f"{path}: {error.message}")
            return None
