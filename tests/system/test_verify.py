"""Everybody who has the log makes the same newsletters and tables, and a log that was changed is found out."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, ColumnElement, and_, func, select, update

import vocu.compilation.issuing
from tests.system.logs import database_of, in_database
from tests.system.rig import Hub, RehearsalClock, admit, found, until, watching
from vocu.canonical import encode
from vocu.compilation.ledger import Ledger
from vocu.compilation.tables import compile_tables
from vocu.errors import UntrustedError
from vocu.rendering.csv import table_csv
from vocu_client import Desk
from vocu_server.inspection import verify_operation
from vocu_server.sequencer.replica import Replica
from vocu_server.store.attachments.folder import Folder
from vocu_server.store.keys import read_keys
from vocu_server.store.sql import Database
from vocu_server.store.tables import entry, operation, report

DAYS = 3
REPORT = {
    "agency": "customs",
    "seizure_day": "2024-01-16",
    "place": "DEHAM",
    "location_type": "seaport",
    "direction": "import",
    "transport_mode": "maritime",
    "selection_reason": "random",
    "goods": [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "806000.5"}],
    "persons": [{"name": "Example Person"}],
}


async def test_who_joins_late_makes_every_figure_and_table_as_everybody_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = RehearsalClock(tmp_path / "clock")
    hub = Hub(tmp_path / "hub", "--rehearsal-clock", str(clock.file))
    hub.start()
    try:
        desks = await _days_pass(hub, clock, tmp_path)
        organiser = desks[0]
        made: list[bytes] = []
        monkeypatch.setattr(vocu.compilation.issuing, "compile_newsletter", _recording(made))
        late = await admit(organiser, tmp_path, "ES")
        for desk in desks:
            assert await desk.sync()
        hub.stop()

        published = [encode(organiser.reading.figures_of(day)) for day in organiser.view.state.compiled]
        assert len(published) > DAYS
        assert made == published, "made anew from the log alone, byte for byte"
        assert [encode(late.reading.figures_of(day)) for day in late.view.state.compiled] == published
        tables = [_tables(desk.ledger) for desk in (*desks, late)]
        assert tables[0]
        assert all(each == tables[0] for each in tables)
        assert _tables(_ledger_of(hub, late.settings.op)) == tables[0]

        code, said = hub.verify()
        assert code == 0, said
        assert f"{len(published)} newsletters" in said
        assert f"{late.view.size} entries" in said
        _require_found_out(hub, late.settings.op)
    finally:
        hub.stop()


async def _days_pass(hub: Hub, clock: RehearsalClock, folder: Path) -> list[Desk]:
    """Some days of an operation, on three desks."""
    organiser = await found(hub, folder, clock.plan(DAYS))
    desks = [organiser, await admit(organiser, folder, "DE"), await admit(organiser, folder, "FR")]
    async with watching(*desks):
        for day in range(DAYS + 1):
            if day == 1:
                organiser.decisions.open_phase("OPERATIONAL")
            reports = [(desk, desk.actions.report_seizure(REPORT)) for desk in desks for _ in range(day + 1)]
            await _level(desks)
            amended, taken_back = reports[0], reports[-1]
            amended[0].actions.amend_seizure(amended[1], {**REPORT, "seizures": 3})
            taken_back[0].actions.withdraw_seizure(taken_back[1], "duplicate")
            desks[1].actions.send_message("To one alone.", to=["FR"])
            desks[2].actions.file_daily_return({"day": "2024-01-16", "kind": "nil", "running": "well"})
            await _level(desks)
            before = len(organiser.view.state.compiled)
            clock.pass_days()
            await until(lambda before=before: len(organiser.view.state.compiled) > before)  # type: ignore[misc]
        await _level(desks)
    return desks


async def _level(desks: list[Desk]) -> None:
    await until(lambda: not any(desk.outbox.waiting(0, 1) for desk in desks))
    await until(lambda: len({desk.view.size for desk in desks}) == 1)
    assert not [item.message for desk in desks for item in desk.outbox.items("refused")]


def _recording(made: list[bytes]) -> Callable[..., object]:
    """`compile_newsletter`, which also keeps what it made."""
    compile_newsletter = vocu.compilation.issuing.compile_newsletter

    def compile_and_keep(*arguments: object, **named: object) -> object:
        figures = compile_newsletter(*arguments, **named)  # type: ignore[arg-type]
        made.append(encode(figures))
        return figures

    return compile_and_keep


def _tables(ledger: Ledger) -> dict[str, bytes]:
    return {table.id: table_csv(table) for table in compile_tables(ledger).tables}


def _ledger_of(hub: Hub, op: str) -> Ledger:
    data, database = hub.folder / "data", Database(database_of(hub))
    replica = Replica(op, read_keys(data).hub)
    database.read_now(replica.rebuild)
    database.close()
    return replica.ledger


def _require_found_out(hub: Hub, op: str) -> None:
    """Change one byte in each place where something stands, anywhere in it, and verify; then put it back."""
    places = [entry.c.leaf, entry.c.audience, operation.c.checkpoint, report.c.place]
    for column in places + [entry.c.body] * 30:
        keys = list(column.table.primary_key)
        query = select(column, *keys).where(column.is_not(None)).order_by(func.random()).limit(1)
        value, *row = in_database(hub, lambda c, query=query: c.execute(query).one())  # type: ignore[misc]
        where = and_(*(key == part for key, part in zip(keys, row, strict=True)))
        _put(hub, column, where, _one_byte_changed(value))
        try:
            with pytest.raises(UntrustedError):
                _verify(hub, op)
        except BaseException:
            print(f"changed: {column} of row {row}")
            raise
        finally:
            _put(hub, column, where, value)
    body = in_database(hub, lambda c: c.execute(select(entry.c.body).where(entry.c.position == 3)).scalar_one())
    _put(hub, entry.c.body, entry.c.position == 3, _one_byte_changed(body))
    code, said = hub.verify()
    assert code == 2
    assert "Restore the data folder from a backup" in said
    assert "Traceback" not in said


def _put(hub: Hub, column: Column[Any], where: ColumnElement[bool], value: bytes | str) -> None:
    in_database(hub, lambda connection: connection.execute(update(column.table).where(where).values({column: value})))


def _one_byte_changed(value: bytes | str) -> bytes | str:
    if isinstance(value, str):
        return value[:-1] + ("A" if value[-1] != "A" else "B")
    at = random.randrange(len(value))
    return value[:at] + bytes([value[at] ^ random.randrange(1, 256)]) + value[at + 1 :]


def _verify(hub: Hub, op: str) -> None:
    data, database = hub.folder / "data", Database(database_of(hub))
    try:
        verify_operation(database, read_keys(data), Folder(data / "parts"), op)
    finally:
        database.close()
