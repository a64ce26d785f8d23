import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from tests.client.cli.conftest import TODAY
from tests.client.cli.shell import Shell
from tests.client.imports.desks import REPORT
from vocu_client.cli import asking
from vocu_client.imports.mapping import load_mapping

MAPPING = f"""
{REPORT}
[participant]
column = "country"
[[goods]]
commodity = "tobacco.cigarettes"
unit = "stick"
[goods.quantity]
column = "sticks"
[nominal]
free_text = ["remarks"]
"""
HEADER = "country,day,place,sticks,remarks\n"
GOOD = "DE,2024-01-02,Görlitz,1000,first\nDE,2024-01-03,Pomellen,2500.5,second\nPL,2024-01-03,Terespol,5,not ours\n"
BAD = "DE,2024-01-04,Pomellen,many,third\n"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "mapping.toml"
    file.write_text(MAPPING, encoding="utf-8")
    return file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "table.csv"
    file.write_text(HEADER + GOOD, encoding="utf-8")
    return file


def test_a_dry_run_shows_totals_and_posts_nothing(de: Shell, table: Path, mapping: Path) -> None:
    before = de.entries()
    said = de.do("import", table, "--mapping", mapping, "--dry-run")
    assert "3,500.5" in said
    assert "2 new reports of DE, 0 here already, 1 of other participants left to them, 0 refused." in said
    assert "Nothing was posted." in said
    assert de.entries() == before


def test_one_bad_row_stops_all_unless_the_officer_accepts_it(de: Shell, table: Path, mapping: Path) -> None:
    before = de.entries()
    table.write_text(HEADER + GOOD.replace("1000", "1001") + BAD, encoding="utf-8")
    said = de.fail(1, "import", table, "--mapping", mapping)
    assert "line 5 refused:" in said
    assert "sticks" in said
    assert "rows-refused" in said
    assert de.entries() == before
    assert "2 delivered" in de.do("import", table, "--mapping", mapping, "--accept-partial", "--yes")
    assert de.entries() == before + 2


def test_a_second_import_adds_nothing(de: Shell, be: Shell, table: Path, mapping: Path) -> None:
    table.write_text(HEADER + GOOD.replace("1000", "77").replace("2500", "78"), encoding="utf-8")
    assert "1 delivered" in de.do("import", table, "--mapping", mapping, "--where", "place=Görlitz", "--yes")
    entries = de.entries()
    assert "1 new reports of DE, 1 here already" in de.do("import", table, "--mapping", mapping, "--dry-run")
    assert "not-confirmed" in de.fail(1, "import", table, "--mapping", mapping)
    assert de.entries() == entries
    de.do("import", table, "--mapping", mapping, "--yes")
    again = de.do("import", table, "--mapping", mapping)
    assert "0 new reports of DE, 2 here already" in again
    assert de.entries() == entries + 1
    assert "GORLITZ" not in again
    assert "Gorlitz" in be.do("seizure", "list")


def test_what_the_rules_refuse_is_named_by_its_line_before_anything_is_posted(
    de: Shell, table: Path, mapping: Path
) -> None:
    before = de.entries()
    table.write_text(HEADER + "DE,2024-01-02,Aachen,7,ok\nDE,1985-01-02,Aachen,8,too old\n", encoding="utf-8")
    said = de.fail(1, "import", table, "--mapping", mapping)
    assert "line 3 refused:" in said
    assert "1985-01-02" in said
    assert de.entries() == before


def test_a_mapping_or_condition_that_does_not_fit_is_one_clear_error(de: Shell, table: Path, mapping: Path) -> None:
    assert "bad-where" in de.fail(2, "import", table, "--mapping", mapping, "--where", "place")
    assert "bad-where" in de.fail(2, "import", table, "--mapping", mapping, "--where", "town=Kehl")
    mapping.write_text(MAPPING.replace('"sticks"', '"pieces"'), encoding="utf-8")
    assert 'there is no column "pieces"' in de.fail(2, "import", table, "--mapping", mapping)
    mapping.write_text("[file]\n", encoding="utf-8")
    assert "bad-mapping" in de.fail(2, "import", table, "--mapping", mapping)


def test_an_import_is_listed_and_undone_once(de: Shell, table: Path, mapping: Path) -> None:
    table.write_text(HEADER + GOOD.replace("1000", "101").replace("2500", "102"), encoding="utf-8")
    said = de.do("import", table, "--mapping", mapping, "--yes")
    number = re.findall(r"`vocu imports undo (\d+)`", said)[0]
    listed = de.do("imports").splitlines()[1]
    assert listed.split()[0] == number
    assert all(word in listed for word in ("table.csv", "mapping.toml"))
    entries = de.entries()
    assert "not-confirmed" in de.fail(1, "imports", "undo", number)
    assert "0 cancelled before they were sent, 2 withdrawn." in de.do("imports", "undo", number, "--yes")
    assert de.entries() == entries + 2
    assert "0 cancelled before they were sent, 0 withdrawn." in de.do("imports", "undo", number, "--yes")
    assert de.entries() == entries + 2
    assert "unknown-import" in de.fail(1, "imports", "undo", "999", "--yes")
    assert "2 delivered" in de.do("import", table, "--mapping", mapping, "--yes")
    assert "0 new reports of DE, 2 here already" in de.do("import", table, "--mapping", mapping)


def test_a_template_in_a_language_that_the_desk_does_not_speak_is_refused(de: Shell, tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    assert "en, fr" in de.fail(2, "template", "--xlsx", file, "--language", "greek")
    assert not file.exists()


def test_a_template_is_written_filled_in_and_taken_back(de: Shell, tmp_path: Path) -> None:
    file = tmp_path / "seizures.xlsx"
    assert "vocu import" in de.do("template", "--xlsx", file, "--language", "de")
    book = load_workbook(io.BytesIO(file.read_bytes()))
    sheet = book["Seizures"]
    keys = [cell.value for cell in sheet[1]]
    assert "Ort *" in [cell.value for cell in sheet[3]]
    given = {
        "report.seizure_day": TODAY - timedelta(days=1), "report.place": "Kehl", "report.location_type": "Binnenland",
        "report.direction": "Einfuhr", "report.transport_mode": "road", "report.selection_reason": "random",
        "report.agency": "customs", "goods.commodity": "tobacco.snus", "goods.quantity": 12.5, "goods.unit": "KGM",
    }  # fmt: skip
    for key, value in given.items():
        sheet.cell(5, keys.index(key) + 1).value = value
    sheet.cell(5, keys.index("goods.quantity") + 1).value = "viel"
    book.save(file)
    said = de.fail(1, "import", file)
    assert "line 5 refused:" in said
    assert "Menge (I)" in said
    sheet.cell(5, keys.index("goods.quantity") + 1).value = 12.5
    book.save(file)
    assert "1 delivered" in de.do("import", file, "--yes")
    assert "0 new reports of DE, 1 here already" in de.do("import", file)


def test_without_a_mapping_the_desk_asks_and_keeps_the_answers(
    de: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, kept = tmp_path / "unknown.csv", tmp_path / "kept.toml"
    table.write_text("Date;Place;Goods;Amount;Unit\n01/02/2024;Kehl;cocaine;5;kg\n", encoding="utf-8")
    assert "no-mapping" in de.fail(1, "import", table)
    monkeypatch.setattr(asking, "may_ask", lambda: True)
    given = "%d/%m/%Y\ncustoms\n9\nimport\nroad\nrandom\ny\n"
    result = de.run("import", table, "--save-mapping", kept, "--dry-run", given=given)
    assert result.exit_code == 0, result.output
    assert "Day and month cannot be told apart" in result.stdout
    assert '"seizure_day": "2024-02-01"' in result.stdout
    assert load_mapping(kept).participant == "DE"
    assert "1 new reports of DE" in de.do("import", table, "--mapping", kept, "--dry-run")
    refused = de.run("import", table, "--dry-run", given=given.replace("\ny\n", "\nn\n"))
    assert refused.exit_code == 1
    wrong = de.run("import", table, "--dry-run", given="tomorrow\n")
    assert (wrong.exit_code, "bad-answer" in wrong.stderr) == (2, True)
