"""What the organiser decides about a new operation, and what no operation can be."""

from collections.abc import Iterator
from datetime import date
from typing import Literal
from zoneinfo import available_timezones

from msgspec import Struct

from vocu.errors import MalformedError
from vocu.form.codes import codes, is_code
from vocu.operation.handling import require_ceiling

MAX_NAME = 120


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
    roots: int = 1
    threshold: int = 1


def require_plan(plan: Plan) -> None:
    """Raises MalformedError(bad-plan) with everything that is wrong, or RefusedError for an unknown marking.

    Nothing can be corrected once an operation is founded, so nothing is founded that nobody can have meant.
    """
    require_ceiling(plan.handling, plan.handling)
    faults = tuple(_faults(plan))
    if faults:
        raise MalformedError("bad-plan", "No operation can be founded on this; correct what is listed.", faults)


def _faults(plan: Plan) -> Iterator[str]:
    for what, name in (("name", plan.name), ("organiser's name", plan.organiser_name)):
        if not 1 <= len(name) <= MAX_NAME:
            yield f"{what}: it has 1 to {MAX_NAME} characters"
    days = {"first day": plan.starts_day, "last day": plan.ends_day, "retention day": plan.retention_day}
    wrong = [what for what, day in days.items() if not _is_day(day)]
    for what in wrong:
        yield f"{what}: {days[what]!r} is not a day; write it as 2024-06-03"
    if not wrong and not plan.starts_day <= plan.ends_day <= plan.retention_day:
        yield "days: an operation starts, ends, and is kept for a while, in this order"
    if plan.zone not in available_timezones():
        yield f"zone: {plan.zone!r} is not a time zone; give one such as Europe/Athens"
    if not 1 <= plan.threshold <= plan.roots <= 15:
        yield f"roots: {plan.threshold} of {plan.roots} root keys cannot sign; of up to 15 at least one does"
    families = ", ".join(code.id for code in codes("commodity") if "." not in code.id)
    for added in plan.sub_commodities:
        if not is_code("commodity", added.rpartition(".")[0]) or not added.rpartition(".")[2].isidentifier():
            yield f"sub-commodity: {added!r} is not of the form family.own_name; the families are {families}"
    for commodity in plan.commodities:
        if not is_code("commodity", commodity) and commodity not in plan.sub_commodities:
            yield f"commodity: there is no {commodity!r}; the families are {families}"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
