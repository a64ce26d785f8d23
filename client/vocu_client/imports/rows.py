"""Rows made into seizure reports: each is accepted whole or refused with its lines and every reason."""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from vocu import canonical
from vocu.errors import MalformedError
from vocu.form.report import SeizureNominal, SeizureReport
from vocu.form.schema import NOTHING_ADDED
from vocu.form.whole import split
from vocu_client.imports.cells import CellError
from vocu_client.imports.filling import fill, join, value
from vocu_client.imports.mapping import Mapping
from vocu_client.imports.sources import Day, Moment, Month, Number
from vocu_client.imports.table import Row

Where = tuple[str, str]
"""A column and the exact text that it must hold."""


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
    reasons: tuple[str, ...]

    @property
    def line(self) -> int:
        """The first of its lines."""
        return self.lines[0]


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
    rows: Sequence[Row], mapping: Mapping, added: frozenset[str] = NOTHING_ADDED, where: Sequence[Where] = ()
) -> Conversion:
    """The reports that the rows make; `added` are the operation's own commodities, `where` keeps the rows in which
    each column named holds exactly that text. The same rows always give the same reports and keys.

    Raises MalformedError: `bad-where` for a column that the table lacks; `bad-mapping` where not one cell of a column
    can be read as the mapping says, which is a fault of the mapping or of the whole file, not of the rows.
    """
    if rows:
        for column, _ in where:
            if column not in rows[0].cells:
                raise MalformedError("bad-where", f'The table has no column "{column}".')
    _require_fit(rows, mapping)
    reports: list[Imported] = []
    refused: list[Refusal] = []
    for group in _groups(rows, mapping.group_by):
        kept = [all(row.cells[column] == value for column, value in where) for row in group]
        if not any(kept):
            continue
        lines = tuple(row.line for row in group)
        try:
            if not all(kept):
                raise MalformedError("part-of-report", "only some rows of this report meet the condition; widen it")
            reports.append(_imported(group, lines, mapping, added))
        except MalformedError as error:
            refused.append(Refusal(lines=lines, reasons=error.details or (error.message,)))
    return Conversion(reports=tuple(reports), refused=tuple(refused))


def identity(participant: str, rows: Iterable[Row]) -> bytes:
    """What makes rows the same rows again: the participant, all their cells by column, and which of several identical
    rows each is. The order of columns and rows, the encoding and the delimiter play no part."""
    parts = sorted([sorted(map(list, row.cells.items())), row.occurrence] for row in rows)
    return canonical.encode([participant, *parts])


def event_id(op: str, key: bytes) -> str:
    """The id of the event that reports those rows in an operation, so that a second import of them adds nothing."""
    return canonical.b64(hashlib.sha256(b"vocu/1 import\0" + op.encode() + b"\0" + key).digest()[:16])


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


def _groups(rows: Sequence[Row], group_by: tuple[str, ...]) -> Iterable[list[Row]]:
    if not group_by:
        return ([row] for row in rows)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.cells[column] for column in group_by), []).append(row)
    return groups.values()


def _imported(group: list[Row], lines: tuple[int, ...], mapping: Mapping, added: frozenset[str]) -> Imported:
    filled = [fill(row, mapping) for row in group]
    form, reasons = filled[0]
    if len(group) > 1:
        reasons = [
            f"line {row.line}: {fault}" for row, (_, faults) in zip(group, filled, strict=True) for fault in faults
        ]
        if not reasons:
            form, reasons = join([form for form, _ in filled])
    if reasons:
        raise MalformedError("bad-row", "These rows make no report.", tuple(reasons))
    participant = form.pop("participant")
    report, nominal = split(form, added)
    return Imported(
        lines=lines, participant=participant, report=report, nominal=nominal, key=identity(participant, group)
    )
