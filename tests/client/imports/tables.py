"""Mappings and tables for these tests: a small one of our own, and the shipped ones with the real data they are for."""

from pathlib import Path

from tests.shared import shared_file
from vocu_client.imports.mapping import Mapping, load_mapping, read_mapping
from vocu_client.imports.rows import Conversion, Where, convert
from vocu_client.imports.table import read_rows

MAPPINGS = Path(__file__).resolve().parents[3] / "config" / "mappings"

SMALL = """
[file]
encoding = "utf-8"
delimiter = ";"
decimal = ","
thousands = "."

[participant]
column = "Country"
map = { Germany = "DE", Poland = "PL" }

[report]
agency = "customs"
location_type = "airport"
direction = "import"
transport_mode = "air"
selection_reason = "not_known"

[report.seizure_day]
column = "Day"
format = "%d.%m.%Y"

[report.place]
column = "Place"
capitals = true

[[goods]]
commodity = { column = "Goods", map = { cocaine = "drugs.cocaine", heroin = "drugs.heroin" } }
unit = "KGM"
quantity = { column = "Kilograms", empty = "pending" }
"""
HEADER = "Country;Day;Place;Goods;Kilograms\n"
ROW = "Germany;17.10.2022;Köln;cocaine;1.200,50\n"


def small(old: str = "", new: str = "") -> Mapping:
    """The small mapping, with one text in it replaced."""
    assert old in SMALL
    return read_mapping(SMALL.replace(old, new, 1) if old else SMALL)


def converted(text: str, mapping: Mapping | None = None, where: tuple[Where, ...] = ()) -> Conversion:
    """What the small mapping, or another, makes of a table."""
    mapping = mapping or small()
    return convert(read_rows(text.encode(), mapping), mapping, where=where)


def shipped(mapping_name: str, data: str, where: tuple[Where, ...] = ()) -> Conversion:
    """What a shipped mapping makes of its real table."""
    mapping = load_mapping(MAPPINGS / mapping_name)
    return convert(read_rows(shared_file(data).read_bytes(), mapping), mapping, where=where)
