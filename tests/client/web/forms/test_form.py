from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from starlette.datastructures import FormData

from tests.core.form.forms import example, goods_lines, perhaps, reports, shortest_report, some_countries
from tests.scenario import Scenario
from vocu.canonical import decode_any, encode
from vocu.form.report import Company, Person, SeizureNominal, SeizureReport
from vocu.form.schema import FORMS
from vocu.form.whole import split, whole
from vocu.rendering.wording import Wording
from vocu_client.web.forms.fields import NOT_ASKED, fields_of
from vocu_client.web.forms.form import ARRANGE, Form, typed_in
from vocu_client.web.forms.posting import Typed
from vocu_client.web.forms.sections import SECTIONS

TODAY = date(2026, 11, 22)
STATE = Scenario().hub.state


def form(name: str = "seizure", language: str = "en", **more: Any) -> Form:
    return Form(name, Wording(language), STATE, **more)


def posted(fields: Typed) -> FormData:
    return FormData([(name, text) for name, texts in fields.items() for text in texts])


SHORTEST = form().typed(shortest_report())

languages = st.sampled_from(["en", "de", "fr", "pl", "el", "bg", "es"])
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30)
moments = (
    st.datetimes(timezones=st.timezones())
    .map(lambda at: at.isoformat(timespec="seconds"))
    .filter(lambda text: len(text) == len("2024-01-16T08:45:00+01:00"))
)
nominals = st.builds(
    SeizureNominal,
    exact_time=perhaps(moments),
    persons=st.lists(
        st.builds(Person, name=texts, nationality=perhaps(some_countries), arrested=st.booleans()), max_size=2
    ).map(tuple),
    companies=st.lists(st.builds(Company, name=texts, note=perhaps(texts)), max_size=2).map(tuple),
    plates=st.lists(texts, max_size=3, unique=True).map(tuple),
    containers=st.lists(st.from_regex(r"[A-Z]{4}[0-9]{7}", fullmatch=True), max_size=2, unique=True).map(tuple),
    national_reference=perhaps(texts),
    free_text=perhaps(texts),
)  # fmt: skip


def plain(report: SeizureReport) -> SeizureReport:
    """The report with places as a form reads them again: spaces and hyphens at their ends are no part of a name."""
    fields = decode_any(encode(report))

    def tidied(place: str) -> str:
        tidy = " ".join(place.split())
        assume(len(tidy) > 1)
        return tidy

    fields["place"] = tidied(fields["place"])
    route = fields.get("route", {})
    for stop in (*route.get("transit", ()), *(route[each] for each in ("departure", "destination") if each in route)):
        if "place" in stop:
            stop["place"] = tidied(stop["place"])
    return msgspec.convert(fields, SeizureReport)


@settings(deadline=None)  # the first one reads all places
@given(reports, nominals, languages)
def test_what_is_shown_of_a_valid_report_is_read_as_the_same_report(
    report: SeizureReport, nominal: SeizureNominal, language: str
) -> None:
    seizure = form(language=language)
    sealed = nominal if encode(nominal) != b"{}" else None
    filled = seizure.read(typed_in(posted(seizure.typed(whole(report, sealed)))), date(9999, 1, 1))
    tidy = plain(report)
    assert filled.faults == {}
    stat, names = split(filled.values)
    assert stat == tidy
    assert names == sealed


@pytest.mark.parametrize("name", sorted(set(FORMS) - {"seizure"}))
def test_the_example_of_every_form_is_read_as_it_was_shown(name: str) -> None:
    shown = form(name)
    filled = shown.read(typed_in(posted(shown.typed(example(name)))), date(2030, 1, 1))
    assert filled.faults == {}
    assert filled.values == {field: value for field, value in example(name).items() if field not in NOT_ASKED}


def test_every_input_of_the_page_holds_what_was_typed() -> None:
    typed = form().typed(example("seizure") | example("seizure_nominal"))
    inputs = form().show(typed).inputs()
    for name, texts_typed in typed.items():
        shown = inputs[name.removesuffix("-less")]
        assert texts_typed[0] in (shown.value, shown.less, *shown.values), name


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(SHORTEST)), st.lists(st.text(max_size=12), min_size=1, max_size=1)))
def test_whatever_is_typed_comes_back_as_it_was_typed(wrong: Typed) -> None:
    seizure = form()
    typed = typed_in(posted(SHORTEST | wrong))
    filled = seizure.read(typed, TODAY)
    inputs = seizure.show(typed, filled.faults).inputs()
    for name, texts_typed in typed.items():
        assert inputs[name].value == texts_typed[0]


def test_an_empty_form_names_all_that_is_missing_at_once() -> None:
    filled = form().read({}, TODAY)
    assert set(filled.faults) == {
        "agency", "seizure_day", "place", "location_type", "direction", "transport_mode", "selection_reason",
        "goods-0-commodity", "goods-0-unit", "goods-0-quantity",
    }  # fmt: skip


def test_faults_of_the_rules_are_named_beside_those_of_the_schema() -> None:
    typed = SHORTEST | {"place": [""], "goods-0-quantity_basis": ["pending"], "persons_arrested": ["3"]}
    typed |= {"persons_involved": ["2"], "goods-0-value": ["100"], "seizure_day": ["2031-01-01"]}
    filled = form().read(typed, TODAY)
    assert set(filled.faults) == {
        "place", "goods-0-quantity", "goods-0-currency", "persons_arrested", "seizure_day"
    }  # fmt: skip


def test_a_fault_stands_by_the_row_that_was_typed_although_an_empty_one_is_before_it() -> None:
    typed = {name.replace("goods-0", "goods-3"): texts_typed for name, texts_typed in SHORTEST.items()}
    typed |= {"goods-3-quantity": ["12,5x"], "goods-1-commodity": [""], "goods-1-unit": [""]}
    filled = form().read(typed, TODAY)
    assert set(filled.faults) == {"goods-3-quantity"}


def test_the_error_summary_leads_to_the_fields_in_the_order_of_the_page() -> None:
    typed = SHORTEST | {"goods-0-quantity": ["1.234"], "transport_mode": ["teleport"], "place": ["Ω"]}
    filled = form().read(typed, TODAY)
    shown = form().show(typed, filled.faults)
    assert [fault.id for fault in shown.faults] == ["f-goods-0-quantity", "f-place", "f-transport_mode"]
    assert shown.faults[0].text == "This could be 1234 or 1.2340. Write it in one of these two ways."
    assert shown.inputs()["transport_mode"].value == "teleport"


@pytest.mark.parametrize(
    ("field", "typed", "meant"),
    [
        ("place", "Łódź", "LODZ"),
        ("place", "Rotterdam (NLRTM)", "NLRTM"),
        ("country", "poland", "PL"),
        ("country", "pl", "PL"),
        ("registration_country", "Kosovo", "XK"),
        ("make", "Škoda", "SKODA"),
        ("seizure_day", "16.1.2024", "2024-01-16"),
        ("seizure_day-less", "2024-01", "2024-01"),
        ("seizure_day-less", "01/2024", "2024-01"),
        ("seizures", "1", None),
        ("indicators_hit", "r-07, R-08", ["R-07", "R-08"]),
        ("containers", "mscu 123456 5\r\nMSCU1234570", ["MSCU1234565", "MSCU1234570"]),
        ("exact_time", "2024-01-16T08:45", "2024-01-16T08:45:00+01:00"),
    ],
)
def test_what_people_type_is_taken_as_they_mean_it(field: str, typed: str, meant: Any) -> None:
    day = {"seizure_day": [""]} if field == "seizure_day-less" else {}
    filled = form().read(SHORTEST | day | {field: [typed]}, TODAY)
    assert filled.faults == {}
    assert filled.values.get(field.removesuffix("-less")) == meant


def test_countries_are_taken_by_their_name_in_the_officers_language() -> None:
    filled = form(language="de").read(SHORTEST | {"country": ["Österreich"]}, TODAY)
    assert filled.values["country"] == "AT"


def test_goods_codes_are_taken_with_dots_and_brands_with_spaces() -> None:
    typed = {"goods-0-hs_found": ["2402.20.90 Cigarettes"], "goods-0-brand": ["Jin Ling"]}
    line = form().read(SHORTEST | typed, TODAY).values["goods"][0]
    assert line["hs_found"] == "24022090"
    assert line["brand"] == "jin_ling"


def test_an_hour_that_came_twice_is_asked_about() -> None:
    filled = form().read(SHORTEST | {"exact_time": ["2024-10-27T02:30"]}, TODAY)
    assert set(filled.faults) == {"exact_time"}


def test_a_row_is_added_behind_the_last_one_and_removed_by_its_number() -> None:
    added = form().arranged(posted(SHORTEST | {ARRANGE: ["add:goods"]}))
    assert [row.name for row in form().show(added).inputs()["goods"].rows] == ["goods-0", "goods-1"]
    removed = form().arranged(posted(added | {ARRANGE: ["remove:goods-0"]}))
    assert [row.name for row in form().show(removed).inputs()["goods"].rows] == ["goods-1"]
    assert ARRANGE not in removed


def test_rows_stand_in_rows() -> None:
    typed = form().arranged(posted(SHORTEST | {ARRANGE: ["add:persons"]}))
    typed = form().arranged(posted(typed | {ARRANGE: ["add:persons-0-documents"]}))
    assert "persons-0-documents-0-number" in form().show(typed).inputs()
    assert form().read(typed, TODAY).faults == {}


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_every_list_of_rows_says_what_is_added(name: str) -> None:
    shown = form(name)
    rows = [each for each in shown.show({}).inputs().values() if each.kind == "rows"]
    for within in rows:
        rows += [each for each in shown.new_row({}, within.name).all if each.kind == "rows"]
    assert all(each.add.startswith("Add ") for each in rows)


def test_a_button_for_rows_that_the_form_has_not_changes_nothing() -> None:
    assert form().arranged(posted(SHORTEST | {ARRANGE: ["add:agency"]})) == SHORTEST
    assert form().arranged(posted(SHORTEST | {ARRANGE: ["add:nothing-9"]})) == SHORTEST


def test_fields_that_are_not_asked_for_are_shown_where_something_stands_in_them() -> None:
    behalf = frozenset({"on_behalf_of"})
    assert "on_behalf_of" not in form(without=behalf).show({}).inputs()
    assert "on_behalf_of" in form(without=behalf).show({"on_behalf_of": ["DE"]}).inputs()


def test_units_that_fit_the_commodity_come_first() -> None:
    unit = form().show({"goods-0-commodity": ["tobacco.cigarettes"]}).inputs()["goods-0-unit"]
    assert [option.value for option in unit.options[0].options] == ["stick", "pack", "carton"]
    assert "KGM" in [option.value for option in unit.options[1].options]


def test_a_report_is_told_in_words() -> None:
    told = {section.id: section for section in form().tell(shortest_report())}
    goods = told["found"].lines[0]
    assert {line.label: line.texts[0] for line in goods.inner} == {"Commodity": "Cocaine", "Quantity": "12.5 lb"}
    assert any(line.texts == ("17 Oct 2022",) for line in told["where"].lines)


@settings(deadline=None)  # the first one reads the HS codes
@given(goods_lines())
def test_every_line_of_goods_can_be_told(line: Any) -> None:
    goods = decode_any(encode(line))
    lines = form().tell({"goods": [goods]})[0].lines[0].inner
    assert len(lines) >= len(goods) - 2


def test_all_labels_come_from_the_catalogue() -> None:
    inputs = form(language="qps").show(SHORTEST).inputs()
    assert all(shown.label.startswith("⟦") for shown in inputs.values()), [
        shown.label for shown in inputs.values() if not shown.label.startswith("⟦")
    ]
    assert fields_of("seizure").keys() & inputs.keys()
