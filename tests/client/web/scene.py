"""An operation on its second day in which everything has happened once, for tests that look at all pages.

What people wrote stands in NAMES and TEXTS, so that a test can tell it from what the pages say themselves.
"""

import asyncio
import io
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from PIL import Image, ImageDraw

from tests.core.form.forms import example, shortest_report
from tests.system.rig import PLAN, Hub, RehearsalClock, admit, found
from vocu.operation.bodies import Contact
from vocu_client import Desk, Home
from vocu_client.attachments import Attachment, attach

ZONE = ZoneInfo("Europe/Brussels")
HOSTILE = (
    "<script>window.hacked = 1</script><b>bold</b>",
    "invoice \u202egnp.exe",
    '=HYPERLINK("http://evil.example","click")',
)
"""Markup, a right-to-left override, and a formula."""
TEXTS = {
    "all": "The scanner at the crossing is down until tonight.",
    "reply": "Thank you, we send our dogs.",
    "bilateral": "Between Berlin and Warsaw only.",
    "announcement": "The briefing begins at nine.",
    "warning": "White lorry, grey tarpaulin, due tonight.",
    "open_warning": "A yacht left Le Havre this morning.",
    "feedback": "It came through empty.",
    "question": "May sealed transit loads be opened?",
    "answer": "Yes, with the guarantor informed.",
    "open_question": "Who pays for storage?",
    "return": "The scanner is back.",
    "words": "A quiet first day. Thank you all.",
    "subject": "Scanner",
    "account": "Two quantities were weighed again in the laboratory.",
}
NAMES = ("Jan Novak", "Anna Kowalska", "Marc Dupont", "Duty officer")


class Scene(msgspec.Struct):
    """The hub, where the homes are, and the ids of what happened."""

    hub: Hub
    folder: Path
    clock: RehearsalClock
    ids: dict[str, str]
    yesterday: str

    def home(self, ncp: str) -> Home:
        return Home(self.folder / ncp)

    def stop(self) -> None:
        self.hub.stop()


def set_scene(folder: Path) -> Scene:
    """Play it. The hub runs on, at the time that it is now."""
    today = datetime.now(ZONE).date()
    clock = RehearsalClock(folder / "clock")
    _set(clock, today - timedelta(days=1), 6)
    hub = Hub(folder / "hub", "--rehearsal-clock", str(clock.file))
    hub.start()
    scene = Scene(hub, folder, clock, {}, (today - timedelta(days=1)).isoformat())
    asyncio.run(_play(scene, today))
    return scene


def photo() -> Attachment:
    """A picture of a seizure, made up."""
    picture = Image.new("RGB", (640, 480), (90, 110, 90))
    draw = ImageDraw.Draw(picture)
    for row in range(4):
        draw.rectangle((80 + row * 120, 160, 180 + row * 120, 340), fill=(190, 160, 110), outline=(60, 40, 20), width=4)
    data = io.BytesIO()
    picture.save(data, "JPEG")
    return attach("cartons.jpg", data.getvalue())


async def _play(scene: Scene, today: date) -> None:
    plan = msgspec.structs.replace(
        PLAN,
        starts_day=scene.yesterday,
        ends_day=(today + timedelta(days=6)).isoformat(),
        retention_day=(today + timedelta(days=400)).isoformat(),
    )
    pl = await found(scene.hub, scene.folder, plan)
    de = await admit(pl, scene.folder, "DE")
    fr = await admit(pl, scene.folder, "FR")
    desks = {"PL": pl, "DE": de, "FR": fr}
    pl.decisions.open_phase("OPERATIONAL")
    await _settle(desks)
    for desk, name in zip(desks.values(), NAMES, strict=False):
        contact = Contact(name=name, function=NAMES[3], telephone="+48 555 0100", email="duty@customs.example")
        desk.actions.publish_contacts([contact])
    await _first_day(scene, desks)
    _set(scene.clock, today - timedelta(days=1), 18, 5)
    await _until_compiled(scene, desks)
    pl.actions.issue_newsletter(scene.yesterday, TEXTS["words"], notable=[scene.ids["seizure"]])
    await _settle(desks)
    scene.clock.now = int(datetime.now(ZONE).timestamp() * 1000)
    scene.clock.pass_days(0)
    await _second_day(scene, desks, today)
    for desk in desks.values():
        desk.close()


async def _first_day(scene: Scene, desks: dict[str, Desk]) -> None:
    pl, de, fr = desks.values()
    ids, day = scene.ids, scene.yesterday
    form: dict[str, Any] = example("seizure") | {"seizure_day": day, "country": "DE", "joint_with": ["FR"]}
    form["report_number"] = "DE-CUSTOMS-2026-17"
    form |= {"persons": [{"name": NAMES[0]}], "containers": ["MSCU1234565"], "free_text": HOSTILE[0]}
    ids["seizure"] = de.actions.report_seizure(form, readers=["OCU", "FR"], files=[photo()])
    french = shortest_report(seizure_day=day, place="FRLEH", country="FR") | {"containers": ["MSCU1234565"]}
    ids["french"] = fr.actions.report_seizure(french)
    ids["withdrawn"] = fr.actions.report_seizure(shortest_report(seizure_day=day, place="CDG"))
    ids["restricted"] = de.actions.report_seizure(shortest_report(seizure_day=day), readers=["OCU"], restricted=True)
    behalf = shortest_report(seizure_day=day, on_behalf_of="FR", received_by="telephone", received_day=day)
    ids["behalf"] = pl.actions.report_seizure(behalf)
    ids["message"] = de.actions.send_message(TEXTS["all"], subject=TEXTS["subject"], files=[photo()])
    ids["bilateral"] = de.actions.send_message(TEXTS["bilateral"], to=["PL"])
    ids["announcement"] = pl.actions.announce(TEXTS["announcement"])
    for hostile in HOSTILE:
        fr.actions.send_message(hostile, subject=hostile)
    warning = {"addressees": ["DE", "FR"], "commodity": "tobacco.cigarettes", "action": "control", "expected_day": day}
    ids["warning"] = pl.actions.issue_warning(warning, TEXTS["warning"], {"plates": ["WX 12345"]})
    ids["question"] = fr.actions.ask({"kind": "question", "addressees": ["OCU"], "subject": "legal"}, TEXTS["question"])
    check = {"body": "europol", "subject": "persons", "result": "pending", "asked_day": day}
    ids["check"] = fr.actions.ask_cross_check(check, {"persons": [{"name": NAMES[0]}]})
    await _settle(desks)
    fr.actions.withdraw_seizure(ids["withdrawn"], "error")
    amended = form | {"goods": [{**form["goods"][0], "quantity": "805000"}, form["goods"][1]]}
    de.actions.amend_seizure(ids["seizure"], amended, readers=["OCU", "FR"])
    ids["reply"] = pl.actions.send_message(TEXTS["reply"], in_reply_to=ids["message"])
    de.actions.give_feedback(ids["warning"], {"result": "nothing_found"}, TEXTS["feedback"])
    pl.actions.answer(ids["question"], {"result": "answered", "of_common_interest": True}, TEXTS["answer"])
    control = example("daily_return") | {"day": day}
    de.actions.file_daily_return(control, TEXTS["return"])
    fr.actions.file_daily_return({"day": day, "kind": "nil", "running": "well"})
    await _settle(desks)


async def _second_day(scene: Scene, desks: dict[str, Desk], today: date) -> None:
    _, de, fr = desks.values()
    coming = {"addressees": ["DE"], "commodity": "drugs.cocaine", "action": "observe", "expected_country": "DE"}
    scene.ids["open_warning"] = fr.actions.issue_warning(coming, TEXTS["open_warning"])
    form = shortest_report(seizure_day=today.isoformat(), place="FRLEH")
    scene.ids["newest"] = fr.actions.report_seizure(form)
    scene.ids["national"] = de.actions.file_national_report(example("national_report"), TEXTS["account"], [photo()])
    asked = {"kind": "question", "addressees": ["OCU"], "subject": "other"}
    scene.ids["open_question"] = de.actions.ask(asked, TEXTS["open_question"])
    await _settle(desks)


async def _settle(desks: dict[str, Desk]) -> None:
    """Everything sent, and everybody at the same log, files included."""
    for _ in range(2):
        for desk in desks.values():
            assert await desk.sync()
    for desk in desks.values():
        refused = desk.outbox.items("refused")
        assert refused == [], [(item.kind, item.message) for item in refused]


async def _until_compiled(scene: Scene, desks: dict[str, Desk]) -> None:
    for _ in range(100):
        await _settle(desks)
        if scene.yesterday in desks["PL"].view.state.compiled:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the hub compiled no newsletter")


def _set(clock: RehearsalClock, day: date, hour: int, minute: int = 0) -> None:
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
    clock.now = int(at.timestamp() * 1000)
    clock.pass_days(0)
