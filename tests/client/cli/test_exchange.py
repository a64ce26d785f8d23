from pathlib import Path

from tests.client.cli.shell import Shell

WARNING = """
addressees = ["DE"]
commodity = "tobacco.cigarettes"
action = "control"
expected_day = 2030-01-02
text = "White truck, second trailer."
[nominal]
plates = ["AB 1234"]
"""


def test_a_warning_is_sealed_to_whom_it_is_for_and_answered_by_them(be: Shell, de: Shell, tmp_path: Path) -> None:
    file = tmp_path / "warning.toml"
    file.write_text(WARNING)
    warning = be.post("warn", file)
    said = de.do("inbox")
    assert "commodity: Cigarettes" in said
    assert "White truck" in said
    assert "plates: AB 1234" in said
    de.post("feedback", warning[:8], "--result", "not_controlled", "--reason", "too_late", "--text", "Gone by then.")
    assert "Gone by then." in be.do("inbox")
    assert "not-addressed" in be.fail(1, "feedback", warning, "--result", "seized")
    assert "bad-form" in de.fail(2, "feedback", warning, "--result", "vanished")
    file.write_text(WARNING.replace('"DE"', '"XX"'))
    assert "unknown-participant" in be.fail(1, "warn", file)


def test_feedback_names_the_seizure_that_a_warning_led_to(
    be: Shell, de: Shell, tmp_path: Path, report_file: Path
) -> None:
    file = tmp_path / "warning.toml"
    file.write_text(WARNING)
    warning = be.post("warn", file)
    report = de.post("seizure", "post", report_file)
    de.post("feedback", warning, "--result", "seized", "--report", report[:6])
    assert f"seizure report: {report}" in be.do("inbox")


def test_a_question_has_a_deadline_in_the_operations_time_and_an_answer(be: Shell, de: Shell) -> None:
    question = be.post(
        "ask", "Which seal numbers?", "--to", "de", "--subject", "consignment", "--kind", "request",
        "--instrument", "naples_ii", "--due", "2030-07-01T16:00",
    )  # fmt: skip
    said = de.do("inbox")
    assert "answer due at: 1 Jul 2030, 16:00" in said
    assert "instrument: Naples II" in said
    de.post("answer", question[:6], "S 000001", "--common-interest")
    assert "S 000001" in be.do("inbox")
    assert "bad-time" in be.fail(2, "ask", "x", "--to", "DE", "--subject", "legal", "--due", "tomorrow")
    assert "unknown-ref" in de.fail(1, "answer", de.post("send", "no question"), "x")


def test_a_cross_check_is_asked_and_answered(be: Shell, de: Shell, tmp_path: Path) -> None:
    file = tmp_path / "particulars.toml"
    file.write_text('plates = ["AB 1234"]\n')
    assert "unknown-id" in be.fail(1, "cross-check", "answer", "AAAAAA", "--result", "hit")
    asked = de.post("cross-check", "ask", file, "--body", "europol", "--subject", "vehicles", "--items", 1)
    be.post("cross-check", "answer", asked[:6], "--result", "hit", "--hits", 1, "--particulars", file)
    assert "hits: 1" in de.do("inbox")
    assert "bad-form" in de.fail(2, "cross-check", "ask", file, "--body", "mi5", "--subject", "vehicles")


def test_controls_and_nil_returns_are_filed_for_a_day(de: Shell, be: Shell, tmp_path: Path) -> None:
    de.post("controls", "--check", "containers:120:3", "--check", "vehicles:10", "--arrests", 0, "--text", "Busy.")
    de.post("nil", "--check", "parcels:4000", "--problem", "--text", "The scanner is down.")
    be.do("tables", "--out", tmp_path / "tables")
    assert "DE" in (tmp_path / "tables" / "T10.csv").read_text()


def test_a_check_that_is_not_one_changes_nothing(de: Shell) -> None:
    before = de.entries()
    for check in ("containers", "containers:many", "containers:1:2:3", "containers:-1:0"):
        assert "bad-check" in de.fail(2, "controls", "--check", check)
    assert "bad-form" in de.fail(2, "controls", "--check", "ufos:1:0")
    assert "more than" in de.fail(2, "controls", "--check", "containers:1:2")
    assert "bad-form" in de.fail(2, "nil", "--day", "2030-13-01")
    assert "bad-day" in de.fail(2, "nil", "--day", "2999-01-01")
    assert de.entries() == before


def test_an_outcome_is_returned_with_amounts_as_people_write_them(de: Shell, tmp_path: Path) -> None:
    file = tmp_path / "outcome.toml"
    file.write_text(
        'country = "DE"\nperiod_from = 2026-01-01\nperiod_to = 2026-06-30\nprosecutions = 2\n'
        'fines = [{ amount = 12500, currency = "EUR" }, { amount = 300.50, currency = "PLN" }]\n'
    )
    de.post("outcome", file)
    file.write_text("country = 1\n")
    assert "bad-form" in de.fail(2, "outcome", file)
