"""Writes the list of tables in docs/tables.md from their definitions: `python -m tests.docs.tables_page`."""

import re
from pathlib import Path

from tests.core.compilation.logs import Log
from vocu.compilation.definitions import DEFINITIONS
from vocu.compilation.tables import compile_tables

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tables.md"
LIST = re.compile(r"(?<=<!-- tables -->\n).*(?=<!-- end of tables -->)", re.DOTALL)
AS = {"T02F": "T02", "T03F": "T03"}
"""Tables that are there only once there is something in them."""


def page() -> str:
    """The text that docs/tables.md must have."""
    return LIST.sub(lambda _: "\n".join([*_rows(), ""]), PAGE.read_text("utf-8"))


def _rows() -> list[str]:
    columns = {
        table.id: [f"`{column.name}`" for column in table.columns] for table in compile_tables(Log().ledger).tables
    }
    rows = ["| Table | What it counts | Columns | Filters |", "|---|---|---|---|"]
    for id_, definition in DEFINITIONS.items():
        names = ", ".join(columns[AS.get(id_, id_)])
        filters = ", ".join(definition.filters) or "none"
        rows.append(f"| **{id_}** {definition.title} | {definition.text} | {names} | {filters} |")
    return rows


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
