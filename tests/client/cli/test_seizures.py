import json
from pathlib import Path

import pytest

from tests.client.cli.conftest import open_desk
from tests.client.cli.shell import Shell
from vocu.form.report import SeizureNominal
from vocu.form.whole import split
from vocu_client.cli.files import read_form
from vocu_client.cli.template import seizure_template


def test_the_printed_form_is_accepted_as_it_is_and_with_every_line_filled_in(tmp_path: Path) -> None:
    file = tmp_path / "form.toml"
    file.write_text(seizure_template(), encoding="utf-8")
    report, nominal = split(read_form(file))
    assert report.goods[0].unit == "stick"
    assert nominal is None
    prose = ("# A seizure", "# What ", "# Quant", "# ---", '# quantity_basis = "pending"')
    lines = [line for line in seizure_template().splitlines() if not line.startswith(prose)]
    file.write_text("\n".join(line.removeprefix("# ") for line in lines), encoding="utf-8")
    report, nominal = split(read_form(file))
    assert report.route is not None
    assert report.persons_arrested == 1
    assert isinstance(nominal, SeizureNominal)
    assert nominal.persons[0].documents[0].kind == "passport"


def test_a_report_is_posted_listed_shown_amended_and_withdrawn(
    be: Shell, de: Shell, report_file: Path, tmp_path: Path
) -> None:
    report = de.post("seizure", "post", report_file)
    assert "806,000 sticks" in be.do("seizure", "list", "--country", "de")
    shown = json.loads(be.do("seizure", "show", report[:6]))
    assert shown["goods"][0]["quantity"] == "806000"

    shown["goods"][0]["quantity"] = 1_000_000
    revision = tmp_path / "revision.json"
    revision.write_text(json.dumps(shown))
    de.post("seizure", "amend", report[:7], revision)
    assert json.loads(be.do("seizure", "show", report))["goods"][0]["quantity"] == "1000000"

    assert "not-your-report" in be.fail(1, "seizure", "withdraw", report, "--reason", "error")
    assert "unknown-code" in de.fail(2, "seizure", "withdraw", report, "--reason", "because")
    de.post("seizure", "withdraw", report, "--reason", "duplicate")
    assert "withdrawn" in be.do("seizure", "list")


def test_particulars_are_read_by_those_who_were_named(be: Shell, de: Shell, report_file: Path, tmp_path: Path) -> None:
    form = read_form(report_file) | {"plates": ["AB 1234"]}
    file = tmp_path / "with-plates.json"
    file.write_text(json.dumps(form))
    alone = de.post("seizure", "post", file, "--readers", "DE")
    assert json.loads(de.do("seizure", "show", alone))["plates"] == ["AB 1234"]
    told = be.run("seizure", "show", alone)
    assert "plates" not in json.loads(told.stdout)
    assert "not shown" in told.stderr
    shared = de.post("seizure", "post", file)
    assert json.loads(be.do("seizure", "show", shared))["plates"] == ["AB 1234"]


def test_a_restricted_report_is_a_number_until_it_is_released(be: Shell, de: Shell, report_file: Path) -> None:
    report = de.post("seizure", "post", report_file, "--restricted", "--readers", "DE")
    assert "(restricted)" in be.do("seizure", "list")
    assert "restricted" in be.fail(1, "seizure", "show", report)
    de.post("seizure", "release", report)
    assert json.loads(be.do("seizure", "show", report))["place"] == "TERESPOL"


def test_a_country_confirms_what_the_ocu_entered_for_it(be: Shell, de: Shell, report_file: Path) -> None:
    report_file.write_text(f'on_behalf_of = "DE"\n{report_file.read_text()}')
    report = be.post("seizure", "post", report_file)
    assert "unconfirmed" in de.do("seizure", "list")
    assert "not-your-report" in be.fail(1, "seizure", "confirm", report)
    de.post("seizure", "confirm", report)
    assert "nothing-to-confirm" in de.fail(1, "seizure", "confirm", report)


def test_a_form_with_faults_is_refused_with_all_of_them_at_once(de: Shell, tmp_path: Path) -> None:
    before = de.entries()
    file = tmp_path / "bad.toml"
    file.write_text('agency = "navy"\nseizure_day = 2026-02-30x\n')
    assert "bad-file" in de.fail(2, "seizure", "post", file)
    file.write_text('agency = "navy"\n[[goods]]\ncommodity = "tobacco.cigarettes"\nunit = "stick"\nquantity = 1e6\n')
    said = de.fail(2, "seizure", "post", file)
    assert all(path in said for path in ("agency:", "place: is missing", 'goods[0].quantity: "1e6"'))
    assert "does not exist" in de.fail(2, "seizure", "post", tmp_path / "nowhere.toml")
    assert de.entries() == before


@pytest.mark.parametrize("command", ["show", "confirm", "release"])
def test_an_id_that_nobody_knows_is_one_clear_error(de: Shell, command: str) -> None:
    assert "unknown-id" in de.fail(1, "seizure", command, "AAAAAAAA")
    assert "short-id" in de.fail(2, "seizure", command, "AAAAA")


def test_an_id_that_begins_with_a_hyphen_is_not_an_option(de: Shell, report_file: Path) -> None:
    desk = open_desk(de)
    desk.actions.report_seizure(read_form(report_file), event_id="-wAAAAAAAAAAAAAAAAAAAA")
    desk.close()
    de.do("outbox")
    assert json.loads(de.do("seizure", "show", "-wAAAA"))["agency"] == "border_guard"
    de.post("seizure", "withdraw", "-wAAAAAA", "--reason", "error")
