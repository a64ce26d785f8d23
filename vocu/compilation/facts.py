"""What reports say, in compact columns beside the ledger, so that tables of a million reports are made in seconds.

One row stands for one line of goods of one report as it is worded now; a report that is not counted has a single row
that says why. Rows are only added: what was amended or withdrawn is marked as dead, and its new wording added. Facts
hold nothing that the log does not: a ledger made anew has the same, in the same order (decision 0012).
"""

from array import array
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal

from vocu.errors import MalformedError
from vocu.form.quantities import quantity_of
from vocu.form.report import GoodsLine, Route, SeizureReport

if TYPE_CHECKING:
    from polars import DataFrame

Standing = Literal["in_phase", "follow_up", "test", "restricted", "withdrawn"]
"""How a report counts: in the phase or as a follow-up, or not at all, and why."""
STANDINGS: Final[tuple[Standing, ...]] = ("in_phase", "follow_up", "test", "restricted", "withdrawn")

EMPTY: Final = ""
NOT_SAID: Final = -1
"""In place of an amount that a report does not give, or that cannot be added up."""
LIMB: Final = 12
"""Digits after the point in each of two columns: an amount may have 23 (schemas/vocu_schemas/form/values.json)."""
_LIMB_SCALE: Final = 10**LIMB
_WHOLE: Final = Decimal(10**15)
_EXACT: Final = Context(prec=40, traps=[Inexact, InvalidOperation])
_BLOCK: Final = 8192

_MARKS: Final = ("standing", "amended", "unconfirmed", "pending", "first")
"""`pending`: some quantity of the report is; `first`: the row is the report's first one of this commodity and unit."""
_OF_REPORT: Final[dict[str, Callable[[SeizureReport], str | None]]] = {
    "day": lambda stat: stat.seizure_day,
    "transport_mode": lambda stat: stat.transport_mode,
    "location_type": lambda stat: stat.location_type,
    "direction": lambda stat: stat.direction,
    "selection_reason": lambda stat: stat.selection_reason,
    "detection_means": lambda stat: stat.detection_means,
    "concealment": lambda stat: stat.concealment,
    "carried_in": lambda stat: stat.carried_in,
    "route": lambda stat: way_text(stat.route),
    "indicators": lambda stat: " ".join(sorted(set(stat.indicators_hit))),
}
_OF_GOODS: Final[dict[str, Callable[[GoodsLine], str | None]]] = {
    "commodity": lambda line: line.commodity,
    "unit": lambda line: line.currency or line.unit if line.unit == "currency" else line.unit,
    "currency": lambda line: line.currency,
    "value_basis": lambda line: line.value_basis,
    "brand": lambda line: line.brand,
    "species": lambda line: line.species,
    "right_type": lambda line: line.right_type,
    "origin_kind": lambda line: line.origin_kind,
}
_TEXTS: Final = ("owner", "credited", *_OF_REPORT, *_OF_GOODS)
"""Codes of texts. `credited` are participants, `indicators` their numbers, each sorted and separated by spaces."""
COUNTS: Final = ("seizures", "persons_involved", "persons_arrested")
_OF_AMOUNT: Final[dict[str, Callable[[GoodsLine], Decimal | None]]] = {
    "quantity": lambda line: quantity.amount if (quantity := quantity_of(line)) else None,
    "value": lambda line: line.value,
    "duties": lambda line: line.duties,
    "taxes": lambda line: line.taxes,
}
AMOUNTS: Final = tuple(_OF_AMOUNT)
"""Each stands in three columns, because its digits do not fit into one: the whole part, and two limbs after it."""


def parts(name: str) -> tuple[str, str, str]:
    """The columns of an amount: the whole part, then its digits after the point."""
    return name, f"{name}_upper", f"{name}_lower"


COLUMNS: Final[dict[str, str]] = {
    "report": "i",
    **dict.fromkeys(_MARKS, "b"),
    **dict.fromkeys(_TEXTS, "i"),
    **dict.fromkeys(COUNTS, "q"),
    **dict.fromkeys(chain.from_iterable(map(parts, AMOUNTS)), "q"),
}
"""The columns and their types, as `array` names them."""

_NOTHING: Final = (0,) * (len(_OF_REPORT) + len(_OF_GOODS) + len(COUNTS)) + (NOT_SAID, 0, 0) * len(AMOUNTS)


class Facts:
    """The rows, in the order in which they came. `texts` are those that the codes of a column stand for; `dead` the
    reports, by number, whose rows no longer count."""

    def __init__(self) -> None:
        self.texts: list[str] = [EMPTY]
        self.dead: set[int] = set()
        self.frame: DataFrame | None = None
        """The columns that are a frame already; `vocu.compilation.selection` keeps it."""
        self._codes = {EMPTY: 0}
        self._reports = 0
        self._rows: list[tuple[int, ...]] = []
        self._blocks: list[list[array[int]]] = []

    def put(
        self,
        before: int | None,
        owner: str,
        standing: Standing,
        stat: SeizureReport | None,
        *,
        amended: bool = False,
        unconfirmed: bool = False,
    ) -> int:
        """Add a report as it stands now, in place of the one numbered `before`; its new number.

        Raises MalformedError("bad-quantity") where an amount has more than 15 digits before or 24 after the point.
        """
        counted = stat if standing in ("in_phase", "follow_up") else None
        rows = list(self._rows_of(owner, STANDINGS.index(standing), counted, amended, unconfirmed))
        if before is not None:
            self.dead.add(before)
        self._rows += rows
        self._reports += 1
        if len(self._rows) >= _BLOCK:
            self._close_block()
        return self._reports - 1

    def take_blocks(self) -> Iterator[list["array[int]"]]:
        """The columns of all rows that were not taken yet, block by block; who takes them keeps them."""
        if self._rows:
            self._close_block()
        self._blocks.reverse()
        while self._blocks:
            yield self._blocks.pop()

    def _close_block(self) -> None:
        columns = zip(COLUMNS.values(), zip(*self._rows, strict=True), strict=True)
        self._blocks.append([array(kind, column) for kind, column in columns])
        self._rows.clear()

    def _rows_of(
        self, owner: str, standing: int, stat: SeizureReport | None, amended: bool, unconfirmed: bool
    ) -> Iterator[tuple[int, ...]]:
        code = self._code
        if stat is None:
            yield (self._reports, standing, amended, unconfirmed, 0, 1, code(owner), code(owner), *_NOTHING)
            return
        credited = " ".join(sorted({owner, *stat.joint_with}))
        pending = any(line.quantity is None for line in stat.goods)
        of_report = (code(owner), code(credited), *(code(say(stat)) for say in _OF_REPORT.values()))
        counts = (stat.seizures, stat.persons_involved or 0, stat.persons_arrested or 0)
        seen = set()
        for line in stat.goods:
            of_goods = [code(say(line)) for say in _OF_GOODS.values()]
            amounts = [part for say in _OF_AMOUNT.values() for part in _split(say(line))]
            goods = (*of_goods[:2], amounts[0] < 0)
            marks = (standing, amended, unconfirmed, pending, goods not in seen)
            seen.add(goods)
            yield (self._reports, *marks, *of_report, *of_goods, *counts, *amounts)

    def _code(self, text: str | None) -> int:
        if not text:
            return 0
        code = self._codes.get(text)
        if code is None:
            code = self._codes[text] = len(self.texts)
            self.texts.append(text)
        return code


def way_text(route: Route | None) -> str:
    """Departure, countries of transit and destination, separated by slashes; the transit's by spaces."""
    if route is None:
        return EMPTY
    departure, destination = (stop.country if stop else EMPTY for stop in (route.departure, route.destination))
    return f"{departure}/{' '.join(stop.country for stop in route.transit)}/{destination}"


def _split(amount: Decimal | None) -> tuple[int, int, int]:
    """The whole part and the two limbs of an amount, exactly."""
    if amount is None:
        return NOT_SAID, 0, 0
    try:
        if not 0 <= amount < _WHOLE:
            raise InvalidOperation
        whole = int(amount)
        if amount == whole:
            return whole, 0, 0
        digits = _EXACT.subtract(amount, Decimal(whole)).scaleb(2 * LIMB, _EXACT)
        if digits != int(digits):
            raise InvalidOperation
    except (Inexact, InvalidOperation):
        raise MalformedError("bad-quantity", "An amount is not a number, or too long to be added up exactly.") from None
    return whole, *divmod(int(digits), _LIMB_SCALE)
