"""`vocu edition`: an earlier operation's totals, published by the organiser."""

from pathlib import Path

from tests.client.cli.conftest import open_desk
from tests.client.cli.shell import Shell

DAYS = ("--starts", "2023-05-08", "--ends", "2023-05-19")


def test_the_folder_that_vocu_tables_wrote_is_compared_with(
    be: Shell, de: Shell, report_file: Path, tmp_path: Path
) -> None:
    de.post("seizure", "post", report_file)
    be.do("tables", "--out", tmp_path / "tables")
    assert "not-confirmed" in be.fail(1, "edition", tmp_path / "tables", *DAYS)
    be.post("edition", tmp_path / "tables", *DAYS, "--name", "BALTICA I", "--yes")
    de.do("inbox")
    desk = open_desk(de)
    assert desk.ledger.edition is not None
    assert desk.ledger.edition.name == "BALTICA I"
    assert [row.quantity for row in desk.ledger.edition.totals] == ["806000"]
    desk.close()


def test_a_file_that_is_no_result_is_refused(be: Shell, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    assert "bad-edition" in be.fail(2, "edition", file, *DAYS, "--yes")
