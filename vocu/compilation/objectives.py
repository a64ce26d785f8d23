"""How far an operation has come towards what it set out to reach, by its own thresholds."""

from decimal import Decimal

from vocu.compilation.counting import Counted, Goods, credited, returns, total
from vocu.compilation.ledger import Ledger
from vocu.compilation.limits import Figures
from vocu.form.quantities import plain
from vocu.operation.statements import Objective


def objectives(ledger: Ledger, reports: list[Counted]) -> list[Figures]:
    """Each objective of the operation with what was reached of it, in the order in which they were set; `met` where
    the threshold is reached. The operational phase counts; quantities only as far as they are in the objective's own
    unit."""
    return [_progress(objective, ledger, reports) for objective in ledger.genesis.objectives]


def _progress(objective: Objective, ledger: Ledger, reports: list[Counted]) -> Figures:
    reached = _reached(objective, ledger, [entry for entry in reports if _concerns(objective, entry)])
    row: Figures = {"measure": objective.measure, "threshold": objective.threshold, "reached": plain(reached)}
    for name in ("name", "commodity", "unit"):
        if (told := getattr(objective, name)) is not None:
            row[name] = told
    return row | {"met": reached >= Decimal(objective.threshold)}


def _reached(objective: Objective, ledger: Ledger, reports: list[Counted]) -> Decimal:
    match objective.measure:
        case "reports":
            return Decimal(len(reports))
        case "seizures":
            return Decimal(sum(entry.stat.seizures for entry in reports))
        case "countries":
            return Decimal(len({ncp for entry in reports for ncp in credited(entry)}))
        case "controls":
            return Decimal(sum(check.checked for filed in returns(ledger) for check in filed.form.checks))
        case "quantity":
            amounts = [
                amount
                for entry in reports
                for goods, known in entry.goods.items()
                if goods.unit == objective.unit and _is_of(objective, goods)
                for amount in known
            ]
            return total(amounts) if amounts else Decimal(0)


def _concerns(objective: Objective, entry: Counted) -> bool:
    return any(_is_of(objective, goods) for goods in entry.goods)


def _is_of(objective: Objective, goods: Goods) -> bool:
    """Whether goods are of the commodity that an objective names, or below it."""
    family = objective.commodity
    return family is None or goods.commodity == family or goods.commodity.startswith(f"{family}.")
