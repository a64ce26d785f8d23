"""The facts that a set of tables counts, and their exact sums: group-bys of Polars over the columns of `Facts`.

Sums are of 128-bit integers: no part of an amount has more than 15 digits, so that 10^23 lines would fit. Groups come
back as texts and are sorted as texts: nothing here shows in which order a machine made them.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from sys import byteorder
from typing import Any, Final, NamedTuple

import polars as pl

from vocu.compilation.counting import Goods, Key, Total
from vocu.compilation.facts import AMOUNTS, COLUMNS, FIRSTS, LIMB, NOT_SAID, STANDINGS, Facts, Standing, parts
from vocu.compilation.filtering import EVERYTHING, Filter

_TYPES: Final = {"b": pl.Int8(), "i": pl.Int32(), "q": pl.Int64()}
_PIECES: Final = 64
"""Pieces of a frame that are put together once there are so many."""
_SCALE: Final = 10**LIMB

_IS_CASH: Final = pl.col("cash") == 1
_LEADS: Final = (pl.col("report") != pl.col("report").shift(1)).fill_null(value=True)
"""The first row of each report: rows of one report stand together."""

Spread = Callable[..., Iterable[Key]]
"""The keys under which the texts of some columns are counted: several where a report is credited to several."""
By = str | tuple[str, Callable[[str], str]]
"""A column to group by, as its texts are or as what a function makes of each."""
Group = tuple[tuple[str, ...], tuple[Any, ...]]
"""The texts that a group has in common, and what it measures."""


class Money(NamedTuple):
    """How many reports there are, and their amounts by name; None where no report gives any."""

    reports: int
    amounts: dict[str, Decimal | None]


class Standings(NamedTuple):
    """How many reports of this standing and this kind there are."""

    standing: Standing
    amended: bool
    unconfirmed: bool
    pending: bool
    reports: int


def frame_of(facts: Facts) -> pl.DataFrame:
    """All rows as a frame. The facts keep it, so that only what came since the last time is made into columns."""
    frame = facts.frame
    if frame is None:
        frame = pl.DataFrame(schema={name: _TYPES[kind] for name, kind in COLUMNS.items()})
    pieces = [frame]
    for block in facts.take_blocks():
        pieces.append(pl.DataFrame([_series(name, values) for name, values in zip(COLUMNS, block, strict=True)]))
    if len(pieces) > 1:
        frame = pl.concat(pieces)
    facts.frame = frame if frame.n_chunks() <= _PIECES else frame.rechunk()
    return facts.frame


def _series(name: str, values: "array[int]") -> pl.Series:
    """The column, copied as it lies in memory: a third of the time of going through its numbers."""
    kind = pl.Array(_TYPES[values.typecode], len(values))
    return pl.Series(name, [values.tobytes()]).bin.reinterpret(dtype=kind, endianness=byteorder).reshape((-1,))


class Selection:
    """The reports of some standings that a filter takes, and of their goods those that it takes."""

    def __init__(
        self, facts: Facts, *standings: Standing, only: Filter = EVERYTHING, where: pl.Expr | None = None
    ) -> None:
        self.only = only
        self._facts, self._standings = facts, standings
        self._found: dict[tuple[By, ...], list[Group]] = {}
        frame = frame_of(facts)
        taking = self._taken(frame) if where is None else self._taken(frame) & where
        taken = frame.select(taking.alias("taken")).to_series()
        self._lines = frame.lazy() if taken.all() else frame.with_columns(taken).lazy().filter("taken")
        self._reports = self._lines.filter(_LEADS)
        self.reports, self.seizures = self._reports.select(pl.len(), _sum("seizures")).collect().row(0)

    def narrowed(self, only: Filter) -> "Selection":
        """The same of another filter."""
        if only == self.only:
            return self
        return Selection(self._facts, *self._standings, only=only)

    def by_goods(self, *columns: By, spread: Spread = lambda *texts: [texts]) -> list[tuple[Key, Goods, Total]]:
        """The total of each goods under each key, sorted by both."""
        groups: dict[tuple[Key, Goods], list[int]] = {}
        for (*texts, goods), sums in self._sums_of_goods(columns):
            for key in spread(*texts):
                _add(groups, (key, _goods(goods)), sums)
        return [(key, goods, _total(goods, *sums)) for (key, goods), sums in sorted(groups.items())]

    def joint(self) -> "Selection":
        """Those of the reports that are credited to another participant than their owner, too."""
        return Selection(self._facts, *self._standings, only=self.only, where=pl.col("owner") != pl.col("credited"))

    def by_attribute(self, column: str) -> list[tuple[str, Goods, Total]]:
        """The total of each goods under each text of a column of goods, sorted by both. A currency is one where the
        goods are money."""
        is_cash = column == "currency"
        said = self._lines.filter(_IS_CASH if is_cash else pl.col(column) != 0)
        measures = (*_once("goods" if is_cash else column), *_sums("quantity"))
        groups = (
            (text, _goods(goods), sums) for (text, goods), sums in self._grouped(said, (column, "goods"), measures)
        )
        return sorted(((text, goods, _total(goods, *sums)) for text, goods, sums in groups), key=lambda row: row[:2])

    def by_key(self, *columns: By, spread: Spread = lambda *texts: [texts]) -> list[tuple[Key, Total]]:
        """Reports and seizures under each key, whatever the goods, sorted by key."""
        groups: dict[Key, list[int]] = {}
        for texts, sums in self._grouped(self._reports, columns, (pl.len(), _sum("seizures"))):
            for key in spread(*texts):
                _add(groups, key, sums)
        return [(key, Total(reports, seizures)) for key, (reports, seizures) in sorted(groups.items())]

    def by_commodity(self) -> list[tuple[str, Total]]:
        """Reports and seizures of each commodity, whatever the unit, sorted."""
        commodity: By = ("goods", lambda text: _goods(text).commodity)
        found = self._grouped(self._lines, (commodity,), _once("commodity"))
        return sorted((text, Total(*sums)) for (text,), sums in found)

    def persons(self) -> dict[str, tuple[int, int]]:
        """Persons involved and arrested, by whose the reports are."""
        found = self._grouped(self._reports, ("owner",), map(_sum, ("persons_involved", "persons_arrested")))
        return {owner: (involved, arrested) for (owner,), (involved, arrested) in found}

    def money(self) -> list[tuple[Key, Money]]:
        """Amounts of money by currency, basis of value and day, sorted; `quantity` is money that was itself seized.
        The reports are those that say what goods are worth."""
        given = {name: _IS_CASH if name == "quantity" else pl.col(name) != NOT_SAID for name in AMOUNTS}
        valued = pl.any_horizontal(is_given for name, is_given in given.items() if name != "quantity")
        reports, _ = _once("value", valued)
        if self.only.commodities:  # of the lines that are left, another one may be the first
            reports = pl.col("report").filter(valued).n_unique().alias("reports")
        measures = [reports]
        for name, is_given in given.items():
            measures.append(is_given.sum().alias(f"{name}_given"))
            measures += [_sum(pl.when(is_given).then(part)).alias(part) for part in parts(name)]
        lines = self._lines.filter((pl.col("currency") != 0) & (_IS_CASH | valued))
        found = []
        for key, (number, *sums) in self._grouped(lines, ("currency", "value_basis", "day"), measures):
            each = zip(AMOUNTS, *(sums[start::4] for start in range(4)), strict=True)
            found.append((key, Money(number, {name: exact(*limbs) if said else None for name, said, *limbs in each})))
        return sorted(found, key=lambda row: row[0])

    def standings(self) -> list[Standings]:
        """How many reports there are of each standing and kind."""
        marks = ("standing", "amended", "unconfirmed", "pending")
        rows = self._reports.group_by(marks).agg(pl.len()).collect().rows()
        return [
            Standings(STANDINGS[standing], bool(amended), bool(unconfirmed), bool(pending), reports)
            for standing, amended, unconfirmed, pending, reports in rows
        ]

    def _taken(self, frame: pl.DataFrame) -> pl.Expr:
        """Which rows count."""
        taken = pl.col("standing").is_in([STANDINGS.index(name) for name in self._standings])
        if self._facts.dead:
            taken &= ~pl.col("report").is_in(list(self._facts.dead))
        only = self.only
        tests: dict[str, Callable[[str], bool]] = {
            "period": only.covers,
            "countries": lambda credited: only.names_any(credited.split(" ")),
            "commodities": lambda goods: only.takes(_goods(goods).commodity),
            "modes": only.goes_by,
        }
        columns = {"period": "day", "countries": "credited", "commodities": "goods", "modes": "transport_mode"}
        for part in only.parts:
            name = columns[part]
            codes = frame.get_column(name).unique().to_list()
            passing = [code for code in codes if (text := self._facts.texts[code]) and tests[part](text)]
            taken &= pl.col(name).is_in(passing)
        return taken

    def _sums_of_goods(self, columns: tuple[By, ...]) -> list[Group]:
        """Reports, seizures and the parts of quantities by these columns and goods; asked for again they are there."""
        if columns not in self._found:
            measures = (*_once("goods"), *_sums("quantity"))
            self._found[columns] = list(self._grouped(self._lines, (*columns, "goods"), measures))
        return self._found[columns]

    def _grouped(self, lines: pl.LazyFrame, columns: Iterable[By], measures: Iterable[pl.Expr]) -> Iterator[Group]:
        """The texts of each group, and what is measured of it."""
        keys, texts = [], []
        for number, column in enumerate(columns):
            key, of_codes = (pl.col(column), self._facts.texts) if isinstance(column, str) else self._renamed(*column)
            keys.append(key.alias(f"key {number}"))
            texts.append(of_codes)
        for row in lines.group_by(*keys).agg(*measures).collect(engine="streaming").iter_rows():
            yield tuple(of_codes[code] for of_codes, code in zip(texts, row, strict=False)), row[len(texts) :]

    def _renamed(self, column: str, text_of: Callable[[str], str]) -> tuple[pl.Expr, list[str]]:
        """The codes of what each text of the column comes to, and the texts of these codes."""
        places: dict[str, int] = {}
        codes = self._lines.select(pl.col(column).unique()).collect().to_series().to_list()
        renamed = {code: places.setdefault(text_of(self._facts.texts[code]), len(places)) for code in codes}
        return pl.col(column).replace_strict(renamed, return_dtype=pl.Int32), list(places)


def exact(whole: int, upper: int, lower: int) -> Decimal:
    """The amount of the sums of its parts, without zeros after the last digit that counts."""
    carried, low = divmod(lower, _SCALE)
    carried, high = divmod(upper + carried, _SCALE)
    digits = f"{high:0{LIMB}}{low:0{LIMB}}".rstrip("0")
    return Decimal(f"{whole + carried}.{digits}" if digits else whole + carried)


def _once(what: str, where: pl.Expr | None = None) -> tuple[pl.Expr, pl.Expr]:
    """Reports and seizures, each report counted once in what it says several times."""
    is_first = (pl.col("firsts") & (1 << FIRSTS.index(what))) != 0
    if where is not None:
        is_first &= where
    return is_first.sum().alias("reports"), _sum(pl.when(is_first).then("seizures").otherwise(0)).alias("sum")


def _sums(name: str) -> Iterator[pl.Expr]:
    return map(_sum, parts(name))


def _sum(what: str | pl.Expr) -> pl.Expr:
    column = pl.col(what) if isinstance(what, str) else what
    return column.cast(pl.Int128).sum()


@cache
def _goods(text: str) -> Goods:
    commodity, unit, *is_open = text.split("/")
    return Goods(commodity, unit, bool(is_open))


def _add(groups: dict[Any, list[int]], key: Any, sums: Iterable[int]) -> None:
    found = groups.get(key)
    groups[key] = list(sums) if found is None else [before + more for before, more in zip(found, sums, strict=True)]


def _total(goods: Goods, reports: int, seizures: int, *quantity: int) -> Total:
    return Total(reports, seizures, None if goods.open else exact(*quantity))
