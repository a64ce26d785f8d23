"""What JSON Schema cannot say: how the fields of one form depend on each other.

Each rule gets a form that its schema accepts, and yields one finding per fault: the path, and what to do.
"""

from collections.abc import Callable, Iterator
from typing import Any

from vocu.form.codes import is_code, parents

Findings = Iterator[str]


def seizure(form: dict[str, Any], added: frozenset[str]) -> Findings:
    """Every goods line in itself; no more persons arrested than involved; transit only between known ends."""
    for number, line in enumerate(form["goods"]):
        yield from _goods_line(f"goods[{number}]", line, added)
    yield from _no_more(
        "persons_arrested", form.get("persons_arrested"), "persons_involved", form.get("persons_involved")
    )


def _goods_line(path: str, line: dict[str, Any], added: frozenset[str]) -> Findings:
    yield from _commodity(f"{path}.commodity", line["commodity"], added)
    pending = line.get("quantity_basis") == "pending"
    if pending and "quantity" in line:
        yield f'{path}.quantity: leave it out while quantity_basis is "pending", or name another basis'
    if not pending and "quantity" not in line:
        yield f'{path}.quantity: is missing; give it, or say that quantity_basis is "pending"'
    money = [name for name in ("value", "duties", "taxes") if name in line]
    if "currency" not in line:
        if line["unit"] == "currency":
            yield f'{path}.currency: is missing; the unit "currency" needs the currency\'s code'
        elif money:
            yield f"{path}.currency: is missing; {money[0]} needs the currency's code"


def _commodity(path: str, commodity: str, added: frozenset[str]) -> Findings:
    if is_code("commodity", commodity):
        return
    if commodity not in added:
        yield f'{path}: "{commodity}" is not a commodity of the list, nor one that the operation added'
    elif not any(is_code("commodity", parent) for parent in parents(commodity)):
        yield f'{path}: "{commodity}" was added under no commodity of the list'


def _no_more(path: str, part: int | None, whole_path: str, whole: int | None) -> Findings:
    if part is not None and whole is not None and part > whole:
        yield f"{path}: {part} is more than {whole}, the number in {whole_path}"


def daily_return(form: dict[str, Any], added: frozenset[str]) -> Findings:  # noqa: ARG001 - one signature for all
    """A nil return reports no result; a control return reports controls; results never exceed controls."""
    checks = form.get("checks", [])
    for number, check in enumerate(checks):
        path = f"checks[{number}]"
        yield from _no_more(f"{path}.with_result", check["with_result"], f"{path}.checked", check["checked"])
        if form["kind"] == "nil" and check["with_result"]:
            yield f'{path}.with_result: a nil return has no results; say that kind is "control"'
    if form["kind"] == "control" and not checks:
        yield 'checks: is missing; say what was checked, or say that kind is "nil"'
    yield from _no_more(
        "persons_arrested", form.get("persons_arrested"), "persons_involved", form.get("persons_involved")
    )


def warning(form: dict[str, Any], added: frozenset[str]) -> Findings:
    """The commodity is on the list."""
    yield from _commodity("commodity", form["commodity"], added)


def feedback(form: dict[str, Any], added: frozenset[str]) -> Findings:  # noqa: ARG001
    """Only a seizure has a report of the seizure."""
    if "seizure_report" in form and form["result"] != "seized":
        yield 'seizure_report: leave it out, or say that result is "seized"'


def cross_check(form: dict[str, Any], added: frozenset[str]) -> Findings:  # noqa: ARG001
    """Hits only where there was a hit, and no more than items."""
    if form.get("hits") and form["result"] != "hit":
        yield 'hits: leave it out, or say that result is "hit"'
    yield from _no_more("hits", form.get("hits"), "items", form.get("items"))


def outcome_return(form: dict[str, Any], added: frozenset[str]) -> Findings:  # noqa: ARG001
    """The period ends no earlier than it begins."""
    if form["period_to"] < form["period_from"]:
        yield "period_to: is before period_from; swap them"


RULES: dict[str, Callable[[dict[str, Any], frozenset[str]], Findings]] = {
    "seizure": seizure,
    "daily_return": daily_return,
    "warning": warning,
    "feedback": feedback,
    "cross_check": cross_check,
    "outcome_return": outcome_return,
}
