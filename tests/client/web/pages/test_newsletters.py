"""Newsletters in the browser: the list, one issue to read, and its files."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.client.web.visitor import Visitor
from tests.core.form.forms import shortest_report
from tests.system.rig import Hub, RehearsalClock, admit, found, until, watching
from vocu.canonical import b64
from vocu.ids import newsletter_id
from vocu_client import Home
from vocu_client.exports import newsletter_file

WORDS = "Well done.\n<script>alert(1)</script> gpj\u202eexe =HYPERLINK(1)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The homes of PL, which organises, and of DE, after two days of which the second's issue waits for PL's words."""
    folder = tmp_path_factory.mktemp("newsletters")
    clock = RehearsalClock(folder / "clock")
    hub = Hub(folder / "hub", "--rehearsal-clock", str(clock.file))
    hub.start()
    asyncio.run(_two_days(hub, clock, folder))
    yield folder
    hub.stop()


async def _two_days(hub: Hub, clock: RehearsalClock, folder: Path) -> None:
    pl = await found(hub, folder, clock.plan(5))
    de = await admit(pl, folder, "DE")
    async with watching(pl, de):
        compiled = pl.view.state.compiled
        clock.pass_days()
        await until(lambda: len(compiled) == 1)
        pl.decisions.open_phase("OPERATIONAL")
        await until(lambda: de.view.state.phase == "OPERATIONAL")
        de.actions.report_seizure(shortest_report())
        await until(lambda: bool(pl.ledger.reports))
        clock.pass_days()
        await until(lambda: len(compiled) == 2)
        pl.actions.issue_newsletter(min(compiled), WORDS)
        await until(lambda: bool(de.view.state.issued) and len(de.view.state.compiled) == 2)
    for desk in (pl, de):
        desk.close()


@pytest.fixture
async def german(folder: Path) -> AsyncIterator[Visitor]:
    async with Visitor(Home(folder / "DE")) as visitor:
        yield visitor


async def test_all_issues_are_listed_with_when_they_were_compiled_and_sent_out(german: Visitor) -> None:
    page = await german.get("/newsletters")
    first, second = sorted(german.desk.view.state.compiled)
    assert page.links.index(f"/newsletters/{second}") < page.links.index(f"/newsletters/{first}")
    assert page.text.count("not yet") == 1
    assert "compiled again from this desk's own log" in page.text


async def test_an_issue_shows_its_figures_and_the_root_and_says_that_they_were_checked(german: Visitor) -> None:
    _, second = sorted(german.desk.view.state.compiled)
    page = await german.get(f"/newsletters/{second}")
    compiled = german.desk.view.state.compiled[second]
    assert compiled.root in page.text
    assert b64(german.desk.view.operation.log.root(compiled.position)) == compiled.root
    assert "Cocaine" in page.text
    assert "has not sent this newsletter out yet" in page.text
    assert "and they agree" in page.text
    assert "style=" not in page.html
    tables = await german.get(f"/results?at={compiled.position}")
    assert tables.status == 200


async def test_the_organisers_words_are_words(german: Visitor) -> None:
    first = min(german.desk.view.state.compiled)
    page = await german.get(f"/newsletters/{first}")
    assert "Well done." in page.text
    assert "<script>alert" not in page.html
    assert "\u202e" not in page.html
    assert "has not sent" not in page.text


@pytest.mark.parametrize(("ending", "form"), [("html", "html"), ("txt", "text"), ("json", "json")])
async def test_the_files_are_those_of_the_command_line_in_the_officers_language(
    folder: Path, ending: str, form: str
) -> None:
    async with Visitor(Home(folder / "DE"), language="fr") as visitor:
        day = min(visitor.desk.view.state.compiled)
        answer = (await visitor.get(f"/newsletters/{day}.{ending}")).response
        assert answer.content == newsletter_file(form, visitor.desk.reading.figures_of(day), WORDS, None, "fr")
        assert answer.headers["content-disposition"].startswith("attachment")
        if ending == "json":
            assert json.loads(answer.content)["header"]["day"] == day


async def test_a_newsletter_is_printed(german: Visitor) -> None:
    day = min(german.desk.view.state.compiled)
    answer = (await german.get(f"/newsletters/{day}.pdf")).response
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert f"/newsletters/{day}.pdf" in (await german.get(f"/newsletters/{day}")).links


async def test_there_are_no_newsletters_but_those_that_were_compiled(german: Visitor) -> None:
    day = min(german.desk.view.state.compiled)
    for address in ("/newsletters/2020-01-01", "/newsletters/x", f"/newsletters/{day}.doc", "/newsletters/x.html"):
        assert (await german.get(address)).status == 404, address


async def test_who_opens_what_the_organiser_sent_out_confirms_it_to_him(german: Visitor) -> None:
    first, _ = sorted(german.desk.view.state.compiled)
    sent = german.desk.reading.issue_of(first)
    assert sent is not None
    assert sent.act is not None
    await german.get(f"/newsletters/{first}")
    german.desk.receipts.send_due(german.site.now() + 120_000)
    drafts = [german.desk.outbox.draft(item) for item in german.desk.outbox.items() if item.kind == "reading_confirmed"]
    assert any(sent.act.header.id in draft.event.text.opened for draft in drafts)  # type: ignore[attr-defined]


async def test_an_issue_that_was_passed_over_says_so(german: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    state = german.desk.view.state
    sent = SimpleNamespace(ref=newsletter_id(state.op, max(state.compiled)), at=german.site.now())
    monkeypatch.setattr(german.desk.reading, "lines", lambda _kinds: [sent])
    page = await german.get("/newsletters")
    assert page.text.count("passed over") == 1
    assert "not yet" not in page.text


async def test_the_organisers_start_page_says_that_a_newsletter_waits_to_be_sent_out(
    folder: Path, german: Visitor
) -> None:
    async with Visitor(Home(folder / "PL")) as organiser:
        page = await organiser.get("/")
        assert "is compiled, and waits to be sent out." in page.text
        assert "/operation/newsletter" in page.links
        state = organiser.desk.view.state
        state.issued.add(newsletter_id(state.op, max(state.compiled)))
        assert "waits to be sent out" not in (await organiser.get("/")).text
    assert "waits to be sent out" not in (await german.get("/")).text
