"""What reports say, in compact columns beside the ledger, so that tables of a million reports are made in seconds.

One row stands for one line of goods of one report as it is worded now; a report that is not counted has a single row
that says why. Rows are only added: what was amended or withdrawn is marked as dead, and its new wording added. Facts
hold nothing that the log does not: a ledger made anew has the same, in the same order (decision 0012).
"""

from array import array
from collections.abc import Iterator
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Literal

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
AMOUNTS: Final = ("quantity", "value", "duties", "taxes")
"""Each stands in three columns, because its digits do not fit into one: the whole part, and two limbs after it."""
_LIMB_SCALE: Final = 10**LIMB
_WHOLE: Final = Decimal(10**15)
_EXACT: Final = Context(prec=40, traps=[Inexact, InvalidOperation])
_FLUSHED: Final = 1024
_BLOCK: Final = 65_536

_OF_REPORT: Final = (
    "transport_mode", "location_type", "direction", "selection_reason", "detection_means", "concealment", "carried_in",
)  # fmt: skip
_OF_GOODS: Final = ("currency", "value_basis", "brand", "species", "right_type", "origin_kind")


def parts(name: str) -> tuple[str, str, str]:
    """The columns of an amount: the whole part, then its digits after the point."""
    return name, f"{name}_upper", f"{name}_lower"


MARKS: Final = ("standing", "amended", "unconfirmed", "pending", "cash")
"""`pending`: some quantity of the report is; `cash`: the goods are money."""
FIRSTS: Final = ("goods", "commodity", "value", "brand", "species", "right_type", "origin_kind")
"""Bits of `firsts`: that this row is the report's first one of its goods, of its commodity, with a value in this
currency and basis, or of these goods with this attribute. So a report counts once in each, where rows are added up."""
_ALL_FIRSTS: Final = 2 ** len(FIRSTS) - 1
TEXTS: Final = ("owner", "credited", "day", "route", "indicators", *_OF_REPORT, "goods", *_OF_GOODS)
"""Codes of texts. Those that are made of several: `credited` and `indicators` of words, sorted, `route` by `way_text`,
`goods` by `goods_text`."""
COUNTS: Final = ("seizures", "persons_involved", "persons_arrested")
COLUMNS: Final[dict[str, str]] = {
    "report": "i",
    **dict.fromkeys(MARKS, "b"),
    "firsts": "b",
    **dict.fromkeys(TEXTS, "i"),
    **dict.fromkeys(COUNTS, "q"),
    **dict.fromkeys(chain.from_iterable(map(parts, AMOUNTS)), "q"),
}
"""The columns and their types, as `array` names them."""

_report_texts = attrgetter(*_OF_REPORT)
_goods_texts = attrgetter(*_OF_GOODS)
_NOTHING: Final = (0,) * (len(TEXTS) - 2 + len(COUNTS)) + (NOT_SAID, 0, 0) * len(AMOUNTS)


class _Codes(dict[str | None, int]):
    """The code of each text, given out as they come."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__({None: 0, EMPTY: 0})
        self._texts = texts

    def __missing__(self, text: str | None) -> int:
        code = self[text] = len(self._texts)
        self._texts.append(text or EMPTY)
        return code


class Facts:
    """The rows, in the order in which they came. `texts` are those that the codes of a column stand for; `dead` the
    reports, by number, whose rows no longer count; `frame` the rows that `vocu.compilation.selection` took."""

    def __init__(self) -> None:
        self.texts: list[str] = [EMPTY]
        self.dead: set[int] = set()
        self.frame: DataFrame | None = None
        self._codes = _Codes(self.texts)
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
        marks = (STANDINGS.index(standing), amended, unconfirmed)
        if stat is None or standing not in ("in_phase", "follow_up"):
            code = self._codes[owner]
            rows = [(self._reports, *marks, 0, 0, _ALL_FIRSTS, code, code, *_NOTHING)]
        else:
            rows = self._rows_of(owner, stat, marks)
        if before is not None:
            self.dead.add(before)
        self._rows += rows
        if len(self._rows) >= _FLUSHED:
            self._flush()
        self._reports += 1
        return self._reports - 1

    def take_blocks(self) -> Iterator[list["array[int]"]]:
        """The columns of all rows that were not taken yet, block by block; who takes them keeps them."""
        self._flush()
        blocks, self._blocks = self._blocks[::-1], []
        while blocks:
            yield blocks.pop()

    def _flush(self) -> None:
        if not self._rows:
            return
        if not self._blocks or len(self._blocks[-1][0]) >= _BLOCK:
            self._blocks.append([array(kind) for kind in COLUMNS.values()])
        for column, values in zip(self._blocks[-1], zip(*self._rows, strict=True), strict=True):
            column.extend(values)
        self._rows.clear()

    def _rows_of(self, owner: str, stat: SeizureReport, marks: tuple[int, ...]) -> list[tuple[int, ...]]:
        codes = self._codes
        credited = " ".join(sorted({owner, *stat.joint_with})) if stat.joint_with else owner
        indicators = " ".join(sorted(set(stat.indicators_hit))) if stat.indicators_hit else EMPTY
        of_report = (
            *map(codes.__getitem__, (owner, credited, stat.seizure_day, way_text(stat.route), indicators)),
            *map(codes.__getitem__, _report_texts(stat)),
        )
        counts = (stat.seizures, stat.persons_involved or 0, stat.persons_arrested or 0)
        pending = any(line.quantity is None for line in stat.goods)
        seen: set[tuple[Any, ...]] = set()
        rows = []
        for line in stat.goods:
            quantity = quantity_of(line)
            goods = codes[goods_text(line, open=quantity is None)]
            rows.append(
                (
                    self._reports,
                    *marks,
                    pending,
                    line.unit == "currency" and quantity is not None,
                    _ALL_FIRSTS if len(stat.goods) == 1 else _firsts(line, goods, seen),
                    *of_report,
                    goods,
                    *map(codes.__getitem__, _goods_texts(line)),
                    *counts,
                    *_split(quantity.amount if quantity else None),
                    *_split(line.value),
                    *_split(line.duties),
                    *_split(line.taxes),
                )
            )
        return rows


def _firsts(line: GoodsLine, goods: int, seen: set[tuple[Any, ...]]) -> int:
    """The bits of what no row of the report had before: `seen` are those before, and this one afterwards."""
    keys: list[tuple[Any, ...]] = [(0, goods), (1, line.commodity)]
    if is_valued(line):
        keys.append((2, line.currency, line.value_basis))
    keys += [(place, goods, getattr(line, name)) for place, name in enumerate(FIRSTS[3:], 3)]
    new = set(keys) - seen
    seen |= new
    return sum(1 << place for place, *_ in new)


def is_valued(line: GoodsLine) -> bool:
    """Whether it says what the goods are worth, or what is due on them."""
    return line.value is not None or line.duties is not None or line.taxes is not None


def goods_text(line: GoodsLine, *, open: bool) -> str:  # noqa: A002 - what `Goods` calls it
    """Commodity, unit and, where the goods are open, a last word; separated by slashes. Money has its currency."""
    unit = line.currency or line.unit if line.unit == "currency" else line.unit
    return f"{line.commodity}/{unit}/open" if open else f"{line.commodity}/{unit}"


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
