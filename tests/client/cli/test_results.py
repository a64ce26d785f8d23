"""Newsletters, tables and their verification; the hub's clock goes to the newsletter's hour."""

import json
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import create_engine, text

from tests.client.cli.conftest import OPERATION, TODAY, Rehearsal, fill_in, open_desk
from tests.client.cli.shell import Shell

DAY = (TODAY + timedelta(days=1)).isoformat()


@pytest.fixture(scope="module")
def compiled(rehearsal: Rehearsal, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report, whose id this is, and the newsletters of today and tomorrow compiled after it."""
    assert "no-newsletter" in rehearsal.be.fail(1, "newsletter")
    file = tmp_path_factory.mktemp("report") / "report.toml"
    file.write_text(fill_in(rehearsal.be.do("seizure", "form")), encoding="utf-8")
    report = rehearsal.de.post("seizure", "post", file)
    due = datetime.combine(TODAY + timedelta(days=1), clock_time(OPERATION.compile_hour, 1), ZoneInfo(OPERATION.zone))
    rehearsal.set_clock(int(due.timestamp() * 1000))
    for _ in range(100):
        if rehearsal.be.run("newsletter", "--day", DAY).exit_code == 0:
            return report
        time.sleep(0.2)
    raise AssertionError("no newsletter was compiled")


def test_a_newsletter_is_read_as_text_page_and_figures(be: Shell, compiled: str, tmp_path: Path) -> None:
    said = be.run("newsletter", "--day", DAY)
    assert "BALTICA II" in said.stdout
    assert "has not sent this newsletter out yet" in said.stderr
    page = tmp_path / "page.html"
    assert str(page) in be.do("newsletter", "--day", DAY, "--format", "html", "--out", page)
    assert "<html" in page.read_text(encoding="utf-8")
    figures = json.loads(be.do("newsletter", "--day", DAY, "--format", "json"))
    assert figures["totals"]["cumulative"]["reports"] == 1
    assert "no-newsletter" in be.fail(1, "newsletter", "--day", "2020-01-01")
    assert "bad-day" in be.fail(2, "newsletter", "--day", "yesterday")


def test_the_organiser_sends_it_out_with_words_that_all_desks_show(be: Shell, de: Shell, compiled: str) -> None:
    assert "not-your-role" in de.fail(1, "newsletter", "issue", "--day", DAY, "--yes")
    words = ("--words", "Well done.", "--notable", compiled[:6])
    assert "not-confirmed" in be.fail(1, "newsletter", "issue", "--day", DAY, *words)
    be.post("newsletter", "issue", "--day", DAY, *words, "--yes")
    assert "already-issued" in be.fail(1, "newsletter", "issue", "--day", DAY, "--yes")
    assert "Well done." in de.do("newsletter")
    assert "Newsletter sent out" in de.do("inbox")


def test_tables_are_verified_at_the_position_that_they_name(
    be: Shell, de: Shell, compiled: str, tmp_path: Path
) -> None:
    folder = tmp_path / "tables"
    be.do("tables", "--out", folder)
    assert (folder / "results.xlsx").stat().st_size > 1000
    de.post("send", "The log goes on.")
    said = de.do("verify", "--tables", folder)
    assert "newsletters were compiled again and are the same" in said
    assert "are the same as those that follow from the log" in said

    table = folder / "T03.csv"
    table.write_bytes(table.read_bytes().replace(b"806000", b"806001"))
    (folder / "T05.csv").unlink()
    (folder / "T99.csv").write_bytes(b"made up\n")
    said = de.fail(1, "verify", "--tables", folder)
    assert all(
        words in said for words in ("NOT TO BE TRUSTED", "T03.csv differs", "T05.csv is missing", "T99.csv does")
    )
    (folder / "results.json").write_text("{}")
    assert "bad-results" in de.fail(2, "verify", "--tables", folder)


def test_flat_files_are_verified_and_what_is_not_compared_is_named(be: Shell, compiled: str, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    be.do("tables", "--out", folder)
    said = " ".join(be.do("verify", "--tables", folder).split())
    assert "CSV and JSON files in" in said
    assert "Not compared: flat/codebook.csv, flat/codes.csv, results.xlsx." in said
    goods = folder / "flat" / "goods.csv"
    goods.write_bytes(goods.read_bytes().replace(b"806000", b"806001"))
    (folder / "flat" / "warnings.csv").unlink()
    said = be.fail(1, "verify", "--tables", folder)
    assert "flat/goods.csv differs" in said
    assert "flat/warnings.csv is missing" in said


def test_tables_come_in_every_form_that_is_asked_for(be: Shell, compiled: str, tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    be.do("tables", "--out", usual)
    assert {"T03.csv", "results.json", "tables.json", "results.xlsx", "flat"} <= {path.name for path in usual.iterdir()}
    assert {"reports.csv", "goods.csv", "codebook.csv"} <= {path.name for path in (usual / "flat").iterdir()}
    tables = json.loads((usual / "tables.json").read_text())["tables"]
    certificate = json.loads((usual / "results.json").read_text())["tables"]
    assert [(table["id"], len(table["rows"])) for table in tables] == [(t["id"], t["rows"]) for t in certificate]
    printed = tmp_path / "printed"
    be.do("tables", "--out", printed, "--form", "pdf", "--form", "docx")
    assert {path.name: path.read_bytes()[:2] for path in printed.iterdir()} == {
        "results.pdf": b"%P",
        "final-report.docx": b"PK",
    }
    said = be.fail(2, "tables", "--out", printed, "--form", "odt")
    assert "csv, json, flat, xlsx, pdf, docx" in said


def test_filtered_tables_count_what_was_asked_for_and_say_so(be: Shell, compiled: str, tmp_path: Path) -> None:
    said = be.do("tables", "--out", tmp_path, "--country", "be", "--from", "2024-01-01", "--mode", "road,air")
    assert "Only these countries are counted: Belgium." in said
    assert json.loads((tmp_path / "results.json").read_text())["filter"] == {
        "countries": ["BE"],
        "modes": ["air", "road"],
        "period_from": "2024-01-01",
    }
    assert "806000" not in (tmp_path / "T03.csv").read_text()
    assert "are the same as those that follow from the log" in be.do("verify", "--tables", tmp_path)
    tables = tmp_path / "tables.json"
    tables.write_bytes(tables.read_bytes().replace(b'"preliminary"', b'"final"'))
    assert "tables.json differs" in be.fail(1, "verify", "--tables", tmp_path)
    for option, given in (("--country", "XX"), ("--commodity", "tobaco"), ("--mode", "rode")):
        assert "bad-filter" in be.fail(2, "tables", "--out", tmp_path, option, given)
    assert "bad-day" in be.fail(2, "tables", "--out", tmp_path, "--to", "yesterday")
    turned = ("--from", "2024-02-01", "--to", "2024-01-01")
    assert "bad-filter" in be.fail(2, "tables", "--out", tmp_path, *turned)


def test_a_newsletter_is_printed(be: Shell, compiled: str, tmp_path: Path) -> None:
    page = tmp_path / "page.pdf"
    be.do("newsletter", "--day", DAY, "--format", "pdf", "--out", page)
    assert "BALTICA II" in "".join(sheet.extract_text() for sheet in PdfReader(page).pages)


def test_a_position_beyond_this_desks_log_is_refused(be: Shell, compiled: str, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    be.do("tables", "--out", folder)
    certificate = json.loads((folder / "results.json").read_text())
    (folder / "results.json").write_text(
        json.dumps(certificate | {"position": 10_000}, sort_keys=True, separators=(",", ":"))
    )
    assert "beyond-log" in be.fail(1, "verify", "--tables", folder)


def test_a_copy_of_the_log_that_was_tampered_with_does_not_verify(be: Shell, compiled: str) -> None:
    engine = create_engine(f"sqlite:///{be.home / 'desk.sqlite'}")
    with engine.begin() as connection:
        whole = connection.execute(text("SELECT signature FROM entry WHERE position = 2")).scalar_one()
        connection.execute(text("UPDATE entry SET signature = :s WHERE position = 2"), {"s": bytes(64)})
    try:
        assert "NOT TO BE TRUSTED" in be.fail(1, "verify")
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE entry SET signature = :s WHERE position = 2"), {"s": whole})
        engine.dispose()
    assert "entries verified" in be.do("verify")


def test_what_another_process_appends_meanwhile_does_not_disturb_a_reader(be: Shell, compiled: str) -> None:
    with closing(open_desk(be)) as desk:
        checkpoint, size = desk.replica.newest()
        be.post("send", "Meanwhile.")
        assert [entry.index for entry in desk.replica.entries(0, size)] == list(range(size))
        assert desk.replica.newest() != (checkpoint, size)
        desk.view.catch_up_from_disk()
        assert desk.view.size == size + 1


def test_what_loads_slowly_is_loaded_when_it_is_asked_for() -> None:
    slow = ("typst", "docx", "xlsxwriter", "polars")
    code = f"import sys, vocu_client.cli.results; print([name for name in {slow} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
