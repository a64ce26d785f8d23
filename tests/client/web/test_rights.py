"""Who may ask for what: every route of the pages, for every role, without a session, with tokens of others.

The routes come from the application itself, so none can be added without standing here: what is neither a page for all
officers nor a form for those who post has to be named.
"""

from collections.abc import Iterator
from typing import Any, Final

import httpx2
import pytest
from starlette.routing import Route

from tests.client.web.team import Browser, DutyRoom
from tests.client.web.visitor import ADDRESS, Visitor
from vocu_client import Desk
from vocu_client.team import ALONE, RIGHTS, ROLES, Right, Role
from vocu_client.web.app import PAGES

PUBLIC: Final = {
    ("GET", "/enter"), ("GET", "/login"), ("GET", "/login/code"),
    ("POST", "/login"), ("POST", "/login/code"), ("POST", "/login/passkey"), ("POST", "/login/passkey-options"),
}  # fmt: skip
"""What answers before anybody has logged in."""
OTHERWISE: Final[dict[tuple[str, str], Right]] = {
    **dict.fromkeys(
        (
            ("POST", "/preferences"), ("POST", "/leave"), ("POST", "/read/{group}"), ("POST", "/consultations/{case}"),
            ("POST", "/account/password"), ("POST", "/account/passkey-options"), ("POST", "/account/passkeys"),
            ("POST", "/account/passkeys/remove"), ("POST", "/account/preferences"),
            ("POST", "/handover/note"), ("POST", "/handover/note/take-down"), ("POST", "/handover/end"),
            ("POST", "/desk/verify"), ("POST", "/desk/reconnect"), ("POST", "/desk/notifications"),
        ),
        "read",
    ),
    **dict.fromkeys(
        (
            ("GET", "/now/new"), ("POST", "/now/read"), ("GET", "/start"), ("GET", "/start/join"),
            ("GET", "/operation"),
            ("GET", "/operation/{where}/waiting"), ("GET", "/operation/members"), ("GET", "/operation/members/{ncp}"),
            ("GET", "/operation/reference"), ("GET", "/operation/edition"),
            ("GET", "/operation/devices"), ("GET", "/operation/board"), ("GET", "/operation/hits"),
            ("GET", "/operation/newsletter"), ("GET", "/operation/newsletter/look"),
        ),
        "read",
    ),
    **dict.fromkeys(
        (
            ("GET", "/contacts/own"), ("GET", "/controls/return"), ("GET", "/outcomes/return"),
            ("POST", "/operation/board/write"), ("POST", "/operation/board/remind"), ("POST", "/operation/hits/write"),
        ),
        "post",
    ),
    **dict.fromkeys(
        (
            ("POST", "/report/{draft}/hand-back"),
            ("POST", "/operation/reference"), ("POST", "/operation/reference/rates"),
            ("POST", "/operation/reference/rules"), ("POST", "/operation/edition"), ("POST", "/operation/edition/look"),
            ("GET", "/operation/announcement"), ("POST", "/operation/announcement"),
            ("POST", "/operation/newsletter"), ("POST", "/operation/newsletter/draft"),
            ("GET", "/operation/newsletter/send"), ("POST", "/operation/newsletter/send"),
        ),
        "approve",
    ),
    **dict.fromkeys(
        (
            ("POST", "/desk/silence"), ("GET", "/consultations"), ("GET", "/consultations.csv"),
            ("GET", "/mail"), ("POST", "/mail"), ("POST", "/mail/off"),
        ),
        "administer",
    ),
}  # fmt: skip
"""What takes another right than reading a page, and posting a form."""
WRITING: Final = ("/new", "/amend", "/withdraw", "/confirm", "/release", "/feedback", "/answer")
"""Pages that end so hold a form that posts."""
ENDS_THE_SESSION: Final = ("/leave", "/handover/end")
BEGINS_A_DRAFT: Final = "/seizures/{report}/amend"
"""The one page that keeps something when it is opened: the draft of the amendment, once."""
REFUSED: Final = "does not allow that"


def routes() -> Iterator[tuple[str, Route]]:
    for route in (route for group in PAGES for route in group):
        assert isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, route


def right_of(method: str, path: str) -> Right:
    """What it takes, as it is meant to be."""
    if (method, path) in OTHERWISE:
        return OTHERWISE[method, path]
    if path.startswith(("/officers", "/start", "/operation")):
        return "administer"
    if method == "POST" or path.startswith(("/report", "/imports")) or path.endswith(WRITING):
        return "post"
    return "read"


def address(route: Route) -> str:
    """The route with ids that nothing has."""
    return route.url_path_for(
        route.name, **{name: 0 if name == "number" else "nothing" for name in route.param_convertors}
    )


def substance(desk: Desk) -> tuple[Any, ...]:
    """What an officer could have changed at a desk; what was read and opened is no part of it."""
    return (
        [(item.id, item.state) for item in desk.outbox.items() if item.kind != "reading_confirmed"],
        [(draft.id, draft.revision) for draft in desk.drafts.list()],
        desk.team.accounts(),
        desk.team.four_eyes,
        desk.handover.notes(),
        desk.marks.taken(),
        desk.consultations.all(),
        desk.replica.alarms(),
        desk.view.size,
    )


async def ask(browser: Visitor, method: str, route: Route, csrf: str | None) -> httpx2.Response:
    """One request as it is, without following where it leads."""
    data = {} if csrf is None else {"csrf": csrf}
    return await browser.client.request(
        method,
        address(route),
        data=data if method == "POST" else None,
        headers={"Origin": ADDRESS},
        follow_redirects=False,
    )


@pytest.fixture
async def officers(room: DutyRoom, monkeypatch: pytest.MonkeyPatch) -> dict[Role, Browser]:
    """One of each role, the administrator first."""
    monkeypatch.setattr(room.site.service, "connect", lambda: None)
    return {role: await room.officer(role[:8], role) for role in reversed(ROLES)}


async def test_each_route_takes_the_right_that_it_should(room: DutyRoom, officers: dict[Role, Browser]) -> None:
    faults = []
    for role, browser in officers.items():
        for method, route in routes():
            if (method, route.path) in PUBLIC or route.path in ENDS_THE_SESSION:
                continue
            before = substance(room.desk)
            answer = await ask(browser, method, route, room.site.doorkeeper.csrf(browser.session))
            refused = answer.status_code == 403 and REFUSED in answer.text
            meant = RIGHTS.index(right_of(method, route.path)) > ROLES.index(role)
            if refused != meant:
                faults.append(f"{role} {method} {route.path}: {answer.status_code}, but {right_of(method, route.path)}")
            if answer.status_code >= 500:
                faults.append(f"{role} {method} {route.path}: {answer.status_code}")
            if (refused or method == "GET") and substance(room.desk) != before:
                faults.append(f"{role} {method} {route.path}: changed something")
    assert faults == []


async def test_who_has_no_session_gets_nothing(room: DutyRoom, officers: dict[Role, Browser]) -> None:
    nobody, closed, made_up = room.browser(), officers["poster"], room.browser()
    room.desk.team.close(ALONE, "poster")
    made_up.client.cookies.set(room.site.cookie("session"), "a" * 43)
    faults, before = [], substance(room.desk)
    for browser in (nobody, closed, made_up):
        for method, route in routes():
            if (method, route.path) in PUBLIC:
                continue
            answer = await ask(browser, method, route, room.site.doorkeeper.csrf(browser.session))
            to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login")
            if not to_login and answer.status_code != 401:
                faults.append(f"{method} {route.path}: {answer.status_code}")
    assert faults == []
    assert substance(room.desk) == before


async def test_without_the_launch_link_a_desk_of_one_officer_shows_nothing(de: Visitor) -> None:
    de.client.cookies.clear()
    before = substance(de.desk)
    for method, route in routes():
        answer = await ask(de, method, route, "x")
        if (method, route.path) not in PUBLIC:
            assert answer.status_code == 401, (method, route.path, answer.status_code)
        assert "set-cookie" not in answer.headers, (method, route.path)
    assert substance(de.desk) == before


async def test_a_form_without_the_token_of_its_own_session_changes_nothing(
    room: DutyRoom, officers: dict[Role, Browser]
) -> None:
    anna, other = officers["administrator"], officers["approver"]
    csrf = room.site.doorkeeper.csrf
    faults, before = [], substance(room.desk)
    for method, route in routes():
        if method != "POST":
            continue
        for token in (None, "", "0" * 64, csrf(other.session), csrf(""), anna.session):
            answer = await ask(anna, method, route, token)
            if answer.status_code != 403 or "earlier session" not in answer.text:
                faults.append(f"{route.path} with {token!r}: {answer.status_code}")
    assert faults == []
    assert substance(room.desk) == before
    assert room.desk.team.officer_of(anna.session) is not None


async def test_only_one_page_keeps_something_when_it_is_opened(de: Visitor) -> None:
    before = substance(de.desk)
    for method, route in routes():
        if method == "GET" and route.path != BEGINS_A_DRAFT:
            await ask(de, method, route, None)
            assert substance(de.desk) == before, route.path
