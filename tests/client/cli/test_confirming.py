"""`vocu national-report`: printed as the own posts add up, corrected, filed."""

import json
from pathlib import Path

from tests.client.cli.conftest import open_desk
from tests.client.cli.shell import Shell


def test_the_form_is_printed_corrected_and_filed(de: Shell, be: Shell, report_file: Path, tmp_path: Path) -> None:
    de.post("seizure", "post", report_file)
    form = json.loads(de.do("national-report"))
    assert form["totals"] == [{"commodity": "tobacco.cigarettes", "quantity": "806000", "seizures": 1, "unit": "stick"}]
    form["totals"][0]["quantity"] = 806100
    file = tmp_path / "totals.json"
    file.write_text(json.dumps(form))
    assert "not-confirmed" in de.fail(1, "national-report", file)
    de.post("national-report", file, "--text", "Counted again.", "--yes")
    be.do("inbox")
    desk = open_desk(be)
    assert str(desk.ledger.national_reports["DE"].form.totals[0].quantity) == "806100"
    desk.close()


def test_the_sums_are_confirmed_as_they_are_and_faults_are_listed(de: Shell, tmp_path: Path) -> None:
    de.post("national-report", "--from-posts", "--yes")
    file = tmp_path / "totals.toml"
    file.write_text("seizures = -1\n")
    assert "seizures" in de.fail(2, "national-report", file, "--yes")
