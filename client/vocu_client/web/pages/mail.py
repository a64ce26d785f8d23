"""Electronic mail: how the duty mailbox hears that it is waited for, and that a newsletter is out."""

from typing import Any

import msgspec
from starlette.responses import Response

from vocu.errors import MalformedError, RefusedError, VocuError
from vocu_client.mailing import MINUTE_MS, require_mail, send_trial
from vocu_client.store.mailbox import MailSettings
from vocu_client.web.visit import Visit, get, post

SURE_AFTER_MINUTES = 5


async def overview(visit: Visit) -> Response:
    settings = visit.desk.mailbox.settings
    return _page(visit, 200, _typed(settings) if settings is not None else {}, None)


async def keep(visit: Visit) -> Response:
    """Send a trial first: what the mail server does not take is not kept."""
    typed = {name: str(visit.form.get(name, "")).strip() for name in (*_TEXTS, *_NUMBERS, "password")}
    try:
        settings = _settings(visit, typed)
        require_mail(settings, visit.desk)
        await send_trial(settings, visit.desk.settings.op, visit.site.now())
    except VocuError as error:
        return _page(visit, 400, typed, error)
    visit.desk.mailbox.keep(settings)
    return visit.go("/mail", visit.words._("Kept. A trial message was sent; look whether it has arrived."))


async def off(visit: Visit) -> Response:
    visit.desk.mailbox.keep(None)
    return visit.go("/mail", visit.words._("This desk sends no mail any more."))


_TEXTS = ("host", "security", "sender", "recipients", "user", "newsletters", "language")
_NUMBERS = ("port", "minutes")


def _settings(visit: Visit, typed: dict[str, str]) -> MailSettings:
    """What was typed; the password that is kept already where none was. Only what comes from now on is told."""
    before = visit.desk.mailbox.settings
    values: dict[str, Any] = {name: typed[name] for name in _TEXTS if typed[name]}
    values |= {name: int(typed[name]) if typed[name].isascii() and typed[name].isdigit() else 0 for name in _NUMBERS}
    values["recipients"] = typed["recipients"].replace(",", " ").replace(";", " ").split()
    values["since"] = before.since if before is not None else visit.desk.view.size
    if typed["password"]:
        values["password"] = typed["password"]
    elif before is not None and before.password is not None and before.host == typed["host"]:
        values["password"] = before.password  # never to another server than the one it was given for
    try:
        return msgspec.convert(values, MailSettings)
    except msgspec.ValidationError as error:
        field = str(error).partition("$.")[2].rstrip("`").partition("[")[0] or "host"
        raise MalformedError("bad-mail", f"This cannot be a mail server or mailbox: {error}.", (field,)) from None


def _typed(settings: MailSettings) -> dict[str, str]:
    typed = {name: str(getattr(settings, name) or "") for name in (*_TEXTS, *_NUMBERS)}
    return typed | {"recipients": " ".join(settings.recipients)}


def _page(visit: Visit, status: int, typed: dict[str, str], error: VocuError | None) -> Response:
    defaults = dict.fromkeys((*_TEXTS, *_NUMBERS), "")
    defaults |= {"port": "587", "security": "starttls", "minutes": "30", "newsletters": "notice"}
    failed: RefusedError | None = visit.site.service.mail_failed
    return visit.page(
        "mail.html",
        status,
        settings=visit.desk.mailbox.settings,
        typed=defaults | {"language": visit.words.language} | typed,
        error=error,
        wrong=error.details[0] if isinstance(error, MalformedError) and error.details else "",
        failed=failed,
        unsure=len(visit.desk.mailbox.unsure(visit.site.now() - SURE_AFTER_MINUTES * MINUTE_MS)),
        whole_allowed=visit.desk.view.state.genesis.mail == "full",
    )


ROUTES = [
    get("/mail", overview, right="administer"),
    post("/mail", keep, right="administer"),
    post("/mail/off", off, right="administer"),
]
