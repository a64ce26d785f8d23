"""An operation that seals its statistical part, too: the hub learns no figure, and every desk has the same ones."""

import asyncio
import random
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.system.logs import lay_open
from tests.system.rig import PASSPHRASE, Hub, RehearsalClock, admit, found, until, watching
from tests.system.spellings import files_with, memory_with
from vocu.canonical import encode
from vocu.compilation.tables import compile_tables
from vocu.operation.composing import Composer
from vocu.operation.events import EpochsGranted
from vocu.operation.header import WRAP_SIZE
from vocu.operation.state import Device
from vocu_client import Desk, Home
from vocu_client.verifying import verify_log

STEM = "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(16))
"""Every brand, make and model of a statistical part begins like this."""
CLEAR = "clear" + secrets.token_hex(8)
"""The operation's name is clear: the search must find it."""
DIGITS = str(secrets.randbelow(9 * 10**11) + 10**11)
NUMBERS = [f"{DIGITS}{number}" for number in range(1, 10)]
"""Quantities: digits that stand nowhere by chance."""
CHECKED = 10**9 + secrets.randbelow(10**9)
PLACE = "BORDER POST " + secrets.token_hex(8).upper()
DAYS = ("1997-03-08", "1998-07-21")
"""Days of seizure on which nothing else happened."""
ROOT = Path(__file__).parents[2]


async def test_the_hub_learns_no_figure_and_every_desk_has_those_of_an_open_operation(tmp_path: Path) -> None:
    told: dict[str, list[Any]] = {}
    for profile in ("open", "sealed_stat"):
        folder = tmp_path / profile
        folder.mkdir()
        clock, hub = _hub(folder)
        try:
            desks = await _desks(hub, folder, clock, profile)
            await _story(desks, clock)
            told[profile] = _newsletters(desks["PL"])
            for desk in desks.values():
                assert _newsletters(desk) == told[profile]
                assert desk.ledger.unopened == 0
                assert verify_log(desk, lambda *_: None, None).newsletters == len(told[profile])
            lay_open(hub)
            found_clear = files_with(STEM, hub.folder), memory_with(STEM, *hub.pids())
            if profile == "open":
                assert all(found_clear), "the search finds nothing where it stands in the clear"
            else:
                _require_blind(hub, _newsletters(desks["PL"]))
                hub.kill()
                hub.start()
                _require_blind(hub, _newsletters(desks["PL"]))
            hub.stop()
            code, said = hub.verify()
            assert code == 0, said
            assert "3 newsletters" in said
            assert ("0 table rows" in said) == ("sealed figures" in said) == (profile == "sealed_stat")
        finally:
            hub.stop()
    assert _without_places(told["sealed_stat"]) == _without_places(told["open"])
    assert len(told["open"]) == 3


async def test_who_joins_late_is_given_what_opens_every_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, hub = _hub(tmp_path)
    try:
        desks = await _desks(hub, tmp_path, clock)
        await _story(desks, clock)
        with monkeypatch.context() as patched:  # the organiser's desk has gone away before it grants anything
            patched.setattr("vocu_client.sync.due_grants", lambda *_: ())
            late = await admit(desks["PL"], tmp_path, "ES")
        assert late.ledger.unopened > 0
        assert not late.replica.alarms()
        desks["ES"] = late
        await _level(desks)
        assert late.ledger.unopened == 0
        assert _newsletters(late) == _newsletters(desks["PL"])
        assert _tables(late) == _tables(desks["DE"])
        again = Desk.open(Home(tmp_path / "ES"), PASSPHRASE)
        assert _tables(again) == _tables(late)
        assert verify_log(again, lambda *_: None, None).newsletters == len(again.view.state.compiled)
        # Words from before it joined stay closed.
        assert not any(line.text is not None for line in late.reading.lines() if line.at < clock.now - 1)
        grants = list(late.reading.lines((EpochsGranted,)))
        await _level(desks)
        assert len(grants) == 1
        _require_blind(hub, _newsletters(desks["PL"]))
    finally:
        hub.stop()


async def test_an_organisers_desk_that_is_killed_at_the_hour_compiles_each_issue_once(tmp_path: Path) -> None:
    clock, hub = _hub(tmp_path)
    hub.stop()
    hub.limit(events_at_once=100_000)
    hub.start()
    try:
        desks = await _desks(hub, tmp_path, clock)
        await _story(desks, clock)
        desks["PL"].close()
        clock.pass_days(40)  # five issues are due at once, the closing one among them
        for _ in range(8):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.system.posting_desk", str(tmp_path / "PL"), "3",
                stdout=PIPE, stderr=DEVNULL, cwd=ROOT,
            )  # fmt: skip
            assert process.stdout is not None
            assert await process.stdout.readline() == b"open\n"
            await asyncio.sleep(random.uniform(0, 0.5))
            process.kill()
            await process.communicate()
        desks["PL"] = Desk.open(Home(tmp_path / "PL"), PASSPHRASE)
        await _level(desks)
        compiled = desks["DE"].view.state.compiled
        assert [issue.number for issue in compiled.values()] == list(range(1, 8))
        assert not any(desk.replica.alarms() for desk in desks.values())
        assert _newsletters(desks["DE"]) == _newsletters(desks["PL"])
    finally:
        hub.stop()


async def test_of_two_desks_of_the_organiser_one_compiles(tmp_path: Path) -> None:
    clock, hub = _hub(tmp_path)
    try:
        desks = await _desks(hub, tmp_path, clock)
        desks["CH"] = await admit(desks["PL"], tmp_path, "CH", "co_organiser")
        await _level(desks)
        for _ in range(4):
            clock.pass_days()
            before = len(desks["DE"].view.state.compiled)
            async with watching(*desks.values()):
                desks["DE"].actions.send_message("in between")
                await until(lambda: all(len(d.view.state.compiled) > before for d in desks.values()))  # noqa: B023
        await _level(desks)
        compiled = desks["DE"].view.state.compiled
        assert [issue.number for issue in compiled.values()] == [1, 2, 3, 4]
        assert not any(desk.replica.alarms() for desk in desks.values())
        assert not any(desk.outbox.items("refused") for desk in desks.values())
    finally:
        hub.stop()


async def test_an_epoch_that_a_participant_keeps_from_the_compiler_stops_no_newsletter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, hub = _hub(tmp_path)
    try:
        desks = await _desks(hub, tmp_path, clock)
        pl, de, fr = (desks[ncp] for ncp in ("PL", "DE", "FR"))
        pl.decisions.open_phase("OPERATIONAL")
        await _level(desks)
        wrap, organiser = Composer._wrap, pl.settings.device

        def spoiled(self: Composer, secret: bytes, event_id: str, part: str, reader: Device) -> bytes:
            return bytes(WRAP_SIZE) if reader.id == organiser else wrap(self, secret, event_id, part, reader)

        with monkeypatch.context() as patched:
            patched.setattr(Composer, "_wrap", spoiled)
            de.actions.report_seizure(_report(0))
            assert await de.sync()
        assert await pl.sync()
        assert pl.ledger.unopened == 1
        clock.pass_days()
        assert await pl.sync()  # alone: nobody has handed it the key yet
        for desk in (de, fr):
            assert await desk.sync()
            (figures,) = _newsletters(desk)
            assert figures["header"]["unopened"]["count"] == 1
            assert desk.ledger.unopened == 0
        await _level(desks)
        assert pl.ledger.unopened == 0
        await _newsletter(desks, clock)
        assert "unopened" not in _newsletters(pl)[-1]["header"]
        assert _newsletters(pl)[-1]["totals"]["cumulative"]["reports"] == 1
        assert not any(desk.replica.alarms() for desk in desks.values())
    finally:
        hub.stop()


def _hub(folder: Path) -> tuple[RehearsalClock, Hub]:
    clock = RehearsalClock(folder / "clock")
    hub = Hub(folder / "hub", "--rehearsal-clock", str(clock.file))
    hub.start()
    return clock, hub


async def _desks(hub: Hub, folder: Path, clock: RehearsalClock, profile: Any = "sealed_stat") -> dict[str, Desk]:
    plan = msgspec.structs.replace(clock.plan(days=5), name=CLEAR, profile=profile)
    organiser = await found(hub, folder, plan)
    return {"PL": organiser} | {ncp: await admit(organiser, folder, ncp) for ncp in ("DE", "FR")}


async def _story(desks: dict[str, Desk], clock: RehearsalClock) -> None:
    pl, de, fr = (desks[ncp].actions for ncp in ("PL", "DE", "FR"))
    desks["PL"].decisions.open_phase("OPERATIONAL")
    await _level(desks)
    de.send_message("To all, before anybody else joins.")
    first = de.report_seizure(_report(0))
    fr.report_seizure(_report(1, transport_mode="road", seizure_day=DAYS[1]))
    gone = fr.report_seizure(_report(8))
    restricted = fr.report_seizure(_report(2), restricted=True)
    warning = de.issue_warning({"addressees": ["FR"], "commodity": "drugs.cocaine", "action": "control"})
    question = fr.ask({"kind": "question", "addressees": ["DE"], "subject": "consignment"}, "Whose is it?")
    await _newsletter(desks, clock)
    de.amend_seizure(first, _report(3, amendment_reason="weighed"))
    fr.withdraw_seizure(gone, "duplicate")
    fr.give_feedback(warning, {"result": "nothing_found"})
    de.answer(question, {"result": "answered"}, "Nobody's.")
    fr.release_seizure(restricted, _report(4))
    await _newsletter(desks, clock)
    checks = [{"kind": "vehicles", "checked": CHECKED, "with_result": 1, "indicator": "R-07"}]
    de.file_daily_return({"day": "2024-01-16", "kind": "control", "running": "well", "checks": checks})
    total = {"commodity": "tobacco.cigarettes", "unit": "stick", "seizures": 1, "quantity": NUMBERS[7]}
    pl.file_national_report({"seizures": 1, "totals": [total]})
    await _newsletter(desks, clock)


def _report(number: int, **fields: Any) -> dict[str, Any]:
    goods = {
        "commodity": "tobacco.cigarettes",
        "unit": "stick",
        "quantity": NUMBERS[number],
        "brand": f"{STEM}{number}",
    }
    return {
        "agency": "customs",
        "seizure_day": DAYS[0],
        "place": PLACE,
        "location_type": "land_border",
        "direction": "import",
        "transport_mode": "maritime",
        "selection_reason": "random",
        "goods": [goods],
    } | fields


async def _newsletter(desks: dict[str, Desk], clock: RehearsalClock) -> None:
    """A day passes, and its newsletter reaches everybody."""
    organiser = desks["PL"]
    await _level(desks)
    before = len(organiser.view.state.compiled)
    clock.pass_days()
    async with asyncio.timeout(20):
        while len(organiser.view.state.compiled) == before:
            assert await organiser.sync()
    await _level(desks)


async def _level(desks: dict[str, Desk]) -> None:
    for desk in (*desks.values(), *desks.values()):
        assert await desk.sync()
    assert not [item.message for desk in desks.values() for item in desk.outbox.items("refused")]
    assert len({desk.view.operation.log.root() for desk in desks.values()}) == 1


def _newsletters(desk: Desk) -> list[Any]:
    return [desk.reading.figures_of(day) for day in sorted(desk.view.state.compiled)]


def _tables(desk: Desk) -> bytes:
    return encode(msgspec.to_builtins(compile_tables(desk.ledger)))


_ELSEWHERE = ("id", "op", "position", "report", "root", "since", "warning", "window", "question", "at")


def _without_places(figures: Any) -> Any:
    """The same without ids, positions, roots and instants: two logs have each their own."""
    if isinstance(figures, dict):
        return {name: _without_places(value) for name, value in figures.items() if name not in _ELSEWHERE}
    return [_without_places(value) for value in figures] if isinstance(figures, list) else figures


def _require_blind(hub: Hub, newsletters: list[Any]) -> None:
    """No word, quantity, place or day of a statistical part, and no total of a newsletter, is in the hub's files and
    log, or in its memory."""
    totals = [newsletters[-1]["commodities"]["listed"][0]["cumulative"]["quantity"]]
    lay_open(hub)
    places = hub.folder, hub.log
    assert files_with(CLEAR, *places), "the search finds nothing in files"
    assert memory_with(CLEAR, *hub.pids()), "the search finds nothing in memory"
    for mark in (STEM, PLACE, DIGITS, str(CHECKED), *DAYS, *totals):
        assert not files_with(mark, *places), mark
        assert not memory_with(mark, *hub.pids()), mark
