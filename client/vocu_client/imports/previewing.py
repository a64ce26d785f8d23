"""The first rows of a table as the reports that they would become, to be looked at before anything is imported."""

from itertools import islice
from typing import Any

from msgspec import Struct

from vocu.form.whole import whole
from vocu_client.app import Desk
from vocu_client.imports.filling import RowFault
from vocu_client.imports.mapping import Mapping
from vocu_client.imports.rows import Imported, convert_groups, groups
from vocu_client.imports.table import read_rows


class Previewed(Struct, frozen=True, kw_only=True):
    """One report to be: the lines that it is made from with their cells, whose it would be, the whole form as plain
    JSON values, or None and the faults."""

    lines: tuple[int, ...]
    cells: tuple[dict[str, str], ...]
    participant: str
    form: dict[str, Any] | None
    faults: tuple[RowFault, ...] = ()


class Preview(Struct, frozen=True, kw_only=True):
    """The first reports of a table of so many rows."""

    rows: int
    reports: tuple[Previewed, ...]


def preview(desk: Desk, data: bytes, mapping: Mapping, limit: int = 10) -> Preview:
    """The first `limit` reports that these bytes give, with their faults. Nothing is written.

    Raises MalformedError as `read_rows` does for what is no table or not the mapping's."""
    rows = read_rows(data, mapping)
    first = list(islice(groups(rows, mapping.group_by), limit))
    converted = convert_groups(first, mapping, desk.view.state.added_commodities)
    made: dict[tuple[int, ...], Imported] = {report.lines: report for report in converted.reports}
    refused = {refusal.lines: refusal.faults for refusal in converted.refused}
    found = []
    for group in first:
        lines = tuple(row.line for row in group)
        report = made.get(lines)
        found.append(
            Previewed(
                lines=lines,
                cells=tuple(row.cells for row in group),
                participant=report.participant if report else "",
                form=whole(report.report, report.nominal) if report else None,
                faults=refused.get(lines, ()),
            )
        )
    return Preview(rows=len(rows), reports=tuple(found))
