"""What holds for every page holds for those of a team, too: all words in the catalogue, hostile words only words."""

import pytest
from babel import Locale

from tests.client.web.pages.reporting import FILLED, begun
from tests.client.web.scene import HOSTILE
from tests.client.web.team import Browser, DutyRoom
from tests.client.web.untranslated import untranslated
from vocu.rendering.catalogue import COMPLETE
from vocu_client.web.templating import plain

PAGES = (
    "/handover",
    "/officers",
    "/officers/bob/close",
    "/account",
    "/consultations",
    "/approvals",
    "/consultations?case=x",
)
OUTSIDE = ("/login", "/login/code", "/login?back=/handover")
LANGUAGE_NAMES = [str(Locale(code).get_display_name(code)).capitalize() for code in COMPLETE]
OWN = [
    *HOSTILE,
    *LANGUAGE_NAMES,
    *map(plain, HOSTILE),
    "BALTICA II",
    "vocu",
    "DE-1",
    *("France", "Germany", "Poland"),
    "Anna",
    "anna",
    "Bob",
    "bob",
    "qps",
    "Nov",
    "a" * 22,
]


@pytest.fixture
async def anna(room: DutyRoom) -> Browser:
    """The administrator of a desk at which everything has happened once, in hostile words."""
    anna = await room.officer("anna", "administrator")
    markup, turned, formula = HOSTILE
    desk, now = room.desk, room.site.now()
    page = await anna.post("/officers", officer="bob", name=turned, role="approver")
    assert page.status == 200
    await anna.post("/officers/four-eyes", four_eyes="on")
    await anna.post("/handover/note", text=markup)
    desk.handover.end_shift("bob", 0, now)
    desk.drafts.keep("a" * 22, "seizure", {}, "bob", now, summary=formula, note=markup)
    desk.drafts.keep("b" * 22, "seizure", {"_asked_by": ["bob"]}, "bob", now, summary=markup)
    desk.consultations.give_reason("bob", turned, "a" * 22, markup, now)
    return anna


async def test_no_page_of_a_team_holds_a_text_that_is_not_in_the_catalogue(room: DutyRoom, anna: Browser) -> None:
    room.site.language_of = lambda *_: "qps"  # type: ignore[method-assign]
    stranger, faults = room.browser(), []
    for browser, addresses in ((anna, PAGES), (stranger, OUTSIDE)):
        for address in addresses:
            page = await browser.get(address)
            assert page.status == 200, address
            assert page.html.count("<h1") == 1, address
            faults += [f"{address}: {text!r}" for text in untranslated(page.html, OWN)]
    assert sorted(set(faults)) == []


async def test_hostile_words_stand_in_a_team_s_pages_as_words(anna: Browser) -> None:
    seen = 0
    for address in PAGES:
        page = await anna.get(address)
        assert "<script>window" not in page.html, address
        assert "\u202e" not in page.html, address
        seen += "&lt;script&gt;window.hacked" in page.html
    assert seen >= 3


async def test_a_draft_that_is_sent_keeps_nobody_waiting(room: DutyRoom) -> None:
    """The handover lists drafts as they are; one that was sent is none."""
    anna = await room.officer("anna", "administrator")
    action, filled = await begun(anna, **FILLED)
    await anna.post(action, filled | {"_do": "check"})
    assert action in (await anna.get("/handover")).links
    await anna.post(f"{action}/send")
    page = await anna.get("/handover")
    assert action not in page.links
    assert "1 waits to be sent" in page.text
