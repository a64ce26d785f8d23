"""A profile filled with reports: rows of texts, and everything that could not be filled. Nothing is invented."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from vocu.compilation.filtering import Filter
from vocu.compilation.ledger import Report
from vocu.form.codes import label, parents
from vocu.form.quantities import Quantity, add_up, plain
from vocu.form.report import GoodsLine, SeizureNominal, SeizureReport
from vocu_client.profiles.profile import LOG, NOMINAL, Field, Profile, Sheet

Why = Literal["not_in_our_form", "no_code_of_theirs", "not_given", "nominal_left_out", "sealed_to_others"]


class Source(Struct, frozen=True):
    """A report that may be shown: what the log and its forms say. `nominal` is None where it is not to be shown, or
    `sealed` to others."""

    report: Report
    stat: SeizureReport
    admitted_day: str
    nominal: SeizureNominal | None = None
    sealed: bool = False


class Gap(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a field of theirs lacks: in so many of all rows, and which code of ours or what reason."""

    sheet: str
    field: str
    why: Why
    rows: int
    of: int
    detail: str | None = None


class Filled(Struct, frozen=True):
    """One file of theirs: names of fields, and rows of texts; an empty text is a field without a value."""

    sheet: Sheet
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def fill(
    profile: Profile, sources: Iterable[Source], only: Filter, *, nominal: bool = False
) -> tuple[list[Filled], list[Gap]]:
    """All files of the profile for these reports, as far as the filter takes their goods, and all gaps in them."""
    chosen = [
        source
        for source in sources
        if only.covers(source.stat.seizure_day) and only.goes_by(source.stat.transport_mode)
    ]
    filled, gaps = [], []
    for sheet in profile.sheets:
        filling = _Filling(profile, sheet, nominal=nominal)
        filled.append(filling.fill([line for source in chosen for line in _lines(source, sheet, only)]))
        gaps += filling.gaps
    return filled, gaps


class _Line(Struct, frozen=True):
    """One goods line in its report, as plain values by the paths of a profile."""

    source: Source
    goods: GoodsLine
    values: dict[str, Any]


def _lines(source: Source, sheet: Sheet, only: Filter) -> Iterator[_Line]:
    taken = Filter(commodities=sheet.commodities)
    report = source.report
    log = (report.id, report.owner, report.author, source.admitted_day, report.relation)
    common = {
        "log": dict(zip(LOG, log, strict=True)),
        "report": msgspec.to_builtins(source.stat) | {"seizures": source.stat.seizures},
        "nominal": msgspec.to_builtins(source.nominal) if source.nominal is not None else {},
    }
    for goods in source.stat.goods:
        values = common | {"goods": msgspec.to_builtins(goods)}
        if only.takes(goods.commodity) and (
            taken.takes(goods.commodity) or any(_texts(values, path) for path in sheet.or_given)
        ):
            yield _Line(source, goods, values)


def _texts(values: Any, path: str) -> list[str]:
    """The values at a path, as texts; through lists to each of their items."""
    found = [values]
    for step in path.split("."):
        inner = [item.get(step) for item in found if isinstance(item, dict)]
        found = [
            each for item in inner for each in (item if isinstance(item, (list, tuple)) else [item]) if each is not None
        ]
    return ["yes" if item is True else "no" if item is False else str(item) for item in found]


_IN_UNITS: Final = ("goods.quantity", "goods.declared_quantity")


class _Filling:
    """Fills one sheet and notes what cannot be filled."""

    def __init__(self, profile: Profile, sheet: Sheet, *, nominal: bool) -> None:
        self.gaps: list[Gap] = []
        self._profile, self._sheet, self._nominal = profile, sheet, nominal
        self._uncoded: Counter[tuple[str, str]] = Counter()

    def fill(self, lines: list[_Line]) -> Filled:
        fields = [
            field for field in self._sheet.fields if field.missing is None and (self._nominal or not field.nominal)
        ]
        keys = [field for field in fields if field.measure is None]
        groups: dict[tuple[str, ...], list[_Line]] = {}
        for number, line in enumerate(lines):
            key = tuple(self._value(field, line) for field in keys)
            groups.setdefault(key if self._sheet.grouped else (*key, str(number)), []).append(line)
        rows = []
        for key, group in groups.items():
            texts = iter(key)
            rows.append(tuple(_measured(field, group) if field.measure else next(texts) for field in fields))
        if self._sheet.grouped:
            rows.sort()
        self._note_gaps(fields, rows, lines)
        return Filled(self._sheet, tuple(field.name for field in fields), tuple(rows))

    def _value(self, field: Field, line: _Line) -> str:
        if field.constant is not None:
            return field.constant
        texts = [self._said(field, text) for text in _texts(line.values, field.source or "")]
        return "; ".join(text for text in texts if text)

    def _said(self, field: Field, text: str) -> str:
        if field.label_of is not None:
            return label(field.label_of, text)
        if field.table is None:
            return text
        table = self._profile.tables[field.table]
        for code in (text, *parents(text)):
            if code in table:
                return table[code]
        self._uncoded[field.name, text] += 1
        return ""

    def _note_gaps(self, fields: list[Field], rows: list[tuple[str, ...]], lines: list[_Line]) -> None:
        name, of = self._sheet.name, len(rows)
        for field in self._sheet.fields:
            if field.missing is not None:
                self.gaps.append(
                    Gap(sheet=name, field=field.name, why="not_in_our_form", rows=of, of=of, detail=field.missing)
                )
            elif field.nominal and not self._nominal:
                self.gaps.append(Gap(sheet=name, field=field.name, why="nominal_left_out", rows=of, of=of))
        uncoded = {field for field, _ in self._uncoded}
        for place, field in enumerate(fields):
            empty, whole = sum(not row[place] for row in rows), of
            if field.measure == "sum":
                empty, whole = sum(not _texts(line.values, field.source or "") for line in lines), len(lines)
            if empty and field.name not in uncoded:
                self.gaps.append(Gap(sheet=name, field=field.name, why="not_given", rows=empty, of=whole))
        for (field_name, code), count in sorted(self._uncoded.items()):
            self.gaps.append(
                Gap(sheet=name, field=field_name, why="no_code_of_theirs", rows=count, of=len(lines), detail=code)
            )
        sealed = sum(line.source.sealed for line in lines)
        if sealed and any(field.nominal for field in fields):
            self.gaps.append(Gap(sheet=name, field=f"{NOMINAL}*", why="sealed_to_others", rows=sealed, of=len(lines)))


def _measured(field: Field, group: list[_Line]) -> str:
    """The figure of one group, of the lines that give one; empty where none does, or where its unit says nothing."""
    reports = {line.source.report.id: line.source.stat.seizures for line in group}
    if field.measure == "reports":
        return str(len(reports))
    if field.measure == "seizures":
        return str(sum(reports.values()))
    given = [text for line in group for text in _texts(line.values, field.source or "")]
    if not given or (field.source in _IN_UNITS and group[0].goods.unit in ("other", "not_known")):
        return ""
    total = add_up(Quantity(Decimal(text), "") for text in given)  # all of one unit, by which the rows are grouped
    return plain(total[""])
