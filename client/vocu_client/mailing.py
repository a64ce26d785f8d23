"""Tells the duty mailbox by electronic mail: that a newsletter is out, and that something addressed to this contact
point lies unopened. A notice names nothing of what it is about; a whole newsletter goes out only where the operation
allows it. Nothing is sent twice: what may have gone out counts as sent (store/mailbox.py)."""

import hashlib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import aiosmtplib
from msgspec import Struct

from vocu.canonical import b64
from vocu.compilation.newsletter import notable_facts
from vocu.errors import RefusedError, SealedError
from vocu.ids import newsletter_id
from vocu.operation import events
from vocu.rendering.html import newsletter_html
from vocu.rendering.text import newsletter_text
from vocu.rendering.wording import Wording
from vocu_client.app import Desk
from vocu_client.overviews.concern import TO_ALL, concerns
from vocu_client.store.mailbox import MailSettings

MINUTE_MS: Final = 60_000
PATIENCE_SECONDS: Final = 30
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_NO_ANSWER_WANTED: Final = (*TO_ALL, events.DirectorySent, events.ReadingConfirmed)
_CERTAINLY_NOT_SENT: Final = (
    aiosmtplib.SMTPConnectError,
    aiosmtplib.SMTPAuthenticationError,
    aiosmtplib.SMTPNotSupported,
    aiosmtplib.SMTPHeloError,
    aiosmtplib.SMTPSenderRefused,
    aiosmtplib.SMTPRecipientsRefused,
    aiosmtplib.SMTPDataError,
    ssl.SSLCertVerificationError,
)


class Letter(Struct, frozen=True):
    """One message, and the keys under which it counts as sent."""

    keys: tuple[str, ...]
    subject: str
    text: str
    html: str | None = None


class Mailer:
    """Of one desk; what it has looked at once it does not look at again."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._seen = 0
        self._unopened: dict[int, int] = {}

    async def send_due(self, now: int) -> int:
        """Send what is due at this instant (UTC milliseconds). How many letters the mail server took.

        Raises RefusedError(mail-failed) where it took none; they are due again the next time.
        """
        settings = self.desk.mailbox.settings
        if settings is None or self.desk.view.alarmed or not self.desk.view.size:
            return 0
        count = 0
        for letter in self.due(settings, now):
            if self.desk.mailbox.begin(letter.keys, now):
                await self._hand_over(letter, settings, now)
                count += 1
        return count

    async def _hand_over(self, letter: Letter, settings: MailSettings, now: int) -> None:
        mailbox = self.desk.mailbox
        try:
            await send(settings, compose(settings, letter, self.desk.view.state.op, now))
        except _CERTAINLY_NOT_SENT as error:
            mailbox.not_sent(letter.keys)
            raise _failed(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:  # in the middle: it may have been taken
            raise _failed(error) from error
        mailbox.sent(letter.keys)

    def due(self, settings: MailSettings, now: int) -> Iterator[Letter]:
        """What nobody was told of yet."""
        told = self.desk.mailbox.told()
        words = Wording(settings.language)
        yield from self._newsletters(settings, words, told)
        yield from self._duty(settings, words, told, now)

    def _newsletters(self, settings: MailSettings, words: Wording, told: frozenset[str]) -> Iterator[Letter]:
        state = self.desk.view.state
        for day, compiled in sorted(state.compiled.items()):
            key = f"newsletter {day}"
            issued = newsletter_id(state.op, day) in state.issued
            if not issued or compiled.position < settings.since or key in told:
                continue
            if settings.newsletters == "full" and state.genesis.mail == "full" and self._opens(day):
                yield self._whole(key, day, words)
            else:
                subject = words._("vocu: a newsletter is out")
                yield Letter((key,), subject, words._("A newsletter is out. Open your desk to read it.") + "\n")

    def _opens(self, day: str) -> bool:
        """Whether this desk can read that newsletter: its figures may be sealed, and older than this desk."""
        try:
            self.desk.reading.figures_of(day)
        except SealedError:
            return False
        return True

    def _whole(self, key: str, day: str, words: Wording) -> Letter:
        desk = self.desk
        figures = desk.reading.figures_of(day)
        issued = desk.reading.words_of(day)
        body = issued[1].body if issued and issued[1] else None
        notable = notable_facts(desk.ledger, issued[0].notable) if issued and issued[0].notable else None
        header = figures["header"]
        subject = words._(
            "{operation}: newsletter {number}", operation=header["operation"], number=words.number(header["number"])
        )
        return Letter(
            (key,),
            " ".join(subject.split()),
            newsletter_text(figures, body, notable, words.language),
            newsletter_html(figures, body, notable, words.language, mail=True),
        )

    def _duty(self, settings: MailSettings, words: Wording, told: frozenset[str], now: int) -> Iterator[Letter]:
        self._look(settings.since)
        late = [index for index, at in self._unopened.items() if at + settings.minutes * MINUTE_MS <= now]
        opened = self.desk.marks.opened(late)
        keys = {index: f"unopened {index}" for index in late}
        new = [index for index in late if index not in opened and keys[index] not in told]
        for index in set(late) - set(new):
            del self._unopened[index]
        if new:
            waiting = words.n_(
                "{n} entry addressed to your contact point has not been opened for {minutes} minutes.",
                "{n} entries addressed to your contact point have not been opened for {minutes} minutes.",
                len(new),
                minutes=words.number(settings.minutes),
            )
            text = f"{waiting}\n{words._('Open your desk to read what it is; this message says nothing of it.')}\n"
            yield Letter(tuple(keys[index] for index in new), words._("vocu: your contact point is waited for"), text)

    def _look(self, since: int) -> None:
        """Note what came since, and is for this contact point to open."""
        view = self.desk.view
        for accepted in view.acts[max(self._seen, since) : view.size]:
            act = accepted.act
            if (
                act is not None
                and not isinstance(act.event, _NO_ANSWER_WANTED)
                and concerns(self.desk.settings.ncp, act, view)
            ):
                self._unopened[accepted.index] = accepted.at
        self._seen = view.size


def require_mail(settings: MailSettings, desk: Desk) -> None:
    """Raises RefusedError where a desk may not send mail so."""
    if settings.security == "none" and settings.host not in _THIS_MACHINE:
        raise RefusedError(
            "mail-in-the-clear", "Mail leaves this machine over TLS only; choose starttls or tls for this server."
        )
    if settings.newsletters == "full" and desk.view.size and desk.view.state.genesis.mail != "full":
        raise RefusedError(
            "mail-notice-only",
            "This operation allows notices only: whole newsletters do not leave the desks by e-mail.",
        )


async def send_trial(settings: MailSettings, op: str, now: int) -> None:
    """Send a message that says that mail works. Raises RefusedError(mail-failed)."""
    words = Wording(settings.language)
    text = words._("This desk can send mail to you. Nothing has happened in the operation.") + "\n"
    letter = Letter((f"trial {now}",), words._("vocu: a trial"), text)
    try:
        await send(settings, compose(settings, letter, op, now))
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _failed(error) from error


def _failed(error: Exception) -> RefusedError:
    return RefusedError(
        "mail-failed",
        "The mail server did not take the message; look at its address, the password and the recipients.",
        (" ".join(str(error).split())[:200] or type(error).__name__,),
    )


def compose(settings: MailSettings, letter: Letter, op: str, now: int) -> EmailMessage:
    """The message as it travels. Its id follows from what it tells, so that a mail system can know it again."""
    message = EmailMessage()
    message["Subject"] = letter.subject
    message["From"] = Address("vocu", addr_spec=settings.sender)
    message["To"] = ", ".join(settings.recipients)
    message["Date"] = format_datetime(datetime.fromtimestamp(now / 1000, UTC))
    message["Message-ID"] = _message_id(settings, letter, op)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply, please
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    return message


def _message_id(settings: MailSettings, letter: Letter, op: str) -> str:
    told = hashlib.sha256("\0".join((op, settings.sender, *letter.keys)).encode()).digest()
    return f"<{b64(told)}@{settings.sender.rpartition('@')[2]}>"


async def send(settings: MailSettings, message: EmailMessage) -> None:
    """Hand a message to the mail server (RFC 5321). Raises aiosmtplib.SMTPException, OSError."""
    await aiosmtplib.send(
        message,
        hostname=settings.host,
        port=settings.port,
        username=settings.user,
        password=settings.password,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        tls_context=ssl.create_default_context() if settings.security != "none" else None,
        timeout=PATIENCE_SECONDS,
    )
