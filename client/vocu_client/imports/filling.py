"""The form that one row fills in, and the one form that several rows of one report fill in together.

A form here is plain JSON values, as `vocu.form.whole` takes it, with the participant's code beside the fields.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from vocu.form.faults import Fault
from vocu.form.report import GoodsLine, SeizureNominal, SeizureReport
from vocu_client.imports import cells
from vocu_client.imports.cells import CellError
from vocu_client.imports.mapping import KINDS, ROUTE, Goods, Kind, Mapping
from vocu_client.imports.sources import Day, Moment, Month, Number, Source, Text
from vocu_client.imports.table import Row


class RowFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one row: on which line, in which columns (none where no column is to blame), what `field` of
    the form they were to fill, and why, for `Wording.fault`. As a string it is one English line without its number."""

    line: int
    columns: tuple[str, ...]
    field: str
    fault: Fault

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.field, " | ".join(self.columns), str(self.fault))))


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """The form that a row fills in, from which section of the mapping each of its goods lines came, and every reason
    why it cannot."""

    form: dict[str, Any]
    goods: tuple[int, ...]
    faults: tuple[RowFault, ...]


def fill(row: Row, mapping: Mapping) -> Filled:
    """What the row says, and what of it cannot be read."""
    filling = _Filling(row, mapping)
    form = filling.form()
    return Filled(form=form, goods=tuple(filling.sections), faults=tuple(filling.faults))


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
    and the fields in which they differ."""
    joined: dict[str, Any] = {}
    differ = []
    for name in dict.fromkeys(name for form in forms for name in form):
        values = [form.get(name) for form in forms]
        if name == "free_text":
            joined[name] = "\n".join(f"[{number}] {text}" for number, text in enumerate(values, 1) if text)
        elif name == "goods" or (name in _NOMINAL and _NOMINAL[name] == "list"):
            joined[name] = [item for items in values for item in items or ()]
        elif any(other != values[0] for other in values):
            differ.append(name)
        else:
            joined[name] = values[0]
    return joined, differ


_REPORT = KINDS[SeizureReport]
_GOODS = KINDS[GoodsLine]
_NOMINAL = KINDS[SeizureNominal]


class _Filling:
    """Fills in the form of one row and notes what cannot be read."""

    def __init__(self, row: Row, mapping: Mapping) -> None:
        self.faults: list[RowFault] = []
        self.sections: list[int] = []
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
        if words:
            form["free_text"] = "\n".join(f"{column}: {cell}" for column, cell in words if cell)
        return form

    def _lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        for number, goods in enumerate(self._mapping.goods):
            if not (goods.if_no_other_line and lines):
                lines += self._line(f"goods[{number}]", goods)
                self.sections += [number] * (len(lines) - len(self.sections))
        if not lines and not self.faults:
            self._note("goods", (), Fault("", "no column gives a quantity; put it in, or map it as pending"))
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
                if quantity.empty == "pending":
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
            self._note(path, error.columns, error.fault)
            return None

    def _note(self, path: str, columns: tuple[str, ...], fault: Fault) -> None:
        self.faults.append(RowFault(line=self._row.line, columns=columns, field=path, fault=fault))
