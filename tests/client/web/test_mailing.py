"""Notices to the duty mailbox, taken by a real SMTP server in this process."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.client.web.mail_server import MailServer
from tests.client.web.scene import TEXTS, Scene
from tests.client.web.visitor import Visitor
from vocu.errors import RefusedError
from vocu.rendering.wording import Wording
from vocu_client.mailing import MINUTE_MS, Mailer, compose, require_mail, send_trial
from vocu_client.store.mailbox import MailSettings


def settings(mail_server: MailServer, **more: Any) -> MailSettings:
    standard: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": mail_server.port,
        "security": "none",
        "sender": "desk@customs.example",
        "recipients": ("duty@customs.example",),
    }
    return MailSettings(**(standard | more))


def now(visitor: Visitor, minutes: int = 0) -> int:
    return visitor.desk.view.state.at + minutes * MINUTE_MS


async def test_what_lies_unopened_is_told_once_and_says_nothing_of_its_content(
    de: Visitor, pl: Visitor, mail_server: MailServer
) -> None:
    de.desk.mailbox.keep(settings(mail_server, since=de.desk.view.size))
    pl.desk.actions.send_message("Look for the red lorry", to=("DE",), subject="MSCU1234565")
    await pl.sync()
    await de.sync()
    mailer = Mailer(de.desk)
    assert await mailer.send_due(now(de, 29)) == 0
    assert await mailer.send_due(now(de, 31)) == 1
    assert await mailer.send_due(now(de, 32)) == 0
    assert await Mailer(de.desk).send_due(now(de, 90)) == 0
    (message,) = mail_server.taken
    said = message.as_string()
    assert "has not been opened for 30 minutes" in message.get_content()
    for secret in ("lorry", "MSCU", "Poland", "PL", de.desk.view.state.genesis.name):
        assert secret not in said
    assert message["Auto-Submitted"] == "auto-generated"


async def test_what_an_officer_opened_in_time_is_not_told(de: Visitor, pl: Visitor, mail_server: MailServer) -> None:
    de.desk.mailbox.keep(settings(mail_server, since=de.desk.view.size))
    pl.desk.actions.send_message("Thank you", to=("DE",))
    await pl.sync()
    await de.sync()
    de.desk.marks.read("anna", [de.desk.view.size - 1])
    assert await Mailer(de.desk).send_due(now(de, 60)) == 0
    assert mail_server.taken == []


async def test_what_is_addressed_to_others_or_to_everybody_is_not_told(
    de: Visitor, pl: Visitor, mail_server: MailServer
) -> None:
    de.desk.mailbox.keep(settings(mail_server, since=de.desk.view.size))
    pl.desk.actions.send_message("For France", to=("FR",))
    pl.desk.actions.announce("Good morning")
    await pl.sync()
    await de.sync()
    assert await Mailer(de.desk).send_due(now(de, 60)) == 0


async def test_a_server_that_refuses_is_asked_again_and_the_notice_comes_once(
    de: Visitor, pl: Visitor, mail_server: MailServer
) -> None:
    de.desk.mailbox.keep(settings(mail_server, since=de.desk.view.size))
    pl.desk.actions.send_message("Again", to=("DE",))
    await pl.sync()
    await de.sync()
    mailer = Mailer(de.desk)
    mail_server.answer = "451 try again later"
    for _ in range(2):
        with pytest.raises(RefusedError, match="mail-failed"):
            await mailer.send_due(now(de, 60))
    mail_server.answer = "250 taken"
    assert await mailer.send_due(now(de, 61)) == 1
    assert len(mail_server.taken) == 1


async def test_what_may_have_been_taken_is_not_sent_twice_and_is_named(
    de: Visitor, pl: Visitor, mail_server: MailServer
) -> None:
    de.desk.mailbox.keep(settings(mail_server, since=de.desk.view.size))
    pl.desk.actions.send_message("The line breaks", to=("DE",))
    await pl.sync()
    await de.sync()
    mail_server.answer = "drop"
    with pytest.raises(RefusedError, match="mail-failed"):
        await Mailer(de.desk).send_due(now(de, 60))
    mail_server.answer = "250 taken"
    assert await Mailer(de.desk).send_due(now(de, 61)) == 0
    assert len(mail_server.taken) == 1
    assert de.desk.mailbox.unsure(now(de, 70)) == [f"unopened {de.desk.view.size - 1}"]


async def test_no_mail_leaves_the_machine_in_the_clear(de: Visitor, mail_server: MailServer) -> None:
    with pytest.raises(RefusedError, match="mail-in-the-clear"):
        require_mail(settings(mail_server, host="mail.customs.example"), de.desk)
    require_mail(settings(mail_server, host="mail.customs.example", security="starttls"), de.desk)


async def test_whole_newsletters_leave_only_where_the_operation_allows_it(de: Visitor, mail_server: MailServer) -> None:
    with pytest.raises(RefusedError, match="mail-notice-only"):
        require_mail(settings(mail_server, newsletters="full"), de.desk)


async def test_a_server_that_wants_no_tls_is_not_talked_to_without_it(mail_server: MailServer) -> None:
    with pytest.raises(RefusedError, match="mail-failed"):
        await send_trial(settings(mail_server, security="starttls"), "op", 0)
    assert mail_server.taken == []
    await send_trial(settings(mail_server), "op", 0)
    assert len(mail_server.taken) == 1


async def test_a_password_is_not_on_the_disk_in_the_clear(de: Visitor, mail_server: MailServer) -> None:
    de.desk.mailbox.keep(settings(mail_server, user="duty", password="a secret of the mail server"))
    kept = de.desk.mailbox.settings
    assert kept is not None
    assert kept.password == "a secret of the mail server"
    for file in de.desk.home.path.rglob("*.sqlite*"):
        assert b"a secret of the mail server" not in file.read_bytes()
    de.desk.mailbox.keep(replace(kept, password=None))
    de.desk.mailbox.keep(None)
    assert de.desk.mailbox.settings is None


async def test_a_newsletter_is_told_once_it_is_issued_and_whole_where_the_operation_allows_it(
    scene: Scene, mail_server: MailServer
) -> None:
    async with Visitor(scene.home("DE")) as de:
        desk = de.desk
        desk.mailbox.keep(settings(mail_server, newsletters="full", minutes=1440, language="el"))
        mailer = Mailer(desk)
        issued = desk.reading.issue_of(scene.yesterday)
        assert issued is not None
        assert await mailer.send_due(issued.at) == 1
        assert await mailer.send_due(issued.at) == 0
        notice = mail_server.taken.pop()
        assert not notice.is_multipart()
        assert TEXTS["words"] not in notice.as_string()
        desk.mailbox.keep(None)

        genesis = desk.view.state.genesis
        desk.view.state.genesis = replace(genesis, mail="full")
        whole = next(iter(mailer._newsletters(settings(mail_server, newsletters="full"), Wording("en"), frozenset())))
        message = compose(settings(mail_server), whole, desk.settings.op, desk.view.state.at)
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        assert text is not None
        assert html is not None
        assert TEXTS["words"] in text.get_content()
        assert TEXTS["words"] in html.get_content()
        assert "<svg" not in html.get_content()
        assert genesis.name in message["Subject"]
        assert message["Message-ID"] == compose(settings(mail_server), whole, desk.settings.op, 1)["Message-ID"]
