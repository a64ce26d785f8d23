"""Results tables of a million reports: vocu's own, and the same group-bys in Polars, DuckDB, SQLite and plain Python.

Each contestant runs in a process of its own, one after the other, so that its peak memory is its own. The figures of
all tables that plain Python knows are compared with vocu's to the last digit.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import reckoning, stream
from tests.core.compilation.logs import Log
from vocu.canonical import b64
from vocu.compilation.facts import COLUMNS, parts
from vocu.compilation.tables import compile_tables
from vocu.operation.act import Act
from vocu.operation.events import SeizureReported, kind_of
from vocu.operation.header import EVERYONE, Head, Header, PartSlip
from vocu.rendering.csv import cell_text

CONTESTANTS = ("vocu", "polars", "duckdb", "sqlite", "python")
HELD = 10_000
"""Reports of the ledger itself that are held at a time: measured are the columns and what is made of them."""
NO_DIGEST = "A" * 43
GOODS = {
    "T02": ("credited",), "T03": (), "T04G": ("transport_mode",), "T05": ("route",), "T19": ("day",), "T20": ("brand",),
}  # fmt: skip
CASES = {
    "T04": ("transport_mode",), "T06": ("location_type", "direction"), "T07": ("selection_reason", "detection_means"),
    "T08": ("concealment", "carried_in"), "T09": ("indicators", "transport_mode"), "T14": ("owner",),
}  # fmt: skip
"""Twelve of the definitions, as bare group-bys: what an engine does, without the cells."""


@dataclass(frozen=True)
class Found:
    """Seconds to take in all reports and to make the tables, the first time and again, which also took `cpu` seconds on
    all cores; the most memory in MiB while doing so."""

    contestant: str
    reading: float
    first: float
    again: float
    cpu: float
    mib: int


def compare(folder: Path, reports: int, contestants: Iterable[str] = CONTESTANTS) -> list[Found]:
    """Raises AssertionError where plain Python and vocu differ in any cell."""
    found = []
    for name in contestants:
        command = [sys.executable, "-m", "bench.engines", name, str(reports), str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(Found(**json.loads(done.stdout)))
    made, reckoned = (folder / "vocu.json", folder / "python.json")
    if made.exists() and reckoned.exists():
        ours = json.loads(made.read_bytes())
        for table, rows in json.loads(reckoned.read_bytes()).items():
            assert ours[table] == rows, f"{table} differs"
    return found


def _run(name: str, reports: int, folder: Path) -> Found:
    begin = time.perf_counter()
    work = _READERS[name](reports, folder)
    reading = time.perf_counter() - begin
    seconds = []
    for _ in range(1 if name == "python" else 2):
        begin, cpu = time.perf_counter(), time.process_time()
        result = work()
        seconds.append(time.perf_counter() - begin)
        cpu = time.process_time() - cpu
    mib = _most_memory()
    if name == "vocu":
        _keep_vocu(result, folder)
    if name == "python":
        (folder / "python.json").write_text(json.dumps(result))
    return Found(name, reading, seconds[0], seconds[-1], cpu, mib)


def _most_memory() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


# --- vocu: through the ledger, and all tables ---


def _vocu(reports: int, _folder: Path) -> Callable[[], Any]:
    log = Log(*stream.COUNTRIES[1:])
    log.open("OPERATIONAL")
    ledger, devices = log.ledger, {device.ncp: device.id for device in log.state.devices.values()}
    slips = (PartSlip(p="stat", enc="clear", sha256=NO_DIGEST, size=1),)
    for number, (owner, stat) in enumerate(stream.reports(reports)):
        event = SeizureReported(stat=stat)
        header = Header(
            v="vocu/1", op=log.op, id=b64(number.to_bytes(16, "big")), type=kind_of(event), sender=devices[owner],
            to=EVERYONE, roster=NO_DIGEST, ts=log.state.at, salt="A" * 22, head=Head(0, NO_DIGEST), dseq=0,
            prev=NO_DIGEST, parts=slips,
        )  # fmt: skip
        ledger.take(ledger.position, log.state.at, Act(header, event, b""), log.state)
        if len(ledger.reports) >= HELD:
            ledger.reports.clear()
    return lambda: (ledger, compile_tables(ledger))


def _keep_vocu(result: Any, folder: Path) -> None:
    from vocu.compilation.selection import frame_of  # noqa: PLC0415 - the other contestants do without Polars

    ledger, results = result
    frame_of(ledger.facts).write_parquet(folder / "facts.parquet")
    tables = {}
    for table in results.tables:
        rows = [[cell_text(cell) for cell in row] for row in table.rows]
        if table.id == "T05":
            rows = _without_scope(rows)
        tables[table.id] = sorted(rows)
    (folder / "vocu.json").write_text(json.dumps(tables))


def _without_scope(rows: list[list[str]]) -> list[list[str]]:
    """One route is in scope or not for the whole time that the made-up reports span."""
    return [[*row[:3], *row[4:]] for row in rows]


# --- the group-bys alone ---


def _polars(_reports: int, folder: Path) -> Callable[[], Any]:
    import polars as pl  # noqa: PLC0415 - the other contestants do without

    frame = pl.read_parquet(folder / "facts.parquet")
    lead = pl.col("report") != pl.col("report").shift(1)

    def total(what: Any) -> Any:
        return what.cast(pl.Int128).sum()

    def tables() -> dict[str, int]:
        rows = {}
        first = pl.col("firsts") & 1
        once = pl.when(first == 1).then(pl.col("seizures")).otherwise(0).alias("sum")
        amounts = [total(pl.col(part)) for part in parts("quantity")]
        for name, keys in GOODS.items():
            grouped = frame.lazy().group_by(*keys, "goods")
            rows[name] = len(
                grouped.agg(first.cast(pl.Int64).sum(), total(once), *amounts).collect(engine="streaming").rows()
            )
        for name, keys in CASES.items():
            grouped = frame.lazy().filter(lead.fill_null(value=True)).group_by(keys)
            rows[name] = len(grouped.agg(pl.len(), total(pl.col("seizures"))).collect(engine="streaming").rows())
        return rows

    return tables


def _in_sql(run: Callable[[str], list[Any]], lead: str) -> dict[str, int]:
    rows = {}
    sums = ", ".join(f"sum({part})" for part in parts("quantity"))
    for name, keys in GOODS.items():
        by = ", ".join((*keys, "goods"))
        rows[name] = len(
            run(f"SELECT {by}, sum(firsts & 1), sum((firsts & 1) * seizures), {sums} FROM facts GROUP BY {by}")
        )
    for name, keys in CASES.items():
        by = ", ".join(keys)
        rows[name] = len(run(f"SELECT {by}, count(*), sum(seizures) FROM facts WHERE {lead} GROUP BY {by}"))
    return rows


def _duckdb(_reports: int, folder: Path) -> Callable[[], Any]:
    import duckdb  # noqa: PLC0415 - the other contestants do without

    database = duckdb.connect()
    database.execute(
        "CREATE TABLE facts AS SELECT *, coalesce(report <> lag(report) OVER (), true) AS lead "
        f"FROM read_parquet('{folder / 'facts.parquet'}')"
    )
    return lambda: _in_sql(lambda sql: database.execute(sql).fetchall(), "lead")


def _sqlite(_reports: int, folder: Path) -> Callable[[], Any]:
    import polars as pl  # noqa: PLC0415 - the other contestants do without

    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE TABLE facts ({', '.join(COLUMNS)}, lead)")
    marks = ", ".join("?" * (len(COLUMNS) + 1))
    before = -1
    for piece in pl.read_parquet(folder / "facts.parquet").iter_slices(50_000):
        rows = []
        for row in piece.iter_rows():
            rows.append((*row, row[0] != before))
            before = row[0]
        database.executemany(f"INSERT INTO facts VALUES ({marks})", rows)
    return lambda: _in_sql(lambda sql: database.execute(sql).fetchall(), "lead")


def _python(reports: int, _folder: Path) -> Callable[[], Any]:
    for _ in stream.reports(reports):
        """How long they take to make, which is not counted as reckoning."""
    return lambda: reckoning.reckon(stream.reports(reports))


_READERS: dict[str, Callable[[int, Path], Callable[[], Any]]] = {
    "vocu": _vocu,
    "polars": _polars,
    "duckdb": _duckdb,
    "sqlite": _sqlite,
    "python": _python,
}


def main() -> None:
    name, reports, folder = sys.argv[1:]
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # the bench pins itself to one core
    found = _run(name, int(reports), Path(folder))
    print(json.dumps(found.__dict__))


if __name__ == "__main__":
    main()
