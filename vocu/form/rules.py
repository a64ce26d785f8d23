"""What JSON Schema cannot say: how the fields of one form depend on each other, and which commodities there are."""

from collections.abc import Iterator
from typing import Any

from vocu.form.codes import is_code, parents
from vocu.form.faults import Choice, Fault, FieldName
from vocu.form.messages import CrossCheck, Feedback, WarningNotice
from vocu.form.report import GoodsLine, Part, SeizureReport
from vocu.form.returns import ConfirmedTotal, DailyReturn, NationalReport, OutcomeReturn


def broken_rules(form: Part, added: frozenset[str]) -> Iterator[Fault]:
    """One fault per rule that is broken in a form that its schema accepts; `added` are the commodities that the
    operation added to the list."""
    match form:
        case SeizureReport():
            for number, line in enumerate(form.goods):
                yield from _goods_line(f"goods[{number}]", line, added)
            yield from _arrests(form)
        case DailyReturn():
            yield from _daily_return(form)
        case WarningNotice():
            yield from _commodity("commodity", form.commodity, added)
        case Feedback(seizure_report=str()) if form.result != "seized":
            yield Fault(
                "seizure_report",
                'leave it out, or say that {field} is "{code}"',
                _is("feedback", "result", "feedback_result", "seized"),
            )
        case CrossCheck():
            if form.hits and form.result != "hit":
                yield Fault(
                    "hits",
                    'leave it out, or say that {field} is "{code}"',
                    _is("cross_check", "result", "cross_check_result", "hit"),
                )
            yield from _no_more("hits", form.hits, FieldName("cross_check", "items"), form.items)
        case OutcomeReturn() if form.period_to < form.period_from:
            first = FieldName("outcome_return", "period_from")
            yield Fault("period_to", "is before {field}; give the first day first", {"field": first})
        case NationalReport():
            yield from _confirmed(form.totals, added)


def _goods_line(path: str, line: GoodsLine, added: frozenset[str]) -> Iterator[Fault]:
    yield from _commodity(f"{path}.commodity", line.commodity, added)
    basis = _is("seizure", "quantity_basis", "quantity_basis", "pending")
    pending = line.quantity_basis == "pending"
    if pending and line.quantity is not None:
        yield Fault(f"{path}.quantity", 'leave it out while {field} is "{code}", or name another basis', basis)
    if not pending and line.quantity is None:
        yield Fault(f"{path}.quantity", 'is missing; give it, or say that {field} is "{code}"', basis)
    if line.currency is None:
        if line.unit == "currency":
            unit = {"code": Choice("unit", ("currency",))}
            yield Fault(f"{path}.currency", 'is missing; the unit "{code}" needs the code of the currency', unit)
        elif any(amount is not None for amount in (line.value, line.duties, line.taxes)):
            yield Fault(f"{path}.currency", "is missing; value, duties and taxes need the code of the currency")


def _confirmed(totals: tuple[ConfirmedTotal, ...], added: frozenset[str]) -> Iterator[Fault]:
    seen: set[tuple[str, str, str | None]] = set()
    for number, line in enumerate(totals):
        path = f"totals[{number}]"
        yield from _commodity(f"{path}.commodity", line.commodity, added)
        if (line.unit == "currency") != (line.currency is not None):
            unit = {"code": Choice("unit", ("currency",))}
            yield Fault(f"{path}.currency", 'goes with the unit "{code}", and only with that', unit)
        key = (line.commodity, line.unit, line.currency)
        if key in seen:
            yield Fault(path, "names the same thing twice")
        seen.add(key)


def _commodity(path: str, commodity: str, added: frozenset[str]) -> Iterator[Fault]:
    if is_code("commodity", commodity):
        return
    if commodity not in added:
        yield Fault(
            path,
            '"{commodity}" is not a commodity of the list, nor one that the operation added',
            {"commodity": commodity},
        )
    elif not any(is_code("commodity", parent) for parent in parents(commodity)):
        yield Fault(path, '"{commodity}" was added under no commodity of the list', {"commodity": commodity})


def _daily_return(form: DailyReturn) -> Iterator[Fault]:
    for number, check in enumerate(form.checks):
        path = f"checks[{number}]"
        checked = FieldName("daily_return", f"{path}.checked")
        yield from _no_more(f"{path}.with_result", check.with_result, checked, check.checked)
        if form.kind == "nil" and check.with_result:
            control = _is("daily_return", "kind", "return_kind", "control")
            yield Fault(f"{path}.with_result", 'a nil return has no results; say that {field} is "{code}"', control)
    if form.kind == "control" and not form.checks:
        nil = _is("daily_return", "kind", "return_kind", "nil")
        yield Fault("checks", 'is missing; say what was checked, or say that {field} is "{code}"', nil)
    yield from _arrests(form)


def _arrests(form: SeizureReport | DailyReturn) -> Iterator[Fault]:
    involved = FieldName("seizure" if isinstance(form, SeizureReport) else "daily_return", "persons_involved")
    yield from _no_more("persons_arrested", form.persons_arrested, involved, form.persons_involved)


def _no_more(path: str, part: int | None, whole_field: FieldName, whole: int | None) -> Iterator[Fault]:
    if part is not None and whole is not None and part > whole:
        values = {"part": part, "whole": whole, "field": whole_field}
        yield Fault(path, "{part} is more than {whole}, the number in {field}", values)


def _is(form: str, field: str, code_list: str, code: str) -> dict[str, Any]:
    """That a field of the form holds that code."""
    return {"field": FieldName(form, field), "code": Choice(code_list, (code,))}
