"""Files over a line that breaks: they arrive whole where they are addressed to, nowhere else, and go when erased."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.system.logs import lay_open
from tests.system.rig import PASSPHRASE, Hub, admit, found, until, watching
from vocu.canonical import unb64
from vocu.errors import RefusedError, SealedError
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
    """How many of these stand in a folder. A hub that was killed may have one twice, until it is erased or swept."""
    return len({path.name.rpartition(".")[2] for path in folder.rglob("*")} & set(names))


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
                await until(lambda: [file.whole for file in organiser.files.of(report).files] == [True, True], 60)
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
            assert {kept(tmp_path / folder, names) for folder in ("PL", "DE", "NL")} == {0}
            await until(lambda: kept(tmp_path / "hub", names) == 0)
            assert not any(desk.replica.alarms() for desk in (german, organiser, dutch))
        hub.stop()
        assert hub.verify()[0] == 0
    finally:
        hub.stop()


@pytest.fixture
async def desks(tmp_path: Path) -> AsyncIterator[tuple[Hub, Desk, Desk]]:
    """A hub, the organiser's desk and a German one, connected once."""
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        async with await found(hub, tmp_path) as organiser, await admit(organiser, tmp_path, "DE") as german:
            assert await german.sync()
            yield hub, organiser, german
    finally:
        hub.stop()


def binary(data: bytes, name: str = "a.bin") -> Attachment:
    return Attachment(name=name, media_type="application/octet-stream", data=data)


async def test_what_was_written_with_a_file_survives_the_desk_that_is_killed(desks: tuple[Hub, Desk, Desk]) -> None:
    hub, organiser, german = desks
    hub.kill()
    said = german.actions.send_message("with a file", to=["OCU"], files=[binary(b"evidence")])
    german.close()
    again = Desk.open(german.home, PASSPHRASE)
    assert again.files.read(said, 0)[1] == b"evidence"
    assert again.uploads()[said].done == 0
    hub.start()
    assert await again.sync()
    assert await organiser.sync()
    await organiser.fetch_files(said)
    assert organiser.files.read(said, 0)[1] == b"evidence"
    again.close()


async def test_chunks_that_the_hub_lost_are_sent_again(desks: tuple[Hub, Desk, Desk]) -> None:
    _, organiser, german = desks
    said = german.actions.send_message("with a file", to=["OCU"], files=[binary(b"evidence")])
    item = german.outbox.find(said)
    assert item is not None
    for blob in german.files.store.to_upload(said):
        german.files.store.uploaded(said, blob)  # so it believes
    assert await german.sync()
    assert (german.outbox.find(said) or item).state == "delivered"
    assert organiser.view.size < german.view.size
    assert await organiser.sync()
    await organiser.fetch_files(said)
    assert organiser.files.read(said, 0)[1] == b"evidence"


async def test_a_chunk_that_was_damaged_on_the_disk_is_fetched_again(desks: tuple[Hub, Desk, Desk]) -> None:
    _, _, german = desks
    said = german.actions.send_message("with a file", to=["OCU"], files=[binary(b"evidence")])
    assert await german.sync()
    (name,) = chunk_names(german, said)
    (german.home.media_folder / name).write_bytes(bytes(1096))
    with pytest.raises(SealedError, match="not-here"):
        german.files.read(said, 0)
    assert not german.files.of(said).files[0].whole
    await german.fetch_files(said)
    assert german.files.read(said, 0)[1] == b"evidence"


async def test_a_file_that_lacks_on_the_disk_parks_its_event_and_no_other(desks: tuple[Hub, Desk, Desk]) -> None:
    _, _, german = desks
    lost = german.actions.send_message("with a file", files=[binary(b"evidence")])
    about = german.actions.send_message("without", in_reply_to=lost)
    other = german.actions.send_message("without")
    german.files.store.drop(blob.sha256 for blob in german.files.store.to_upload(lost))
    assert await german.sync()
    states = {item.id: (item.state, item.code) for item in german.outbox.items() if item.id in (lost, other, about)}
    assert states == {lost: ("refused", "file-lost"), other: ("delivered", None), about: ("delivered", None)}


async def test_what_a_rule_forbids_leaves_no_file_behind(desks: tuple[Hub, Desk, Desk]) -> None:
    _, _, german = desks
    with pytest.raises(RefusedError, match="not-your-role"):
        german.actions.announce("I may not", files=[binary(b"evidence")])
    with pytest.raises(RefusedError, match="too-many-files"):
        german.actions.send_message("too much", files=[binary(b"x")] * 11)
    assert list(german.home.media_folder.iterdir()) == []
    assert not german.outbox.waiting(0, 1)


async def test_files_follow_their_report_through_its_amendments(desks: tuple[Hub, Desk, Desk]) -> None:
    _, organiser, german = desks
    report = german.actions.report_seizure(REPORT, files=[binary(b"first")], event_id="A" * 22)
    assert german.actions.report_seizure(REPORT, files=[binary(b"twice")], event_id="A" * 22) == report
    assert len(list(german.home.media_folder.iterdir())) == 1
    assert await german.sync()
    german.actions.amend_seizure(report, REPORT, files=[binary(b"second", "b.bin")])
    german.actions.amend_seizure(report, REPORT)
    assert await german.sync()
    assert await organiser.sync()
    found = organiser.files.of_report(report)
    assert [[file.name for file in each.files] for each in found] == [["a.bin"], ["b.bin"]]
    assert found[0].event_id == report


async def test_the_officer_travels_sealed_with_his_words_and_his_reports(
    desks: tuple[Hub, Desk, Desk], tmp_path: Path
) -> None:
    hub, organiser, german = desks
    acting = german.actions.of("officer-17")
    said = acting.send_message("From the night shift.", to=["OCU"])
    report = acting.report_seizure(REPORT)
    assert await german.sync()
    assert await organiser.sync()
    text = organiser.reading.line(said).text
    assert text is not None
    assert text.officer == "officer-17"
    assert organiser.reading.seizure_form(report)["officer"] == "officer-17"
    lay_open(hub)
    assert not any(b"officer-17" in path.read_bytes() for path in hub.folder.rglob("*") if path.is_file())
