"""The certificate of a set of results: which operation, which log, and the hash of each table."""

import hashlib

from vocu.canonical import encode
from vocu.compilation.table import Results
from vocu.rendering.csv import table_csv


def results_json(results: Results, root: str, final: bool) -> bytes:
    """Canonical JSON: the operation, the log position and its `root`, preliminary or final, the `filter` where there is
    one, and of each table its id, title, columns, number of rows and the SHA-256 (hex) of its CSV."""
    counted = {"filter": results.filter} if results.filter.parts else {}
    return encode(
        counted
        | {
            "operation": results.operation,
            "op": results.op,
            "position": results.position,
            "as_of": results.as_of,
            "root": root,
            "status": "final" if final else "preliminary",
            "tables": [
                {
                    "id": table.id,
                    "title": table.title,
                    "columns": [column.name for column in table.columns],
                    "rows": len(table.rows),
                    "sha256": hashlib.sha256(table_csv(table)).hexdigest(),
                }
                for table in results.tables
            ],
        }
    )
