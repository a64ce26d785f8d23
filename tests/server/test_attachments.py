"""Files in a folder and in a bucket: what counts, what is erased, and what several hubs at once may not lose."""

import asyncio
import contextlib
import hashlib
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest
from sqlalchemy import Connection, func, insert, make_url, select

from tests.object_store import new_bucket, write_credentials
from vocu.errors import MalformedError, RefusedError
from vocu_server.settings import HubFolder, Settings, check
from vocu_server.store.attachments import bucket as bucket_module
from vocu_server.store.attachments import proving, records
from vocu_server.store.attachments.attachments import Attachments
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.attachments.place import Place, PlaceError, new_key
from vocu_server.store.attachments.records import COMING, DAY_MS, SAFE, Upload
from vocu_server.store.sql import Database
from vocu_server.store.tables import large_part, operation, stored_file, upload

T = TypeVar("T")

OP, NOW, MOST = "op", 1_800_000_000_000, 2**40


class HubFiles(Attachments):
    """The files of one hub process, whose clock the test sets."""

    def __init__(self, place: Place, database: Database) -> None:
        self.now = NOW
        self.database = database
        super().__init__(place, database, lambda: self.now)

    async def take(self, data: bytes, *, name: str = "") -> str:
        """Upload, and return the hash; `name` is the hash that the address says."""
        sha256 = name or hashlib.sha256(data).hexdigest()
        await self.keep(told(data, sha256), MOST, pieces(data))
        return sha256

    async def step(self, work: Callable[[Connection], T]) -> T:
        return await self._step(work)

    async def state(self, sha256: str) -> list[str]:
        query = select(stored_file.c.state).where(stored_file.c.sha256 == sha256).order_by(stored_file.c.state)
        return await self.database.read(lambda connection: list(connection.execute(query).scalars()))


def told(data: bytes, sha256: str) -> Upload:
    return Upload(new_key(OP, sha256), OP, sha256, len(data), "DE", len(data))


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 65536):
        yield data[start : start + 65536]


def name_it(connection: Connection, sha256: str, position: int = 1) -> None:
    """As an admitted event does."""
    connection.execute(insert(large_part).values(op=OP, sha256=sha256, position=position, part=0))


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return a_place(request.param, tmp_path)


def a_place(kind: str, folder: Path) -> Place:
    return place_at(folder, **({} if kind == "folder" else new_bucket(folder).settings))


def place_at(folder: Path, **settings: str) -> Place:
    hub = HubFolder(Settings(**settings), folder)
    hub.data_dir.mkdir(exist_ok=True)
    return place_of(hub)


@contextlib.contextmanager
def hub_on(place: Place, database: str | None, folder: Path) -> Iterator[HubFiles]:
    opened = Database(make_url(database) if database else folder / "hub.sqlite")
    files = HubFiles(place, opened)
    try:
        yield files
    finally:
        files.close()
        opened.close()


@pytest.fixture
def files(place: Place, tmp_path: Path) -> Iterator[HubFiles]:
    with hub_on(place, None, tmp_path) as hub:
        hub.database.write_now(lambda c: c.execute(insert(operation).values(op=OP, size=1, checkpoint="")))
        yield hub


@pytest.fixture
def hubs(place: Place, database: str | None, tmp_path: Path) -> Iterator[tuple[HubFiles, HubFiles]]:
    """Two hub processes on one database and one place."""
    with hub_on(place, database, tmp_path) as one, hub_on(place, database, tmp_path) as other:
        one.database.write_now(lambda c: c.execute(insert(operation).values(op=OP, size=1, checkpoint="")))
        yield one, other


# --- uploads and downloads ---


async def test_what_was_taken_is_there_and_is_given_back(files: HubFiles) -> None:
    data = secrets.token_bytes(700_000)
    sha256 = await files.take(data)
    assert await files.state(sha256) == [SAFE]
    assert await files.has(OP, sha256, len(data))
    assert not await files.has(OP, sha256, len(data) + 1)
    size, found = await files.open(OP, sha256)
    assert (size, b"".join([piece async for piece in found])) == (len(data), data)
    assert list(files.place.spool.glob("*.part")) == []


async def test_other_bytes_than_the_address_says_are_not_kept_and_do_not_count(files: HubFiles) -> None:
    with pytest.raises(MalformedError, match="bad-parts"):
        await files.take(b"other bytes", name="a" * 64)
    await files.erase_going()
    assert list(files.place.stored()) == []
    assert await files.state("a" * 64) == []
    assert await files.database.read(lambda c: c.execute(select(func.count()).select_from(upload)).scalar_one()) == 0
    assert list(files.place.spool.glob("*.part")) == []


async def test_a_part_that_was_never_uploaded_is_unknown(files: HubFiles) -> None:
    with pytest.raises(RefusedError, match="unknown-part"):
        await files.open(OP, "b" * 64)
    with pytest.raises(RefusedError, match="unknown-part"):
        files.place.open(new_key(OP, "b" * 64))


async def test_many_uploads_at_once_do_not_get_past_the_quota(files: HubFiles) -> None:
    def one(data: bytes) -> Any:
        return files.keep(told(data, hashlib.sha256(data).hexdigest()), 5000, pieces(data))

    outcomes = await asyncio.gather(*(one(secrets.token_bytes(1000)) for _ in range(9)), return_exceptions=True)
    assert [getattr(each, "code", "") for each in outcomes].count("quota") == 4
    assert len(list(files.place.stored())) == 5


async def test_twenty_uploads_at_once_take_little_memory(files: HubFiles) -> None:
    size = 8 * 1024 * 1024
    block = secrets.token_bytes(65536)

    async def slowly(first: bytes) -> AsyncIterator[bytes]:
        yield first
        for _ in range(size // len(block) - 1):
            yield block

    async def one(number: int) -> None:
        first = number.to_bytes(65536, "big")
        digest = hashlib.sha256(first)
        for _ in range(size // len(block) - 1):
            digest.update(block)
        sha256 = digest.hexdigest()
        await files.keep(Upload(new_key(OP, sha256), OP, sha256, size, "DE", size), MOST, slowly(first))

    await one(1000)
    before = psutil.Process().memory_info().rss
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, psutil.Process().memory_info().rss)
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*map(one, range(20)))
    watching.cancel()
    assert most - before < 60 * 1024 * 1024, "160 MiB were uploaded"


# --- twice, two hubs, crashes, lost records ---


async def test_the_same_bytes_from_two_hubs_at_once_are_kept_and_erased_as_one(
    hubs: tuple[HubFiles, HubFiles],
) -> None:
    one, other = hubs
    data = secrets.token_bytes(100_000)
    sha256, _ = await asyncio.gather(one.take(data), other.take(data))
    assert await other.read(OP, sha256) == data
    await one.database.write(lambda c: records.forget(c, OP, sha256))
    await asyncio.gather(one.erase_going(), other.erase_going())
    assert list(one.place.stored()) == []
    assert await one.state(sha256) == []
    assert not await other.has(OP, sha256, len(data))


async def test_a_hub_that_died_between_the_bytes_and_the_record_leaves_nothing_that_counts(files: HubFiles) -> None:
    data = b"nobody heard that it was here"
    new = told(data, hashlib.sha256(data).hexdigest())
    await files.database.write(lambda c: records.expect(c, new, NOW, MOST))
    lay_down(files.place, new.key, data)
    assert not await files.has(OP, new.sha256, len(data)), "an event that names it would wait for ever"
    assert await files.take(data) == new.sha256, "the desk sends it again"
    await files.sweep()
    assert len(list(files.place.stored())) == 2
    files.now += DAY_MS
    await files.database.write(lambda c: name_it(c, "c" * 64))
    await files.sweep()
    assert list(files.place.stored()) == []


async def test_bytes_whose_record_was_lost_are_noted_again_and_count_once_they_are_proven(files: HubFiles) -> None:
    data, other = b"named by an entry", b"named by none"
    named, unnamed, damaged = (hashlib.sha256(each).hexdigest() for each in (data, other, b"damaged"))
    lay_down(files.place, new_key(OP, named), data)
    lay_down(files.place, new_key(OP, unnamed), other)
    lay_down(files.place, new_key(OP, damaged), b"not what it says")
    lay_down(files.place, new_key("another-hub-s", named), data)
    for position, sha256 in enumerate((named, damaged)):
        await files.database.write(lambda c, p=position, s=sha256: name_it(c, s, p))
    await files.sweep()
    assert await files.has(OP, named, len(data))
    assert await files.read(OP, named) == data
    assert await files.state(unnamed) == await files.state(damaged) == [COMING]
    files.now += DAY_MS
    await files.sweep()
    assert {each.key.partition(".")[0] for each in files.place.stored()} == {OP, "another-hub-s"}
    assert await files.state(unnamed) == []
    assert len(list(files.place.stored())) == 3, "what entries name stays, for somebody to look at"


async def test_files_of_a_data_folder_of_before_have_the_name_that_they_had(files: HubFiles) -> None:
    data = b"from the first version of the hub"
    sha256 = hashlib.sha256(data).hexdigest()
    lay_down(files.place, f"{OP}.{sha256}", data)
    await files.database.write(lambda c: name_it(c, sha256))
    await files.sweep()
    assert await files.read(OP, sha256) == data


async def test_an_event_that_asks_for_a_file_keeps_it_from_a_sweep_that_has_begun(
    hubs: tuple[HubFiles, HubFiles],
) -> None:
    one, other = hubs
    sha256 = await one.take(b"uploaded yesterday")
    later = NOW + DAY_MS
    (key,) = await one.database.read(lambda c: records.expired(c, later))
    assert await other.database.write(lambda c: records.touch(c, OP, sha256, 18, later))
    await one.database.write(lambda c: records.expire(c, key, later))
    await one.erase_going()
    assert await other.read(OP, sha256) == b"uploaded yesterday"
    one.now = NOW + 3 * DAY_MS
    await one.sweep()
    assert not await other.has(OP, sha256, 18)


async def test_an_event_waits_for_a_sweep_s_decision_and_the_other_way_round(
    hubs: tuple[HubFiles, HubFiles],
) -> None:
    """Whoever comes first decides: never is an event admitted whose file then goes."""
    one, other = hubs
    later = NOW + DAY_MS
    for _ in range(5):
        sha256 = await one.take(secrets.token_bytes(500))
        (key,) = await one.database.read(lambda c: records.expired(c, later))

        def admit(connection: Connection, sha256: str = sha256) -> bool:
            here = records.touch(connection, OP, sha256, 500, later)
            time.sleep(0.02)
            if here:
                name_it(connection, sha256)
            return here

        admitted, _ = await asyncio.gather(
            one.step(admit),
            other.step(lambda c, k=key: records.expire(c, k, later)),
        )
        await one.erase_going()
        assert admitted == bool(await one.state(sha256)), "named and gone, or kept and unnamed"
        await one.database.write(lambda c, s=sha256: records.forget(c, OP, s))
        await one.erase_going()


async def test_sweeps_of_two_hubs_lose_nothing_that_is_uploaded_meanwhile(hubs: tuple[HubFiles, HubFiles]) -> None:
    one, other = hubs
    sent: dict[str, bytes] = {}
    for _ in range(5):
        await one.take(secrets.token_bytes(300))
    one.now = other.now = NOW + DAY_MS

    async def send() -> None:
        for hub in itertools.islice(itertools.cycle(hubs), 20):
            data = secrets.token_bytes(2000)
            sent[await hub.take(data)] = data

    await asyncio.gather(send(), one.sweep(), other.sweep(), other.sweep())
    await asyncio.gather(one.sweep(), other.sweep())
    assert {sha256: await one.read(OP, sha256) for sha256 in sent} == sent
    assert len(list(one.place.stored())) == 20


async def test_a_late_deletion_does_not_hit_the_same_bytes_that_were_uploaded_anew(
    hubs: tuple[HubFiles, HubFiles],
) -> None:
    one, other = hubs
    sha256 = await one.take(b"erased, then sent again")
    await one.database.write(lambda c: records.forget(c, OP, sha256))
    late = await other.database.read(lambda c: records.going(c, 10))
    await one.erase_going()
    await one.take(b"erased, then sent again")
    for key in late:
        other.place.erase(key)
    await other.database.write(lambda c: records.gone(c, late))
    assert await one.read(OP, sha256) == b"erased, then sent again"


# --- erasure ---


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


# --- a store that fails ---


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


# --- settings ---


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"files": "s3://vocu"}, "needs `files_credentials_file`"),
        ({"files": "s3:///hub", "files_credentials_file": "keys"}, "reads s3://bucket/prefix"),
        ({"files": "parts", "files_endpoint": "https://s3.example"}, "go with `files` = s3://"),
        (
            {"files": "s3://vocu", "files_credentials_file": "keys", "files_endpoint": "http://s3.example"},
            "without TLS only on loopback",
        ),
    ],
)
def test_settings_of_a_bucket_that_do_not_fit_are_refused(settings: dict[str, str], sentence: str) -> None:
    with pytest.raises((MalformedError, RefusedError), match=sentence):
        check(Settings(**settings))


def test_a_credentials_file_that_is_not_one_is_named(tmp_path: Path) -> None:
    settings = {"files": "s3://vocu", "files_credentials_file": "keys"}
    with pytest.raises(MalformedError, match="keys cannot be read"):
        place_at(tmp_path, **settings)
    (tmp_path / "keys").write_text("access: 1")
    with pytest.raises(MalformedError, match=r"needs a section \[default\]"):
        place_at(tmp_path, **settings)


async def test_files_may_lie_in_another_folder(tmp_path: Path) -> None:
    with hub_on(place_at(tmp_path, files="shared/parts"), None, tmp_path) as files:
        await files.take(b"elsewhere")
    assert [path.read_bytes() for path in (tmp_path / "shared" / "parts").iterdir()] == [b"elsewhere"]


# --- beside a running hub ---


async def test_a_backup_reads_parts_and_puts_them_back_under_the_name_that_the_database_has(files: HubFiles) -> None:
    data = secrets.token_bytes(300_000)
    sha256 = await files.take(data)
    assert files.database.read_now(lambda c: proving.read(files.place, c, OP, sha256)) == data
    (stored,) = files.place.stored()
    assert proving.is_whole(files.place, stored.key) == len(data)
    files.place.erase(stored.key)
    assert proving.is_whole(files.place, stored.key) is None
    files.database.write_now(lambda c: proving.put_back(files.place, c, OP, sha256, data, NOW))
    assert [each.key for each in files.place.stored()] == [stored.key]
    assert await files.read(OP, sha256) == data
    other = hashlib.sha256(b"unknown").hexdigest()
    files.database.write_now(lambda c: proving.put_back(files.place, c, OP, other, b"unknown", NOW))
    assert await files.has(OP, other, 7)
    with pytest.raises(MalformedError, match="bad-parts"):
        files.database.write_now(lambda c: proving.put_back(files.place, c, OP, other, b"bent", NOW))


def lay_down(place: Place, key: str, data: bytes) -> None:
    """Put bytes there that no record speaks of."""
    path = place.spool / "given.part"
    path.write_bytes(data)
    place.put(key, path)
    path.unlink(missing_ok=True)
