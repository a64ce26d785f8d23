"""What the organiser decides about a new operation, and what no operation can be."""

from collections.abc import Iterator
from typing import Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import Struct

from vocu.errors import MalformedError
from vocu.form.codes import codes, currencies, is_code
from vocu.form.days import is_day
from vocu.form.faults import Choice, Fault, FormError
from vocu.ids import NCPCode
from vocu.operation.handling import require_ceiling
from vocu.operation.statements import Objective

MAX_NAME = 120
MAX_ROOTS = 15
KEPT_YEARS = 5
HOURS = 24


class Plan(Struct, frozen=True, kw_only=True):
    """What the organiser decides about a new operation; days as YYYY-MM-DD, the hour in the operation's zone."""

    name: str
    kind: Literal["JCO", "JCPO", "JPO", "international", "regional"]
    organiser: str
    organiser_name: str
    starts_day: str
    ends_day: str
    retention_day: str
    zone: str = "Europe/Brussels"
    compile_hour: int = 18
    issue: Literal["by_organiser", "automatic"] = "by_organiser"
    handling: str = "TLP:AMBER"
    commodities: tuple[str, ...] = ()
    sub_commodities: tuple[str, ...] = ()
    cadence: Literal["daily", "working_days", "weekly"] = "daily"
    profile: Literal["open", "sealed_stat"] = "open"
    mail: Literal["notice", "full"] = "notice"
    objectives: tuple[Objective, ...] = ()
    assessed_day: str | None = None
    roots: int = 1
    threshold: int = 1


def require_plan(plan: Plan) -> None:
    """Raises FormError(bad-plan) with everything that is wrong, each fault with the name of its field, or RefusedError
    for an unknown marking.

    Nothing can be corrected once an operation is founded, so nothing is founded that nobody can have meant.
    """
    require_ceiling(plan.handling, plan.handling)
    faults = tuple(_faults(plan))
    if faults:
        raise FormError("bad-plan", "No operation can be founded on this; correct what is listed.", faults)


def read_objective(text: str) -> Objective:
    """An objective as it is typed: the measure, the threshold, a unit where it is a quantity, a commodity if it is
    about one. Raises MalformedError("bad-plan")."""
    measure, *rest = text.split() or [""]
    names = ("threshold", "unit", "commodity") if measure == "quantity" else ("threshold", "commodity")
    try:
        return msgspec.convert({"measure": measure} | dict(zip(names, rest, strict=False)), Objective)
    except msgspec.ValidationError:
        raise MalformedError(
            "bad-plan",
            f"'{text}' is not an objective; write it as 'seizures 100' or 'quantity 1000000 stick tobacco.cigarettes'.",
        ) from None


def kept_until(ends_day: str) -> str:
    """The day on which all is deleted where the organiser says nothing else: five years after the end."""
    year, _, rest = ends_day.partition("-")
    if not year.isdecimal():
        return ends_day  # the plan's own check says what is wrong with it
    return f"{int(year) + KEPT_YEARS:04}-{'02-28' if rest == '02-29' else rest}"


def _faults(plan: Plan) -> Iterator[Fault]:
    for field, name in (("name", plan.name), ("organiser_name", plan.organiser_name)):
        if not 1 <= len(name) <= MAX_NAME:
            yield Fault(field, "A name has 1 to {most} characters.", {"most": MAX_NAME})
    if not is_participant_code(plan.organiser):
        yield Fault("organiser", "A participant's code has 2 to 16 capital letters and digits, such as PL.")
    days = {"starts_day": plan.starts_day, "ends_day": plan.ends_day, "retention_day": plan.retention_day}
    wrong = [field for field, day in days.items() if not is_day(day)]
    for field in wrong:
        if days[field]:
            yield Fault(field, "'{day}' is not a day; write it as 2024-06-03.", {"day": days[field]})
        else:
            yield Fault(field, "This day is missing.")
    if not wrong and plan.starts_day > plan.ends_day:
        yield Fault("ends_day", "An operation starts, ends, and is kept for a while, in this order.")
    if not wrong and plan.ends_day > plan.retention_day:
        yield Fault("retention_day", "An operation starts, ends, and is kept for a while, in this order.")
    if plan.zone not in available_timezones():
        yield Fault("zone", "'{zone}' is not a time zone; give one such as Europe/Athens.", {"zone": plan.zone})
    if not 0 <= plan.compile_hour < HOURS:
        yield Fault("compile_hour", "The hour of the newsletter is from 0 to 23.")
    if not 1 <= plan.threshold <= plan.roots <= MAX_ROOTS:
        yield Fault(
            "roots",
            "{threshold} of {roots} root keys cannot sign; of up to {most} at least one does.",
            {"threshold": plan.threshold, "roots": plan.roots, "most": MAX_ROOTS},
        )
    families = Choice("commodity", tuple(code.id for code in codes("commodity") if "." not in code.id))
    for added in plan.sub_commodities:
        if not is_code("commodity", added.rpartition(".")[0]) or not added.rpartition(".")[2].isidentifier():
            yield Fault(
                "sub_commodities",
                "'{code}' is not of the form family.own_name; the families are {families}.",
                {"code": added, "families": families},
            )
    for commodity in plan.commodities:
        if not is_code("commodity", commodity) and commodity not in plan.sub_commodities:
            yield Fault(
                "commodities",
                "There is no '{code}'; the families are {families}.",
                {"code": commodity, "families": families},
            )
    yield from _objective_faults(plan)


def _objective_faults(plan: Plan) -> Iterator[Fault]:
    for objective in plan.objectives:
        if (objective.measure == "quantity") != (objective.unit is not None):
            yield Fault("objectives", "An objective has a unit where it is a quantity, and only there.")
        if objective.unit is not None and not is_code("unit", objective.unit) and objective.unit not in currencies():
            yield Fault("objectives", "There is no unit '{code}'.", {"code": objective.unit})
        known = objective.commodity is None or is_code("commodity", objective.commodity)
        if not known and objective.commodity not in plan.sub_commodities:
            families = Choice("commodity", tuple(code.id for code in codes("commodity") if "." not in code.id))
            yield Fault(
                "objectives",
                "There is no '{code}'; the families are {families}.",
                {"code": str(objective.commodity), "families": families},
            )
    if plan.assessed_day is not None and not is_day(plan.assessed_day):
        yield Fault("assessed_day", "'{day}' is not a day; write it as 2024-06-03.", {"day": plan.assessed_day})


def is_participant_code(code: str) -> bool:
    """Whether a participant may be named so: a country's code, or a body's."""
    try:
        msgspec.convert(code, NCPCode)
    except msgspec.ValidationError:
        return False
    return True
