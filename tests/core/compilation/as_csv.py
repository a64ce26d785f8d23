"""Results tables for the tests, as somebody reads them who has nothing but their CSV."""

import csv
import io

from tests.core.compilation.logs import Log
from vocu.compilation.tables import compile_tables
from vocu.rendering.csv import table_csv


def rows(log: Log, table: str) -> list[dict[str, str]]:
    """The cells of each row by the name of their column."""
    return list(csv.DictReader(io.StringIO(_text(log, table))))


def lines(log: Log, table: str) -> list[str]:
    """The rows as they are written."""
    return _text(log, table).splitlines()[1:]


def _text(log: Log, table: str) -> str:
    return table_csv(compile_tables(log.ledger).table(table)).decode()
