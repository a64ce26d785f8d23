"""Without a line to the hub an officer goes on working: typed is kept, queued is said so, and sent is sent once."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Room, SignIn
from tests.browser.officer import fill_report, seen_at, watch_for
from tests.system.logs import headers_of

PLACE = "Kukuryki"
WAITS = re.compile("1 waiting, will be sent when the line is back")


def typed(page: Page) -> dict[str, list[str]]:
    """What stands in the form, every field of it, but for what the page keeps there for itself."""
    return page.evaluate(
        """() => {
            const found = {};
            for (const [name, value] of new FormData(document.getElementById("report")))
                if (typeof value === "string" && !["csrf", "_revision"].includes(name))
                    (found[name] = found[name] || []).push(value);
            return found;
        }"""
    )  # type: ignore[no-any-return]


def test_a_report_written_without_a_line_outlives_everything_and_is_sent_once(enter: SignIn, room: Room) -> None:
    page, other = enter("DE"), enter("FR")
    other.goto("/")
    watch_for(other, "#feed", PLACE)
    page.goto("/report")
    room.hub.kill()
    expect(page.locator("#line")).to_contain_text("No line to the hub. You can go on working.")
    fill_report(page, PLACE)
    page.locator("#f-free_text").fill("Driver says:\n“only socks”.")
    expect(page.locator("#kept")).to_contain_text("Saved")
    page.wait_for_url(re.compile(r"/report/[\w-]{22}$"))
    before, draft = typed(page), page.url.rsplit("/", 1)[1]
    assert before["place"] == [PLACE]
    _until_kept(page)

    page.reload()
    assert typed(page) == before

    room.desk("DE").kill()
    expect(page.locator("#line")).to_contain_text("This desk does not answer.")
    room.desk("DE").start()
    expect(page.locator("#line")).not_to_contain_text("This desk does not answer.")
    page.goto(room.desk("DE").link)
    page.complaints.clear()  # type: ignore[attr-defined]  # what the browser says of a desk that was off
    page.goto(f"/report/{draft}")
    assert typed(page) == before

    page.get_by_role("button", name="Check before you send").last.click()
    expect(page.locator("h1")).to_have_text("Check before you send")
    form = page.locator("form[action$='/send']")
    twice = form.evaluate("form => [form.action, new URLSearchParams(new FormData(form)).toString()]")
    page.get_by_role("button", name="Send report").click()
    page.wait_for_url(f"**/seizures/{draft}")
    expect(page.locator("#standing")).to_contain_text("goes out as soon as there is a line")
    expect(page.locator("#line")).to_have_text(WAITS)
    again = page.evaluate(
        """([address, body]) => fetch(address, {method: "POST", body: new URLSearchParams(body)})
            .then(answer => [answer.status, answer.url])""",
        twice,
    )
    assert again == [200, page.url]
    page.reload()
    expect(page.locator("#standing")).to_contain_text("goes out as soon as there is a line")
    page.goto("/outbox")
    expect(page.locator("main .card")).to_have_count(1)

    room.hub.start()
    expect(page.locator("main")).to_contain_text("Nothing waits.")
    seen_at(other)
    ours = [header for header in headers_of(room.hub) if header.type.startswith("seizure")]
    assert [header.id for header in ours] == [draft]
    page.goto("/seizures")
    expect(page.locator("table.seizures tbody tr")).to_have_count(1)
    _forgive_the_dead_process(page)


def _until_kept(page: Page) -> None:
    """Until another tab would show what was typed last."""
    for _ in range(20):
        kept = page.context.request.get(page.url).text()
        if PLACE in kept and "only socks" in kept:
            return
        page.wait_for_timeout(200)
    raise AssertionError("the draft was not kept")


def _forgive_the_dead_process(page: Page) -> None:
    """The stream of a page broke when its desk was killed, and the browser says so."""
    page.complaints[:] = [said for said in page.complaints if "net::ERR" not in said]  # type: ignore[attr-defined]
