"""Two officers of one duty room, over TLS: each in a browser of his own, with a password and with a passkey."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import CONTRAST, EVERYTHING, faults
from tests.browser.conftest import Room
from tests.browser.rig import DeskPages, sign_in
from tests.client.web.team import CODE, PASSWORD
from tests.system.certificates import certify

HOST = "localhost"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
PAGES = ("/handover", "/officers", "/officers/anna/close", "/account", "/consultations", "/approvals")
OpenBrowser = Callable[[], Page]


@pytest.fixture(scope="module")
def duty(room: Room, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskPages]:
    """The duty room of Germany, served over TLS."""
    chain, key = certify(tmp_path_factory.mktemp("tls"), HOST)
    desk = DeskPages(room.home("DE"), "--team", HOST, "--certificate", str(chain), "--key", str(key))
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def opened(browser: Browser, duty: DeskPages) -> Iterator[OpenBrowser]:
    """Opens a browser of its own at the duty room, with a security key plugged in."""
    pages: list[Page] = []

    def open_browser() -> Page:
        context = browser.new_context(base_url=duty.address, locale="en-GB", ignore_https_errors=True)
        context.set_default_timeout(10_000)
        page = context.new_page()
        devices = context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        pages.append(page)
        return page

    yield open_browser
    for page in pages:
        page.context.close()


def log_in(page: Page, officer: str) -> None:
    page.goto("/login")
    page.get_by_label("Your name at this desk").fill(officer)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def choose_password(page: Page) -> None:
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)


def test_two_officers_share_a_desk(browser: Browser, duty: DeskPages, opened: OpenBrowser) -> None:
    first = sign_in(browser, duty, ignore_https_errors=True)
    expect(first.get_by_role("heading", level=1)).to_have_text("The first administrator")
    first.get_by_label("Name for logging in").fill("anna")
    first.get_by_label("Name that colleagues know").fill("Anna Kowalska")
    choose_password(first)
    first.get_by_role("button", name="Make this account").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Officers")
    assert first.complaints == []  # type: ignore[attr-defined]
    first.context.close()

    anna = opened()
    anna.goto("/officers")
    assert anna.url.startswith(f"{duty.address}/login")
    log_in(anna, "anna")

    # a passkey: added once, then it alone logs in
    anna.goto("/account")
    anna.get_by_label("What you call this passkey").fill("grey security key")
    anna.get_by_role("button", name="Add a passkey").click()
    expect(anna.get_by_text("This passkey now opens your account.")).to_be_visible()
    expect(anna.get_by_text("grey security key", exact=True)).to_be_visible()
    anna.get_by_role("button", name="Log out").first.click()
    expect(anna.get_by_role("heading", level=1)).to_have_text("Log in")
    anna.get_by_role("button", name="Log in with a passkey").click()
    expect(anna.get_by_role("heading", level=1)).to_have_text("Now")

    # an officer is added and chooses a password
    anna.goto("/officers")
    anna.get_by_label("Name for logging in").fill("bob")
    anna.get_by_label("Name that colleagues know").fill("Bob")
    anna.get_by_role("button", name="Add, and make a code").click()
    code = CODE.search(anna.locator(".notice").inner_text())
    assert code is not None
    bob = opened()
    bob.goto("/login")
    bob.get_by_role("link", name="I was given a code").click()
    bob.get_by_label("Your name at this desk").fill("bob")
    bob.get_by_label("The code").fill(code[0])
    choose_password(bob)
    bob.get_by_role("button", name="Keep this password and log in").click()
    expect(bob.get_by_role("heading", level=1)).to_have_text("Now")

    # the handover shows what the other did
    anna.goto("/handover")
    anna.get_by_label("A note").fill("Call Warsaw at six.")
    anna.get_by_role("button", name="End my shift").click()
    expect(anna.get_by_role("heading", level=1)).to_have_text("Log in")
    bob.goto("/handover")
    expect(bob.get_by_text("Call Warsaw at six.")).to_be_visible()
    expect(bob.get_by_text("Anna Kowalska ended the last shift")).to_be_visible()

    # closing an account ends its session at once
    log_in(anna, "anna")
    expect(anna.get_by_role("heading", level=1)).to_have_text("Now")
    anna.goto("/officers/bob/close")
    anna.get_by_role("button", name="Close this account for good").click()
    bob.goto("/handover")
    expect(bob.get_by_role("heading", level=1)).to_have_text("Log in")


def test_axe_finds_nothing_on_the_team_s_pages_and_none_is_wider_than_a_phone(opened: OpenBrowser) -> None:
    stranger, anna = opened(), opened()
    log_in(anna, "anna")
    expect(anna.get_by_role("heading", level=1)).to_have_text("Now")
    found = []
    for page, addresses in ((stranger, ("/login", "/login/code")), (anna, PAGES)):
        for address in addresses:
            page.set_viewport_size({"width": 1280, "height": 900})
            page.emulate_media(color_scheme="light")
            page.goto(address)
            found += [f"{address}: {fault}" for fault in faults(page, EVERYTHING)]
            page.emulate_media(color_scheme="dark")
            found += [f"{address} in the dark: {fault}" for fault in faults(page, CONTRAST)]
            page.set_viewport_size({"width": 390, "height": 844})
            if page.evaluate("document.documentElement.scrollWidth") > 390:
                found.append(f"{address} is wider than a phone")
    assert found == []


def test_a_passkey_of_nobody_opens_nothing(opened: OpenBrowser) -> None:
    stranger = opened()
    stranger.goto("/login")
    stranger.get_by_role("button", name="Log in with a passkey").click()
    expect(stranger.get_by_text("The passkey was not used.")).to_be_visible()
    stranger.goto("/handover")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Log in")


def test_without_scripts_a_password_is_enough(browser: Browser, duty: DeskPages) -> None:
    context = browser.new_context(
        base_url=duty.address, locale="en-GB", ignore_https_errors=True, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/login")
    expect(page.get_by_role("button", name="Log in with a passkey")).to_be_hidden()
    log_in(page, "anna")
    expect(page.get_by_role("heading", level=1)).to_have_text("Now")
    context.close()
