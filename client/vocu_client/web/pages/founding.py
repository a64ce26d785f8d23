"""An operation is founded step by step; nothing of it can be changed later, so all of it is shown before."""

import asyncio
from zoneinfo import available_timezones

from starlette.responses import Response

from vocu.errors import RefusedError, VocuError
from vocu.form.codes import codes, countries
from vocu.form.faults import Fault
from vocu_client import founding
from vocu_client.web.beginning import beginning, beside, make_desk, passphrase_faults, require_absent, texts
from vocu_client.web.plan_form import (
    CHOICES,
    KEYS,
    OWN_ROWS,
    STEPS,
    Aim,
    aims,
    families,
    faults_of,
    one,
    own_commodities,
    plan_of,
    step_of,
)
from vocu_client.web.visit import Visit, get, post

FIRST_ANSWER_SECONDS = 10
MARKINGS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED", "H0", "H1", "H2", "H3", "LIMITE")


async def step(visit: Visit) -> Response:
    """One of the steps, with what was typed on it before."""
    require_absent(visit)
    return _page(visit, _step(visit))


async def take_step(visit: Visit) -> Response:
    """Keep what was typed; go on where nothing is wrong with it."""
    if visit.site.service.state != "absent":
        return visit.go("/")  # the second of two clicks
    require_absent(visit)
    here = _step(visit)
    if here == "check":
        return await _found(visit)
    typed = beginning(visit).typed.setdefault(visit.session, {})
    typed |= texts(visit, STEPS[here])
    if "more" in visit.form:
        filled = aims(typed) if here == "objectives" else list(own_commodities(typed))
        return _page(visit, here, rows=len(filled) + OWN_ROWS + 3)
    faults = faults_of(typed, here)
    if faults:
        return _page(visit, here, faults)
    steps = list(STEPS)
    return visit.go(f"/start/found/{steps[steps.index(here) + 1]}")


async def _found(visit: Visit) -> Response:
    typed = beginning(visit).typed.setdefault(visit.session, {})
    secret = texts(visit, ("passphrase", "again"))
    faults = [*faults_of(typed), *passphrase_faults(secret)]
    if faults:
        return _page(visit, "check", faults)
    home, plan, passphrase = visit.site.service.home, plan_of(typed), secret["passphrase"][0]
    hub, token = one(typed, "hub"), one(typed, "token")
    try:
        await make_desk(visit, lambda: founding.create_operation(home, hub, token, plan, passphrase), passphrase)
    except VocuError as error:
        if visit.site.service.desk is not None:
            return visit.go("/")
        return _page(visit, "check", [], error)
    await _first_answer(visit)
    return visit.go("/operation/keys", visit.words._("The operation {name} is founded.", name=plan.name))


async def _first_answer(visit: Visit) -> None:
    """A founder waits for nobody but the hub: a moment, until it shows the operation."""
    for _ in range(FIRST_ANSWER_SECONDS * 20):
        if visit.site.service.state == "open":
            return
        await asyncio.sleep(0.05)


def _step(visit: Visit) -> str:
    name = str(visit.path["step"])
    if name not in STEPS:
        raise RefusedError("no-such-page", "There is no such page at this desk.")
    return name


def _page(
    visit: Visit, here: str, faults: list[Fault] | None = None, error: VocuError | None = None, rows: int = 0
) -> Response:
    typed = beginning(visit).typed.setdefault(visit.session, {})
    if here == "check" and faults is None:
        faults = faults_of(typed)
    own = list(own_commodities(typed))
    names = {code: visit.words.country(code) for code in countries()}
    steps = list(STEPS)
    return visit.page(
        f"found_{here}.html",
        400 if visit.request.method == "POST" and (faults or error) else 200,
        steps=steps,
        here=here,
        before=steps[steps.index(here) - 1] if here != steps[0] else None,
        one=lambda name: one(typed, name),
        errors=beside(visit, faults or ()),
        where={fault.path: step_of(fault) for fault in faults or ()},
        error=error,
        plan=plan_of(typed),
        countries=sorted(names.items(), key=lambda item: item[1]),
        kinds=[code.id for code in codes("operation_type")],
        markings=MARKINGS,
        zones=sorted(available_timezones()),
        families=families(),
        chosen=frozenset(typed.get("commodities", ())),
        own=own + [("", "")] * max(OWN_ROWS, rows - len(own)),
        aims=aims(typed) + [Aim()] * max(OWN_ROWS, rows - len(aims(typed))),
        measures=CHOICES["objective_measure"],
        units=[code.id for code in codes("unit") if code.id != "not_known"],
        keys=KEYS,
    )


ROUTES = [
    get("/start/found/{step}", step, needs="nothing", right="administer"),
    post("/start/found/{step}", take_step, needs="nothing", right="administer"),
]
