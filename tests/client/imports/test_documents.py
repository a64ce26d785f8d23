"""Reports in the unified form's own JSON: one, or a list of them."""

import json
from typing import Any

import pytest

from vocu.errors import MalformedError
from vocu_client.imports.documents import is_json, read_documents

FORM: dict[str, Any] = {
    "agency": "customs",
    "seizure_day": "2023-12-01",
    "place": "KEHL",
    "location_type": "inland",
    "direction": "import",
    "transport_mode": "road",
    "selection_reason": "random",
    "goods": [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "806000"}],
    "free_text": "Behind a second wall",
}


def test_one_report_or_a_list_of_them_is_read_with_both_parts() -> None:
    (one,) = read_documents(json.dumps(FORM).encode(), "DE").reports
    assert one.nominal is not None
    assert one.nominal.free_text == "Behind a second wall"
    several = read_documents(json.dumps([FORM, {**FORM, "place": "AACHEN"}]).encode(), "DE").reports
    assert [each.lines for each in several] == [(1,), (2,)]
    assert several[0] == one


def test_the_same_report_has_the_same_key_and_a_second_one_another() -> None:
    turned = dict(reversed(FORM.items()))
    first, second = read_documents(json.dumps([FORM, turned]).encode(), "DE").reports
    (again,) = read_documents(json.dumps([turned], indent=2).encode("utf-8-sig"), "DE").reports
    assert first.key == again.key
    assert first.key != second.key


def test_amounts_may_be_numbers_and_keep_their_digits() -> None:
    text = json.dumps(FORM).replace('"806000"', "12.50")
    (report,) = read_documents(text.encode(), "DE").reports
    assert str(report.report.goods[0].quantity) == "12.50"


def test_each_faulty_report_is_refused_with_its_place_in_the_list_and_the_others_stand() -> None:
    given = [FORM, 7, {**FORM, "direction": "sideways"}, {**FORM, "goods": []}]
    conversion = read_documents(json.dumps(given).encode(), "DE")
    assert len(conversion.reports) == 1
    assert [(each.line, each.faults[0].field) for each in conversion.refused] == [
        (2, ""), (3, "direction"), (4, "goods"),
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"{", b"[1,", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(MalformedError, match="bad-json"):
        read_documents(data, "DE")


def test_json_is_told_from_a_table_by_its_first_sign() -> None:
    assert is_json(b"\xef\xbb\xbf\n [")
    assert is_json(b"{")
    assert not is_json(b"day;place\n")
