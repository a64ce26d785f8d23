import pytest

from vocu.errors import MalformedError
from vocu.rendering.catalogue import messages
from vocu.rendering.sheet import read_sheet, sheet_rows

Rows = list[list[str]]


def empty(language: str = "pl") -> Rows:
    return [list(row) for row in sheet_rows(language, {})]


def row_of(rows: Rows, context: str, english: str) -> list[str]:
    return next(row for row in rows if (row[0], row[2]) == (context, english))


def test_a_sheet_has_one_row_for_each_text_and_a_column_for_each_plural_form() -> None:
    rows = empty()
    assert len(rows) == 1 + len(messages())
    assert rows[0][4:] == ["Translation (pl)", "For 1", "For 2, 3, 4, 22", "For 0, 5, 6, 7", "For 1.5"]
    assert {len(row) for row in rows} == {9}


def test_what_was_filled_in_is_read_and_what_was_not_stays_untranslated() -> None:
    rows = empty()
    row_of(rows, "", "Newsletter no. {number}")[4] = " Biuletyn nr {number} "
    row_of(rows, "noun", "report")[5:] = ["zgłoszenie", "zgłoszenia", "zgłoszeń", "zgłoszenia"]
    sheet = read_sheet(rows)
    assert sheet.language == "pl"
    assert sheet.texts == {
        ("", "Newsletter no. {number}"): ("Biuletyn nr {number}",),
        ("noun", "report"): ("zgłoszenie", "zgłoszenia", "zgłoszeń", "zgłoszenia"),
    }
    again = [list(row) for row in sheet_rows("pl", sheet.texts)]
    assert read_sheet(again) == sheet


def test_rows_may_be_cut_short_and_stand_in_another_order() -> None:
    rows = [row[:5] for row in empty("sv")]
    row_of(rows, "commodity", "Cigarettes")[4] = "Cigaretter"
    assert read_sheet([rows[0], *reversed(rows[1:])]).texts == {("commodity", "Cigarettes"): ("Cigaretter",)}


def test_everything_that_is_wrong_is_said_row_by_row() -> None:
    rows = empty()
    at = {key: rows.index(row_of(rows, *key)) for key in [("", "Newsletter no. {number}"), ("noun", "report"),
                                                          ("", "Totals"), ("", "Trial issue")]}  # fmt: skip
    rows[at["", "Newsletter no. {number}"]][4] = "Biuletyn nr {numer}"
    rows[at["noun", "report"]][5:7] = ["zgłoszenie", "zgłoszenia"]
    rows[at["", "Totals"]][4] = "Razem {"
    rows[at["", "Trial issue"]][4] = "Wydanie\nna próbę"
    with pytest.raises(MalformedError) as refused:
        read_sheet(rows)
    assert refused.value.code == "bad-translations"
    assert sorted(refused.value.details) == sorted(
        [
            f"row {at['', 'Newsletter no. {number}'] + 1}: write {{number}} in it, exactly so",
            f"row {at['noun', 'report'] + 1}: fill in each of the forms for different numbers",
            f"row {at['', 'Totals'] + 1}: take the brackets {{ }} out",
            f"row {at['', 'Trial issue'] + 1}: there is a line break or an invisible sign in it; take it out",
        ]
    )


def test_rows_of_another_version_are_counted_and_left_out() -> None:
    rows = [*empty("sv"), ["", "somewhere", "Nobody says this", "", "Ingen", "", ""], ["", "", "Nor this", ""]]
    assert read_sheet(rows).unknown == 1
    assert read_sheet(rows).texts == {}


@pytest.mark.parametrize("rows", [[], [["a", "b"]], [["Context", "Used in", "English", "English for many", "Svenska"]]])
def test_a_table_that_is_no_sheet_of_texts_is_refused(rows: Rows) -> None:
    with pytest.raises(MalformedError) as refused:
        read_sheet(rows)
    assert refused.value.code == "bad-translations"


@pytest.mark.parametrize("language", ["en", "", "xyz", "../sv", "SV", "qps"])
def test_only_a_language_can_be_translated_into(language: str) -> None:
    with pytest.raises(MalformedError) as refused:
        sheet_rows(language, {})
    assert refused.value.code == "unknown-language"
