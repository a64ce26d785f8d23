import pytest

from vocu.compilation.table import Column
from vocu.rendering.cells import CellReader
from vocu.rendering.wording import Wording

READER = CellReader(Wording(), "Europe/Warsaw", {"EUROPOL": "Europol", "XX": "a\u202eb"})


@pytest.mark.parametrize(
    ("cell", "column", "text"),
    [
        ("", Column("quantity", "Quantity", "quantity"), ""),
        (1234, Column("reports", "Reports", "count"), "1,234"),
        ("DE", Column("country", "Country", "code", "country"), "Germany"),
        ("EUROPOL", Column("country", "Country", "code", "country"), "Europol"),
        ("XX", Column("country", "Country", "code", "country"), "a b"),
        ("drugs.cocaine", Column("commodity", "Commodity", "code", "commodity"), "Cocaine"),
        ("stick", Column("unit", "Unit", "code", "unit"), "sticks"),
        ("reports_test", Column("item", "Item", "code", "status_item"), "Test reports"),
        ("2024-01", Column("day", "Day", "day"), "January 2024"),
        ("2024-01-15T12:00:00Z", Column("at", "At", "instant"), "15 Jan 2024, 13:00"),
        ("BY PL", Column("transit", "Transit"), "Belarus → Poland"),
        ("yes", Column("met", "Met"), "yes"),
        ("goods seizure_day", Column("fields", "Fields"), "Goods and Day of the seizure"),
        ("drugs.cocaine 1.5 KGM; drugs.heroin KGM", Column("before", "Before"), "Cocaine (1.5 kg); Heroin (kg)"),
        ("counterfeit", Column("value", "Value"), "Counterfeit"),
        ("MARLBORO", Column("value", "Value"), "MARLBORO"),
        ("line\none", Column("name", "Name"), "line one"),
    ],
)  # fmt: skip
def test_a_cell_is_read_in_words(cell: str | int, column: Column, text: str) -> None:
    assert READER.text(cell, column) == text
