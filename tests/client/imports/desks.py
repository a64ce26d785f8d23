"""A desk of `tests.client.replicas` that imports: what `plan`, `run`, `undo` and the watched folder ask of a Desk."""

from pathlib import Path
from typing import cast

from tests.client.replicas import Replicated
from tests.scenario import Scenario
from vocu_client import Desk
from vocu_client.actions import Actions
from vocu_client.imports.mapping import Mapping, read_mapping
from vocu_client.imports.planning import Plan, plan_file
from vocu_client.store.chunks import ChunkStore
from vocu_client.store.drafts import Drafts
from vocu_client.store.imports import Imports

REPORT = """
[file]
encoding = "utf-8"
delimiter = ","
decimal = "."
[report]
agency = "customs"
location_type = "land_border"
direction = "import"
transport_mode = "road"
selection_reason = "risk_profile"
[report.seizure_day]
column = "day"
format = "%Y-%m-%d"
[report.place]
column = "place"
capitals = true
"""
"""What the mappings of tests say alike, of a table with the columns "day" and "place"."""
MAPPING = f"""
participant = "DE"
{REPORT}
[[goods]]
commodity.column = "goods"
unit.column = "unit"
quantity.column = "amount"
[nominal]
free_text = ["remarks"]
"""
HEADER = "day,place,goods,unit,amount,remarks\n"


class ImportingDesk(Replicated):
    """DE's desk, with what an import touches; `desk` is it as the functions under test take it."""

    four_eyes = False

    def start(self) -> None:
        super().start()
        chunks = ChunkStore(self._file.parent / "media", self.engine)
        self.actions = Actions(self.view, self.outbox, chunks, lambda: self.four_eyes)
        self.imports = Imports(self.engine, self.keys.master)
        self.drafts = Drafts(self.engine, self.keys.master)

    @property
    def desk(self) -> Desk:
        return cast("Desk", self)


def importing_desk(scenario: Scenario, folder: Path, name: str = "DE") -> ImportingDesk:
    return ImportingDesk(scenario, name, folder)


def mapping() -> Mapping:
    return read_mapping(MAPPING)


def rows(count: int, first: int = 0) -> str:
    """So many different rows, without the header."""
    return "".join(
        f"2023-12-{number % 28 + 1:02},Place {number % 97},tobacco.cigarettes,stick,{number + 1},Remark {number}\n"
        for number in range(first, first + count)
    )


def planned(desk: ImportingDesk, text: str) -> Plan:
    """The plan for this text below the header."""
    return plan_file(desk.desk, (HEADER + text).encode(), "seizures.csv", mapping(), mapping_name="ours.toml")
