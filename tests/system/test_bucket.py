"""A hub that keeps its files in an object store: photos arrive though the store goes away, and leave nothing when
erased."""

import asyncio
import io
import secrets
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.object_store import HubBucket, new_bucket, write_credentials
from tests.system.rig import Hub, admit, found, until, watching
from tests.system.test_files import chunk_names
from vocu.errors import RefusedError
from vocu_client.attachments import Attachment, attach

pytestmark = pytest.mark.timeout(240)


def hub_with(bucket: HubBucket, folder: Path) -> Hub:
    hub = Hub(folder / "hub")
    settings = hub.folder / "hub.toml"
    lines = [f'{name} = "{value}"\n' for name, value in bucket.settings.items()]
    settings.write_text("".join(lines) + settings.read_text())
    return hub


def photo() -> Attachment:
    """Noise, which no codec makes small: a megabyte, or nearly."""
    picture = Image.frombytes("RGB", (900, 700), secrets.token_bytes(900 * 700 * 3))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return attach("photo.jpg", file.getvalue())


async def test_photos_of_several_desks_survive_the_end_of_the_store_and_are_erased_in_every_version(
    tmp_path: Path,
) -> None:
    bucket = new_bucket(tmp_path, versioned=True)
    hub = hub_with(bucket, tmp_path)
    hub.start()
    try:
        async with (
            await found(hub, tmp_path) as organiser,
            await admit(organiser, tmp_path, "DE") as german,
            await admit(organiser, tmp_path, "NL") as dutch,
        ):
            photos = [photo() for _ in range(6)]
            async with watching(organiser, german, dutch) as watches:
                await until(lambda: german.view.size == organiser.view.size == dutch.view.size, 60)
                sent = [
                    desk.actions.send_message(f"Photo {number}.", to=["OCU"], files=[each])
                    for number, (desk, each) in enumerate(zip([german, dutch] * 3, photos, strict=True))
                ]
                await until(lambda: len(bucket.names()) > 1, 60)
                bucket.store.kill()
                await until(lambda: "files-failed" in hub.log.read_text(), 60)
                word = german.actions.send_message("Words need no store.")
                await until(lambda: german.outbox.find(word).state == "delivered", 60)
                bucket.store.start()
                await until(lambda: not german.outbox.waiting(0, 1) and not dutch.outbox.waiting(0, 1), 120)
                await until(lambda: all(organiser.files.of(each).files for each in sent), 60)
                await until(lambda: all(organiser.files.of(each).files[0].whole for each in sent), 120)
                assert not any(watch.done() for watch in watches)
            assert [organiser.files.read(each, 0)[1] for each in sent] == [each.data for each in photos]
            assert not any(item.state == "refused" for desk in (german, dutch) for item in desk.outbox.items())

            erased = {name for each in sent[:2] for name in chunk_names(organiser, each)}
            kept = {name for each in sent[2:] for name in chunk_names(organiser, each)}
            for desk, event_id in ((german, sent[0]), (dutch, sent[1])):
                item = desk.outbox.find(event_id)
                assert item is not None
                desk.actions.erase(item.position or 0, ["media"])
                assert await desk.sync()
            await until(lambda: not erased & hashes(bucket), 60)
            assert kept <= hashes(bucket)
            assert await organiser.sync()
            assert organiser.files.of(sent[0]).state == "erased"
        hub.stop()
        assert hub.verify()[0] == 0
        damaged = next(key for key in bucket.names() if key.rpartition(".")[2] in kept)
        bucket.store.client.put_object(Bucket=bucket.name, Key=damaged, Body=b"bent")
        code, said = hub.verify()
        assert code == 2
        assert "damaged-part" in said
    finally:
        hub.stop()
        if bucket.store.gateway.poll() is not None:
            bucket.store.start()


async def test_a_photo_that_cannot_be_fetched_now_is_fetched_when_the_store_is_back(tmp_path: Path) -> None:
    bucket = new_bucket(tmp_path)
    hub = hub_with(bucket, tmp_path)
    hub.start()
    try:
        async with await found(hub, tmp_path) as organiser, await admit(organiser, tmp_path, "DE") as german:
            picture = photo()
            sent = german.actions.send_message("A photo.", to=["OCU"], files=[picture])
            assert await german.sync()
            bucket.store.kill()
            assert await organiser.sync()
            with pytest.raises(RefusedError, match="hub-error"):
                await organiser.fetch_files(sent)
            bucket.store.start()
            await organiser.fetch_files(sent)
            assert organiser.files.read(sent, 0)[1] == picture.data
    finally:
        hub.stop()
        if bucket.store.gateway.poll() is not None:
            bucket.store.start()


async def test_a_hub_that_may_not_use_its_bucket_says_so_and_does_not_start(tmp_path: Path) -> None:
    hub = hub_with(new_bucket(tmp_path), tmp_path)
    write_credentials(tmp_path, secret_key="mistyped")
    serving = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("vocu-hub"),
        "serve",
        hub.folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await serving.communicate()
    assert serving.returncode == 1
    assert "the secret key is not the one of this access key" in said.decode()
    assert "Traceback" not in said.decode()
    assert "mistyped" not in said.decode()


def hashes(bucket: HubBucket) -> set[str]:
    """The hashes that objects of any version are named by."""
    return {key.rpartition(".")[2] for key in bucket.names()}
