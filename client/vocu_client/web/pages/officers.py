"""The administrator's page: who has an account at this desk, and what each may do."""

from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu_client.store.accounts import Account, Role
from vocu_client.team import ROLES
from vocu_client.web.visit import Visit, get, post


async def officers(visit: Visit) -> Response:
    return _page(visit, 200, None)


async def add(visit: Visit) -> Response:
    _require_team(visit)
    officer, name = (str(visit.form.get(field, "")).strip() for field in ("officer", "name"))
    try:
        code = visit.desk.team.add(visit.officer, officer, name, _role(visit))
    except VocuError as error:
        return _page(visit, 400, error, officer=officer, name=name)
    return visit.go("/officers", _give(visit, officer, code))


async def reset(visit: Visit) -> Response:
    _require_team(visit)
    officer = visit.path["officer"]
    return visit.go("/officers", _give(visit, officer, visit.desk.team.reset(visit.officer, officer)))


async def change_role(visit: Visit) -> Response:
    _require_team(visit)
    officer, role = visit.path["officer"], _role(visit)
    visit.desk.team.change_role(visit.officer, officer, role)
    notice = visit.words._("{name} is now: {role}.", name=_name(visit, officer), role=role_names(visit)[role])
    return visit.go("/officers", notice)


async def ask_close(visit: Visit) -> Response:
    """It cannot be undone, so it is asked once."""
    _require_team(visit)
    return visit.page("officer_close.html", account=visit.desk.team.account(visit.path["officer"]))


async def close(visit: Visit) -> Response:
    _require_team(visit)
    officer = visit.path["officer"]
    visit.desk.team.close(visit.officer, officer)
    return visit.go("/officers", visit.words._("The account of {name} is closed.", name=_name(visit, officer)))


async def set_four_eyes(visit: Visit) -> Response:
    _require_team(visit)
    on = "four_eyes" in visit.form
    visit.desk.team.set_four_eyes(visit.officer, on)
    _ = visit.words._
    return visit.go(
        "/officers",
        _("From now on a second officer approves each report that names somebody.")
        if on
        else _("From now on reports are sent without a second officer."),
    )


def role_names(visit: Visit) -> dict[Role, str]:
    """What each role is called, and may do."""
    _ = visit.words._
    return {
        "reader": _("Reader: reads everything that this desk may read"),
        "poster": _("Poster: also reports and writes"),
        "approver": _("Approver: also approves what others report"),
        "administrator": _("Administrator: also looks after accounts"),
    }


def _page(visit: Visit, status: int, error: VocuError | None, *, officer: str = "", name: str = "") -> Response:
    if not visit.site.team:
        return visit.page("officers_none.html")
    accounts = sorted(visit.desk.team.accounts(), key=_order)
    return visit.page(
        "officers.html",
        status,
        error=error,
        accounts=accounts,
        roles=role_names(visit),
        four_eyes=visit.desk.team.four_eyes,
        now=visit.site.now(),
        typed_officer=officer,
        typed_name=name,
    )


def _order(account: Account) -> tuple[bool, str]:
    return account.closed_at is not None, account.name.casefold()


def _give(visit: Visit, officer: str, code: str) -> str:
    return visit.words._(
        "Give {name} this code, in person or by telephone: {code} It is good once, for a day, at the login page under "
        "“I was given a code”. It is not shown again.",
        name=_name(visit, officer),
        code=code,
    )


def _name(visit: Visit, officer: str) -> str:
    return visit.desk.team.name_of(officer)


def _role(visit: Visit) -> Role:
    role = visit.form.get("role", "")
    for known in ROLES:
        if role == known:
            return known
    raise RefusedError("unknown-role", f"A role is one of: {', '.join(ROLES)}.")


def _require_team(visit: Visit) -> None:
    if not visit.site.team:
        raise RefusedError("no-team", "This desk is used by one officer and has no accounts.")


ROUTES = [
    get("/officers", officers, needs="desk", right="administer"),
    post("/officers", add, needs="desk", right="administer"),
    post("/officers/four-eyes", set_four_eyes, needs="desk", right="administer"),
    post("/officers/{officer}/reset", reset, needs="desk", right="administer"),
    post("/officers/{officer}/role", change_role, needs="desk", right="administer"),
    get("/officers/{officer}/close", ask_close, needs="desk", right="administer"),
    post("/officers/{officer}/close", close, needs="desk", right="administer"),
]
