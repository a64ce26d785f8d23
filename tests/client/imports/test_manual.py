"""docs/mapping.md: its example does what it says, and no key of the format is missing from it."""

import re
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from vocu_client.imports.mapping import File, read_mapping
from vocu_client.imports.rows import convert
from vocu_client.imports.sources import Day, Moment, Month, Number, Section, Text
from vocu_client.imports.table import read_rows

MANUAL = (Path(__file__).resolve().parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", MANUAL, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_example_gives_the_reports_and_the_refusal_that_it_promises() -> None:
    mapping = read_mapping(block("toml"))
    conversion = convert(read_rows(block("csv").encode(), mapping), mapping)
    first, second = conversion.reports
    assert (first.line, first.participant, first.report.place) == (2, "DE", "KOLN BONN")
    assert first.report.goods[0].quantity == Decimal("1200.50")
    assert first.nominal is not None
    assert first.nominal.free_text == "Remark: in a double wall"
    assert (second.line, second.report.place, second.report.goods[0].quantity_basis) == (3, "LODZ", "pending")
    assert [(refusal.line, *refusal.reasons) for refusal in conversion.refused] == [
        (4, 'goods[0].commodity: Goods: "wine" is not listed in the mapping, which has cocaine, heroin')
    ]
    assert conversion.refused[0].reasons[0] in " ".join(MANUAL.split())


@pytest.mark.parametrize("section", [File, Text, Number, Day, Month, Moment], ids=lambda section: section.__name__)
def test_every_key_is_described(section: type[Section]) -> None:
    assert [name for name in msgspec.structs.fields(section) if f"`{name.name}" not in MANUAL] == []


def test_every_shipped_mapping_is_explained() -> None:
    shipped = (Path(__file__).resolve().parents[3] / "config" / "mappings").glob("*.toml")
    assert [path.name for path in shipped if f"**{path.name}**" not in MANUAL] == []
