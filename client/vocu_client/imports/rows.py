"""Rows made into seizure reports: each is accepted whole or refused with its lines and every reason."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from vocu import canonical
from vocu.errors import MalformedError
from vocu.form.faults import Fault, FormError
from vocu.form.report import SeizureNominal, SeizureReport
from vocu.form.schema import NOTHING_ADDED
from vocu.form.whole import split
from vocu_client.imports.cells import CellError
from vocu_client.imports.filling import RowFault, fill, join, value
from vocu_client.imports.mapping import Mapping
from vocu_client.imports.sources import Day, Moment, Month, Number
from vocu_client.imports.table import Row

Where = tuple[str, str]
"""A column and the exact text that it must hold."""
Progress = Callable[[int], None]
Join = Callable[[Sequence[dict[str, Any]]], tuple[dict[str, Any], list[str]]]
_GOODS_LINE: Final = re.compile(r"goods\[(\d+)\]")
_INSIDE: Final = re.compile(r"(?<=[a-z_])\[\d+\](?:\..*)?$|\.(?:country|place)$|(?<=transit)\[.*$")
"""What leads from a field into its items: a stop's country, one of several plates."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """A report that the form accepts, and the lines that it was made from. `key` is the identity of its rows."""

    lines: tuple[int, ...]
    participant: str
    report: SeizureReport
    nominal: SeizureNominal | None
    key: bytes

    @property
    def line(self) -> int:
        """The first of its lines."""
        return self.lines[0]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that make no report, and why."""

    lines: tuple[int, ...]
    faults: tuple[RowFault, ...]

    @property
    def line(self) -> int:
        """The first of its lines."""
        return self.lines[0]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The faults as English lines, with the number of the line where there are several."""
        several = len(self.lines) > 1
        return tuple(f"line {each.line}: {each}" if several and each.columns else str(each) for each in self.faults)


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """All reports of a table and all refusals, both in the order of their first lines."""

    reports: tuple[Imported, ...]
    refused: tuple[Refusal, ...]


def conditions(texts: Iterable[str]) -> tuple[Where, ...]:
    """The conditions that "COLUMN=VALUE" states. Raises MalformedError("bad-where")."""
    pairs = [text.partition("=") for text in texts]
    if not all(name.strip() and sign for name, sign, _ in pairs):
        raise MalformedError("bad-where", 'A condition has the form "COLUMN=VALUE".')
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def convert(
    rows: Sequence[Row],
    mapping: Mapping,
    added: frozenset[str] = NOTHING_ADDED,
    where: Sequence[Where] = (),
    progress: Progress = lambda _: None,
) -> Conversion:
    """The reports that the rows make; `added` are the operation's own commodities, `where` keeps the rows in which
    each column named holds exactly that text. The same rows always give the same reports and keys. `progress` is told
    how many reports were looked at.

    Raises MalformedError: `bad-where` for a column that the table lacks; `bad-mapping` where not one cell of a column
    can be read as the mapping says, which is a fault of the mapping or of the whole file, not of the rows.
    """
    if rows:
        for column, _ in where:
            if column not in rows[0].cells:
                raise MalformedError("bad-where", f'The table has no column "{column}".')
    _require_fit(rows, mapping)
    return convert_groups(groups(rows, mapping.group_by), mapping, added, where, progress)


def convert_groups(
    groups: Iterable[list[Row]],
    mapping: Mapping,
    added: frozenset[str] = NOTHING_ADDED,
    where: Sequence[Where] = (),
    progress: Progress = lambda _: None,
    join: Join = join,
) -> Conversion:
    """The same, where it is known already which rows make one report, and how their forms become one."""
    reports: list[Imported] = []
    refused: list[Refusal] = []
    columns = {path: source.columns() for path, _, source in mapping.sources() if not isinstance(source, str)}
    for number, group in enumerate(groups, 1):
        kept = [all(row.cells[column] == value for column, value in where) for row in group]
        if any(kept):
            made = _imported(group, mapping, columns, added, join) if all(kept) else _part_of_report(group)
            if isinstance(made, Imported):
                reports.append(made)
            else:
                refused.append(made)
        progress(number)
    return Conversion(reports=tuple(reports), refused=tuple(refused))


def identity(participant: str, rows: Iterable[Row]) -> bytes:
    """What makes rows the same rows again: the participant, all their cells by column, and which of several identical
    rows each is. The order of columns and rows, the encoding and the delimiter play no part."""
    parts = sorted([sorted([column, str(cell)] for column, cell in row.cells.items()), row.occurrence] for row in rows)
    return canonical.encode([participant, *parts])


def event_id(op: str, key: bytes, generation: int = 0) -> str:
    """The id of the event that reports those rows in an operation, so that a second import of them adds nothing.
    `generation`: how often an import of them was undone before, for an id that was withdrawn is used up."""
    again = b"\0%d" % generation if generation else b""
    return canonical.b64(hashlib.sha256(b"vocu/1 import\0" + op.encode() + b"\0" + key + again).digest()[:16])


def undo_id(report: str) -> str:
    """The id of the event by which an undo withdraws a report: whoever has the log sees that an undo did."""
    return canonical.b64(hashlib.sha256(b"vocu/1 undo\0" + report.encode()).digest()[:16])


def _require_fit(rows: Sequence[Row], mapping: Mapping) -> None:
    for path, kind, source in mapping.sources():
        if not isinstance(source, Number | Day | Month | Moment):
            continue
        first: str | None = None
        unread = 0
        for row in rows:
            try:
                if value(kind, source, row, mapping) is not None:
                    break
            except CellError as error:
                filled = row.cells[source.columns()[0]] != ""
                unread += filled
                first = first or (f"line {row.line}: {error.message}" if filled else None)
        else:
            if first is not None and unread > 1:
                raise MalformedError(
                    "bad-mapping",
                    f"Not one of {unread:,} cells can be read as the mapping says under {path}; correct the mapping, "
                    "or see whether the file was changed on its way.",
                    (first,),
                )


def groups(rows: Sequence[Row], group_by: tuple[str, ...]) -> Iterable[list[Row]]:
    """The rows of each report: one by one, or those together that agree in these columns."""
    if not group_by:
        return ([row] for row in rows)
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row.cells[column] for column in group_by), []).append(row)
    return found.values()


def _imported(
    group: list[Row], mapping: Mapping, columns: dict[str, tuple[str, ...]], added: frozenset[str], join: Join
) -> Imported | Refusal:
    lines = tuple(row.line for row in group)
    filled = [fill(row, mapping) for row in group]
    faults = [fault for each in filled for fault in each.faults]
    form, differ = (filled[0].form, []) if len(group) == 1 else join([each.form for each in filled])
    unlike = Fault("", "the rows of one report differ in it")
    unread = {(fault.line, fault.field) for fault in faults}
    faults += [RowFault(line=lines[0], columns=(), field=name, fault=unlike) for name in differ if not faults]
    participant = form.pop("participant", "")
    try:
        report, nominal = split(form, added)
    except FormError as error:
        goods = [(line, section) for line, each in zip(lines, filled, strict=True) for section in each.goods]
        for fault in error.faults:
            line, field = _filled_from(fault.path, lines[0], goods)
            if (line, field) not in unread:  # else it is only missing because it could not be read
                faults.append(_in_its_column(fault, line, field, columns))
    if faults:
        return Refusal(lines=lines, faults=tuple(faults))
    key = identity(participant, group)
    return Imported(lines=lines, participant=participant, report=report, nominal=nominal, key=key)


def _filled_from(path: str, line: int, goods: list[tuple[int, int]]) -> tuple[int, str]:
    """The line and the field of the mapping that a place in the form came from."""
    match = _GOODS_LINE.match(path)
    if match is None:
        return line, _INSIDE.sub("", path)
    line, section = goods[int(match[1])]
    return line, f"goods[{section}]{path[match.end() :]}"


def _in_its_column(fault: Fault, line: int, field: str, columns: dict[str, tuple[str, ...]]) -> RowFault:
    named = (field, f"report.{field}", f"nominal.{field}")
    found = next((columns[name] for name in named if name in columns), ())
    return RowFault(line=line, columns=found, field=fault.path, fault=replace(fault, path=""))


def _part_of_report(group: list[Row]) -> Refusal:
    fault = Fault("", "only some rows of this report meet the condition; widen it")
    lines = tuple(row.line for row in group)
    return Refusal(lines=lines, faults=(RowFault(line=lines[0], columns=(), field="", fault=fault),))
