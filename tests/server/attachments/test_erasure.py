"""What is erased is gone, in every version."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.object_store import new_bucket
from tests.server.attachments.hub_files import MOST, OP, HubFiles, hub_on, place_at, told
from vocu.errors import RefusedError
from vocu_server.store.attachments import records
from vocu_server.store.attachments.place import PlaceError


async def test_an_upload_that_is_erased_while_it_comes_does_not_come_back(files: HubFiles) -> None:
    data = b"erased meanwhile"
    sha256 = hashlib.sha256(data).hexdigest()

    async def meanwhile() -> AsyncIterator[bytes]:
        yield data
        await files.database.write(lambda c: records.forget(c, OP, sha256))

    with pytest.raises(RefusedError, match="hub-error"):
        await files.keep(told(data, sha256), MOST, meanwhile())
    await files.erase_going()
    assert list(files.place.stored()) == []
    assert await files.state(sha256) == []


async def test_erasure_leaves_no_version(tmp_path: Path) -> None:
    bucket = new_bucket(tmp_path, versioned=True)
    with hub_on(place_at(tmp_path, **bucket.settings), None, tmp_path) as files:
        sha256 = await files.take(b"a nominal part")
        (key,) = bucket.names()
        assert key.startswith("hub/op.")
        client = bucket.store.client
        client.delete_object(Bucket=bucket.name, Key=key)  # somebody else's, which leaves a marker
        client.put_object(Bucket=bucket.name, Key=key, Body=b"overwritten")
        client.put_object(Bucket=bucket.name, Key="not-ours", Body=b"stays")
        assert bucket.names().count(key) == 3
        await files.database.write(lambda c: records.forget(c, OP, sha256))
        await files.erase_going()
        assert bucket.names() == ["not-ours"]


async def test_what_is_erased_in_a_folder_is_overwritten_first(tmp_path: Path) -> None:
    with hub_on(place_at(tmp_path), None, tmp_path) as files:
        sha256 = await files.take(b"a nominal part")
        (path,) = (tmp_path / "data" / "parts").iterdir()
        (tmp_path / "link").hardlink_to(path)
        await files.database.write(lambda c: records.forget(c, OP, sha256))
        await files.erase_going()
        assert not path.exists()
        assert (tmp_path / "link").read_bytes() == bytes(14)


def test_a_bucket_that_does_not_let_us_delete_versions_is_refused(tmp_path: Path) -> None:
    bucket = new_bucket(tmp_path)
    client, name = bucket.store.client, f"{bucket.name}-locked"
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    client.put_object_lock_configuration(
        Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    locked = place_at(tmp_path, **bucket.settings | {"files": f"s3://{name}"})
    with pytest.raises(PlaceError, match=r"refuses delete_object: it does not allow.*files-unusable"):
        locked.check()
