"""Goods, places and routes of a seizure as people read them in a table or a title."""

from collections.abc import Iterable

from msgspec import Struct

from vocu.form.report import GoodsLine, SeizureReport, Stop
from vocu.rendering.wording import Wording
from vocu_client import places


class Goods(Struct, frozen=True):
    """One line of goods: what, and how much; `pending` while that is not known."""

    name: str
    amount: str
    pending: bool


def goods(stat: SeizureReport, words: Wording) -> tuple[Goods, ...]:
    return tuple(_one(line, words) for line in stat.goods)


def title(stat: SeizureReport, words: Wording) -> str:
    """The report in a few words: Cigarettes (806,000 sticks) and 2 more."""
    named = [f"{each.name} ({each.amount})" for each in goods(stat, words)]
    if len(named) <= 2:
        return words.listed(named)
    return words.say("and_more", items=named[0], number=words.number(len(named) - 1))


def values(stat: SeizureReport, words: Wording) -> tuple[str, ...]:
    """What the goods are worth, as far as said; unlike currencies side by side."""
    lines = [line for line in stat.goods if line.value is not None and line.currency is not None]
    return tuple(words.quantity(str(line.value), line.currency or "") for line in lines)


def stop(at: Stop, words: Wording) -> str:
    """A stop of a route: its place and country, or the country alone."""
    country = words.country(at.country)
    if at.place is None:
        return country
    return words._("{place}, {country}", place=places.label(at.place, at.country), country=country)


def way(stops: Iterable[Stop], words: Wording) -> str:
    """The stops of a route in their order."""
    return " → ".join(stop(each, words) for each in stops)


def stops_of(stat: SeizureReport) -> tuple[Stop, ...]:
    """Departure, transit and destination, as far as known."""
    return stat.route.stops if stat.route is not None else ()


def _one(line: GoodsLine, words: Wording) -> Goods:
    name = words.label("commodity", line.commodity)
    if line.quantity is None:
        return Goods(name, words._("quantity pending"), pending=True)
    unit = line.currency if line.unit == "currency" and line.currency is not None else line.unit
    return Goods(name, words.quantity(str(line.quantity), unit), pending=False)
