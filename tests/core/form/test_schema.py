import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any, get_args, get_type_hints

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.form.forms import amounts, example, reports, shortest_report
from vocu import canonical
from vocu.errors import MalformedError
from vocu.form.report import GoodsLine, Part, SeizureReport
from vocu.form.returns import DailyReturn
from vocu.form.schema import FORMS, check_days, findings, read, validate

FOLDER = resources.files("vocu_schemas") / "form"
STATISTICAL = sorted(set(FORMS) - {"seizure_nominal"})
TODAY = date(2026, 11, 22)


def schema(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return document


SHARED = {f"urn:vocu:form:{name}": schema(name) for name in ("values", "codes")}


def resolved(node: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The node that a reference leads to; the node itself where it is none."""
    if "$ref" not in node:
        return node
    where, _, pointer = node["$ref"].partition("#/$defs/")
    return resolved(SHARED.get(where, document)["$defs"][pointer], document)


def leaves(node: dict[str, Any], document: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    node = resolved(node, document)
    for name, inner in node.get("properties", {}).items():
        yield from leaves(inner, document, f"{path}.{name}")
    if "items" in node:
        yield from leaves(node["items"], document, path + "[]")
    if "properties" not in node and "items" not in node:
        yield path, node


def lines(form: str, value: dict[str, Any], added: frozenset[str] = frozenset()) -> tuple[str, ...]:
    return tuple(map(str, findings(form, value, added)))


def parts_of(hint: Any) -> Iterator[type[Part]]:
    if isinstance(hint, type) and issubclass(hint, Part):
        yield hint
    for inner in get_args(hint):
        yield from parts_of(inner)


# --- the schemas themselves -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [*FORMS, "values", "codes"])
def test_each_schema_is_valid_and_names_its_draft_and_itself(form: str) -> None:
    document = schema(form)
    assert jsonschema_rs.meta.is_valid(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["$id"] == f"urn:vocu:form:{form}"


@pytest.mark.parametrize("form", STATISTICAL)
def test_no_statistical_part_has_room_for_free_text(form: str) -> None:
    document = schema(form)
    found = list(leaves(document, document, form))
    assert found
    for path, leaf in found:
        if "enum" in leaf or "const" in leaf:
            continue
        assert leaf["type"] in {"string", "integer"}, path
        if leaf["type"] == "string":
            assert leaf["pattern"].startswith("^"), path
            assert leaf["pattern"].endswith("$"), path
            assert leaf["maxLength"] <= 128, path
            outside_classes = re.sub(r"\[[^\]]*\]|\\.", "", leaf["pattern"])
            assert "." not in outside_classes, path
            assert "[^" not in leaf["pattern"], path
        else:
            assert leaf["minimum"] >= 0, path
            assert leaf["maximum"] <= canonical.MAX_INTEGER, path


@pytest.mark.parametrize("form", FORMS)
def test_the_fields_of_schema_and_struct_are_the_same(form: str) -> None:
    document = schema(form)

    def compare(node: dict[str, Any], struct: type[Part]) -> None:
        node = resolved(node, document)
        assert set(node["properties"]) == set(struct.__struct_fields__), struct
        assert node["additionalProperties"] is False
        required = {field.encode_name for field in msgspec.structs.fields(struct) if field.required}
        hints = get_type_hints(struct)
        assert set(node["required"]) == required, struct
        for name, inner in node["properties"].items():
            field = resolved(inner, document)
            for part in parts_of(hints[name]):
                compare(field.get("items", field), part)

    compare(document, FORMS[form])


@pytest.mark.parametrize("form", FORMS)
def test_each_form_has_an_example_that_fills_most_of_it_and_is_read(form: str) -> None:
    value = example(form)
    filled = read(form, canonical.encode(value))
    assert isinstance(filled, FORMS[form])
    assert json.loads(canonical.encode(filled)) == value
    assert len(value) >= len(schema(form)["properties"]) / 2


def test_there_is_no_schema_and_no_example_of_an_unknown_form() -> None:
    for folder, beside in (("form", {"values", "codes"}), ("examples", set())):
        files = (resources.files("vocu_schemas") / folder).iterdir()
        assert {file.name.removesuffix(".json") for file in files} == set(FORMS) | beside


def test_the_mandatory_fields_of_a_report_are_those_of_the_specification() -> None:
    assert set(schema("seizure")["required"]) == {
        "agency", "seizure_day", "place", "location_type", "direction", "goods", "transport_mode", "selection_reason",
    }  # fmt: skip
    assert findings("seizure", shortest_report()) == ()


# --- what is accepted -------------------------------------------------------------------------------------------


@given(reports)
def test_every_report_that_keeps_the_rules_is_accepted_and_read_back(report: SeizureReport) -> None:
    data = canonical.encode(report)
    validate("seizure", data)
    assert read("seizure", data) == report


@given(amounts)
def test_every_amount_that_the_schema_accepts_keeps_its_spelling(amount: Decimal) -> None:
    line = GoodsLine(commodity="food", unit="KGM", quantity=amount)
    assert msgspec.json.decode(canonical.encode(line))["quantity"] == str(amount)
    validate("seizure", shortest_report(goods=[msgspec.to_builtins(line)]))


@given(st.text("0123456789.", max_size=12))
def test_an_amount_is_accepted_only_in_a_spelling_that_survives(text: str) -> None:
    form = shortest_report(goods=[{"commodity": "food", "unit": "KGM", "quantity": text}])
    if not findings("seizure", form):
        assert str(Decimal(text)) == text


def test_a_country_without_a_known_day_gives_the_month_or_the_year() -> None:
    for text in ("2022-10-17", "2022-10", "2022"):
        validate("seizure", shortest_report(seizure_day=text))


@pytest.mark.parametrize("place", ["NLRTM", "AMS", "ATLANTA FIELD OFFICE", "KRAKOW-BALICE", "2ND"])
def test_a_place_is_a_code_or_a_name_in_capitals(place: str) -> None:
    validate("seizure", shortest_report(place=place))


def test_an_operation_may_add_commodities_below_those_of_the_list() -> None:
    form = shortest_report(goods=[{"commodity": "cites.birds.parrots", "quantity": "3", "unit": "head"}])
    assert lines("seizure", form) == (
        'goods[0].commodity: "cites.birds.parrots" is not a commodity of the list, nor one that the operation added',
    )
    added = frozenset(["cites.birds.parrots", "space.rocks"])
    assert findings("seizure", form, added) == ()
    form["goods"][0]["commodity"] = "space.rocks"
    assert "under no commodity" in str(findings("seizure", form, added)[0])


# --- what is refused, and how -----------------------------------------------------------------------------------


def goods_with(**fields: Any) -> dict[str, Any]:
    line = {"commodity": "drugs.cocaine", "quantity": "12.5", "unit": "KGM"} | fields
    return {"goods": [{name: value for name, value in line.items() if value is not ...}]}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        (goods_with(quantity=float("nan")), "goods[0].quantity"),
        (goods_with(quantity="NaN"), "goods[0].quantity"),
        (goods_with(quantity="Infinity"), "goods[0].quantity"),
        (goods_with(quantity="-1"), "goods[0].quantity"),
        (goods_with(quantity=12.5), "goods[0].quantity"),
        (goods_with(quantity=12), "goods[0].quantity"),
        (goods_with(quantity="1e3"), "goods[0].quantity"),
        (goods_with(quantity="1,200"), "goods[0].quantity"),
        (goods_with(quantity="1.200,5"), "goods[0].quantity"),
        (goods_with(quantity="007"), "goods[0].quantity"),
        (goods_with(quantity="١٢"), "goods[0].quantity"),
        (goods_with(quantity="12\n"), "goods[0].quantity"),
        (goods_with(quantity="0.0000000"), "goods[0].quantity"),
        (goods_with(quantity="1234567890123456"), "goods[0].quantity"),
        (goods_with(quantity=None), "goods[0].quantity"),
        (goods_with(quantity=...), "goods[0].quantity"),
        (goods_with(quantity_basis="pending"), "goods[0].quantity"),
        (goods_with(unit="kg"), "goods[0].unit"),
        (goods_with(unit=...), "goods[0].unit"),
        (goods_with(unit="currency"), "goods[0].currency"),
        (goods_with(value="10"), "goods[0].currency"),
        (goods_with(duties="10"), "goods[0].currency"),
        (goods_with(value="10", currency="EURO"), "goods[0].currency"),
        (goods_with(value="10", currency="QQQ"), "goods[0].currency"),
        (goods_with(commodity="drugs.cocain"), "goods[0].commodity"),
        (goods_with(commodity="Cocaine from a friend"), "goods[0].commodity"),
        (goods_with(packages=-1), "goods[0].packages"),
        (goods_with(packages=1.5), "goods[0].packages"),
        (goods_with(packages=2.0), "goods[0].packages"),
        (goods_with(packages=2**53), "goods[0].packages"),
        (goods_with(packages=True), "goods[0].packages"),
        (goods_with(hs_found="2402.20"), "goods[0].hs_found"),
        (goods_with(remark="the driver was Mr X"), "goods[0].remark"),
        ({"goods": []}, "goods"),
        ({"goods": "cocaine"}, "goods"),
        ({"agency": "fbi"}, "agency"),
        ({"seizure_day": "2022-02-30"}, "seizure_day"),
        ({"seizure_day": "2022-13"}, "seizure_day"),
        ({"seizure_day": "17.10.2022"}, "seizure_day"),
        ({"seizure_day": "20221017"}, "seizure_day"),
        ({"seizure_day": 2022}, "seizure_day"),
        ({"seizure_day": "0000"}, "seizure_day"),
        ({"zone": "somewhere near the border"}, "zone"),
        ({"place": "In the flat of Jan Kowalski, Kraków"}, "place"),
        ({"place": "A" * 49}, "place"),
        ({"country": "EU"}, "country"),
        ({"country": "Poland"}, "country"),
        ({"country": "pl"}, "country"),
        ({"route": {"departure": {"country": "ZZ"}}}, "route.departure.country"),
        ({"route": {"transit": [{"country": "PL"}, {"place": "NLRTM"}]}}, "route.transit[1].country"),
        ({"route": {}}, "route"),
        ({"seizures": 1}, "seizures"),
        ({"seizures": 0}, "seizures"),
        ({"joint_with": ["DE", "DE"]}, "joint_with"),
        ({"warning_answered": "AAAAAAAAAAAAAAAAAAAAAB"}, "warning_answered"),
        ({"persons_involved": 1, "persons_arrested": 2}, "persons_arrested"),
        ({"free_text": "anything"}, "free_text"),
        ({"report_number": "PL 17"}, "report_number"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_with_its_path_and_in_words(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedError) as refused:
        validate("seizure", shortest_report(**fields))
    assert refused.value.code == "bad-form"
    assert [detail.partition(": ")[0] for detail in refused.value.details] == [path]
    assert len(refused.value.details[0]) > len(path) + 10


def test_what_is_allowed_is_said_with_what_is_wrong() -> None:
    faults = lines("seizure", shortest_report(direction="out", seizure_day="May"))
    assert faults == (
        'seizure_day: "May" is not a day, month or year on the calendar: 2022-10-17, 2022-10 or 2022',
        'direction: "out" is not one of import, export, transit, transhipment, internal, other, not_known',
    )


def test_all_faults_are_listed_and_none_twice() -> None:
    faults = findings("seizure", {"agency": "x" * 500, "colour": "red"})
    paths = [fault.path for fault in faults]
    assert sorted(paths) == sorted(set(paths))
    assert set(paths) == set(schema("seizure")["required"]) | {"colour"}
    assert all("x" * 100 not in str(fault) for fault in faults)


@pytest.mark.parametrize("missing", schema("seizure")["required"])
def test_a_mandatory_field_that_is_missing_is_named(missing: str) -> None:
    form = shortest_report()
    del form[missing]
    assert lines("seizure", form) == (f"{missing}: is missing",)


@pytest.mark.parametrize(
    ("form", "fields", "path"),
    [
        ("daily_return", {"kind": "nil"}, "checks[0].with_result"),
        ("daily_return", {"checks": [{"kind": "parcels", "checked": 1, "with_result": 2}]}, "checks[0].with_result"),
        ("daily_return", {"day": "2024-01"}, "day"),
        ("daily_return", {"persons_arrested": 3}, "persons_arrested"),
        ("warning", {"addressees": []}, "addressees"),
        ("warning", {"commodity": "gold"}, "commodity"),
        ("warning", {"answer_due_at": "2024-02-30T12:00:00Z"}, "answer_due_at"),
        ("warning", {"answer_due_at": "2024-01-18T12:00:00+01:00"}, "answer_due_at"),
        ("feedback", {"result": "not_arrived"}, "seizure_report"),
        ("feedback", {"result": "none"}, "result"),
        ("question", {"subject": "What is it?"}, "subject"),
        ("answer", {"of_common_interest": False}, "of_common_interest"),
        ("cross_check", {"result": "no_hit"}, "hits"),
        ("cross_check", {"hits": 4}, "hits"),
        ("outcome_return", {"period_to": "2023-12-31"}, "period_to"),
        ("outcome_return", {"fines": [{"amount": "-5", "currency": "EUR"}]}, "fines[0].amount"),
        ("seizure_nominal", {"containers": ["MSCU123"]}, "containers[0]"),
        ("seizure_nominal", {"exact_time": "yesterday"}, "exact_time"),
        ("seizure_nominal", {"persons": [{}]}, "persons[0]"),
        ("seizure_nominal", {"persons": [{"arrested": False}]}, "persons[0].arrested"),
        ("seizure_nominal", {"free_text": "x" * 20001}, "free_text"),
    ],
)
def test_the_other_forms_refuse_what_contradicts_itself(form: str, fields: dict[str, Any], path: str) -> None:
    faults = findings(form, example(form) | fields)
    assert [fault.path for fault in faults] == [path]


def test_a_control_return_says_what_was_checked_and_a_nil_return_need_not() -> None:
    bare = {"day": "2024-01-16", "running": "well"}
    assert findings("daily_return", bare | {"kind": "nil"}) == ()
    assert findings("daily_return", bare | {"kind": "control"})[0].path == "checks"


@pytest.mark.parametrize("value", [date(2022, 10, 17), b"NLRTM", {1: 2}, "half \ud800", {"\ud800": 1}])
def test_what_json_cannot_say_is_refused_as_a_bad_form(value: object) -> None:
    with pytest.raises(MalformedError, match="JSON cannot say") as refused:
        validate("seizure", shortest_report(place=value))
    assert refused.value.code == "bad-form"


@pytest.mark.parametrize("data", [b"", b"{", b'{"a":NaN}', b"\xff", b"[" * 100_000])
def test_what_is_not_json_is_refused_as_that(data: bytes) -> None:
    with pytest.raises(MalformedError) as refused:
        read("seizure", data)
    assert refused.value.code == "not-json"


@pytest.mark.parametrize("data", [b"[]", b"null", b'"report"', b"1"])
def test_a_form_is_an_object(data: bytes) -> None:
    with pytest.raises(MalformedError) as refused:
        validate("seizure", data)
    assert refused.value.code == "bad-form"


def test_a_form_with_white_space_is_valid_but_not_read() -> None:
    data = json.dumps(shortest_report(), indent=1).encode()
    validate("seizure", data)
    with pytest.raises(MalformedError) as refused:
        read("seizure", data)
    assert refused.value.code == "not-canonical"


def test_a_field_given_twice_is_not_read() -> None:
    data = canonical.encode(shortest_report()).replace(b'{"agency"', b'{"agency":"police","agency"', 1)
    with pytest.raises(MalformedError) as refused:
        read("seizure", data)
    assert refused.value.code == "not-canonical"


def test_rules_are_asked_when_reading_too() -> None:
    data = canonical.encode(shortest_report(**goods_with(unit="currency")))
    with pytest.raises(MalformedError) as refused:
        read("seizure", data)
    assert refused.value.details[0].startswith("goods[0].currency: ")


# --- days against the calendar of the reader --------------------------------------------------------------------


def report_of(**fields: Any) -> SeizureReport:
    return msgspec.convert(shortest_report(**fields), SeizureReport)


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11", "2026", "1990-01-01", "1990"])
def test_days_from_1990_until_tomorrow_are_accepted(day: str) -> None:
    check_days(report_of(seizure_day=day), TODAY)


@pytest.mark.parametrize("day", ["2062-10-17", "2026-11-24", "2026-12", "2027", "1989-12-31", "1989"])
def test_a_day_in_the_future_or_of_another_age_is_refused(day: str) -> None:
    with pytest.raises(MalformedError, match="seizure_day") as refused:
        check_days(report_of(seizure_day=day), TODAY)
    assert refused.value.code == "bad-day"


def test_the_day_of_a_return_is_checked_and_that_of_an_expected_arrival_is_not() -> None:
    with pytest.raises(MalformedError, match="day"):
        check_days(DailyReturn(day="2062-01-01", kind="nil", running="well"), TODAY)
    warning = read("warning", canonical.encode(example("warning") | {"expected_day": "2062-01-01"}))
    check_days(warning, TODAY)


@pytest.mark.parametrize("body", [{"goods": [{"x": {}}] * 20_000}, {f"field_{n}": n for n in range(600)}])
def test_of_what_somebody_else_wrote_a_few_faults_are_named_however_many_it_holds(body: dict[str, Any]) -> None:
    with pytest.raises(MalformedError) as refused:
        read("seizure", canonical.encode(body))
    assert 0 < len(refused.value.details) <= 50
