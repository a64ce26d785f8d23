"""Markup, a right-to-left override and a formula, typed into every text field: they show as text, and nothing runs."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.officer import all_delivered, fill_report
from tests.browser.rig import DeskPages, run, sign_in
from tests.system.rig import CHEAP, PASSPHRASE, PLAN, Hub, RehearsalClock, found
from vocu.operation.bodies import Contact
from vocu_client import Desk, Home, join
from vocu_client.membership import read_invitation
from vocu_client.web.templating import plain

ZONE = ZoneInfo("Europe/Brussels")
TODAY = datetime.now(ZONE).date()
FIRST = (TODAY - timedelta(days=1)).isoformat()
TEXT = '=HYPERLINK("//e","<script>hacked=1</script>\u202e")'
"""All three at once, and short enough for every field."""
RIGHT = {
    "place": "Terespol",
    "country": "Germany",
    "checked": "3",
    "with_result": "0",
    "languages.0": "pl",
    "telephone.0": "+48 1",
}
"""What a field holds in the end that does not take any text."""
TYPED = "input:not([type]), input[type=text], input[type=tel], input[type=email], textarea"
REWRITTEN = re.compile(r"(.*-)?(place|less|brand|carrier|make|model)")
"""Fields whose text is brought into a form of its own: places and brands stand in capitals, without signs."""
ALIKE = 2
"""So many pages of one kind are looked at."""


class Play:
    """An operation in which every name and every word is one hostile text, each with a number of its own."""

    def __init__(self, text: str, folder: Path) -> None:
        self.text, self.folder = text, folder
        self.typed: dict[str, str] = {}
        self.clock = RehearsalClock(folder / "clock")
        self.turn_to(9)
        self.hub = Hub(folder / "hub", "--rehearsal-clock", str(self.clock.file))
        self.hub.start()
        run(self._begin())
        self.desks = {ncp: DeskPages(Home(folder / ncp)) for ncp in ("PL", "DE")}
        for desk in self.desks.values():
            desk.start()

    def words(self, field: str) -> str:
        """The hostile text for this field."""
        text = f"{self.text} no. {len(self.typed)}."
        self.typed[text] = field
        return text

    def turn_to(self, hour: int) -> None:
        at = datetime.fromisoformat(FIRST).replace(hour=hour, minute=5, tzinfo=ZONE)
        self.clock.now = int(at.timestamp() * 1000)
        self.clock.pass_days(0)

    async def _begin(self) -> None:
        plan = msgspec.structs.replace(
            PLAN,
            name=self.words("operation"),
            organiser_name=self.words("organiser"),
            starts_day=FIRST,
            ends_day=TODAY.isoformat(),
            retention_day=(TODAY + timedelta(days=400)).isoformat(),
        )
        organiser = await found(self.hub, self.folder, plan)
        for ncp in ("DE", "CUSTOMSBODY"):
            await self._admit(organiser, ncp)
        organiser.decisions.open_phase("OPERATIONAL")
        assert await organiser.sync()
        organiser.close()

    async def _admit(self, organiser: Desk, ncp: str) -> None:
        file = organiser.decisions.invite(ncp, self.words(f"name of {ncp}"), "participant")
        home = Home(self.folder / ncp)
        number = await join(home, read_invitation(file), self.words(f"desk of {ncp}"), PASSPHRASE, CHEAP)
        (applicant,) = await organiser.applicants()
        organiser.decisions.admit(applicant, number)
        assert await organiser.sync()
        desk = Desk.open(home, PASSPHRASE)
        assert await desk.sync()
        if ncp != "DE":
            desk.actions.publish_contacts([Contact(name=self.words("contact of a body"))])
            assert await desk.sync()
        desk.close()

    def stop(self) -> None:
        for desk in self.desks.values():
            desk.stop()
        self.hub.stop()


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    play = Play(TEXT, tmp_path_factory.mktemp("hostile"))
    yield play
    play.stop()


def test_hostile_words_in_every_field_show_as_text(browser: Browser, play: Play) -> None:
    de, pl = (sign_in(browser, play.desks[ncp]) for ncp in ("DE", "PL"))
    _seizure(play, de)
    _message(play, de)
    _contacts(play, de)
    _form(play, de, "/warnings/new", "Issue the warning")
    _form(play, de, "/questions/new", "Send the question")
    _form(play, de, "/questions/checks/new", "Ask for the cross-check")
    _form(play, de, f"/controls/return?day={FIRST}", "File the return")
    all_delivered(de)
    _follow(pl, "/warnings?show=all", "/warnings/")
    _form(play, pl, f"{pl.url}/feedback", "Send the feedback")
    _follow(pl, "/questions?show=ours", "/questions/")
    _form(play, pl, f"{pl.url}/answer", "Send the answer")
    _announcement(play, pl)
    all_delivered(pl)
    play.turn_to(18)
    _newsletter(play, pl)

    seen = _look_everywhere(pl) + _look_everywhere(de)
    missing = [
        field for text, field in play.typed.items() if plain(text) not in seen and not REWRITTEN.fullmatch(field)
    ]
    assert missing == [], "\n".join(missing)
    _require_harmless_files(play, pl)
    assert [said for page in (de, pl) for said in page.complaints if "422" not in said and "400" not in said] == []  # type: ignore[attr-defined]
    de.context.close()
    pl.context.close()


def test_founding_shows_hostile_names_as_text(browser: Browser, play: Play) -> None:
    desk = DeskPages(Home(play.folder / "nobody"), passphrase=False)
    desk.start()
    page = sign_in(browser, desk)
    for step in ("organiser", "operation", "newsletter", "goods", "objectives", "keys"):
        page.goto(f"/start/found/{step}")
        before = _fill(play, page)
        page.locator("main button.main").click()
        _require_text_only(page)
        if page.url.endswith(step):
            assert _standing(page) | before == _standing(page)
    page.goto("/start/found/check")
    assert plain(play.text) in page.locator("main").inner_text()
    page.goto("/start/join")
    _fill(play, page)
    page.get_by_role("button", name="Make this desk").click()
    _require_text_only(page)
    page.context.close()
    desk.stop()


def _form(play: Play, page: Page, address: str, button: str) -> None:
    page.goto(address)
    if address.endswith("/new"):
        for box in page.locator("main input[type=checkbox][value=PL], main input[value=OCU]").all():
            box.check()
    _send(play, page, button)


def _send(play: Play, page: Page, button: str) -> None:
    """Fill in all of the form; what is no text is shown again as it was typed, with an error, and put right."""
    before = _fill(play, page)
    for _ in range(6):
        page.evaluate("document.documentElement.dataset.before = 'sent'")
        page.get_by_role("button", name=button).last.click()
        page.wait_for_function(  # a new page: a draft that is saved changes the address of the old one, too
            "() => document.readyState === 'complete' && !document.documentElement.dataset.before"
        )
        if not page.locator(".errors").count():
            return
        _require_text_only(page)
        after = _standing(page)
        assert {name: after.get(name) for name in before} == before
        _put_right(play, page)
        before = _standing(page)
    raise AssertionError(page.locator(".errors").inner_text())


def _fill(play: Play, page: Page) -> dict[str, str]:
    """A hostile text in every field that is empty, in folded parts and in a row of each kind, too."""
    for _ in range(3):  # rows may hold rows
        _unfold(page)
        for button in page.locator("main [data-add]").all():
            rows = page.locator(f"#rows-{(button.get_attribute('value') or '').removeprefix('add:')}")
            if not rows.locator("> *").count():
                button.click()
                expect(rows.locator("> *")).to_have_count(1)
    _unfold(page)
    for field in page.locator("main form[method=post]").locator(TYPED).all():
        if field.is_visible() and field.is_editable() and not field.input_value():
            field.fill(play.words(field.get_attribute("name") or ""))
    return _standing(page)


def _unfold(page: Page) -> None:
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")


def _standing(page: Page) -> dict[str, str]:
    """What stands in the fields."""
    return page.evaluate(
        """fields => Object.fromEntries([...document.querySelector("main").querySelectorAll(fields)]
            .filter(field => field.name && field.value).map(field => [field.name, field.value]))""",
        TYPED,
    )  # type: ignore[no-any-return]


def _put_right(play: Play, page: Page) -> None:
    """Empty what takes no text, or fill in what it takes where it may not be empty."""
    _unfold(page)
    wrong = page.locator("main [aria-invalid=true]")
    assert wrong.count(), page.locator(".errors").inner_text()
    for field in wrong.all():
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(index=1)
            continue
        for part in field.locator("xpath=ancestor::*[contains(@class, 'field')][1]").locator(TYPED).all():
            name = part.get_attribute("name") or ""
            play.typed.pop(part.input_value(), None)
            part.fill(RIGHT.get(name) or RIGHT.get(name.rpartition("-")[2], ""))


def _seizure(play: Play, page: Page) -> None:
    page.goto("/report")
    fill_report(page, "")
    page.locator("#f-seizure_day").fill(FIRST)
    _send(play, page, "Check before you send")
    _require_text_only(page)
    page.get_by_role("button", name="Send report").click()
    page.wait_for_url(re.compile(r"/seizures/[\w-]{22}$"))
    expect(page.locator("#standing")).to_contain_text("Delivered")
    _require_text_only(page)


def _message(play: Play, page: Page) -> None:
    page.goto("/messages/new")
    page.get_by_label("All contact points").check()
    _send(play, page, "Send the message")
    all_delivered(page)
    _follow(page, "/messages", "/messages/")
    page.get_by_label("Your words").fill(play.words("answer to a message"))
    page.get_by_role("button", name="Send the answer").click()
    _require_text_only(page)


def _contacts(play: Play, page: Page) -> None:
    page.goto("/contacts/own")
    _send(play, page, "Publish our contacts")


def _announcement(play: Play, page: Page) -> None:
    page.goto("/operation/announcement")
    page.get_by_label("Subject").fill(play.words("subject of the announcement"))
    page.get_by_label("Text").fill(play.words("announcement"))
    page.get_by_role("button", name="Send to all").click()
    expect(page.locator("h1")).to_have_text("The operation")


def _newsletter(play: Play, page: Page) -> None:
    page.goto("/operation/newsletter")
    for _ in range(60):  # the hub counts within seconds
        if page.get_by_role("button", name="Send to all").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    page.get_by_label("Your words").fill(play.words("newsletter"))
    page.get_by_role("button", name="Send to all").click()
    _require_text_only(page)
    page.get_by_role("button", name="Send to all").click()
    expect(page.locator(".notice").first).to_contain_text("sent")


def _follow(page: Page, address: str, to: str) -> None:
    """The first link of a page that leads to something of this kind."""
    page.goto(address)
    links = page.locator(f"main a[href^='{to}']").all()
    found = [link.get_attribute("href") or "" for link in links]
    page.goto(next(each for each in found if re.fullmatch(rf"{to}[\w-]{{22}}", each)))


def _look_everywhere(page: Page) -> str:
    """Every page that a link leads to, a few of each kind; gives all that a person can read on them."""
    seen, todo, kinds = [], ["/"], dict[str, int]()
    done = {"/"}
    while todo:
        page.goto(todo.pop())
        seen.append(_require_text_only(page))
        for address in page.evaluate(
            "[...document.querySelectorAll('nav a, main a')].map(a => a.getAttribute('href'))"
        ):
            if not address or not re.fullmatch(r"/[\w/?=.&-]*", address) or address in done or "." in address:
                continue
            kind = re.sub(r"[\w-]{22}|\d{4}-\d\d-\d\d|T\d\d\w?|=[^&]*", "*", address)
            if "/files/" in address or kinds.get(kind, 0) >= (1 if "?" in kind else ALIKE):
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            done.add(address)
            todo.append(address)
    assert len(seen) > 30
    return "\n".join(seen)


def _require_text_only(page: Page) -> str:
    """Nothing ran, nothing became markup or a link, nothing turns the direction; gives what can be read."""
    _unfold(page)
    found = page.evaluate(
        """() => ({
            hacked: window.hacked === undefined ? null : window.hacked,
            bold: [...document.querySelectorAll("b")].filter(b => b.textContent === "bold").length,
            links: [...document.querySelectorAll("[href*='evil'], [src*='evil']")].length,
            scripts: [...document.querySelectorAll("script:not([src])")].length,
        })"""
    )
    assert found == {"hacked": None, "bold": 0, "links": 0, "scripts": 0}, page.url
    text = page.locator("body").inner_text()
    assert "\u202e" not in text, page.url
    return text


def _require_harmless_files(play: Play, page: Page) -> None:
    newsletter = page.request.get(f"/newsletters/{FIRST}.html").text()
    assert newsletter
    outside = page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    outside.set_content(newsletter)  # without the policies of the desk
    text = _require_text_only(outside)
    (words,) = (said for said, field in play.typed.items() if field == "newsletter")
    assert _bare(words) in _bare(text)
    outside.context.close()
    for address in ("/seizures.csv", "/results/T01.csv"):
        rows = list(csv.reader(io.StringIO(page.request.get(address).text())))
        assert len(rows) > 1
        assert not [cell for row in rows for cell in row if cell.lstrip()[:1] in ("=", "+", "-", "@")]
        assert "\u202e" not in str(rows)
    for address in ("/seizures.xlsx", "/results/results.xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(page.request.get(address).body()))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert len(cells) > 10
        assert not [cell.value for cell in cells if cell.data_type == "f"]
        assert not [cell.value for cell in cells if cell.hyperlink is not None and cell.hyperlink.target]


def _bare(text: str) -> str:
    """Without spaces, and without the sign that turns the direction or what is shown in its place."""
    return re.sub("[\ufffd\u202e\\s]", "", text)
