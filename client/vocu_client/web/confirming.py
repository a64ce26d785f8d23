"""Confirmed totals beside what the own posts add up to, in words: for the national report's form, check and table."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from vocu.compilation.table import EMPTY, Cell, Results, Table
from vocu.form.codes import is_code
from vocu.form.returns import NationalReport
from vocu.rendering.wording import N_, Wording
from vocu_client.overviews.own_posts import COUNTS, Difference, OwnPosts, Sum, differences
from vocu_client.web.forms.posting import Typed, rows_typed

NAMES: Final = {
    "seizures": N_("Seizures in all"),
    "controls": N_("Controls"),
    "persons_involved": N_("Persons involved"),
    "persons_arrested": N_("Persons arrested"),
    "investigations_opened": N_("Investigations opened"),
}
"""What the counts of a national report are called."""


class Compared(Struct, frozen=True, kw_only=True):
    """One line of the comparison, in words; `agrees`: both say the same."""

    name: str
    confirmed: str
    posted: str
    difference: str
    agrees: bool


def beside(typed: Typed, posted: OwnPosts, words: Wording) -> dict[str, str]:
    """What the own posts add up to, by the field of the form beside which it stands."""
    found = {
        name: words._("Your posts: {count}.", count=words.number(count))
        for name in COUNTS
        if (count := getattr(posted, name)) is not None
    }
    for number in rows_typed(typed, "totals"):
        row = f"totals-{number}"
        commodity, unit, currency = (
            "".join(typed.get(f"{row}-{name}", ())) for name in ("commodity", "unit", "currency")
        )
        added = posted.goods.get((commodity, currency.strip().upper() if unit == "currency" else unit))
        if added is not None:
            found[f"{row}-seizures"] = words._("Your posts: {count}.", count=words.number(added.seizures))
            found[f"{row}-quantity"] = _quantity_beside(commodity, unit, currency, added, words)
        elif commodity and unit:
            found[f"{row}-quantity"] = words._("None of your posts is about this, in this unit.")
    return found


def _quantity_beside(commodity: str, unit: str, currency: str, added: Sum, words: Wording) -> str:
    told = []
    if added.quantity is not None:
        amount = words.quantity(str(added.quantity), currency if unit == "currency" else unit)
        label = words.label("commodity", commodity)
        told.append(words._("Your posts of {commodity} add up to {quantity}.", commodity=label, quantity=amount))
    if added.open:
        told.append(words.n_("{n} seizure has no quantity yet.", "{n} seizures have no quantity yet.", added.open))
    return " ".join(told)


def compared(report: NationalReport, posted: OwnPosts, words: Wording) -> list[Compared]:
    """The counts first, then each commodity and unit that is named in one of both."""
    return [*_counts(report, posted, words), *(_goods(each, words) for each in differences(report, posted))]


def in_words(report: NationalReport, posted: OwnPosts, words: Wording) -> list[str]:
    """A sentence for everything in which the report and the own posts differ."""
    return list(_sentences(report, posted, words))


def of_tables(results: Results, words: Wording) -> dict[str, list[Compared]]:
    """The same of each country that confirmed its totals, as the tables T01N and T02N have it."""
    found: dict[str, list[Compared]] = {}
    for row in _records(results.table("T01N")):
        lines = found.setdefault(str(row["country"]), [])
        for name, said in NAMES.items():
            confirmed, posted = row[f"{name}_confirmed"], row[f"{name}_posts"]
            if confirmed != EMPTY:
                more = Decimal(confirmed) - Decimal(posted)
                lines.append(
                    Compared(
                        name=words._(said),
                        confirmed=words.number(confirmed),
                        posted=words.number(posted),
                        difference=_signed(more, words),
                        agrees=not more,
                    )
                )
    for row in _records(results.table("T02N")):
        sides = [_side(row, side, words) for side in ("confirmed", "posts")]
        apart = [_signed(Decimal(row["quantity_difference"]), words)] if row["quantity_difference"] else []
        apart += [_signed_seizures(int(row["seizures_difference"]), words)] if row["seizures_difference"] else []
        found.setdefault(str(row["country"]), []).append(
            Compared(
                name=_named(str(row["commodity"]), str(row["unit"]), words),
                confirmed=sides[0],
                posted=sides[1],
                difference=" · ".join(apart) or "0",
                agrees=not apart,
            )
        )
    return found


def _counts(report: NationalReport, posted: OwnPosts, words: Wording) -> Iterator[Compared]:
    for name in COUNTS:
        said, added = getattr(report, name), getattr(posted, name)
        if said is None and added is None:
            continue
        more = None if said is None or added is None else Decimal(said - added)
        yield Compared(
            name=words._(NAMES[name]),
            confirmed=_number(said, words),
            posted=_number(added, words),
            difference=_signed(more, words),
            agrees=said == added,
        )


def _goods(each: Difference, words: Wording) -> Compared:
    return Compared(
        name=_subject(each, words),
        confirmed=_sum(each.confirmed, each.unit, words),
        posted=_sum(each.posted, each.unit, words),
        difference=_difference(each, words),
        agrees=each.agrees,
    )


def _records(table: Table) -> Iterator[dict[str, Cell]]:
    names = [column.name for column in table.columns]
    return (dict(zip(names, row, strict=True)) for row in table.rows)


def _side(row: Mapping[str, Cell], side: str, words: Wording) -> str:
    """What one side says of some goods: quantity and seizures, each where it is said."""
    quantity, seizures = row[f"quantity_{side}"], row[f"seizures_{side}"]
    if seizures == EMPTY:
        return "–"
    if quantity == EMPTY:
        return words.n_("{n} seizure without a quantity", "{n} seizures without a quantity", seizures)
    told = words.n_("{n} seizure", "{n} seizures", seizures)
    return f"{words.quantity(str(quantity), str(row['unit']))} · {told}"


def _subject(each: Difference, words: Wording) -> str:
    return _named(each.commodity, each.unit, words)


def _named(commodity: str, unit: str, words: Wording) -> str:
    named = words.unit(unit) if is_code("unit", unit) else unit
    return words._("{commodity}, in {unit}", commodity=words.label("commodity", commodity), unit=named)


def _sum(added: Sum | None, unit: str, words: Wording) -> str:
    if added is None:
        return "–"
    seizures = words.n_("{n} seizure", "{n} seizures", added.seizures)
    quantity = "" if added.quantity is None else words.quantity(str(added.quantity), unit)
    without = words.n_("{n} without a quantity", "{n} without a quantity", added.open) if added.open else ""
    parts = [quantity, seizures, without]
    return " · ".join(part for part in parts if part)


def _difference(each: Difference, words: Wording) -> str:
    parts = []
    if each.quantity:
        parts.append(_signed(each.quantity, words))
    if each.seizures:
        parts.append(_signed_seizures(each.seizures, words))
    return " · ".join(parts) or ("0" if each.agrees else "–")


def _signed_seizures(more: int, words: Wording) -> str:
    if more > 0:
        return words.n_("{n} seizure more", "{n} seizures more", more)
    return words.n_("{n} seizure fewer", "{n} seizures fewer", -more)


def _number(count: int | None, words: Wording) -> str:
    return "–" if count is None else words.number(count)


def _signed(more: Decimal | None, words: Wording) -> str:
    if more is None:
        return "–"
    return f"+{words.number(more)}" if more > 0 else words.number(more)


def _sentences(report: NationalReport, posted: OwnPosts, words: Wording) -> Iterator[str]:
    more = report.seizures - posted.seizures
    if more > 0:
        yield words.n_(
            "You confirm {n} seizure more than your posts say.",
            "You confirm {n} seizures more than your posts say.",
            more,
        )
    elif more < 0:
        yield words.n_(
            "You confirm {n} seizure fewer than your posts say.",
            "You confirm {n} seizures fewer than your posts say.",
            -more,
        )
    for each in differences(report, posted):
        if each.agrees:
            continue
        subject = _subject(each, words)
        if each.confirmed is None:
            yield words._(
                "{subject}: your posts say {posted}, and you confirm nothing.",
                subject=subject,
                posted=_sum(each.posted, each.unit, words),
            )
        elif each.posted is None:
            yield words._(
                "{subject}: you confirm {confirmed}, and no post of yours is about it.",
                subject=subject,
                confirmed=_sum(each.confirmed, each.unit, words),
            )
        else:
            yield words._(
                "{subject}: you confirm {confirmed}; your posts say {posted}.",
                subject=subject,
                confirmed=_sum(each.confirmed, each.unit, words),
                posted=_sum(each.posted, each.unit, words),
            )
