"""An officer without a line corrects what he wrote a minute ago, and what was restricted stays so."""

import json
from pathlib import Path
from typing import Any

from tests.system.rig import Hub, admit, found

EXAMPLES = Path(__file__).resolve().parents[2] / "schemas" / "vocu_schemas" / "examples"
ELSEWHERE = ("on_behalf_of", "received_by", "received_day", "joint_with", "warning_answered")


def seizure(**changes: Any) -> dict[str, Any]:
    form = json.loads((EXAMPLES / "seizure.json").read_text())
    return {name: value for name, value in form.items() if name not in ELSEWHERE} | changes


async def test_reports_are_amended_and_withdrawn_before_they_were_ever_sent(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        async with await found(hub, tmp_path) as organiser, await admit(organiser, tmp_path, "DE") as german:
            organiser.decisions.open_phase("OPERATIONAL")
            assert await organiser.sync()
            assert await german.sync()
            hub.stop()

            kept = german.actions.report_seizure(seizure(place="POST A"))
            german.actions.amend_seizure(kept, seizure(place="POST B"))
            double = german.actions.report_seizure(seizure(place="POST C"))
            german.actions.withdraw_seizure(double, "duplicate")
            secret = german.actions.report_seizure(seizure(place="POST D"), restricted=True)
            german.actions.amend_seizure(secret, seizure(place="POST E"))
            assert german.outbox.counts()["queued"] == 6

            hub.start()
            assert await german.sync(30)
            assert await organiser.sync()
            reports = organiser.ledger.reports
            stat = reports[kept].stat
            assert stat is not None
            assert stat.place == "POST B"
            assert reports[double].withdrawn is not None
            assert reports[secret].restricted
            assert reports[secret].stat is None
            assert organiser.reading.seizure_form(secret)["place"] == "POST E"
            assert not german.outbox.items("refused")
    finally:
        hub.stop()
