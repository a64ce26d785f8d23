"""Forms for the tests: the packaged examples, and seizure reports that hypothesis makes up."""

import copy
import json
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

from hypothesis import strategies as st

from vocu.form import codes
from vocu.form.report import GoodsLine, Route, SeizureReport, Stop


def example(form: str) -> dict[str, Any]:
    """A fresh copy of the packaged example of a form."""
    value = json.loads((resources.files("vocu_schemas") / "examples" / f"{form}.json").read_bytes())
    return copy.deepcopy(value)


def shortest_report(**fields: Any) -> dict[str, Any]:
    """A report of the mandatory fields alone, with the given fields set."""
    return {
        "agency": "customs",
        "seizure_day": "2022-10-17",
        "place": "ATLANTA FIELD OFFICE",
        "location_type": "airport",
        "direction": "import",
        "goods": [{"commodity": "drugs.cocaine", "quantity": "12.5", "unit": "LBR"}],
        "transport_mode": "air",
        "selection_reason": "routine",
    } | fields


def chosen(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([code.id for code in codes.codes(name)])


def perhaps(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


AMOUNT = r"[1-9][0-9]{0,14}(\.[0-9]{1,18})?|0(\.([0-9]{1,6}|0{0,5}[1-9][0-9]{0,17}))?"
amounts = st.from_regex(AMOUNT, fullmatch=True, alphabet="0123456789.").map(Decimal)
counts = st.integers(0, 2**53 - 1)
some_countries = st.sampled_from(sorted(codes.countries()))
places = st.from_regex(r"[A-Z0-9][A-Z0-9 -]{1,47}", fullmatch=True)
days = st.dates(date(1990, 1, 1)).map(str) | st.sampled_from(["2024", "2024-02", "2024-02-29"])
stops = st.builds(Stop, country=some_countries, place=perhaps(places))
routes = st.builds(
    Route,
    departure=stops,
    transit=st.lists(stops, max_size=3).map(tuple),
    destination=perhaps(stops),
    declared_origin=perhaps(some_countries),
)


@st.composite
def goods_lines(draw: st.DrawFn) -> GoodsLine:
    quantity = draw(perhaps(amounts))
    return GoodsLine(
        commodity=draw(chosen("commodity")),
        unit=draw(chosen("unit")),
        quantity=quantity,
        quantity_basis="pending" if quantity is None else draw(st.sampled_from([None, "weighed", "not_known"])),
        identification=draw(perhaps(chosen("identification"))),
        hs_found=draw(st.sampled_from([None, "2402", "24022090"])),
        packages=draw(perhaps(counts)),
        value=draw(perhaps(amounts)),
        currency=draw(st.sampled_from(["EUR", "PLN", "USD"])),
        goods_status=draw(perhaps(chosen("goods_status"))),
    )


reports = st.builds(
    SeizureReport,
    agency=chosen("agency"),
    seizure_day=days,
    place=places,
    location_type=chosen("location_type"),
    direction=chosen("direction"),
    goods=st.lists(goods_lines(), min_size=1, max_size=4).map(tuple),
    transport_mode=chosen("transport_mode"),
    selection_reason=chosen("selection_reason"),
    country=perhaps(some_countries),
    zone=st.sampled_from([None, "Europe/Warsaw", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]),
    conveyance=perhaps(chosen("conveyance")),
    route=perhaps(routes),
    detection_means=perhaps(chosen("detection_means")),
    concealment=perhaps(chosen("concealment")),
    indicators_hit=st.lists(st.sampled_from(["R-01", "R-02", "PL-7"]), unique=True).map(tuple),
    seizures=st.integers(1, 2000),
    joint_with=st.lists(st.sampled_from(["DE", "PL-KAS", "EUROPOL"]), unique=True).map(tuple),
    persons_involved=perhaps(counts),
)
