"""What JSON Schema cannot say: how the fields of one form depend on each other, and which commodities there are."""

from collections.abc import Iterator

from vocu.form.codes import is_code, parents
from vocu.form.messages import CrossCheck, Feedback, WarningNotice
from vocu.form.report import GoodsLine, Part, SeizureReport
from vocu.form.returns import DailyReturn, OutcomeReturn


def broken_rules(form: Part, added: frozenset[str]) -> Iterator[str]:
    """One finding per fault, "path: what to do", in a form that its schema accepts; `added` are the commodities that
    the operation added to the list."""
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
            yield 'seizure_report: leave it out, or say that result is "seized"'
        case CrossCheck():
            if form.hits and form.result != "hit":
                yield 'hits: leave it out, or say that result is "hit"'
            yield from _no_more("hits", form.hits, "items", form.items)
        case OutcomeReturn() if form.period_to < form.period_from:
            yield "period_to: is before period_from; give the first day first"


def _goods_line(path: str, line: GoodsLine, added: frozenset[str]) -> Iterator[str]:
    yield from _commodity(f"{path}.commodity", line.commodity, added)
    pending = line.quantity_basis == "pending"
    if pending and line.quantity is not None:
        yield f'{path}.quantity: leave it out while quantity_basis is "pending", or name another basis'
    if not pending and line.quantity is None:
        yield f'{path}.quantity: is missing; give it, or say that quantity_basis is "pending"'
    if line.currency is None:
        if line.unit == "currency":
            yield f'{path}.currency: is missing; the unit "currency" needs the code of the currency'
        elif any(amount is not None for amount in (line.value, line.duties, line.taxes)):
            yield f"{path}.currency: is missing; value, duties and taxes need the code of the currency"


def _commodity(path: str, commodity: str, added: frozenset[str]) -> Iterator[str]:
    if is_code("commodity", commodity):
        return
    if commodity not in added:
        yield f'{path}: "{commodity}" is not a commodity of the list, nor one that the operation added'
    elif not any(is_code("commodity", parent) for parent in parents(commodity)):
        yield f'{path}: "{commodity}" was added under no commodity of the list'


def _daily_return(form: DailyReturn) -> Iterator[str]:
    for number, check in enumerate(form.checks):
        path = f"checks[{number}]"
        yield from _no_more(f"{path}.with_result", check.with_result, f"{path}.checked", check.checked)
        if form.kind == "nil" and check.with_result:
            yield f'{path}.with_result: a nil return has no results; say that kind is "control"'
    if form.kind == "control" and not form.checks:
        yield 'checks: is missing; say what was checked, or say that kind is "nil"'
    yield from _arrests(form)


def _arrests(form: SeizureReport | DailyReturn) -> Iterator[str]:
    yield from _no_more("persons_arrested", form.persons_arrested, "persons_involved", form.persons_involved)


def _no_more(path: str, part: int | None, whole_path: str, whole: int | None) -> Iterator[str]:
    if part is not None and whole is not None and part > whole:
        yield f"{path}: {part} is more than {whole}, the number in {whole_path}"
