import json
from contextlib import closing
from pathlib import Path

import pytest

from tests.client.cli.conftest import Rehearsal, fill_in, open_desk
from tests.client.cli.shell import Shell
from vocu.form.report import SeizureNominal
from vocu.form.whole import split
from vocu.rendering.wording import Wording
from vocu_client.cli.files import read_form
from vocu_client.cli.template import seizure_template


def test_the_printed_form_is_refused_until_it_is_filled_in(de: Shell) -> None:
    before = de.entries()
    said = de.fail(2, "seizure", "post", "-", given=de.do("seizure", "form"))
    assert all(f"{name}: is missing" in said for name in ("agency", "seizure_day", "place", "direction", "goods"))
    assert de.entries() == before


def test_each_field_that_is_needed_has_a_hint_beside_it() -> None:
    blank = [line for line in seizure_template().splitlines() if ' = ""' in line]
    assert len(blank) == 10
    assert all(len(line.partition("  # ")[2]) > 10 for line in blank)


def test_the_printed_form_is_accepted_filled_in_and_with_every_line_uncommented(tmp_path: Path) -> None:
    file = tmp_path / "form.toml"
    form = fill_in(seizure_template())
    file.write_text(form, encoding="utf-8")
    report, nominal = split(read_form(file))
    assert report.goods[0].unit == "stick"
    assert nominal is None
    prose = ("# A seizure", "# What ", "# Quant", "# ---", '# quantity_basis = "pending"')
    lines = [line for line in form.splitlines() if not line.startswith(prose)]
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

    assert "not-your-report" in be.fail(1, "seizure", "withdraw", report, "--reason", "error", "--yes")
    assert "unknown-code" in de.fail(2, "seizure", "withdraw", report, "--reason", "because", "--yes")
    assert "not-confirmed" in de.fail(1, "seizure", "withdraw", report, "--reason", "duplicate")
    de.post("seizure", "withdraw", report, "--reason", "duplicate", "--yes")
    assert "withdrawn" in be.do("seizure", "list")


def test_what_was_understood_is_said_in_one_line(de: Shell, report_file: Path) -> None:
    more = '[[goods]]\ncommodity = "tobacco.hand_rolling"\nunit = "KGM"\nquantity_basis = "pending"\n'
    report_file.write_text(report_file.read_text() + more)
    day = Wording("en").day(str(read_form(report_file)["seizure_day"]))
    said = de.do("seizure", "post", report_file).splitlines()
    assert said[0].startswith("Cigarettes 806,000 sticks; ")
    assert said[0].endswith(f"(pending), in Terespol, {day}")
    assert said[1].startswith("delivered as entry")


def test_a_form_comes_from_a_pipe(de: Shell, report_file: Path) -> None:
    form = read_form(report_file)
    report = de.post("seizure", "post", "-", given=json.dumps(form))
    de.post("seizure", "amend", report, "-", given=report_file.read_text().replace("806000", "7"))
    assert json.loads(de.do("seizure", "show", report))["goods"][0]["quantity"] == "7"
    assert "bad-file" in de.fail(2, "seizure", "post", "-", given="{")


def test_what_was_reported_already_is_posted_again_only_on_purpose(de: Shell, report_file: Path) -> None:
    first = de.post("seizure", "post", report_file)
    before = de.entries()
    said = de.fail(1, "seizure", "post", report_file)
    assert "already-reported" in said
    assert first in said
    assert "--again" in said
    assert de.entries() == before
    second = de.post("seizure", "post", report_file, "--again")
    for report in (first, second):
        de.post("seizure", "withdraw", report, "--reason", "error", "--yes")
    third = de.post("seizure", "post", report_file)
    other = report_file.with_name("other.toml")
    other.write_text(report_file.read_text().replace("806000", "806001"))
    de.post("seizure", "post", other)
    de.post("seizure", "amend", third, other)
    de.post("seizure", "post", report_file)


def test_restricted_reports_and_what_others_reported_are_told_apart(be: Shell, de: Shell, report_file: Path) -> None:
    restricted = de.post("seizure", "post", report_file, "--restricted")
    be.post("seizure", "post", report_file)
    assert restricted in de.fail(1, "seizure", "post", report_file)


def test_what_waits_in_the_outbox_was_reported_already(rehearsal: Rehearsal, de: Shell, report_file: Path) -> None:
    de.do("whoami")
    rehearsal.hub.stop()
    try:
        waiting = de.do("seizure", "post", report_file).split()[-1]
        assert waiting in de.fail(1, "seizure", "post", report_file)
        with closing(open_desk(de)) as desk:
            desk.actions.withdraw_seizure(waiting, "error")
        assert "queued" in de.do("seizure", "post", report_file)
    finally:
        rehearsal.hub.start()
    de.do("whoami")


def test_particulars_are_read_by_those_who_were_named(be: Shell, de: Shell, report_file: Path, tmp_path: Path) -> None:
    form = read_form(report_file) | {"plates": ["AB 1234"]}
    file = tmp_path / "with-plates.json"
    file.write_text(json.dumps(form))
    alone = de.post("seizure", "post", file, "--readers", "DE")
    assert json.loads(de.do("seizure", "show", alone))["plates"] == ["AB 1234"]
    told = be.run("seizure", "show", alone)
    assert "plates" not in json.loads(told.stdout)
    assert "not shown" in told.stderr
    shared = de.post("seizure", "post", file, "--again")
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
    assert "cannot be read" in de.fail(2, "seizure", "post", tmp_path / "nowhere.toml")
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
    de.post("seizure", "withdraw", "-wAAAAAA", "--reason", "error", "--yes")
