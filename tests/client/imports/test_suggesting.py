"""A mapping proposed for a table that nobody described: what can be read in two ways is asked, never guessed."""

from pathlib import Path

import pytest

from tests.client.imports.desks import ImportingDesk, importing_desk
from tests.client.imports.tables import MAPPINGS, SMALL
from tests.client.imports.test_workbook import workbook
from tests.scenario import Scenario
from tests.shared import shared_file
from vocu.errors import MalformedError
from vocu.form.faults import Fault
from vocu.rendering.wording import Wording
from vocu_client.imports.mapping import load_mapping, mapping_of, read_mapping
from vocu_client.imports.previewing import preview
from vocu_client.imports.sniffing import sniff_dates, sniff_decimal, sniff_delimiter, sniff_encoding
from vocu_client.imports.suggesting import Suggestion, answered, suggest
from vocu_client.imports.vocabulary import plain_words
from vocu_client.imports.writing import mapping_text, raw_mapping

HEADERS = {
    "en": "Date;Place;Commodity;Quantity;Unit",
    "fr": "Date;Lieu;Marchandise;Quantité;Unité",
    "de": "Datum;Ort;Ware;Menge;Einheit",
    "es": "Fecha;Lugar;Mercancía;Cantidad;Unidad",
    "pl": "Data;Miejsce;Towar;Ilość;Jednostka",
    "el": "Ημερομηνία;Τόπος;Εμπόρευμα;Ποσότητα;Μονάδα",
    "bg": "Дата;Място;Стока;Количество;Единица",
}
REST = {
    "report.agency": "customs",
    "report.location_type": "inland",
    "report.direction": "import",
    "report.transport_mode": "road",
    "report.selection_reason": "random",
}


@pytest.fixture
def de(scenario: Scenario, tmp_path: Path) -> ImportingDesk:
    return importing_desk(scenario, tmp_path)


def asked(suggestion: Suggestion) -> dict[str, tuple[str, ...]]:
    return {question.path: question.choices for question in suggestion.questions}


@pytest.mark.parametrize("language", HEADERS)
def test_columns_are_known_by_their_names_and_codes_by_their_labels_in_each_language(
    language: str, de: ImportingDesk
) -> None:
    words = Wording(language)
    goods, unit = words.label("commodity", "tobacco.cigarettes"), words.label("unit", "KGM")
    data = f"{HEADERS[language]}\n17.12.2023;Kehl;{goods};1200,5;{unit}\n".encode()
    found = suggest(data, language, own="DE")
    assert list(found.columns.values()) == [
        "report.seizure_day", "report.place", "goods.commodity", "goods.quantity", "goods.unit",
    ]  # fmt: skip
    assert found.questions == ()
    assert set(found.missing) == REST.keys()
    raw = found.raw
    for path, code in REST.items():
        raw = answered(raw, path, code)
    mapping = read_mapping(mapping_text(raw))
    (report,) = preview(de.desk, data, mapping).reports
    assert report.form is not None
    assert report.form["goods"] == [{"commodity": "tobacco.cigarettes", "quantity": "1200.5", "unit": "KGM"}]
    assert (report.form["seizure_day"], report.participant) == ("2023-12-17", "DE")


def test_a_day_that_may_be_a_month_is_asked(de: ImportingDesk) -> None:
    head = "Date,Place,Commodity,Quantity,Unit\n"
    unclear = suggest((head + "01/02/2023,Kehl,cocaine,5,kg\n03/04/2023,Kehl,cocaine,5,kg\n").encode(), own="DE")
    assert asked(unclear) == {"report.seizure_day.format": ("%d/%m/%Y", "%m/%d/%Y")}
    assert "format" not in unclear.raw["report"]["seizure_day"]
    with pytest.raises(MalformedError, match="seizure_day"):
        mapping_of(unclear.raw)
    clear = suggest((head + "01/02/2023,Kehl,cocaine,5,kg\n13/04/2023,Kehl,cocaine,5,kg\n").encode(), own="DE")
    assert clear.raw["report"]["seizure_day"] == {"column": "Date", "format": "%d/%m/%Y"}
    assert asked(clear) == {}


def test_a_number_that_may_be_two_numbers_is_asked_and_the_answer_settles_what_groups_digits() -> None:
    found = suggest(b"Date;Place;Commodity;Quantity;Unit\n2023-12-17;Kehl;cocaine;1.200;kg\n", own="DE")
    assert asked(found) == {"file.decimal": (".", ",")}
    assert answered(found.raw, "file.decimal", ",")["file"]["thousands"] == "."
    assert answered(found.raw, "file.decimal", ".")["file"]["decimal"] == "."


def test_a_text_that_no_list_knows_is_asked_with_the_codes_to_choose_from() -> None:
    found = suggest(
        b"Date;Place;Commodity;Quantity;Unit\n2023-12-17;Kehl;contraband;5;kg\n2023-12-17;Kehl;cocaine;5;kg\n"
    )
    (path,) = asked(found)
    assert path == "goods.commodity.map.contraband"
    raw = answered(found.raw, path, "other")
    assert raw["goods"][0]["commodity"]["map"] == {"cocaine": "drugs.cocaine", "contraband": "other"}
    assert "contraband" not in found.raw["goods"][0]["commodity"]["map"]


def test_a_column_without_a_telling_name_is_known_by_what_it_holds() -> None:
    found = suggest(b"A;B;C\n17.12.2023;Cocaine;kg\n18.12.2023;Heroin;g\n", own="DE")
    assert found.columns == {"A": "report.seizure_day", "B": "goods.commodity", "C": "goods.unit"}


def test_the_unit_may_stand_in_the_name_of_the_quantity() -> None:
    assert suggest(b"Date;Weight (kg)\n2023-12-17;5\n").raw["goods"][0]["unit"] == "KGM"


def test_a_workbook_with_several_sheets_asks_which_one() -> None:
    assert asked(suggest(workbook(), own="DE")) == {}
    assert suggest(workbook(), own="DE").raw["file"] == {"decimal": "."}
    with pytest.raises(MalformedError, match="bad-table"):
        suggest(b"PK\x03\x04rubbish")
    with pytest.raises(MalformedError, match="has no columns"):
        suggest(b"just some words\nand more of them\n")


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["17.10.2022", "01.02.2022"], ("%d.%m.%Y",)),
        (["10/17/2022", "1/2/2022"], ("%m/%d/%Y",)),
        (["01.02.2022"], ("%d.%m.%Y", "%m.%d.%Y")),
        (["2022-01-02"], ("%Y-%m-%d",)),
        (["17-Oct-22", "1-Feb-22"], ("%d-%b-%y",)),
        (["2022-01-02 10:45"], ("%Y-%m-%d %H:%M",)),
        (["01/2022"], ("%m/%Y",)),
        (["2022"], ("%Y",)),
        (["cocaine", "17.10.2022"], ()),
        ([""], ()),
    ],
)
def test_the_order_of_a_date_is_what_all_cells_allow(cells: list[str], formats: tuple[str, ...]) -> None:
    assert sniff_dates(cells) == formats


@pytest.mark.parametrize(
    ("cells", "decimals", "thousands"),
    [
        (["1.200,5"], (",",), "."),
        (["1,200.5"], (".",), ","),
        (["1.200.300"], (",",), "."),
        (["1200.5", "3"], (".",), None),
        (["1,5", "1.200"], (",",), "."),
        (["1 200,5"], (",",), " "),
        (["0.125"], (".",), None),
        (["1.200"], (".", ","), None),
        (["12", "7"], (".",), None),
    ],
)
def test_the_decimal_sign_is_what_all_cells_allow(
    cells: list[str], decimals: tuple[str, ...], thousands: str | None
) -> None:
    signs = sniff_decimal(cells)
    assert (signs.decimals, signs.thousands) == (decimals, thousands)


def test_encoding_and_delimiter_are_those_by_which_the_text_is_whole() -> None:
    assert sniff_encoding("Łódź".encode(), "pl") == ("utf-8",)
    assert sniff_encoding("Łódź".encode("cp1250"), "pl")[0] == "cp1250"
    assert sniff_encoding("Αθήνα".encode("cp1253"), "el")[0] == "cp1253"
    assert sniff_encoding("a".encode("utf-16"), "en") == ("utf-16",)
    assert [sniff_delimiter(f"a{sign}b\n1{sign}2,5\n") for sign in ";\t|"] == [";", "\t", "|"]
    assert plain_words("  Łódź_(PL)\n") == "lodz pl"


@pytest.mark.parametrize(
    "data",
    [
        "data/cbp_drugs_us/nationwide-drugs-fy20-fy23.csv",
        "data/c4ads_airport_wildlife/tot.csv",
        "data/poland_border_guard/przemyt_2024-01.csv",
    ],
)
def test_for_each_real_table_a_draft_is_made_that_names_its_day_goods_and_quantity(data: str) -> None:
    found = suggest(shared_file(data).read_bytes(), "en", own="DE")
    fields = set(found.columns.values())
    assert {"report.seizure_day", "goods.commodity", "goods.quantity"} <= fields
    assert all(isinstance(question.fault, Fault) for question in found.questions)


@pytest.mark.parametrize("name", sorted(path.name for path in MAPPINGS.glob("*.toml")))
def test_a_mapping_that_was_read_and_written_is_the_same(name: str) -> None:
    mapping = load_mapping(MAPPINGS / name)
    assert read_mapping(mapping_text(raw_mapping(mapping))) == mapping
    small = read_mapping(SMALL)
    assert mapping_of(raw_mapping(small)) == small


def test_odd_keys_and_texts_survive_being_written() -> None:
    raw = {"file": {"decimal": "."}, "goods": [{"a": {'x "y" \\ z\n': "é\x7f"}}, {"b": [1, True]}], "tables": {"": {}}}
    import tomllib

    assert tomllib.loads(mapping_text(raw)) == raw
