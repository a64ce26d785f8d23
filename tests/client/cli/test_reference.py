"""`vocu reference`: what is in force, rates of the ECB and by hand, rules out of a file."""

from decimal import Decimal
from pathlib import Path

from tests.client.cli.conftest import open_desk
from tests.client.cli.shell import Shell

RULES = """
[[rules]]
name = "MDMA tablet 250 mg"
source = "tablet"
target = "KGM"
factor = 0.00025
commodity = "drugs.mdma"
"""


def test_rates_and_rules_are_published_by_the_organiser(be: Shell, de: Shell, tmp_path: Path) -> None:
    assert "pound-avoirdupois" in de.do("reference")
    assert "nothing-new" in be.fail(1, "reference", "rates", "--yes")
    be.post("reference", "rates", "--rate", "2024-01-16:RSD:117.2", "--source", "National Bank of Serbia", "--yes")
    file = tmp_path / "rules.toml"
    file.write_text(RULES)
    be.post("reference", "rules", file, "--cigarettes", "--yes")
    said = de.do("reference")
    assert "MDMA tablet 250 mg" in said
    assert "carton-of-200" in said
    assert "117.2" in said
    desk = open_desk(de)
    assert desk.ledger.reference.rates == {("2024-01-16", "RSD"): Decimal("117.2")}
    desk.close()


def test_what_is_no_rate_or_rule_is_refused(be: Shell, de: Shell, tmp_path: Path) -> None:
    assert "bad-rate" in be.fail(2, "reference", "rates", "--rate", "2024-01-16:RSD", "--yes")
    file = tmp_path / "rules.toml"
    file.write_text(RULES.replace('"KGM"', '"stone"'))
    assert "unknown-code" in be.fail(2, "reference", "rules", file, "--yes")
    file.write_text(RULES)
    assert "reference_published" in de.fail(1, "reference", "rules", file, "--yes")
