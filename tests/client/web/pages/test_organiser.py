"""The organiser's pages: members, phases, participation, hits, announcements; the newsletter goes out once."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.client.web.pages.newcomer import Newcomer, cheap_keys
from tests.client.web.visitor import Page, Visitor
from tests.core.form.forms import shortest_report
from tests.system.rig import Hub, RehearsalClock, admit, found, until, watching
from vocu.operation import events
from vocu_client import Home
from vocu_client.web.guard import FRAMED_CSP
from vocu_client.web.pages import hits

CONTAINER = "MSCU1234566"
OCCURRENCE = "The scanner stood still until noon."
HOSTILE = "<script>alert(1)</script> =HYPERLINK(1)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The homes of PL, which organises, of CZ, which does with it, and of DE, FR and IT, of which IT is silent; the
    trial newsletter is out, that of the first day waits."""
    folder = tmp_path_factory.mktemp("organiser")
    clock = RehearsalClock(folder / "clock")
    hub = Hub(folder / "hub", "--rehearsal-clock", str(clock.file))
    hub.start()
    asyncio.run(_first_day(hub, clock, folder))
    yield folder
    hub.stop()


async def _first_day(hub: Hub, clock: RehearsalClock, folder: Path) -> None:
    pl = await found(hub, folder, clock.plan(5))
    de, fr = await admit(pl, folder, "DE"), await admit(pl, folder, "FR")
    it, cz = await admit(pl, folder, "IT"), await admit(pl, folder, "CZ", "co_organiser")
    async with watching(pl, de, fr):
        compiled = pl.view.state.compiled
        clock.pass_days()
        await until(lambda: len(compiled) == 1)
        pl.actions.issue_newsletter(min(compiled), "The trial went well.")
        pl.decisions.open_phase("OPERATIONAL")
        await until(lambda: de.view.state.phase == fr.view.state.phase == "OPERATIONAL")
        de.actions.report_seizure(shortest_report(containers=[CONTAINER]))
        fr.actions.report_seizure(shortest_report(containers=[CONTAINER], place="CALAIS"))
        day = datetime.fromtimestamp(clock.now / 1000, UTC).date().isoformat()
        fr.actions.file_daily_return({"day": day, "kind": "nil", "running": "well"}, OCCURRENCE)
        await until(lambda: len(pl.ledger.reports) == 2 and len(pl.ledger.returns) == 1)
        clock.pass_days()
        await until(lambda: len(compiled) == 2)
    for desk in (pl, de, fr, it, cz):
        desk.close()


@pytest.fixture
async def organiser(folder: Path) -> AsyncIterator[Visitor]:
    async with Visitor(Home(folder / "PL")) as visitor:
        await visitor.sync()
        yield visitor


@pytest.fixture
async def german(folder: Path) -> AsyncIterator[Visitor]:
    async with Visitor(Home(folder / "DE")) as visitor:
        await visitor.sync()
        yield visitor


async def test_the_organiser_sees_the_plan_and_what_each_phase_is_for(organiser: Visitor) -> None:
    page = await organiser.get("/operation")
    assert page.status == 200
    assert "BALTICA II" in page.text
    assert "Newsletters are compiled at the set hour." in page.text
    assert "/operation/phase/POST_OPERATIONAL" in page.links


async def test_the_organisers_pages_answer_others_with_one_clear_refusal(german: Visitor) -> None:
    for path in ("", "/members", "/members/FR", "/members/invite", "/board", "/hits", "/newsletter", "/keys"):
        page = await german.get(f"/operation{path}")
        assert page.status in (400, 403), path
        assert "organiser" in page.text
    size = german.desk.view.size
    for path in ("/phase/POST_OPERATIONAL", "/members/FR/remove", "/newsletter/send", "/announcement"):
        assert (await german.post(f"/operation{path}", sure="yes", body="x")).status in (400, 403), path
    await german.sync()
    assert german.desk.view.size == size
    assert (await german.get("/operation/devices")).status == 200


async def test_a_co_organiser_sees_the_same(folder: Path) -> None:
    async with Visitor(Home(folder / "CZ")) as visitor:
        await visitor.sync()
        for path in ("", "/members", "/board", "/hits", "/newsletter"):
            assert (await visitor.get(f"/operation{path}")).status == 200, path


async def test_the_next_phase_opens_only_after_it_was_asked_for(organiser: Visitor) -> None:
    page = await organiser.get("/operation/phase/POST_OPERATIONAL")
    assert "5 participants are told at once. This cannot be undone." in page.text
    assert (await organiser.post("/operation/phase/POST_OPERATIONAL")).status == 400
    assert (await organiser.get("/operation/phase/CLOSED")).status == 400
    assert (await organiser.post("/operation/phase/CLOSED", sure="yes")).status == 400
    await organiser.sync()
    assert organiser.desk.view.state.phase == "OPERATIONAL"


async def test_an_announcement_that_is_sent_twice_is_posted_once(organiser: Visitor) -> None:
    page = await organiser.get("/operation/announcement")
    fields = page.form("/operation/announcement") | {"subject": "Briefing", "body": HOSTILE}
    assert (await organiser.post("/operation/announcement", fields | {"body": " "})).status == 400
    for _ in range(2):
        page = await organiser.post("/operation/announcement", fields)
        assert page.address == "/operation"
    await organiser.sync()
    said = list(organiser.desk.reading.lines((events.AnnouncementPosted,)))
    assert [line.text.body for line in said if line.text] == [HOSTILE]


async def test_the_board_tells_who_is_active_and_who_is_silent(organiser: Visitor) -> None:
    page = await organiser.get("/operation/board")
    assert page.status == 200
    silent = await organiser.get("/operation/board?only=silent&sort=name")
    assert "Italy" in silent.text
    assert "never reported" in silent.text
    assert "/operation/members/PL" not in silent.links  # it organises, and never reported: that is no silence
    for sort in ("name", "standing", "seen", "seizures", "controls", "nil", "newsletters", "nonsense"):
        assert (await organiser.get(f"/operation/board?sort={sort}")).status == 200
    page = await organiser.get("/operation/board?sort=seizures")
    assert page.html.index("Germany") < page.html.index("Italy")


async def test_a_word_to_the_silent_ones_is_written_and_not_yet_sent(organiser: Visitor) -> None:
    before = len(organiser.desk.outbox.items())
    page = await organiser.post("/operation/board/write")
    assert page.address.startswith("/messages/new?draft=")
    assert "please file a nil return" in page.html
    fields = page.form("/messages/new")
    assert "IT" in fields["to"]
    assert "PL" not in fields["to"]
    assert len(organiser.desk.outbox.items()) == before


async def test_a_container_in_two_reports_is_a_hit_and_both_countries_are_written_to(organiser: Visitor) -> None:
    while not organiser.desk.overviews.index_some(100):
        pass
    page = await organiser.get("/operation/hits")
    assert CONTAINER in page.text
    reports = [link for link in page.links if re.fullmatch(r"/seizures/[\w-]{22}", link)]
    assert len(reports) == 2
    assert CONTAINER in (await organiser.get("/operation/hits?only=countries")).text
    page = await organiser.post("/operation/hits/write", page.form("/operation/hits/write"))
    assert sorted(page.form("/messages/new")["to"]) == ["DE", "FR"]
    assert CONTAINER in page.html
    assert (await organiser.post("/operation/hits/write", kind="container", value="MSCU0000000")).status == 404


async def test_a_hit_lists_its_newest_reports_and_says_so(organiser: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    while not organiser.desk.overviews.index_some(100):
        pass
    (both,) = (hit.reports for hit in organiser.desk.overviews.hits.found() if hit.mark.value == CONTAINER)
    monkeypatch.setattr(hits, "REPORTS", 1)
    page = await organiser.get("/operation/hits")
    assert f"/seizures/{both[-1]}" in page.links
    assert f"/seizures/{both[0]}" not in page.links
    assert "Only the newest are shown" in page.text
    page = await organiser.post("/operation/hits/write", page.form("/operation/hits/write"))
    assert sorted(page.form("/messages/new")["to"]) == ["DE", "FR"]


async def test_a_participant_is_changed_and_removed_with_its_consequence_named(
    organiser: Visitor, folder: Path
) -> None:
    page = await organiser.get("/operation/members/IT")
    fields = page.form("/operation/members/IT")
    assert (await organiser.post("/operation/members/IT", fields | {"name": ""})).status == 400
    assert (await organiser.post("/operation/members/IT", fields | {"role": "organiser"})).status == 400
    size, changed = organiser.desk.view.size, fields | {"name": "Italia", "role": "observer"}
    await asyncio.gather(*(organiser.post("/operation/members/IT", changed) for _ in range(2)))
    await organiser.sync()
    assert organiser.desk.view.size == size + 1
    assert organiser.desk.view.state.members["IT"].role == "observer"
    assert "Italia" in (await organiser.get("/operation/members")).text
    fields = (await organiser.get("/operation/members/IT")).form("/operation/members/IT")
    await organiser.post("/operation/members/IT", fields | {"name": "Italy", "role": "participant"})
    await organiser.sync()
    assert organiser.desk.view.state.members["IT"].name == "Italy"
    page = await organiser.get("/operation/members/CZ/remove")
    assert "1 desk is shut out at once" in page.text
    assert (await organiser.post("/operation/members/CZ/remove")).status == 400
    assert (await organiser.get("/operation/members/XX")).status == 400
    await organiser.sync()
    assert organiser.desk.view.state.members["CZ"].active


async def test_a_country_adds_a_desk_and_shuts_it_out_again(
    german: Visitor, organiser: Visitor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap_keys(monkeypatch)
    page = await german.post("/operation/devices/invite")
    file = (await german.client.get(f"{page.address}/file")).content
    async with Newcomer(Home(folder / "DE-2")) as second:
        secret = {"passphrase": "a second passphrase", "again": "a second passphrase", "desk_name": "Kehl"}
        page = await second.post("/start/join", secret, files={"file": ("DE.invitation", file)})
        number = second.service.desk.settings.safety_number  # type: ignore[union-attr]
        waiting = await german.get("/operation/devices")
        admit_it = next(link for link in waiting.links if "/admit/" in link)
        assert (await organiser.get(admit_it)).status == 400
        assert (await german.get(admit_it.replace("devices", "members"))).status == 400
        assert (await german.post(admit_it, number=number[::-1])).status == 400
        page = await german.post(admit_it, number=number)
        assert page.address == "/operation/devices"
        await german.sync()
    page = await german.get("/operation/devices")
    assert "Kehl" in page.text
    device = next(each for each in german.desk.view.state.devices.values() if each.name == "Kehl")
    assert (await german.post(f"/operation/devices/{device.id}/revoke")).status == 400
    french = next(each for each in german.desk.view.state.devices.values() if each.ncp == "FR")
    assert (await german.get(f"/operation/devices/{french.id}/revoke")).status == 400
    page = await german.post(f"/operation/devices/{device.id}/revoke", sure="yes")
    await german.sync()
    assert not german.desk.view.state.devices[device.id].active


async def test_an_invitation_may_be_taken_back(organiser: Visitor) -> None:
    page = await organiser.post("/operation/members/invite", country="", code="europol", name="", role="support_agency")
    assert "EUROPOL" in page.text
    address = page.address
    assert address in (await organiser.get("/operation/members")).links
    page = await organiser.post(f"{address}/back")
    assert address not in page.links
    assert (await organiser.get(address)).status == 404


async def test_who_waits_is_asked_for_again_and_nothing_is_replaced_by_the_same(organiser: Visitor) -> None:
    page = await organiser.get("/operation/members")
    assert "Nobody waits" in page.text
    part = await organiser.get("/operation/members/waiting?known=", **{"HX-Request": "true"})
    assert part.status == 204
    part = await organiser.get("/operation/members/waiting?known=somebody", **{"HX-Request": "true"})
    assert "Nobody waits" in part.text


async def test_the_newsletter_is_prepared_looked_at_and_sent_once(organiser: Visitor) -> None:
    page = await organiser.get("/operation/newsletter")
    assert "The hub has counted this day" in page.text
    assert "The newsletter does not name them." in page.text
    assert f"France: {OCCURRENCE}" in page.text
    assert OCCURRENCE not in (await organiser.client.get("/operation/newsletter/look")).text
    home, fields = "/operation/newsletter", page.form("/operation/newsletter")
    reports = sorted(organiser.desk.ledger.reports)
    part = await _typed(organiser, fields | {"words": "As it is being"})
    assert "Kept as typed." in part.text
    fields = (await organiser.get(home)).form(home)
    assert fields["words"] == "As it is being"
    page = await organiser.post(home, fields | {"words": HOSTILE, "notable": reports[:1], "do": "look"})
    assert page.form(home)["words"] == HOSTILE
    look = await organiser.client.get("/operation/newsletter/look")
    assert look.headers["content-security-policy"] == FRAMED_CSP
    assert "&lt;script&gt;alert(1)" in look.text
    assert "<script" not in look.text

    stale = await organiser.post(home, fields | {"words": "A colleague's page from before", "do": "look"})
    assert stale.status == 409
    assert HOSTILE in stale.text
    assert stale.form(home)["words"] == "A colleague's page from before"
    many = page.form(home) | {"notable": [*reports, "A" * 22, "B" * 22], "do": "send"}
    assert (await organiser.post(home, many)).status == 400

    fields = (await organiser.get(home)).form(home) | {"words": "Well done.", "notable": reports[:1], "do": "send"}
    page = await organiser.post(home, fields)
    assert page.address.startswith("/operation/newsletter/send?draft=")
    assert re.search(r"Send to all \d contact points", page.text)
    sure = page.form("/operation/newsletter/send")
    assert (await organiser.post("/operation/newsletter/send", sure | {"sure": ""})).status == 400
    before = _issued(organiser)
    pages = await asyncio.gather(*(organiser.post("/operation/newsletter/send", sure) for _ in range(2)))
    assert {page.status for page in pages} == {200}
    await organiser.sync()
    assert _issued(organiser) == before + 1
    assert (await organiser.post(home, fields)).status == 200
    day = max(organiser.desk.view.state.compiled)
    issued, words = organiser.desk.reading.words_of(day) or (None, None)
    assert words is not None
    assert words.body == "Well done."
    assert issued is not None
    assert issued.notable == (reports[0],)
    page = await organiser.get(home)
    assert "A preview." in page.text
    assert f"/newsletters/{day}" in page.links
    assert "Send to all" not in page.text
    assert (await organiser.client.get("/operation/newsletter/look")).status_code == 200
    assert "This newsletter is sent." in (await organiser.get(f"{home}?day={day}")).text


def _issued(organiser: Visitor) -> int:
    acts = (accepted.act for accepted in organiser.desk.view.acts)
    return sum(isinstance(act.event, events.NewsletterIssued) for act in acts if act is not None)


async def _typed(organiser: Visitor, fields: dict[str, object]) -> Page:
    return await organiser.post("/operation/newsletter/draft", fields)


async def test_without_a_hub_the_pages_say_so_and_nobody_is_admitted(
    organiser: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(organiser.desk.settings), "hub", "http://127.0.0.1:1")
    page = await organiser.get("/operation/members")
    assert page.status == 200
    assert "The hub cannot be asked now who waits." in page.text
    assert (await organiser.post(f"/operation/members/admit/{'A' * 22}", number="1")).status == 400
    page = await organiser.post("/operation/members/IT", name="Italy", role="participant")
    assert "It will be sent when the line is back." in page.text


async def test_a_country_that_takes_part_is_invited_again_only_after_it_was_asked(organiser: Visitor) -> None:
    page = await organiser.get("/operation/members/invite")
    fields = page.form("/operation/members/invite") | {"country": "DE", "role": "participant"}
    before = len(organiser.desk.decisions.invitations())
    asked = await organiser.post("/operation/members/invite", fields)
    assert asked.status == 400
    assert "takes part already. A second desk it invites itself, under This desk" in asked.text
    assert "code-error" in asked.ids
    assert len(organiser.desk.decisions.invitations()) == before
    written = await organiser.post("/operation/members/invite", fields | {"again": "yes"})
    assert written.address.startswith("/operation/invitations/")
    assert len(organiser.desk.decisions.invitations()) == before + 1
    assert "They call you, at a telephone number that they know from elsewhere" in written.text
