import csv
from pathlib import Path

import openpyxl
import pytest

from tests.client.cli.shell import Shell
from vocu.errors import MalformedError
from vocu.ids import DeviceID, NCPCode, OperationID
from vocu.rendering.catalogue import COMPLETE, messages
from vocu_client.languages import Languages, autonym
from vocu_client.settings import DeskSettings, Home

NEWSLETTER = ("", "Newsletter no. {number}")


@pytest.fixture
def languages(tmp_path: Path) -> Languages:
    return Languages(Home(tmp_path / "desk"))


def fill_workbook(path: Path, english: str, translation: str) -> None:
    book = openpyxl.load_workbook(path)
    row = next(row for row in book.active.iter_rows() if row[2].value == english and not row[0].value)
    row[4].value = translation
    book.save(path)


def fill_csv(path: Path, english: str, translation: str) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    next(row for row in rows if row[2] == english and not row[0])[4] = translation
    with path.open("w", encoding="utf-8", newline="") as file:  # as many programs save it: without the mark
        csv.writer(file).writerows(rows)


@pytest.mark.parametrize(("name", "fill"), [("sv.xlsx", fill_workbook), ("sv.CSV", fill_csv)])
def test_a_language_that_was_filled_in_is_offered_and_spoken(
    languages: Languages, tmp_path: Path, name: str, fill: object
) -> None:
    assert languages.offered() == COMPLETE
    languages.export_sheet("sv", tmp_path / name)
    fill(tmp_path / name, NEWSLETTER[1], "Nyhetsbrev nr {number}")  # type: ignore[operator]
    assert languages.import_sheet(tmp_path / name).texts == {NEWSLETTER: ("Nyhetsbrev nr {number}",)}
    assert languages.offered() == (*COMPLETE, "sv")
    assert languages.wording("sv").say("issue", number=3) == "Nyhetsbrev nr 3"
    assert languages.wording("de").language == "de"


def test_what_was_imported_stands_in_the_next_sheet_and_is_read_anew_when_it_changes(
    languages: Languages, tmp_path: Path
) -> None:
    for text in ("Nyhetsbrev nr {number}", "Nyhetsbrev {number}, ändrat"):
        languages.export_sheet("sv", tmp_path / "sv.csv")
        fill_csv(tmp_path / "sv.csv", NEWSLETTER[1], text)
        languages.import_sheet(tmp_path / "sv.csv")
        assert languages.own_texts("sv") == {NEWSLETTER: (text,)}


def test_a_sheet_with_a_fault_changes_nothing(languages: Languages, tmp_path: Path) -> None:
    languages.export_sheet("sv", tmp_path / "sv.xlsx")
    fill_workbook(tmp_path / "sv.xlsx", NEWSLETTER[1], "Nyhetsbrev {numer}")
    with pytest.raises(MalformedError) as refused:
        languages.import_sheet(tmp_path / "sv.xlsx")
    assert "write {number} in it" in refused.value.details[0]
    assert languages.offered() == COMPLETE


@pytest.mark.parametrize("name", ["sv.xlsx", "sv.csv", "sv.ods"])
def test_a_file_that_is_no_spreadsheet_is_refused(languages: Languages, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04\xff\xfe no spreadsheet")
    with pytest.raises(MalformedError) as refused:
        languages.import_sheet(tmp_path / name)
    assert refused.value.code == "bad-file"


def test_a_formula_in_a_text_is_a_text(languages: Languages, tmp_path: Path) -> None:
    languages.export_sheet("sv", tmp_path / "sv.csv")
    fill_csv(tmp_path / "sv.csv", NEWSLETTER[1], "=HYPERLINK({number})")
    languages.import_sheet(tmp_path / "sv.csv")
    languages.export_sheet("sv", tmp_path / "sv.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "sv.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert [(cell.value, cell.data_type) for cell in cells] == [("=HYPERLINK({number})", "s")]


@pytest.mark.parametrize("language", ["../../etc/passwd", "", "en", "SV"])
def test_a_language_is_never_a_path(languages: Languages, language: str) -> None:
    assert languages.own_texts(language) == {}


def test_a_language_is_called_what_its_speakers_call_it() -> None:
    assert [autonym(language) for language in ("de", "el", "fr")] == ["Deutsch", "Ελληνικά", "Français"]


def test_pages_go_on_where_the_file_of_a_language_is_damaged(languages: Languages, tmp_path: Path) -> None:
    (tmp_path / "desk" / "wording").mkdir(parents=True)
    (tmp_path / "desk" / "wording" / "sv.po").write_bytes(b"\xff\xfe")
    assert languages.wording("sv").say("issue", number=3) == "Newsletter no. 3"
    with pytest.raises(MalformedError, match="import the spreadsheet again"):
        languages.export_sheet("sv", tmp_path / "sv.csv")


def test_the_command_line_writes_a_sheet_without_a_desk_and_takes_one_in_for_a_desk(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "desk", tmp_path / "passphrase")
    sheet = tmp_path / "sv.csv"
    assert f"{len(messages())} texts to be translated into Svenska" in shell.do("wording", "export", "sv", str(sheet))
    assert "no-desk" in shell.fail(1, "wording", "import", str(sheet))
    home = Home(tmp_path / "desk")
    home.make()
    home.write_settings(
        DeskSettings(
            hub="http://127.0.0.1:1",
            hub_key="",
            op=OperationID("A" * 43),
            ncp=NCPCode("SE"),
            device=DeviceID("A" * 22),
            name="Tullverket",
        )
    )
    fill_csv(sheet, NEWSLETTER[1], "Nyhetsbrev nr {number}")
    assert f"This desk speaks Svenska now: 1 of {len(messages())} texts are translated." in shell.do(
        "wording", "import", str(sheet)
    )
    assert "unknown-language" in shell.fail(2, "wording", "export", "klingon", str(sheet))
