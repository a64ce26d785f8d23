"""The results tables about money, and about quantities in other units: converted figures stand beside the raw ones."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from vocu.compilation.counting import Key, Total
from vocu.compilation.definitions import defined
from vocu.compilation.ledger import Ledger, Reference
from vocu.compilation.schedule import shifted
from vocu.compilation.table import COMMODITY, EMPTY, QUANTITY, REPORTS, SEIZURES, UNIT, Cell, Column, Table
from vocu.form.codes import is_code
from vocu.form.days import first_day, last_day, precision
from vocu.form.quantities import EXACT_RULES, Quantity, Rule, add_up, convert
from vocu.operation.bodies import ConversionRule

if TYPE_CHECKING:
    from vocu.compilation.selection import Money, Selection

CURRENCY = Column("currency", "Currency", "code", "currency")
VALUE_BASIS = Column("value_basis", "Basis of value", "code", "value_basis")
AMOUNTS = ("value", "duties", "taxes")
Amounts = dict[str, Decimal | None]
EURO: Final = "EUR"
RATE_AGE: Final = 7
"""Days for which a rate holds where none was published since: over a week-end and holidays."""
_CENT: Final = Decimal("0.01")
_WIDE: Final = Context(prec=120, rounding=ROUND_HALF_EVEN)


def compile_all(ledger: Ledger, reports: "Selection") -> list[Table]:
    """T03C, T13 and T13E."""
    money = reports.money()
    return [_converted(ledger.reference, reports), _values(money), _in_euro(ledger.reference, money)]


# --- T03C ---


def _converted(reference: Reference, reports: "Selection") -> Table:
    columns = (
        COMMODITY,
        REPORTS,
        SEIZURES,
        QUANTITY,
        UNIT,
        Column("rule", "Rule"),
        Column("factor", "Factor", "quantity"),
        Column("converted", "Converted", "quantity"),
        Column("converted_unit", "Converted into", "code", "unit"),
    )
    return defined("T03C", columns, _converted_rows(_rules(reference), reports))


def _rules(reference: Reference) -> list[ConversionRule]:
    """The organiser's rules, then those that hold by definition."""
    exact = (
        ConversionRule(name=rule.name, source=rule.source, target=rule.target, factor=str(rule.factor))
        for rule in EXACT_RULES
    )
    return [*reference.rules, *exact]


def _converted_rows(rules: list[ConversionRule], reports: "Selection") -> Iterator[tuple[Cell, ...]]:
    @cache
    def valid_on(day: str) -> list[tuple[str]]:
        """The numbers of the rules that are valid on all of a day, month or year."""
        return [(" ".join(str(number) for number, rule in enumerate(rules) if _holds_on(rule, day)),)]

    groups: dict[tuple[str, str, bool, int], Total] = {}
    for (valid,), goods, figures in reports.by_goods("day", spread=valid_on):
        if goods.unit != "currency" and not is_code("unit", goods.unit):
            continue  # money, which a rate converts
        held = [] if goods.open else _that_reach(rules, map(int, valid.split()), goods.commodity, goods.unit)
        for number in held or [len(rules)]:
            key = (goods.commodity, goods.unit, goods.open, number)
            groups[key] = _both(groups[key], figures) if key in groups else figures
    for (commodity, unit, is_open, number), figures in sorted(groups.items(), key=lambda group: group[0]):
        raw: Cell = EMPTY if figures.quantity is None else figures.quantity
        told = (commodity, figures.reports, figures.seizures, raw, unit)
        if is_open or number == len(rules):
            yield *told, EMPTY, EMPTY, EMPTY, EMPTY
        else:
            yield *told, *_by_rule(rules[number], figures.quantity or Decimal(0))


def _holds_on(rule: ConversionRule, day: str) -> bool:
    if rule.valid_from is not None and first_day(day).isoformat() < rule.valid_from:
        return False
    return rule.valid_to is None or last_day(day).isoformat() <= rule.valid_to


def _that_reach(rules: list[ConversionRule], valid: Iterable[int], commodity: str, unit: str) -> list[int]:
    """The numbers of the rules that convert these goods: into each unit the first one that does."""
    found: dict[str, int] = {}
    for number in valid:
        rule = rules[number]
        of_goods = rule.commodity is None or f"{commodity}.".startswith(f"{rule.commodity}.")
        if rule.source == unit and of_goods:
            found.setdefault(rule.target, number)
    return list(found.values())


def _both(one: Total, other: Total) -> Total:
    return Total(one.reports + other.reports, one.seizures + other.seizures, _added(one.quantity, other.quantity))


def _by_rule(rule: ConversionRule, amount: Decimal) -> tuple[Cell, ...]:
    factor = Decimal(rule.factor)
    exact = Rule(name=rule.name, source=rule.source, target=rule.target, factor=factor)
    converted = convert(Quantity(amount, rule.source), rule.target, (exact,))
    return rule.name, factor, converted.quantity.amount if converted else EMPTY, rule.target


# --- T13, T13E ---


def _values(money: "list[tuple[Key, Money]]") -> Table:
    columns = (CURRENCY, VALUE_BASIS, REPORTS, *(Column(name, name.capitalize(), "quantity") for name in AMOUNTS))
    reports: Counter[tuple[str, str]] = Counter()
    groups: dict[tuple[str, str], Amounts] = {}
    for (currency, basis, _), found in money:
        if found.reports:
            reports[currency, basis] += found.reports
            _add(groups, (currency, basis), found.amounts)
    rows = ((*key, reports[key], *(_cell(sums[name]) for name in AMOUNTS)) for key, sums in sorted(groups.items()))
    return defined("T13", columns, rows)


def _cell(amount: Decimal | None) -> Cell:
    return EMPTY if amount is None else amount


_EURO_LABELS: Final = {"value": "Value", "duties": "Duties", "taxes": "Taxes", "quantity": "Cash"}


def _in_euro(reference: Reference, money: "list[tuple[Key, Money]]") -> Table:
    columns = [
        CURRENCY,
        VALUE_BASIS,
        Column("rate_day", "Day of the rate", "day"),
        Column("rate", "Currency for one euro", "quantity"),
    ]
    for name, label in _EURO_LABELS.items():
        field = "cash" if name == "quantity" else name
        columns += [Column(field, label, "quantity"), Column(f"{field}_eur", f"{label} in euro", "quantity")]
    return defined("T13E", columns, _euro_rows(reference, money))


def _euro_rows(reference: Reference, money: "list[tuple[Key, Money]]") -> Iterator[tuple[Cell, ...]]:
    groups: dict[tuple[str, str, str], Amounts] = {}
    for (currency, basis, day), found in money:
        _add(groups, (currency, basis, _rate_day(reference, currency, day)), found.amounts)
    for (currency, basis, day), sums in sorted(groups.items(), key=lambda group: group[0]):
        rate = Decimal(1) if currency == EURO else reference.rates.get((day, currency))
        row: list[Cell] = [currency, basis, day, EMPTY if rate is None else rate]
        for name in _EURO_LABELS:
            amount = sums[name]
            row += [_cell(amount), EMPTY if amount is None or rate is None else _euro(amount, rate)]
        yield tuple(row)


def _add(groups: dict[Any, Amounts], key: Any, amounts: Amounts) -> None:
    before = groups.get(key)
    groups[key] = amounts if before is None else {name: _added(before[name], amounts[name]) for name in amounts}


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return one if other is None else other
    return add_up((Quantity(one, EMPTY), Quantity(other, EMPTY)))[EMPTY]


def _euro(amount: Decimal, rate: Decimal) -> Decimal:
    return _WIDE.divide(amount, rate).quantize(_CENT, context=_WIDE)


def _rate_day(reference: Reference, currency: str, day: str) -> str:
    """The day whose rate applies; empty for the euro itself, and where there is no rate."""
    if currency == EURO or precision(day) != "day":
        return EMPTY
    for age in range(RATE_AGE + 1):
        if (before := shifted(day, -age), currency) in reference.rates:
            return before
    return EMPTY
