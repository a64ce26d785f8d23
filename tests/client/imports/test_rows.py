"""Rows to reports: accepted whole or refused with lines and reasons, and the same rows again are the same reports."""

import hashlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.imports.tables import HEADER, ROW, SMALL, converted, small
from vocu import canonical
from vocu.errors import MalformedError
from vocu.form.schema import validate
from vocu.ids import operation_id
from vocu_client.imports.mapping import read_mapping
from vocu_client.imports.rows import Imported, conditions, convert, event_id
from vocu_client.imports.table import read_rows

OPERATION = operation_id(b"one operation")
GROUPED = read_mapping('group_by = ["Day", "Place"]\n' + SMALL + '[nominal]\nfree_text = ["Goods"]\n')


def only(text: str) -> Imported:
    conversion = converted(text)
    assert conversion.refused == ()
    (imported,) = conversion.reports
    return imported


def test_a_row_becomes_a_report_that_the_form_accepts() -> None:
    imported = only(HEADER + ROW)
    validate("seizure", canonical.encode(imported.report))
    assert (imported.lines, imported.line, imported.participant, imported.nominal) == ((2,), 2, "DE", None)
    assert (imported.report.seizure_day, imported.report.place) == ("2022-10-17", "KOLN")
    assert imported.report.goods[0].quantity == Decimal("1200.50")


def test_an_empty_quantity_is_pending_where_the_mapping_says_so() -> None:
    (line,) = only(HEADER + ROW.replace("1.200,50", "")).report.goods
    assert (line.quantity, line.quantity_basis) == (None, "pending")


def test_a_bad_row_is_refused_with_its_line_and_every_reason_and_the_others_stand() -> None:
    conversion = converted(HEADER + ROW + "Narnia;17.10.2022;Köln;wine;a lot\n" + ROW)
    assert [imported.line for imported in conversion.reports] == [2, 4]
    (refusal,) = conversion.refused
    assert (refusal.lines, refusal.line) == ((3,), 3)
    assert refusal.reasons == (
        'participant: Country: "Narnia" is not listed in the mapping, which has Germany, Poland',
        'goods[0].quantity: Kilograms: "a lot" is not a number with the decimal sign ","',
        'goods[0].commodity: Goods: "wine" is not listed in the mapping, which has cocaine, heroin',
    )


def test_what_the_form_does_not_accept_is_refused_in_the_words_of_the_form() -> None:
    (refusal,) = converted(HEADER + ROW.replace("Köln", "K" * 49)).refused
    assert refusal.reasons[0].startswith("place: ")


def test_a_commodity_that_the_operation_added_is_accepted_only_with_it() -> None:
    mapping = small('"drugs.cocaine"', '"drugs.crack"')
    rows = read_rows((HEADER + ROW).encode(), mapping)
    assert "drugs.crack" in convert(rows, mapping).refused[0].reasons[0]
    assert convert(rows, mapping, frozenset({"drugs.crack"})).refused == ()


def test_a_condition_keeps_the_rows_with_exactly_that_text() -> None:
    text = HEADER + ROW + ROW.replace("Köln", "Bonn") + ROW.replace("Köln", "Bonn am Rhein")
    conversion = converted(text, where=conditions([" Place = Bonn "]))
    assert [imported.line for imported in conversion.reports] == [3]


def test_all_conditions_must_hold() -> None:
    text = HEADER + ROW + ROW.replace("cocaine", "heroin")
    assert len(converted(text, where=conditions(["Place=Köln", "Goods=heroin"])).reports) == 1
    assert converted(text, where=conditions(["Place=Bonn", "Goods=heroin"])).reports == ()


@pytest.mark.parametrize("text", ["Place", "=Bonn", ""])
def test_a_condition_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match=r"COLUMN=VALUE.*\[bad-where\]"):
        conditions([text])


def test_a_condition_on_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(MalformedError, match=r'no column "Town".*\[bad-where\]'):
        converted(HEADER + ROW, where=(("Town", "Bonn"),))


def test_the_wrong_decimal_sign_is_one_error_and_not_one_per_row() -> None:
    mapping = small('decimal = ","\nthousands = "."', 'decimal = "."')
    with pytest.raises(MalformedError, match=r"Not one of 3 cells.*goods\[0\]\.quantity") as caught:
        converted(HEADER + ROW.replace("1.200,50", "12,5") * 3, mapping)
    assert (caught.value.code, caught.value.details[0][:18]) == ("bad-mapping", "line 2: Kilograms:")


def test_the_wrong_order_of_the_date_is_one_error() -> None:
    with pytest.raises(MalformedError, match=r"Not one of 2 cells.*report\.seizure_day"):
        converted(HEADER + ROW * 2, small("%d.%m.%Y", "%m.%d.%Y"))


def test_one_bad_number_among_good_ones_is_a_fault_of_its_row() -> None:
    assert [refusal.line for refusal in converted(HEADER + ROW + ROW.replace("1.200,50", "12.5")).refused] == [3]


def test_rows_of_one_report_are_its_goods_lines_and_identical_rows_are_two_lines() -> None:
    text = HEADER + ROW + ROW.replace("Köln", "Bonn") + ROW + ROW.replace("cocaine", "heroin")
    first, second = converted(text, GROUPED).reports
    assert (first.lines, second.lines) == ((2, 4, 5), (3,))
    assert [line.commodity for line in first.report.goods] == ["drugs.cocaine", "drugs.cocaine", "drugs.heroin"]
    assert first.nominal is not None
    assert first.nominal.free_text == "[1] Goods: cocaine\n[2] Goods: cocaine\n[3] Goods: heroin"


def test_one_bad_row_refuses_the_whole_report_it_belongs_to() -> None:
    (refusal,) = converted(HEADER + ROW + ROW.replace("cocaine", "wine"), GROUPED).refused
    assert refusal.lines == (2, 3)
    assert refusal.reasons == (
        'line 3: goods[0].commodity: Goods: "wine" is not listed in the mapping, which has cocaine, heroin',
    )


def test_rows_of_one_report_that_contradict_each_other_are_refused() -> None:
    (refusal,) = converted(HEADER + ROW + ROW.replace("Germany", "Poland"), GROUPED).refused
    assert refusal.reasons == ("participant: the rows of one report differ in it",)


def test_a_condition_that_cuts_a_report_in_two_refuses_it() -> None:
    conversion = converted(HEADER + ROW + ROW.replace("cocaine", "heroin"), GROUPED, (("Goods", "heroin"),))
    assert conversion.reports == ()
    assert "only some rows of this report meet the condition" in conversion.refused[0].reasons[0]


def test_the_same_rows_again_have_the_same_ids() -> None:
    text = HEADER + ROW + ROW.replace("Köln", "Bonn")
    again = (
        "Kilograms;Goods;Place;Day;Country\n"
        + "1.200,50;cocaine;Bonn;17.10.2022;Germany\n"
        + "1.200,50;cocaine;Köln;17.10.2022;Germany\n"
    )
    first = {event_id(OPERATION, imported.key) for imported in converted(text).reports}
    assert len(first) == 2
    assert first == {event_id(OPERATION, imported.key) for imported in converted(again).reports}


def test_a_report_of_several_rows_is_the_same_in_another_order() -> None:
    heroin = ROW.replace("cocaine", "heroin")
    assert (
        converted(HEADER + ROW + heroin, GROUPED).reports[0].key
        == converted(HEADER + heroin + ROW, GROUPED).reports[0].key
    )


def test_identical_rows_are_two_seizures_with_two_ids() -> None:
    first, second = converted(HEADER + ROW + ROW).reports
    assert first.report == second.report
    assert event_id(OPERATION, first.key) != event_id(OPERATION, second.key)


def test_the_same_row_of_another_country_or_in_another_operation_has_another_id() -> None:
    text = SMALL.replace('[participant]\ncolumn = "Country"\nmap = { Germany = "DE", Poland = "PL" }\n', "")
    keys = [
        converted(HEADER + ROW, read_mapping(f'participant = "{code}"\n' + text)).reports[0].key
        for code in ("DE", "PL")
    ]
    ids = {event_id(op, key) for key in keys for op in (OPERATION, operation_id(b"another"))}
    assert len(ids) == 4


def test_the_id_of_an_imported_event_is_made_as_the_manual_says() -> None:
    imported = only(HEADER + ROW)
    cells = '["Country","Germany"],["Day","17.10.2022"],["Goods","cocaine"],["Kilograms","1.200,50"],["Place","Köln"]'
    assert imported.key == f'["DE",[[{cells}],1]]'.encode()
    digest = hashlib.sha256(b"vocu/1 import\0" + OPERATION.encode() + b"\0" + imported.key).digest()
    assert event_id(OPERATION, imported.key) == canonical.b64(digest[:16])


@given(st.lists(st.sampled_from(["Köln", "Bonn", "Aachen", "Essen"]), max_size=12), st.integers(0, 12))
def test_importing_the_first_part_first_adds_the_rest_only_once(places: list[str], count: int) -> None:
    lines = [ROW.replace("Köln", place) for place in places]
    part = {imported.key for imported in converted(HEADER + "".join(lines[:count])).reports}
    whole = {imported.key for imported in converted(HEADER + "".join(lines)).reports}
    assert part <= whole
    assert len(whole) == len(places)
