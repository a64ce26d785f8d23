"""Files over a line that breaks: they arrive whole at the desks they are addressed to, at no other, and go when erased."""

import asyncio
import secrets
from pathlib import Path

import pytest

from tests.system.rig import Hub, admit, found, until, watching
from vocu.canonical import unb64
from vocu.operation.media import MAX_FILE
from vocu_client import Desk
from vocu_client.attachments import Attachment

REPORT = {
    "agency": "customs",
    "seizure_day": "2024-01-16",
    "place": "DEHAM",
    "location_type": "seaport",
    "direction": "import",
    "transport_mode": "maritime",
    "selection_reason": "random",
    "goods": [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "200"}],
}


def chunk_names(desk: Desk, event_id: str) -> list[str]:
    """The files that the chunks of this event are kept in, as every full desk and the hub know them."""
    act = desk.reading.entry(event_id).act
    assert act is not None
    return [unb64(blob.sha256).hex() for blob in act.header.blobs or ()]


def kept(folder: Path, names: list[str]) -> int:
    return sum(path.name.rpartition(".")[2] in names for path in folder.rglob("*"))


@pytest.mark.timeout(240)
async def test_a_large_file_survives_a_kill_of_the_hub_and_reaches_its_addressees_alone(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        async with (
            await found(hub, tmp_path) as organiser,
            await admit(organiser, tmp_path, "DE") as german,
            await admit(organiser, tmp_path, "NL") as dutch,
        ):
            large, small = secrets.token_bytes(MAX_FILE), b"a short note"
            files = [
                Attachment(name="scan.bin", media_type="application/octet-stream", data=large),
                Attachment(name="note.txt", media_type="text/plain", data=small),
            ]
            async with watching(organiser, german, dutch) as watches:
                await until(lambda: german.view.size == organiser.view.size == dutch.view.size)
                report = german.actions.report_seizure(REPORT, readers=["OCU"], files=files)
                assert german.files.read(report, 1)[1] == small, "written, and not sent yet"
                word = german.actions.send_message("It goes past the file.")
                await until(lambda: german.uploads()[report].done > 3_000_000, 60)
                hub.kill()
                before = german.uploads()[report]
                assert 0 < before.done < before.total
                await asyncio.sleep(0.5)
                await asyncio.to_thread(hub.start)
                uploads = hub.log.read_text().count("uploaded")
                await until(lambda: not german.outbox.waiting(0, 1), 90)
                assert not german.uploads()
                assert hub.log.read_text().count("uploaded") - uploads < 25, "what was there was sent again"
                positions = {item.id: item.position or 0 for item in german.outbox.items("delivered")}
                assert positions[word] < positions[report]
                await until(lambda: all(file.whole for file in organiser.files.of(report).files), 60)
                await until(lambda: dutch.view.size > positions[report])
                assert not any(watch.done() for watch in watches)
            names = chunk_names(dutch, report)
            assert len(names) == 27
            assert [organiser.files.read(report, number)[1] for number in (0, 1)] == [large, small]
            assert organiser.files.read(report, 0)[0].name == "scan.bin"
            assert dutch.files.of(report).state == "not-for-us"
            await dutch.fetch_files(report)
            assert kept(tmp_path / "NL", names) == 0
            assert kept(tmp_path / "hub", names) == kept(tmp_path / "PL", names) == 27

            german.actions.erase(positions[report], ["media"])
            for desk in (german, organiser, dutch, german):
                assert await desk.sync()
            for desk in (german, organiser):
                assert desk.files.of(report).state == "erased"
            assert {kept(tmp_path / folder, names) for folder in ("hub", "PL", "DE", "NL")} == {0}
            assert not any(desk.replica.alarms() for desk in (german, organiser, dutch))
        hub.stop()
        assert hub.verify()[0] == 0
    finally:
        hub.stop()
