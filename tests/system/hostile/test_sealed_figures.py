"""Where the statistical part is sealed, the hub falsifies figures by keeping it back."""

from pathlib import Path

import msgspec
import pytest

from tests.core.form.forms import shortest_report
from tests.hostile_hub import History, HostileHub
from tests.system.hostile.retelling import kinds, with_part
from tests.system.rig import PLAN, admit, found
from vocu.errors import UntrustedError
from vocu.protocol.frames import Entry


def keeping_back(entries: list[Entry]) -> list[Entry]:
    return [
        with_part(entry, 0, None) if kind == "seizure_reported" else entry
        for entry, kind in zip(entries, kinds(entries), strict=True)
    ]


async def test_a_report_without_its_sealed_figures_is_an_alarm(tmp_path: Path) -> None:
    async with HostileHub.new(tmp_path / "hub") as hub:
        plan = msgspec.structs.replace(PLAN, profile="sealed_stat")
        async with await found(hub, tmp_path, plan) as organiser, await admit(organiser, tmp_path, "DE") as german:  # type: ignore[arg-type]
            organiser.decisions.open_phase("OPERATIONAL")
            assert await organiser.sync()
            assert await german.sync()
            organiser.actions.report_seizure(shortest_report())
            assert await organiser.sync()
            hub.tell(german, History(hub.keys.hub, german, keeping_back))
            with pytest.raises(UntrustedError) as alarm:
                await german.sync()
            assert alarm.value.code == "withheld"
            ((_, kept, _, evidence),) = german.replica.alarms()
            assert kept == "withheld"
            assert evidence, "an alarm is kept with its evidence"
            assert not german.ledger.reports
