from pathlib import Path

import pytest

from tests.client.cli.shell import Shell

MAPPING = """
[file]
encoding = "utf-8"
delimiter = ","
decimal = "."
[participant]
column = "country"
[report]
agency = "customs"
location_type = "land_border"
direction = "import"
transport_mode = "road"
selection_reason = "risk_profile"
[report.seizure_day]
column = "day"
format = "%Y-%m-%d"
[report.place]
column = "place"
capitals = true
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
