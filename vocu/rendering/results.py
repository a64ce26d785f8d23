"""Results as canonical JSON: their certificate (which log they follow from, the hash of each table), and all tables."""

import hashlib
from decimal import Decimal
from typing import Any

from vocu.canonical import MAX_INTEGER, encode
from vocu.compilation.table import Cell, Column, Results, Table
from vocu.form.quantities import plain
from vocu.rendering.csv import table_csv


def results_json(results: Results, root: str, final: bool) -> bytes:
    """Canonical JSON: the operation, the log position and its `root`, preliminary or final, the `filter` where there is
    one, how many entries do not open here where any do not, and of each table its id, title, columns, number of rows
    and the SHA-256 (hex) of its CSV."""
    tables = [
        {
            "id": table.id,
            "title": table.title,
            "columns": [column.name for column in table.columns],
            "rows": len(table.rows),
            "sha256": hashlib.sha256(table_csv(table)).hexdigest(),
        }
        for table in results.tables
    ]
    return encode(_head(results, root, final) | {"tables": tables})


def tables_json(results: Results, root: str, final: bool) -> bytes:
    """Canonical JSON: all that the certificate says, and the tables themselves: definition, columns with their labels,
    kinds and code lists, and rows: counts are integers, texts beyond 2^53; quantities are texts, and so is nothing."""
    return encode(_head(results, root, final) | {"tables": [_table(table) for table in results.tables]})


def _head(results: Results, root: str, final: bool) -> dict[str, Any]:
    counted: dict[str, Any] = {"filter": results.filter} if results.filter.parts else {}
    if results.unopened:
        counted["unopened"] = results.unopened
    return counted | {
        "operation": results.operation,
        "op": results.op,
        "position": results.position,
        "as_of": results.as_of,
        "root": root,
        "status": "final" if final else "preliminary",
    }


def _table(table: Table) -> dict[str, Any]:
    told = {"definition": table.definition, "missing": table.missing, "unfiltered": list(table.unfiltered)}
    return {name: said for name, said in told.items() if said} | {
        "id": table.id,
        "title": table.title,
        "columns": [_column(column) for column in table.columns],
        "rows": [[_value(cell) for cell in row] for row in table.rows],
    }


def _column(column: Column) -> dict[str, str]:
    drawn = {"codes": column.codes} if column.codes else {}
    return {"name": column.name, "label": column.label, "kind": column.kind} | drawn


def _value(cell: Cell) -> str | int:
    if isinstance(cell, int) and abs(cell) <= MAX_INTEGER:
        return cell
    return cell if isinstance(cell, str) else plain(Decimal(cell))
