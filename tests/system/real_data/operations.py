"""Real tables made into operations, and what their results tables say; the published totals stand in the tests."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from tests.client.imports.tables import shipped
from tests.core.compilation.logs import Log
from tests.shared import shared_file
from vocu.compilation.filtering import EVERYTHING, Filter
from vocu.compilation.tables import Results, compile_tables
from vocu.form.report import SeizureReport
from vocu_client.imports.rows import Conversion

Row = dict[str, Any]


def operation(reports: Iterable[tuple[str, SeizureReport]]) -> Log:
    """An operation in which these participants made these reports."""
    given = list(reports)
    log = Log(*sorted({ncp for ncp, _ in given} - {"PL"}))
    log.open("OPERATIONAL")
    for ncp, report in given:
        log.report(ncp, report)
    return log


@cache
def converted(mapping: str, data: str) -> Conversion:
    """The whole table, as its shipped mapping reads it."""
    return shipped(mapping, data)


@cache
def imported(mapping: str, data: str) -> Log:
    """The operation that the whole table is."""
    return operation((each.participant, each.report) for each in converted(mapping, data).reports)


@cache
def results(mapping: str, data: str, only: Filter = EVERYTHING) -> Results:
    """Its results tables, or those of a part of it."""
    return compile_tables(imported(mapping, data).ledger, only)


def rows(found: Results, table: str) -> Iterator[Row]:
    """The rows of a table by the names of its columns."""
    chosen = found.table(table)
    names = [column.name for column in chosen.columns]
    return (dict(zip(names, row, strict=True)) for row in chosen.rows)


def amounts(found: Iterable[Row], *keys: str) -> dict[Any, Decimal]:
    """The sum of the quantities of rows that agree in these columns; rows without a quantity are left out."""
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for row in found:
        if row["quantity"] != "":
            sums[tuple(row[key] for key in keys)] += row["quantity"]
    return dict(sums)


def counted(found: Iterable[Row], key: str, count: str = "reports") -> Counter[str]:
    """The sum of a count by a column."""
    sums: Counter[str] = Counter()
    for row in found:
        sums[row[key]] += row[count]
    return sums


def table_rows(data: str, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of the source itself, read by nothing of ours."""
    with shared_file(data).open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))
