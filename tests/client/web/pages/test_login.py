"""Accounts at a desk that several officers share: in, out, and what each may do."""

import asyncio
from threading import Event

import pytest

from tests.client.web.team import PASSWORD, DutyRoom, code_in
from tests.client.web.visitor import Visitor
from vocu.errors import RefusedError
from vocu_client.team import Role
from vocu_client.web.passwords import MOST_WAITING


async def test_who_starts_a_team_s_desk_makes_the_first_administrator_and_sees_nothing_else(room: DutyRoom) -> None:
    for address in ("/", "/seizures", "/desk", "/account"):
        assert (await room.get(address)).address == "/officers/first"
    stranger = room.browser()
    assert (await stranger.get("/officers/first")).status == 401
    page = await room.post("/officers/first", officer="anna", name="Anna", password=PASSWORD, again="else")
    assert page.status == 400
    assert not room.desk.team.founded
    await room.post("/officers/first", officer="anna", name="Anna", password=PASSWORD, again=PASSWORD)
    assert room.desk.team.founded
    assert (await room.get("/officers")).status == 200


async def test_the_launch_link_opens_nothing_once_there_are_accounts(room: DutyRoom) -> None:
    await room.officer("anna", "administrator")
    assert (await room.get("/")).address == "/login"
    await room.get(room.site.link.removeprefix("http://127.0.0.1:8470"))
    assert (await room.get("/officers")).address.startswith("/login")


async def test_a_login_leads_to_the_page_that_was_wanted_and_nowhere_else(room: DutyRoom) -> None:
    await room.officer("anna", "administrator")
    browser = room.browser()
    page = await browser.get("/outbox")
    assert page.form("/login")["back"] == "/outbox"
    page = await browser.post("/login", officer="anna", password=PASSWORD, back="/outbox")
    assert page.address == "/outbox"
    page = await room.browser().post("/login", officer="anna", password=PASSWORD, back="//evil.example/")
    assert page.response.url.host == "127.0.0.1"


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(room: DutyRoom) -> None:
    await room.officer("anna", "administrator")
    browser = room.browser()
    answers = [await browser.log_in(name, "wrong password here") for name in ("anna", "nobody")]
    assert [page.status for page in answers] == [400, 400]
    assert answers[0].html.replace("anna", "") == answers[1].html.replace("nobody", "")
    assert (await browser.get("/outbox")).address.startswith("/login")


async def test_logging_out_ends_the_session_for_whoever_kept_its_cookie(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    kept = anna.session
    page = await anna.post("/leave")
    assert page.address == "/login"
    thief = room.browser()
    thief.client.cookies.set(room.site.cookie("session"), kept)
    assert (await thief.get("/outbox")).address.startswith("/login")


async def test_a_new_officer_gets_a_code_and_chooses_a_password(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    page = await anna.post("/officers", officer="bob", name="Bob <b>", role="poster")
    assert "Bob <b>" in page.text
    code = code_in(page)
    assert code not in (await anna.get("/officers")).text
    bob = room.browser()
    page = await bob.post("/login/code", officer="bob", code=code, password="another horse", again="another horse")
    assert page.status == 200
    assert "Bob <b>" in page.text
    page = await room.browser().post("/login/code", officer="bob", code=code, password=PASSWORD, again=PASSWORD)
    assert page.status == 400


@pytest.mark.parametrize("role", ["reader", "poster", "approver"])
async def test_only_an_administrator_sees_and_changes_accounts(room: DutyRoom, role: Role) -> None:
    await room.officer("anna", "administrator")
    bob = await room.officer("bob", role)
    for address in ("/officers", "/officers/anna/close", "/consultations", "/consultations.csv"):
        assert (await bob.get(address)).status == 403
    for address in ("/officers", "/officers/anna/close", "/officers/anna/reset", "/officers/bob/role"):
        assert (await bob.post(address, officer="eve", name="Eve", role="administrator")).status == 403
    assert (await bob.post("/officers/four-eyes")).status == 403
    assert {account.id: account.role for account in room.desk.team.accounts()} == {"anna": "administrator", "bob": role}


async def test_a_reader_posts_nothing(room: DutyRoom) -> None:
    await room.officer("anna", "administrator")
    reader = await room.officer("rita", "reader")
    assert (await reader.get("/")).status == 200
    assert "/report" not in (await reader.get("/")).links
    assert (await reader.get("/report")).status == 403
    assert (await reader.post("/outbox/discard", id="x")).status == 403


async def test_closing_an_account_ends_its_sessions_at_once(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    bob = await room.officer("bob", "poster")
    assert (await bob.get("/outbox")).address == "/outbox"
    assert "ends at once" in (await anna.get("/officers/bob/close")).text
    await anna.post("/officers/bob/close")
    assert (await bob.get("/outbox")).address.startswith("/login")
    late = await bob.post("/outbox/discard", id="x")
    assert late.status == 401
    assert (await room.browser().log_in("bob")).status == 400


async def test_a_changed_role_holds_at_once(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    bob = await room.officer("bob", "poster")
    await anna.post("/officers/bob/role", role="reader")
    assert (await bob.get("/report")).address.startswith("/login")
    await bob.log_in("bob")
    assert (await bob.get("/report")).status == 403


async def test_the_last_administrator_cannot_be_closed(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    page = await anna.post("/officers/anna/close")
    assert page.status == 400
    assert "last administrator" in page.text
    assert (await anna.get("/officers")).status == 200


async def test_a_password_is_changed_by_who_knows_the_old_one(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    other = room.browser()
    await other.log_in("anna")
    new = {"password": "a wholly new one", "again": "a wholly new one"}
    assert (await anna.post("/account/password", old="wrong password", **new)).status == 400
    page = await anna.post("/account/password", old=PASSWORD, **new)
    assert "Your password is changed" in page.text
    assert (await other.get("/account")).address.startswith("/login")
    assert (await other.log_in("anna", "a wholly new one")).address == "/"


async def test_an_officer_s_language_and_colours_follow_him_to_another_browser(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    page = await anna.post("/account/preferences", language="de", theme="dark", notifications="on")
    assert '<html lang="de" data-theme="dark">' in page.html
    assert room.desk.preferences.of("anna").notifications
    other = room.browser()
    await other.log_in("anna")
    assert '<html lang="de" data-theme="dark">' in (await other.get("/account")).html
    assert (await anna.post("/account/preferences", language="tlh", theme="dark")).status == 400


async def test_a_page_that_asks_by_itself_does_not_keep_a_session_from_ending(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    now = room.desk.team._now()
    room.desk.team._now = lambda: now + 50 * 60_000
    assert (await anna.get("/line", **{"HX-Request": "true"})).status == 200
    room.desk.team._now = lambda: now + 61 * 60_000
    page = await anna.get("/line", **{"HX-Request": "true"})
    assert page.status == 401
    assert "Your session has ended" in page.text
    assert (await anna.get("/")).address == "/login"


async def test_a_desk_of_one_officer_has_no_accounts(de: Visitor) -> None:
    assert (await de.get("/login")).address == "/"
    assert "needs no accounts" in (await de.get("/officers")).text
    assert "needs no accounts" in (await de.get("/account")).text
    assert (await de.post("/login", officer="anna", password=PASSWORD)).status == 400
    assert (await de.post("/officers", officer="anna", name="Anna", role="reader")).status == 400
    assert (
        await de.post("/officers/first", officer="anna", name="A", password=PASSWORD, again=PASSWORD)
    ).address == "/"
    assert de.desk.team.accounts() == []


async def test_strangers_who_keep_the_login_busy_keep_no_page_waiting(room: DutyRoom) -> None:
    await room.officer("anna", "administrator")
    gate, stranger = Event(), room.browser()

    def slow(*_: object) -> str:
        gate.wait(10)
        raise RefusedError("wrong-login", "no")

    room.desk.team.log_in = slow  # type: ignore[method-assign]
    trying = [asyncio.create_task(stranger.log_in("anna", "x" * 20)) for _ in range(40)]
    try:
        await asyncio.sleep(0.5)
        refused = [each.result() for each in trying if each.done()]
        assert len(refused) == 40 - MOST_WAITING
        assert "Many try to log in" in refused[0].text
        async with asyncio.timeout(2):
            assert await asyncio.to_thread(lambda: True)
    finally:
        gate.set()
        await asyncio.gather(*trying)
