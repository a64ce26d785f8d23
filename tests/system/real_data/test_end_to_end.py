"""Each real table on its whole way: reports signed and logged, the log exported, verified by somebody who has no desk,
and the tables that he gets compared with sums of the source itself."""

import csv
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from tests.client.exported_logs import exported, verified
from tests.client.imports.tables import shipped
from tests.client.replicas import Replicated
from tests.scenario import Scenario
from tests.system.real_data import test_c4ads, test_cbp, test_poland
from tests.system.real_data.operations import table_rows
from vocu.operation.events import SeizureReported
from vocu_client.imports.rows import Conversion, conditions

OCTOBER = conditions(["FY=2023", "Month (abbv)=OCT"])


FEBRUARY = 1_706_745_600_000
"""2024-02-01, when everything that is reported lies in the past."""


def exchanged(conversion: Conversion, folder: Path, *, by_organiser: bool = False) -> dict[str, list[dict[str, str]]]:
    """The results tables that follow from the exported log of an operation with these reports, as CSV has them; with
    `by_organiser`, one desk enters them all on behalf of the others, who sent them by mail."""
    participants = sorted({each.participant for each in conversion.reports} - {"PL"})
    scenario = Scenario(*participants, deliver=False)
    scenario.hub.now = FEBRUARY
    scenario.open("OPERATIONAL")
    for each in conversion.reports:
        report = each.report
        if by_organiser and each.participant != "PL":
            report = replace(report, on_behalf_of=each.participant, received_by="e_mail", received_day="2024-02-01")
        scenario.post("PL" if by_organiser else each.participant, SeizureReported(stat=report))
    reporter = Replicated(scenario, participants[0], folder)
    found, _ = verified(exported(reporter, folder / "log.jsonl.gz"), op=scenario.op)
    assert found.entries == found.signatures == 1 + len(participants) + 1 + len(conversion.reports)
    files = {name.removesuffix(".csv"): data for name, data in found.files.items() if name.endswith(".csv")}
    return {name: list(csv.DictReader(io.StringIO(data.decode()))) for name, data in files.items()}


def weighed(table: list[dict[str, str]]) -> dict[str, Decimal]:
    """The quantities of a table by unit."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in table:
        sums[row["unit"]] += Decimal(row["quantity"] or 0)
    return dict(sums)


def test_a_month_of_american_drug_seizures(tmp_path: Path) -> None:
    tables = exchanged(shipped("cbp-nationwide.toml", test_cbp.FY20_23, OCTOBER), tmp_path)
    source = [row for row in table_rows(test_cbp.FY20_23) if (row["FY"], row["Month (abbv)"]) == ("2023", "OCT")]
    assert weighed(tables["T03"]) == {"LBR": sum(Decimal(row["Sum Qty (lbs)"]) for row in source)}
    assert sum(int(row["seizures"]) for row in tables["T03"]) == sum(int(row["Count of Event"]) for row in source)
    assert sum(int(row["reports"]) for row in tables["T03"]) == len(source) == 187
    assert len({row["country"] for row in tables["T02"]}) == 36


def test_a_month_of_the_polish_border_guard(tmp_path: Path) -> None:
    tables = exchanged(shipped(test_poland.MAPPING, test_poland.DATA), tmp_path)
    source = table_rows(test_poland.DATA, delimiter=";")
    quantities = [(row["JEDNOSTKA MIARY"], Decimal(row["ILOŚĆ"].replace(",", "."))) for row in source]
    values = [Decimal(row["wartość"].replace(",", ".")) for row in source if row["wartość"]]
    found = weighed(tables["T03"])
    assert found["stick"] + found["H87"] == sum(amount for unit, amount in quantities if unit == "szt.")
    for unit, theirs in {"KGM": "kg", "LTR": "litr", "tablet": "tabletka"}.items():
        assert found[unit] == sum(amount for name, amount in quantities if name == theirs)
    assert [Decimal(row["value"]) for row in tables["T13"]] == [sum(values)] == [Decimal("6985313.17")]
    assert sum(int(row["reports"]) for row in tables["T04"]) == 135


def test_eight_years_of_wildlife_at_airports_in_77_countries(tmp_path: Path) -> None:
    tables = exchanged(shipped(test_c4ads.MAPPING, test_c4ads.DATA), tmp_path, by_organiser=True)
    source = [
        row for line, row in enumerate(table_rows(test_c4ads.DATA, "cp1252"), 2) if line not in test_c4ads.REFUSED
    ]
    assert weighed(tables["T03"]) == {
        "KGM": sum(Decimal(row["Weight (kg) "] or 0) for row in source),
        "specimen": sum(Decimal(row["Number"] or 0) for row in source),
        "not_known": 0,
    }
    assert sum(int(row["reports"]) for row in tables["T04"]) == len(source) == 767
    assert sum(row["reports"] != "0" for row in tables["T01"]) == 77
