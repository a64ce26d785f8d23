"""An officer's own account: password, passkeys, and how he likes his pages."""

from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu_client.store.preferences import Preference
from vocu_client.web.pages.login import JSON, begin
from vocu_client.web.visit import Visit, get, post


async def account(visit: Visit) -> Response:
    return _page(visit, 200, None)


async def change_password(visit: Visit) -> Response:
    _require_team(visit)
    old, new, again = (str(visit.form.get(name, "")) for name in ("old", "password", "again"))
    try:
        if new != again:
            raise RefusedError("passwords-differ", "The two passwords differ; type the new one twice the same.")
        token = await visit.site.passwords.tried(visit.desk.team.change_password, visit.officer, old, new)
    except VocuError as error:
        return _page(visit, 400, error)
    visit.site.notices.setdefault(token, []).append(
        visit.words._("Your password is changed. You are logged out everywhere else.")
    )
    return begin(visit, token, "/account")


async def passkey_options(visit: Visit) -> Response:
    _require_team(visit)
    team = visit.desk.team
    return Response(team.passkeys.registration(team.account(visit.officer.id), visit.site.address), media_type=JSON)


async def add_passkey(visit: Visit) -> Response:
    """What the device answered, sent by a script that went on from the options."""
    _require_team(visit)
    team, label = visit.desk.team, str(visit.form.get("label", ""))
    response = str(visit.form.get("response", ""))
    team.passkeys.register(team.account(visit.officer.id), visit.site.address, response, label)
    return visit.go("/account", visit.words._("This passkey now opens your account."))


async def remove_passkey(visit: Visit) -> Response:
    _require_team(visit)
    visit.desk.team.remove_passkey(visit.officer, str(visit.form.get("passkey", "")))
    return visit.go("/account", visit.words._("The passkey is removed."))


async def prefer(visit: Visit) -> Response:
    """Language, theme and notifications: kept for the officer, and used in this browser at once."""
    language, theme = str(visit.form.get("language", "")), str(visit.form.get("theme", ""))
    if language not in visit.site.languages() or theme not in ("system", "light", "dark"):
        raise RefusedError("unknown-choice", "This desk does not have that language or theme.")
    chosen = Preference(language=language, theme=theme, notifications="notifications" in visit.form)
    visit.desk.preferences.keep(visit.officer.id, chosen)
    response = visit.go("/account", visit.words._("Kept."))
    return visit.remember(visit.remember(response, "language", language), "theme", theme)


def _page(visit: Visit, status: int, error: VocuError | None) -> Response:
    team = visit.desk.team
    return visit.page(
        "account.html",
        status,
        error=error,
        passkeys=team.passkeys_of(visit.officer.id) if visit.site.team else [],
        passkeys_possible=visit.site.team and team.passkeys.possible(visit.site.address),
        preference=visit.desk.preferences.of(visit.officer.id),
    )


def _require_team(visit: Visit) -> None:
    if not visit.site.team:
        raise RefusedError("no-team", "This desk is used by one officer and has no accounts.")


ROUTES = [
    get("/account", account, needs="desk"),
    post("/account/password", change_password, needs="desk", right="read"),
    post("/account/passkey-options", passkey_options, needs="desk", right="read"),
    post("/account/passkeys", add_passkey, needs="desk", right="read"),
    post("/account/passkeys/remove", remove_passkey, needs="desk", right="read"),
    post("/account/preferences", prefer, needs="desk", right="read"),
]
