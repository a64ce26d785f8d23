"""A folder or a bucket that fails, or is set up wrongly, and what the operator hears of it."""

import asyncio
from pathlib import Path

import pytest

from tests.object_store import new_bucket, write_credentials
from tests.server.attachments.hub_files import OP, hub_on, place_at
from vocu.errors import RefusedError
from vocu_server.store.attachments import bucket as bucket_module
from vocu_server.store.attachments import records
from vocu_server.store.attachments.place import Place, PlaceError
from vocu_server.store.attachments.records import DAY_MS


def test_a_check_finds_all_in_order_and_leaves_nothing(place: Place) -> None:
    place.check()
    assert list(place.stored()) == []
    assert list(place.spool.iterdir()) == []


def test_a_check_leaves_no_version_either(tmp_path: Path) -> None:
    bucket = new_bucket(tmp_path, versioned=True)
    place_at(tmp_path, **bucket.settings).check()
    assert bucket.names() == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"files": "s3://no-such-bucket"}, "there is no such bucket"),
        ({"access_key": "somebody"}, "it does not know this access key"),
        ({"secret_key": "wrong"}, "the secret key is not the one of this access key"),
    ],
)
def test_what_the_operator_has_to_correct_is_said_in_a_sentence(
    tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    settings = new_bucket(tmp_path).settings
    keys = {name: value for name, value in changed.items() if name.endswith("_key")}
    write_credentials(tmp_path, **keys)
    wrong = place_at(tmp_path, **settings | {n: v for n, v in changed.items() if n not in keys})
    with pytest.raises(PlaceError, match=sentence) as found:
        wrong.check()
    assert found.value.code == "files-unusable"
    assert "wrong" not in found.value.message, "no secret in a sentence"


async def test_a_store_that_is_gone_is_tried_again_and_nothing_is_kept_half(tmp_path: Path) -> None:
    bucket = new_bucket(tmp_path)
    with hub_on(place_at(tmp_path, **bucket.settings), None, tmp_path) as files:
        before = await files.take(b"before")
        bucket.store.kill()
        try:
            with pytest.raises(PlaceError, match="files-unreachable"):
                files.place.check()
            with pytest.raises(RefusedError, match="hub-error"):
                await files.take(b"meanwhile")
            with pytest.raises(RefusedError, match="hub-error"):
                await files.open(OP, before)
            assert await files.has(OP, before, 6), "the database answers, not the store"
            await files.database.write(lambda c: records.forget(c, OP, before))
            with pytest.raises(PlaceError, match="files-unreachable"):
                await files.erase_going()
        finally:
            bucket.store.start()
        await files.erase_going()
        assert bucket.names() == []
        again = await files.take(b"meanwhile")
        assert await files.read(OP, again) == b"meanwhile"
        assert list(files.place.spool.iterdir()) == []


async def test_a_store_that_does_not_answer_holds_nobody_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_module, "SECONDS_TO_ANSWER", 1)
    bucket = new_bucket(tmp_path)
    with hub_on(place_at(tmp_path, **bucket.settings), None, tmp_path) as files:
        with bucket.store.stopped(), pytest.raises(RefusedError, match="hub-error"):
            async with asyncio.timeout(60):
                await files.take(b"slow")
        sha256 = await files.take(b"slow")
        assert await files.read(OP, sha256) == b"slow"
        await files.sweep()
        assert len(bucket.names()) <= 2, "a request that came through after all goes within a day"
        files.now += DAY_MS
        await files.sweep()
        files.now += DAY_MS
        await files.sweep()
        assert bucket.names() == []


async def test_a_folder_that_is_gone_is_told_to_the_operator(tmp_path: Path) -> None:
    with hub_on(place_at(tmp_path), None, tmp_path) as files:
        (tmp_path / "data" / "parts").rmdir()
        with pytest.raises(PlaceError, match="files-unreachable"):
            files.place.check()
        with pytest.raises(RefusedError, match="hub-error"):
            await files.take(b"no room")


async def test_tending_goes_on_after_a_failure(tmp_path: Path) -> None:
    bucket = new_bucket(tmp_path)
    with hub_on(place_at(tmp_path, **bucket.settings), None, tmp_path) as files:
        sha256 = await files.take(b"to be erased")
        tending = asyncio.create_task(files.tend())
        bucket.store.kill()
        try:
            await files.database.write(lambda c: records.forget(c, OP, sha256))
            files.erase_soon()
            await asyncio.sleep(0.5)
        finally:
            bucket.store.start()
        assert not tending.done()
        async with asyncio.timeout(60):
            while bucket.names():
                files.erase_soon()
                await asyncio.sleep(0.2)
        tending.cancel()
