"""What a country's own posts add up to: what its national report is begun with, and compared with (domain.md §6)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from msgspec import Struct

from vocu.compilation.counting import Counted, counted, credited, returns, total
from vocu.compilation.ledger import Ledger
from vocu.form.codes import is_code
from vocu.form.quantities import Quantity, plain
from vocu.form.returns import ConfirmedTotal, NationalReport

Subject = tuple[str, str]
"""A commodity and the unit that it is tabled under: a code of the list `unit`, or a currency."""


class Sum(Struct, frozen=True):
    """The seizures of one commodity in one unit. `open`: how many of them have no quantity that could be added up."""

    seizures: int
    quantity: Decimal | None = None
    open: int = 0


class OwnPosts(Struct, frozen=True, kw_only=True):
    """The reports of the operational phase that are credited to a country, and its daily returns; a count is None where
    nothing was said. Follow-ups are tabled apart (T02F), and are no part of what is confirmed."""

    reports: int
    seizures: int
    goods: dict[Subject, Sum]
    controls: int | None = None
    persons_involved: int | None = None
    persons_arrested: int | None = None
    investigations_opened: int | None = None

    def form(self) -> dict[str, Any]:
        """A national report that confirms just this, as its form has it."""
        totals = [_total(subject, added) for subject, added in self.goods.items()]
        counts = {name: getattr(self, name) for name in COUNTS if getattr(self, name) is not None}
        return {**counts, **({"totals": totals} if totals else {})}


COUNTS = ("seizures", "controls", "persons_involved", "persons_arrested", "investigations_opened")
"""The fields of a national report that count, by which posts are compared with it."""


class Difference(Struct, frozen=True):
    """What a national report confirms of a commodity, and what the own posts add up to; None where it is not said in
    one of both."""

    commodity: str
    unit: str
    confirmed: Sum | None
    posted: Sum | None

    @property
    def seizures(self) -> int:
        """How many seizures more are confirmed than were posted."""
        return (self.confirmed.seizures if self.confirmed else 0) - (self.posted.seizures if self.posted else 0)

    @property
    def quantity(self) -> Decimal | None:
        """How much more is confirmed than was posted; None where one of both is not known."""
        if self.confirmed is None or self.posted is None:
            known = self.confirmed or self.posted
            amount = known.quantity if known is not None else None
            return None if amount is None else (amount if self.confirmed else -amount)
        if self.confirmed.quantity is None or self.posted.quantity is None:
            return None
        return self.confirmed.quantity - self.posted.quantity

    @property
    def agrees(self) -> bool:
        known = [each.quantity for each in (self.confirmed, self.posted) if each is not None]
        return self.confirmed is not None and self.posted is not None and not self.seizures and known[0] == known[1]


def own_posts(ledger: Ledger, ncp: str) -> OwnPosts:
    """What this participant's posts add up to at the ledger's position."""
    entries = [entry for entry in counted(ledger) if ncp in credited(entry)]
    filed = [each.form for each in returns(ledger) if each.ncp == ncp]
    stats = [entry.stat for entry in entries]
    return OwnPosts(
        reports=len(entries),
        seizures=sum(stat.seizures for stat in stats),
        goods=dict(sorted(_goods(entries).items())),
        controls=sum(check.checked for form in filed for check in form.checks) if filed else None,
        persons_involved=_sum(stats, "persons_involved"),
        persons_arrested=_sum(stats, "persons_arrested"),
        investigations_opened=_sum(filed, "investigations_opened"),
    )


def differences(report: NationalReport, posted: OwnPosts) -> list[Difference]:
    """What is confirmed beside what was posted, for everything that is named in one of both, by commodity and unit."""
    confirmed = {
        (line.commodity, line.currency or line.unit): Sum(line.seizures, line.quantity) for line in report.totals
    }
    subjects = sorted({*confirmed, *posted.goods})
    return [Difference(*subject, confirmed.get(subject), posted.goods.get(subject)) for subject in subjects]


def _goods(entries: list[Counted]) -> dict[Subject, Sum]:
    """A report with several lines of one commodity and unit counts once, and as open where any of them is."""
    batches: dict[Subject, list[int]] = {}
    amounts: dict[Subject, list[Quantity]] = {}
    missing: dict[Subject, int] = {}
    for entry in entries:
        for subject in {(goods.commodity, goods.unit) for goods in entry.goods}:
            batches.setdefault(subject, []).append(entry.stat.seizures)
        for goods, given in entry.goods.items():
            subject = goods.commodity, goods.unit
            amounts.setdefault(subject, []).extend(given)
            missing[subject] = missing.get(subject, 0) + (entry.stat.seizures if goods.open else 0)
    return {
        subject: Sum(sum(counts), total(amounts[subject]) if amounts[subject] else None, missing[subject])
        for subject, counts in batches.items()
    }


def _sum(forms: Iterable[Any], name: str) -> int | None:
    said = [count for form in forms if (count := getattr(form, name)) is not None]
    return sum(said) if said else None


def _total(subject: Subject, added: Sum) -> dict[str, Any]:
    commodity, unit = subject
    money = not is_code("unit", unit)
    line = ConfirmedTotal(
        commodity=commodity,
        unit="currency" if money else unit,
        currency=unit if money else None,
        seizures=added.seizures,
        quantity=added.quantity,
    )
    said = {name: getattr(line, name) for name in line.__struct_fields__ if getattr(line, name) is not None}
    return said | ({"quantity": plain(added.quantity)} if added.quantity is not None else {})
