"""Reports written as other systems ask for them."""

import csv
import json
from pathlib import Path

from tests.client.cli.shell import Shell


def test_a_desk_writes_its_own_reports_and_those_of_others_where_named(
    be: Shell, de: Shell, report_file: Path, tmp_path: Path
) -> None:
    report = de.post("seizure", "post", report_file)
    own, others, none = tmp_path / "own", tmp_path / "others", tmp_path / "none"
    result = de.run("profile", "cen", "--out", own)
    assert result.exit_code == 0
    assert "nothing was invented" in result.stderr
    assert "neither certified" in result.stderr
    rows = list(csv.DictReader((own / "cen-seizures.csv").read_text("utf-8").splitlines()))
    assert report in [row["CaseReference"] for row in rows]
    assert "PersonNames" not in rows[0]
    assert be.run("profile", "cen", "--out", none).exit_code == 0
    assert (none / "cen-seizures.csv").read_text("utf-8").count("\n") == 1, "the organiser has none of its own"
    be.do("profile", "cen", "--out", others, "--country", "de", "--commodity", "tobacco", "--from", "2020-01-01")
    assert (others / "cen-seizures.csv").read_bytes() == (own / "cen-seizures.csv").read_bytes()
    assert json.loads((others / "missing.json").read_text("utf-8"))["profile"] == "cen"


def test_names_are_written_only_where_asked_for_and_it_says_so(de: Shell, tmp_path: Path) -> None:
    result = de.run("profile", "eu-cash", "--out", tmp_path, "--nominal", "--country", "all", "--to", "2020-01-01")
    assert "These files name persons" in result.stderr
    assert b"PersonNames" in (tmp_path / "eu-cash-cases.csv").read_bytes()


def test_a_profile_or_a_day_that_is_none_is_refused(de: Shell, tmp_path: Path) -> None:
    assert "unknown-profile" in de.fail(1, "profile", "afis", "--out", tmp_path)
    assert "bad-day" in de.fail(2, "profile", "cen", "--out", tmp_path, "--from", "yesterday")
