"""The page on which an administrator sets up the mail to the duty mailbox."""

import pytest

from tests.client.web.mail_server import MailServer
from tests.client.web.visitor import Visitor
from vocu_client.store.mailbox import MailSettings

MAIL = {
    "host": "127.0.0.1", "security": "none", "sender": "desk@customs.example", "recipients": "duty@customs.example",
    "minutes": "30", "newsletters": "notice", "language": "en", "user": "", "password": "",
}  # fmt: skip


async def test_what_the_mail_server_takes_is_kept_after_a_trial(de: Visitor, mail_server: MailServer) -> None:
    page = await de.post("/mail", **MAIL, port=str(mail_server.port))
    assert "A trial message was sent" in page.text
    assert "On: mail goes to duty@customs.example." in page.text
    assert len(mail_server.taken) == 1
    assert (await de.get("/mail")).status == 200
    page = await de.post("/mail/off")
    assert "This desk sends no mail any more." in page.text
    assert de.desk.mailbox.settings is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"recipients": "nobody"}, "recipients"),
        ({"minutes": "1"}, "minutes"),
        ({"port": "x"}, "port"),
        ({"sender": "a b"}, "sender"),
        ({"host": "mail server"}, "host"),
    ],
)
async def test_what_cannot_be_is_shown_beside_its_field_and_changes_nothing(
    de: Visitor, wrong: dict[str, str], field: str
) -> None:
    page = await de.post("/mail", **(MAIL | {"port": "25"} | wrong))
    assert page.status == 400
    assert f'id="{field}-error"' in page.html
    assert de.desk.mailbox.settings is None


async def test_a_server_that_does_not_answer_is_said_plainly(de: Visitor) -> None:
    page = await de.post("/mail", **MAIL, port="9")
    assert page.status == 400
    assert "did not take the message" in page.text
    assert "duty@customs.example" in page.html
    assert de.desk.mailbox.settings is None


async def test_a_password_goes_to_no_other_server_and_into_no_page(de: Visitor, mail_server: MailServer) -> None:
    de.desk.mailbox.keep(
        MailSettings(
            host="mail.example", port=25, sender="a@b.example", recipients=("d@b.example",), password="hushhush"
        )
    )
    assert "hushhush" not in (await de.get("/mail")).html
    await de.post("/mail", **MAIL, port=str(mail_server.port))
    kept = de.desk.mailbox.settings
    assert kept is not None
    assert kept.password is None
    de.desk.mailbox.keep(None)
