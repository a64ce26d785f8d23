"""The pages on which an operation is planned: which fields stand on which, and the plan that they make."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from vocu.errors import MalformedError, RefusedError
from vocu.form.codes import Code, codes, parents
from vocu.form.faults import Fault, FormError
from vocu.form.quantities import plain
from vocu.operation.statements import Objective
from vocu.rendering.wording import Wording
from vocu_client.folding import fold
from vocu_client.planning import Plan, kept_until, require_plan
from vocu_client.transport import require_safe_address
from vocu_client.web.beginning import Typed

STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "organiser": ("hub", "token", "country", "code", "organiser_name"),
    "operation": ("name", "kind", "starts_day", "ends_day", "retention_day", "assessed_day", "zone", "handling"),
    "newsletter": ("profile", "cadence", "compile_hour", "issue", "mail"),
    "goods": ("commodities", "own_family", "own_name"),
    "objectives": ("objective_measure", "objective_number", "objective_unit", "objective_goods"),
    "keys": ("keys", "roots", "threshold"),
    "check": (),
}  # fmt: skip
"""The steps in their order, with the fields of each."""
BEGINS_WITH: Final[Mapping[str, str]] = {
    "kind": "JCO",
    "zone": "Europe/Brussels",
    "compile_hour": "18",
    "issue": "by_organiser",
    "profile": "open",
    "cadence": "daily",
    "mail": "notice",
    "handling": "TLP:AMBER",
    "keys": "2 of 3",
}
KEYS: Final = ("1 of 1", "2 of 3", "3 of 5", "other")
OWN_ROWS: Final = 2
"""Empty rows for commodities of one's own, and for objectives."""
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": tuple(code.id for code in codes("operation_type")),
    "issue": ("by_organiser", "automatic"),
    "profile": ("open", "sealed_stat"),
    "cadence": ("daily", "working_days", "weekly"),
    "mail": ("notice", "full"),
    "objective_measure": tuple(code.id for code in codes("objective_measure")),
}
_FOLLOWS: Final = ("organiser_name", "retention_day")
_SAID_ABOUT: Final = {
    "organiser": "code",
    "sub_commodities": "own_name",
    "roots": "keys",
    "objectives": "objective_number",
}


class Family(Struct, frozen=True):
    """A commodity with those below it."""

    code: Code
    below: tuple[Code, ...]


def families() -> list[Family]:
    """The tree of commodities, as it is offered; what is "not known" is no scope."""
    listed = [code for code in codes("commodity") if code.id != "not_known"]
    return [
        Family(top, tuple(code for code in listed if code.parent == top.id)) for top in listed if top.parent is None
    ]


def one(typed: Typed, name: str) -> str:
    """The text of a field that is there once."""
    return (typed.get(name) or [BEGINS_WITH.get(name, "")])[0].strip()


def organiser_of(typed: Typed) -> str:
    return one(typed, "code").upper() or one(typed, "country")


def own_commodities(typed: Typed) -> Iterator[tuple[str, str]]:
    """The commodities that the organiser adds: the family and the name, as typed."""
    for family, name in zip(typed.get("own_family", ()), typed.get("own_name", ()), strict=False):
        if name.strip():
            yield family, name.strip()


class Aim(NamedTuple):
    """One row of the objectives, as it was typed."""

    measure: str = "seizures"
    number: str = ""
    unit: str = ""
    goods: str = ""

    @property
    def objective(self) -> Objective | None:
        """None where the number is none, or not above zero."""
        try:
            threshold = plain(Decimal("".join(self.number.split())))
            unit = (self.unit or None) if self.measure == "quantity" else None
            values = {"measure": self.measure, "threshold": threshold, "commodity": self.goods or None, "unit": unit}
            found = msgspec.convert({name: value for name, value in values.items() if value}, Objective)
        except (ArithmeticError, MalformedError, msgspec.ValidationError):
            return None
        return None if found.threshold == "0" else found


def aims(typed: Typed) -> list[Aim]:
    """The objectives that were typed; a row without a number is none."""
    rows = zip(*(typed.get(field, ()) for field in STEPS["objectives"]), strict=False)
    return [aim for aim in (Aim(*(each.strip() for each in row)) for row in rows) if aim.number]


def plan_of(typed: Typed) -> Plan:
    """The plan that these fields make, be it possible or not."""
    chosen = typed.get("commodities", [])
    organiser = organiser_of(typed)
    threshold, roots = _keys(typed)
    values: dict[str, Any] = {
        "name": one(typed, "name"),
        "kind": one(typed, "kind"),
        "organiser": organiser,
        "organiser_name": one(typed, "organiser_name") or Wording().country(organiser),
        "starts_day": one(typed, "starts_day"),
        "ends_day": one(typed, "ends_day"),
        "retention_day": one(typed, "retention_day") or kept_until(one(typed, "ends_day")),
        "zone": one(typed, "zone"),
        "compile_hour": _whole(one(typed, "compile_hour")),
        "issue": one(typed, "issue"),
        "profile": one(typed, "profile"),
        "cadence": one(typed, "cadence"),
        "mail": one(typed, "mail"),
        "assessed_day": one(typed, "assessed_day") or None,
        "objectives": tuple(aim.objective for aim in aims(typed) if aim.objective is not None),
        "handling": one(typed, "handling"),
        # What stands under a chosen family is chosen with it.
        "commodities": tuple(code for code in chosen if not set(parents(code)) & set(chosen)),
        "sub_commodities": tuple(f"{family}.{_own_code(name)}" for family, name in own_commodities(typed)),
        "roots": roots,
        "threshold": threshold,
    }
    return Plan(**values)


def faults_of(typed: Typed, step: str | None = None) -> list[Fault]:
    """What is wrong with the fields of one step, or with all of them. Raises RefusedError for an unknown marking."""
    found = [*_hub_faults(typed), *_choice_faults(typed), *_own_faults(typed), *_aim_faults(typed)]
    try:
        require_plan(plan_of(typed))
    except FormError as error:
        told = [Fault(_SAID_ABOUT.get(each.path, each.path), each.message, each.values) for each in error.faults]
        # What is left empty follows from another field; the fault is told there.
        found += [each for each in told if each.path not in _FOLLOWS or one(typed, each.path)]
    return [each for each in found if step is None or each.path in STEPS[step]]


def step_of(fault: Fault) -> str:
    """The step on which the field of a fault stands."""
    return next((step for step, fields in STEPS.items() if fault.path in fields), "organiser")


def _hub_faults(typed: Typed) -> Iterator[Fault]:
    hub = one(typed, "hub")
    try:
        require_safe_address(hub)
        safe = bool(urlsplit(hub).hostname)
    except (RefusedError, ValueError):
        safe = False
    if not safe:
        yield Fault("hub", "The hub's address begins with https://; ask who keeps the hub for it.")
    if not one(typed, "token"):
        yield Fault("token", "A hub takes a new operation only with the token that its keeper gives you.")


def _choice_faults(typed: Typed) -> Iterator[Fault]:
    for field, choices in CHOICES.items():
        chosen = [aim.measure for aim in aims(typed)] if field == "objective_measure" else [one(typed, field)]
        if not set(chosen) <= set(choices):
            yield Fault(field, "Choose one of those that are offered.")


def _aim_faults(typed: Typed) -> Iterator[Fault]:
    for aim in aims(typed):
        if aim.objective is None:
            yield Fault(
                "objective_number", "'{number}' is not a number above zero; write it as 1000 or 0.5.",
                {"number": aim.number},
            )  # fmt: skip


def _own_faults(typed: Typed) -> Iterator[Fault]:
    for _, name in own_commodities(typed):
        if not _own_code(name):
            yield Fault("own_name", "Write the name '{name}' in Latin letters, beginning with one.", {"name": name})


def _own_code(name: str) -> str:
    """The last step of the code of a commodity that is called so; empty where its letters make none."""
    code = "_".join("".join(sign if sign.isalnum() else " " for sign in fold(name)).split())
    return code if code.isascii() and code.isidentifier() else ""


def _keys(typed: Typed) -> tuple[int, int]:
    """How many must sign, of how many."""
    chosen = one(typed, "keys")
    if chosen == "other":
        return _whole(one(typed, "threshold")), _whole(one(typed, "roots"))
    threshold, _, roots = chosen.partition(" of ")
    return _whole(threshold), _whole(roots)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else -1
