"""One cell in one field: what is read, and what is refused with its column and reason."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu_client.imports.cells import CellError, day, moment, number, text, texts
from vocu_client.imports.mapping import File
from vocu_client.imports.sources import Day, Moment, Month, Number, Text

POINT = File(encoding="utf-8", delimiter=",", decimal=".")
COMMA = File(encoding="utf-8", delimiter=";", decimal=",", thousands=".")


@pytest.mark.parametrize(
    ("file", "cell", "read"),
    [
        (POINT, "8.3799469484296", "8.3799469484296"),
        (POINT, "120.0000", "120.0000"),
        (POINT, "0.0", "0.0"),
        (POINT, "007", "7"),
        (COMMA, "19000,00", "19000.00"),
        (COMMA, "1.234.567,5", "1234567.5"),
        (File(encoding="utf-8", delimiter=",", decimal=".", exponents=True), "2.20462262e-05", "0.0000220462262"),
    ],
)
def test_a_number_keeps_the_digits_that_were_given(file: File, cell: str, read: str) -> None:
    assert number(Number(column="Q"), {"Q": cell}, file) == read


@pytest.mark.parametrize(
    ("file", "cell"),
    [
        (POINT, "8,5"), (POINT, "1,200.5"), (POINT, "400g each"), (POINT, "100s"), (POINT, "-1"), (POINT, "1."),
        (POINT, ".5"), (POINT, "1e3"), (POINT, "١٢"), (POINT, "NaN"), (COMMA, "1.23"), (COMMA, "12.34.567"),
    ],
)  # fmt: skip
def test_what_is_no_number_with_the_signs_of_the_mapping_is_refused(file: File, cell: str) -> None:
    with pytest.raises(CellError, match="is not a number with the decimal sign"):
        number(Number(column="Q"), {"Q": cell}, file)


@given(st.decimals(min_value=0, max_value=10**12, places=4))
def test_every_amount_written_with_commas_is_read_exactly(amount: Decimal) -> None:
    cell = f"{amount:,.4f}".translate(str.maketrans(",.", ".,"))
    read = number(Number(column="Q", decimals=4), {"Q": cell}, COMMA)
    assert read is not None
    assert Decimal(read) == amount


@pytest.mark.parametrize("cell", ["120", "120,000", "1200000"])
def test_a_number_that_lost_its_decimals_is_refused_where_the_mapping_counts_them(cell: str) -> None:
    with pytest.raises(CellError, match="and 4 digits after it"):
        number(Number(column="Q", decimals=4), {"Q": cell}, COMMA)


def test_a_blank_number_is_refused_unless_the_mapping_says_what_it_means() -> None:
    with pytest.raises(CellError, match="Q: is empty"):
        number(Number(column="Q"), {"Q": ""}, POINT)
    assert number(Number(column="Q", empty="pending", blank=("n/a",)), {"Q": "n/a"}, POINT) is None


@pytest.mark.parametrize(
    ("source", "cell", "read"),
    [
        (Day(column="D", format="%d.%m.%Y"), "03.01.2024", "2024-01-03"),
        (Day(column="D", format="%m/%d/%Y"), "03/01/2024", "2024-03-01"),
        (Day(column="D", format="%d-%b-%y", century=2000), "3-feb-09", "2009-02-03"),
        (Day(column="D", format="%d-%b-%y", century=1900), "3-February-99", "1999-02-03"),
        (Day(column="D", format="%m/%Y"), "10/2022", "2022-10"),
        (Day(column="D", format="%Y"), "2022", "2022"),
        (Day(column="D", format="%d.%m.%Y", first_of_month_is_month=True), "01.10.2022", "2022-10"),
        (Day(column="D", format="%d.%m.%Y", first_of_month_is_month=True), "11.10.2022", "2022-10-11"),
    ],
)
def test_a_day_is_read_in_the_order_that_the_mapping_names(source: Day, cell: str, read: str) -> None:
    assert day(source, {"D": cell}) == read


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("5/17/2011 to 5/26/2011", "is not of the form"),
        ("2024-01-03", "is not of the form"),
        ("31.02.2024", "is not on the calendar"),
        ("03.13.2024", "is not on the calendar"),
        ("", "is not of the form"),
    ],
)
def test_what_is_no_day_is_refused(cell: str, why: str) -> None:
    with pytest.raises(CellError, match=why):
        day(Day(column="D", format="%d.%m.%Y"), {"D": cell})


def test_a_day_that_contradicts_the_year_beside_it_is_refused() -> None:
    source = Day(column="Date", format="%d-%b-%y", century=2000, agrees_with_year="Year")
    assert day(source, {"Date": "11-Apr-11", "Year": "2011"}) == "2011-04-11"
    with pytest.raises(CellError, match='"11-Apr-11" is not in the year "2014" of the column Year'):
        day(source, {"Date": "11-Apr-11", "Year": "2014"})


@pytest.mark.parametrize(
    ("month", "read"),
    [("OCT", "2022-10"), ("DEC", "2022-12"), ("JAN", "2023-01"), ("SEP", "2023-09"), ("9", "2023-09")],
)
def test_a_fiscal_year_counts_by_the_year_in_which_it_ends(month: str, read: str) -> None:
    assert day(Month(year="FY", month="M", fiscal_year_starts=10), {"FY": "2023", "M": month}) == read


def test_without_a_fiscal_year_the_year_is_the_year() -> None:
    assert day(Month(year="Y", month="M"), {"Y": "2023", "M": "12"}) == "2023-12"


def test_a_local_time_gets_the_offset_of_its_zone_and_day() -> None:
    source = Moment(column="T", format="%d.%m.%Y %H:%M:%S", zone="Europe/Warsaw")
    assert moment(source, {"T": "16.01.2024 08:45:00"}) == "2024-01-16T08:45:00+01:00"
    assert moment(source, {"T": "16.07.2024 08:45:00"}) == "2024-07-16T08:45:00+02:00"


@pytest.mark.parametrize("cell", ["31.03.2024 02:30:00", "27.10.2024 02:30:00"])
def test_an_hour_that_the_clocks_skipped_or_repeated_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="came twice or never"):
        moment(Moment(column="T", format="%d.%m.%Y %H:%M:%S", zone="Europe/Warsaw"), {"T": cell})


def test_the_country_stands_after_the_last_comma_and_the_city_before_it() -> None:
    cells = {"C": "Washington, D.C., USA"}
    assert text(Text(column="C", after_last=","), cells) == "USA"
    assert text(Text(column="C", before_last=","), cells) == "Washington, D.C."
    assert text(Text(column="C", after_last=","), {"C": "Singapore"}) == "Singapore"


def test_several_columns_are_looked_up_together() -> None:
    source = Text(column=("A", "B"), map={"crossing | air": "airport"})
    assert text(source, {"A": "crossing", "B": "air"}) == "airport"
    with pytest.raises(CellError, match=r'A \| B: "crossing \| sea" is not listed in the mapping'):
        text(source, {"A": "crossing", "B": "sea"})


def test_the_first_column_that_says_something_counts() -> None:
    source = Text(first_of=("A", "B"), blank=("none",))
    assert [text(source, {"A": cell, "B": "post"}) for cell in ("crossing", "none", "")] == ["crossing", "post", "post"]


def test_a_cell_with_several_values_is_split_and_each_looked_up() -> None:
    source = Text(column="T", split=";", after_last=",", map={"UAE": "AE", "Laos": "LA"}, unlisted="leave_out")
    cells = {"T": "Dubai, UAE; Atlantis;; Laos"}
    assert texts(source, cells) == ["AE", "LA"]
    with pytest.raises(CellError, match="holds several values"):
        text(source, cells)
    assert text(msgspec.structs.replace(source, several="leave_out"), cells) is None
    assert text(source, {"T": "Dubai, UAE; Atlantis"}) == "AE"


def test_what_empty_and_unlisted_mean_is_said_by_the_mapping_alone() -> None:
    listed = {"x": "xray"}
    assert text(Text(column="A", map=listed, empty_is="not_known"), {"A": ""}) == "not_known"
    assert text(Text(column="A", map=listed, unlisted_is="other"), {"A": "y"}) == "other"
    assert text(Text(column="A", map=listed, empty="leave_out"), {"A": ""}) is None
    with pytest.raises(CellError, match="A: is empty"):
        text(Text(column="A", map=listed), {"A": ""})
    with pytest.raises(CellError, match='A: "X" is not listed'):
        text(Text(column="A", map=listed), {"A": "X"})


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("Dołhobyczów – Uhrynów", "DOLHOBYCZOW - UHRYNOW"),
        ("Kraków-Balice(Lotnicze)", "KRAKOW-BALICE LOTNICZE"),
        ("AMO Operation Bahamas, Turks And Caicos", "AMO OPERATION BAHAMAS TURKS AND CAICOS"),
        ("Großenhain Æbeltoft", "GROSSENHAIN AEBELTOFT"),
    ],
)
def test_a_name_in_capitals_loses_accents_and_signs_but_no_letter(cell: str, read: str) -> None:
    assert text(Text(column="P", capitals=True), {"P": cell}) == read


def test_letters_without_a_form_in_a_to_z_are_refused_not_dropped() -> None:
    with pytest.raises(CellError, match="no form in A to Z"):
        text(Text(column="P", capitals=True), {"P": "Брест"})
