"""A seizure report as one row of a table, with what it is filtered by and what a search looks into."""

from collections.abc import Iterator
from typing import Literal, get_args

from msgspec import Struct

from vocu.compilation.counting import Goods, counts, goods_of
from vocu.compilation.ledger import Report
from vocu.form.codes import parents
from vocu.form.quantities import Quantity
from vocu.form.report import SeizureReport
from vocu_client import places
from vocu_client.folding import words

Status = Literal["counts", "pending", "restricted", "unconfirmed", "withdrawn", "test", "follow_up", "mine"]
STATUSES: tuple[Status, ...] = get_args(Status)


class Row(Struct, frozen=True, kw_only=True):
    """A report as it stands: `report.stat` is its newest wording, None while it is restricted. `country` is where it
    happened; `goods` the amounts to add up; `codes` and `text` are what a search looks into."""

    report: Report
    country: str
    goods: dict[Goods, list[Quantity]]
    commodities: frozenset[str]
    statuses: frozenset[Status]
    codes: frozenset[str]
    text: str

    @property
    def stat(self) -> SeizureReport | None:
        return self.report.stat


def row_of(report: Report, own: str) -> Row:
    """The row of this report, as the participant `own` sees it."""
    stat = report.stat
    lines = stat.goods if stat is not None else ()
    named = frozenset(line.commodity for line in lines)
    return Row(
        report=report,
        country=(stat and stat.country) or report.owner,
        goods=goods_of(stat) if stat is not None else {},
        commodities=named.union(*(parents(commodity) for commodity in named)),
        statuses=frozenset(_statuses(report, own)),
        codes=frozenset(_codes(report)),
        text=f" {' '.join(words(' '.join(_texts(report))))}",
    )


def _statuses(report: Report, own: str) -> Iterator[Status]:
    if counts(report):
        yield "counts"
    if report.withdrawn is not None:
        yield "withdrawn"
    if report.restricted:
        yield "restricted"
    if report.unconfirmed:
        yield "unconfirmed"
    if report.relation != "in_phase":
        yield report.relation
    if own in (report.owner, report.author):
        yield "mine"
    if report.stat is not None and any(line.quantity is None for line in report.stat.goods):
        yield "pending"


def _codes(report: Report) -> Iterator[str]:
    yield report.owner
    stat = report.stat
    if stat is not None:
        yield from (line.commodity for line in stat.goods)
        coded = (stat.country, stat.transport_mode, stat.location_type, stat.conveyance, stat.carried_in)
        yield from (code for code in (*coded, stat.concealment, *stat.joint_with) if code is not None)


def _texts(report: Report) -> Iterator[str]:
    yield report.id
    yield report.owner
    stat = report.stat
    if stat is not None:
        yield stat.place
        yield places.label(stat.place, stat.country or report.owner)
        yield from (text for text in (stat.report_number, stat.make, stat.model, stat.registration_country) if text)
        for line in stat.goods:
            yield from (text for text in (line.brand, line.hs_found, line.hs_declared, line.species) if text)
