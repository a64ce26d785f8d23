"""Which column gives which field, and changing that."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from vocu_client.imports.mapping import File, mapping_of
from vocu_client.web.importing.sources import (
    assigned,
    by_column,
    fresh_source,
    given,
    own_code,
    source_at,
    tidy,
    with_source,
)
from vocu_client.web.importing.survey import MOST_VALUES, survey
from vocu_client.web.importing.targets import FREE_TEXT, targets

RAW: dict[str, Any] = {
    "participant": "DE",
    "file": {"encoding": "utf-8", "delimiter": ";", "decimal": ","},
    "report": {
        "agency": "customs",
        "place": {"first_of": ["Ort", "Amt"], "capitals": True},
        "seizure_day": {"column": "Tag", "format": "%d.%m.%Y"},
    },
    "goods": [{"commodity": {"column": "Ware", "table": "goods"}, "unit": "KGM", "if_no_other_line": True}],
    "nominal": {"free_text": ["Ware", "Bemerkung"]},
    "tables": {"goods": {"Kokain": "drugs.cocaine"}, "unused": {"a": "b"}},
}
TARGETS = targets(2)
FILE = File(encoding="utf-8", delimiter=";", decimal=",")


def fresh(path: str, column: str) -> dict[str, Any]:
    return {"column": column, "new": path}


def test_each_column_is_known_by_what_it_gives() -> None:
    assert by_column(RAW) == {
        "Tag": ["report.seizure_day"],
        "Ware": ["goods[0].commodity", FREE_TEXT],
        "Bemerkung": [FREE_TEXT],
    }


def test_a_field_out_of_several_columns_stays_whatever_the_columns_give() -> None:
    changed = assigned(RAW, {"Tag": [], "Ware": ["report.carrier"], "Bemerkung": []}, fresh)
    assert source_at(changed, "report.place") == {"first_of": ["Ort", "Amt"], "capitals": True}
    assert source_at(changed, "report.seizure_day") is None
    assert source_at(changed, "report.carrier") == {"column": "Ware", "new": "report.carrier"}
    assert FREE_TEXT not in changed["nominal"]
    assert [each.path for each in given(changed) if each.special] == ["report.place"]


def test_what_a_column_gave_before_it_gives_as_before() -> None:
    changed = assigned(RAW, {"Tag": ["report.seizure_day"], "Ware": ["goods[0].commodity"]}, fresh)
    assert source_at(changed, "report.seizure_day") == {"column": "Tag", "format": "%d.%m.%Y"}
    assert changed["nominal"] == {"free_text": ["Bemerkung"]}


@for_all(st.dictionaries(st.sampled_from(["Tag", "Ware", "X"]), st.lists(st.sampled_from(sorted(TARGETS)), max_size=3)))
def test_nothing_is_changed_in_the_mapping_that_was_given(chosen: dict[str, list[str]]) -> None:
    before = deepcopy(RAW)
    changed = tidy(assigned(RAW, chosen, fresh))
    assert before == RAW
    wanted = {path for paths in chosen.values() for path in paths}
    assert wanted <= {each.path for each in given(changed)}


def test_tables_that_nothing_uses_and_empty_sections_are_left_out() -> None:
    kept = tidy(with_source(RAW, "goods[1].if_no_other_line", False))
    assert list(kept["tables"]) == ["goods"]
    assert len(kept["goods"]) == 1


@pytest.mark.parametrize(("text", "code"), [("Marlboro Gold", "marlboro_gold"), ("Łódź", "lodz"), ("Брест", "")])
def test_a_brand_becomes_a_code_where_it_can(text: str, code: str) -> None:
    assert own_code(text) == code


def test_a_new_source_says_what_the_values_tell_and_leaves_open_what_they_do_not() -> None:
    data = "Tag;Ware;Menge;Ort\n03.04.2024;Kokain;1,5;Köln\n13.04.2024;Wunder;;Bonn\n03.05.2024;;2;Köln\n"
    found = survey(data.encode(), FILE)
    day, goods, amount, place = found.columns
    zone = "Europe/Brussels"
    assert fresh_source(TARGETS["report.seizure_day"], day, zone, frozenset())["format"] == "%d.%m.%Y"
    commodity = fresh_source(TARGETS["goods[0].commodity"], goods, zone, frozenset())
    assert commodity == {"column": "Ware", "map": {"Kokain": "drugs.cocaine"}}
    assert fresh_source(TARGETS["goods[0].quantity"], amount, zone, frozenset())["empty"] == "pending"
    assert fresh_source(TARGETS["report.place"], place, zone, frozenset())["capitals"] is True
    unclear = survey(b"Tag\n03/04/2024\n", FILE).columns[0]
    assert "format" not in fresh_source(TARGETS["report.seizure_day"], unclear, zone, frozenset())


def test_a_column_of_many_values_is_told_from_one_of_codes() -> None:
    lines = "".join(f"{number};a\n" for number in range(MOST_VALUES + 1))
    number, letter = survey(f"Nr;Art\n{lines};\n".encode(), FILE).columns
    assert (number.many, letter.many) == (True, False)
    assert (number.empty, letter.empty) == (1, 1)
    assert letter.values == (("a", MOST_VALUES + 1),)
    assert number.samples == ("0", "1", "2")


def test_every_field_that_is_offered_can_be_mapped() -> None:
    every = targets(1, organises=True)
    forms = {"day": {"format": "%d.%m.%Y"}, "moment": {"format": "%d.%m.%Y %H:%M", "zone": "Europe/Brussels"}}
    raw: dict[str, Any] = {"file": RAW["file"]}
    for path, target in every.items():
        raw = with_source(raw, path, {"column": path} | forms.get(target.kind, {}))
    assert {path for path, _, _ in mapping_of(raw).sources()} == set(every)
