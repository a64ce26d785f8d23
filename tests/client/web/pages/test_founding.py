"""An operation begins through pages alone: founded, others invited, compared, admitted."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.client.web.pages.newcomer import Newcomer, cheap_keys
from tests.client.web.visitor import Page
from tests.system.rig import PASSPHRASE, Hub, until
from vocu.operation.bodies import Contact
from vocu.operation.statements import Objective
from vocu_client import Home

TODAY = date.today()  # noqa: DTZ011 - the days of an operation that runs now
SECRET = {"passphrase": PASSPHRASE, "again": PASSPHRASE}


@pytest.fixture(autouse=True)
def _cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_keys(monkeypatch)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    running = Hub(tmp_path / "hub")
    running.start()
    yield running
    running.stop()


@pytest.fixture
async def newcomer(tmp_path: Path) -> AsyncIterator[Newcomer]:
    async with Newcomer(Home(tmp_path / "organiser")) as visitor:
        yield visitor


async def plan(visitor: Newcomer, hub_address: str, token: str, **changes: str) -> Page:
    """All steps, up to the page on which everything is checked."""
    fields = {
        "organiser": {"hub": hub_address, "token": token, "country": "NL", "code": "", "organiser_name": ""},
        "operation": {
            "name": "GRYPHON <III>",
            "kind": "JCPO",
            "starts_day": TODAY.isoformat(),
            "ends_day": (TODAY + timedelta(days=5)).isoformat(),
            "retention_day": "",
            "assessed_day": TODAY.isoformat(),
            "zone": "Europe/Amsterdam",
            "handling": "TLP:GREEN",
        },
        "newsletter": {
            "profile": "open",
            "cadence": "working_days",
            "compile_hour": "17",
            "issue": "by_organiser",
            "mail": "full",
        },
        "goods": {"commodities": ["tobacco", "tobacco.cigars", "drugs.khat"], "own_family": ["tobacco", "drugs"]}
        | {"own_name": ["Snus", ""]},
        "objectives": {
            "objective_measure": ["quantity", "seizures", "seizures"],
            "objective_number": ["1 000 000", "50", ""],
            "objective_unit": ["stick", "stick", ""],
            "objective_goods": ["tobacco.cigarettes", "", ""],
        },
        "keys": {"keys": "2 of 3", "roots": "", "threshold": ""},
    }
    page = await visitor.get("/start/found/organiser")
    for step, values in fields.items():
        assert page.address == f"/start/found/{step}", page.text
        page = await visitor.post(f"/start/found/{step}", values | {k: v for k, v in changes.items() if k in values})
    return page


async def test_without_a_desk_every_page_leads_to_the_two_ways(newcomer: Newcomer) -> None:
    page = await newcomer.get("/")
    assert page.address == "/start"
    assert {"/start/join", "/start/found/organiser"} <= set(page.links)


async def test_an_operation_is_founded_and_its_root_keys_are_to_be_copied(newcomer: Newcomer, hub: Hub) -> None:
    page = await plan(newcomer, hub.url, hub.token)
    assert page.address == "/start/found/check"
    assert "GRYPHON <III>" in page.text
    assert "Nothing of this can be changed later" in page.text
    assert "2 of 3 decide" in page.text
    page = await newcomer.post("/start/found/check", SECRET)
    assert page.address == "/operation/keys", page.text
    assert "The operation GRYPHON <III> is founded." in page.text
    assert {f"/operation/keys/root-{n}.vocu" for n in (1, 2, 3)} <= set(page.links)
    genesis = newcomer.service.desk.view.state.genesis  # type: ignore[union-attr]
    assert genesis.organiser.name == "Netherlands"
    assert genesis.commodities == ("tobacco", "drugs.khat")
    assert genesis.sub_commodities == ("tobacco.snus",)
    assert (genesis.cadence, genesis.mail, genesis.profile) == ("working_days", "full", "open")
    assert genesis.assessed_day == TODAY.isoformat()
    assert genesis.objectives == (
        Objective(measure="quantity", threshold="1000000", commodity="tobacco.cigarettes", unit="stick"),
        Objective(measure="seizures", threshold="50"),
    )
    assert genesis.retention_day == f"{TODAY.year + 5}{(TODAY + timedelta(days=5)).isoformat()[4:]}"
    copy = await newcomer.client.get("/operation/keys/root-2.vocu")
    assert copy.content == (newcomer.service.home.path / "root-2.vocu").read_bytes()
    assert copy.headers["content-disposition"].startswith("attachment")
    assert (await newcomer.get("/start/found/check")).status == 400
    await _keys_go_and_come_back(newcomer, copy.content)


async def _keys_go_and_come_back(organiser: Newcomer, second: bytes) -> None:
    page = await organiser.post("/operation/keys/away", sure="yes")
    assert page.status == 400
    page = await organiser.post("/operation/keys/away", sure="yes", copied="yes")
    assert "No root key is at this desk." in page.text
    page = await organiser.post("/operation/phase/OPERATIONAL", sure="yes")
    assert page.status == 400
    country = (organiser.service.home.path / "country.vocu").read_bytes()
    for wrong in (b"", b"nonsense", country):
        assert (await organiser.post("/operation/keys", files={"file": ("root-2.vocu", wrong)})).status == 400
    page = await organiser.post("/operation/keys", files={"file": ("whatever", second)})
    assert "root-2.vocu is at this desk now." in page.text
    assert "too few" in page.text
    page = await organiser.post("/operation/phase/OPERATIONAL", sure="yes")
    assert page.status == 400
    assert organiser.service.desk.view.state.phase == "PRE_OPERATIONAL"  # type: ignore[union-attr]


async def test_a_plan_with_many_faults_shows_all_of_them_beside_their_fields_and_loses_nothing(
    newcomer: Newcomer,
) -> None:
    page = await newcomer.post("/start/found/organiser", hub="http://hub.example", token="", code="pl!", country="")
    assert page.status == 400
    assert {"hub-error", "token-error", "code-error"} <= page.ids
    assert page.form("/start/found/organiser")["hub"] == "http://hub.example"
    page = await newcomer.post(
        "/start/found/operation", name="", kind="JCO", starts_day="2026-12-01", ends_day="2026-11-01",
        retention_day="soon", zone="Mars", handling="TLP:GREEN",
    )  # fmt: skip
    assert {"name-error", "retention_day-error", "zone-error"} <= page.ids
    page = await newcomer.post("/start/found/newsletter", compile_hour="25", issue="by_nobody", profile="open")
    assert {"compile_hour-error", "issue-error"} <= page.ids
    for number in ("many", "0", "-1", "1e400", "nan"):
        page = await newcomer.post(
            "/start/found/objectives", objective_measure="seizures", objective_number=number, objective_unit="",
            objective_goods="",
        )  # fmt: skip
        assert "objective_number-error" in page.ids, number
    page = await newcomer.post("/start/found/goods", commodities="tobacco", own_family="tobacco", own_name="Ω!")
    assert "own_name-error" in page.ids
    page = await newcomer.post("/start/found/keys", keys="other", roots="2", threshold="3")
    assert "3 of 2 root keys cannot sign" in page.text
    page = await newcomer.post("/start/found/check", passphrase="short", again="")
    assert page.status == 400
    for said in ("begins with https", "2 to 16 capital letters", "1 to 120 characters", "'Mars' is not a time zone"):
        assert said in page.text
    assert "/start/found/operation#zone" in page.links
    assert newcomer.service.state == "absent"


async def test_where_the_hub_cannot_be_reached_nothing_is_founded_and_nothing_is_lost(
    newcomer: Newcomer, hub: Hub
) -> None:
    page = await plan(newcomer, "http://127.0.0.1:1", "token", profile="sealed_stat")
    assert "your desk compiles the newsletter" in page.text
    page = await newcomer.post("/start/found/check", SECRET)
    assert page.status == 400
    assert "nothing of what you typed is lost" in page.text
    assert newcomer.service.state == "absent"
    assert not list(newcomer.service.home.path.glob("*.vocu"))
    assert (await newcomer.get("/start/found/operation")).form("/start/found/operation")["name"] == "GRYPHON <III>"
    page = await plan(newcomer, hub.url, "a wrong token")
    page = await newcomer.post("/start/found/check", SECRET)
    assert page.status == 400
    assert newcomer.service.state == "absent"


async def test_a_participant_comes_in_by_the_number_that_was_heard_and_by_no_other(
    newcomer: Newcomer, hub: Hub, tmp_path: Path
) -> None:
    await plan(newcomer, hub.url, hub.token, keys="1 of 1")
    first, second = await asyncio.gather(
        newcomer.post("/start/found/check", SECRET), newcomer.post("/start/found/check", SECRET)
    )
    assert {first.status, second.status} == {200}, (first.text, second.text)
    organiser = newcomer.service.desk
    assert organiser is not None
    organiser.actions.publish_contacts([Contact(name="Example Officer")])

    page = await newcomer.post("/operation/members/invite", country="", code="", name="", role="participant")
    assert "code-error" in page.ids
    page = await newcomer.post("/operation/members/invite", country="FR", code="", name="", role="participant")
    assert "Invitation for France" in page.text
    file = (await newcomer.client.get(f"{page.address}/file")).content

    async with Newcomer(Home(tmp_path / "FR")) as fr:
        await _refuses_bad_invitations(fr, file)
        page = await fr.post("/start/join", SECRET | {"desk_name": "Calais"}, files={"file": ("FR.invitation", file)})
        assert page.address == "/waiting", page.text
        number = fr.service.desk.settings.safety_number  # type: ignore[union-attr]
        assert number in page.text

        page = await newcomer.get("/operation/members")
        assert "Calais" in page.text
        assert number.split()[0] not in page.html
        admit = next(link for link in page.links if "/admit/" in link)
        page = await newcomer.get(admit)
        assert not any(group in page.html for group in number.split())

        other = number.translate(str.maketrans("0123456789", "1234567890"))
        page = await newcomer.post(admit, number=other)
        assert "not the number of the desk that waits" in page.text
        page = await newcomer.post(admit, number=other[:6] + number[6:])
        assert "Have these groups of five read out again: 1." in page.text
        for short in ("", number[-11:], number + " 1"):
            assert (await newcomer.post(admit, number=short)).status == 400
        assert "FR" not in organiser.view.state.members

        clicks = [newcomer.post(admit, number=number.replace(" ", "-")) for _ in range(2)]
        pages = await asyncio.gather(*clicks)
        assert {page.address for page in pages} == {"/operation/members"}
        assert "France is admitted." in pages[0].text + pages[1].text
        assert not organiser.outbox.items("refused")
        again = await newcomer.post(admit, number=number)
        assert "Nobody waits with this invitation any more" in again.text
        await until(lambda: fr.service.state == "open" and bool(fr.service.desk.reading.contacts()))  # type: ignore[union-attr]
        assert (await fr.get("/waiting")).address == "/"
        page = await fr.get("/operation/members")
        assert page.status == 400
        assert "organiser" in page.text
        assert (await fr.get("/start/join")).status == 400


async def _refuses_bad_invitations(fr: Newcomer, file: bytes) -> None:
    named = SECRET | {"desk_name": "Calais"}
    page = await fr.post("/start/join", named, files={"file": ("x", file[:-9])})
    assert "invitation-error" in page.ids
    for field, value in (("hub", "http://127.0.0.1:1"), ("op", "A" * 43), ("hub_key", "AAAA"), ("expires_at", 1)):
        forged = json.dumps(json.loads(file) | {field: value}, sort_keys=True, separators=(",", ":")).encode()
        page = await fr.post("/start/join", named, files={"file": ("x", forged)})
        assert page.status == 400, field
        assert fr.service.state == "absent"
        assert page.form("/start/join")["invitation"] == forged.decode()
    page = await fr.post("/start/join", {"passphrase": "short", "again": "x", "desk_name": "", "invitation": ""})
    assert {"invitation-error", "desk_name-error", "passphrase-error"} <= page.ids
    page = await fr.post("/start/join", named | {"again": "another one, longer"}, files={"file": ("x", file)})
    assert "again-error" in page.ids


async def test_a_duty_room_has_no_beginning(tmp_path: Path) -> None:
    async with Newcomer(Home(tmp_path / "room"), team=True) as visitor:
        assert (await visitor.get("/start")).status == 404
        assert (await visitor.post("/start/join", SECRET | {"desk_name": "x", "invitation": "x"})).status == 404
