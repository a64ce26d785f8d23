"""A backup is made of a running hub, and a hub of a backup; whatever is wrong with one, nothing comes of it."""

import asyncio
import hashlib
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.postgres import fresh_database
from tests.server.conftest import RunningHub
from tests.server.desk import Desk, Identity, Plan, now
from tests.server.reports import report
from tests.server.test_chunks import becomes, message, upload
from tests.server.test_fanout import post_large
from vocu.crypto.restoring import SEED_SIZE, RestoringKey
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.operation import bodies, events
from vocu.operation.verified import VerifiedOperation
from vocu_server.inspection import holdings, verify_operation
from vocu_server.keeping.archive import End, File, Part, Record, Rows, Start, pack, unpack
from vocu_server.keeping.backups import Made, make_backup, prune
from vocu_server.keeping.record import newest_backup
from vocu_server.keeping.restoring import restore, survey
from vocu_server.keeping.sealed_file import require_whole, sealing
from vocu_server.settings import HubFolder, Settings
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.attachments.place import named_by
from vocu_server.store.keys import read_keys
from vocu_server.store.sql import Database

KEY = RestoringKey.from_seed(bytes(range(SEED_SIZE)))
OTHER = RestoringKey.from_seed(bytes(SEED_SIZE))
SETTINGS = b"port = 0\n"


def silent(_done: int, _of: int) -> None:
    pass


def backed_up(folder: HubFolder, to: Path) -> Made:
    (folder.folder / "hub.toml").write_bytes(SETTINGS)
    return make_backup(folder, KEY.public, to, now(), silent)


def roots(hub: HubFolder) -> dict[str, str]:
    database, keys = Database(hub.database), read_keys(hub.data_dir)
    try:
        return {
            each.op: verify_operation(database, keys, place_of(hub), each.op).root for each in holdings(database, keys)
        }
    finally:
        database.close()


class Kept(NamedTuple):
    """A backup that was made while the hub served, which has stopped since; and what was in it."""

    made: Made
    hub: HubFolder
    plan: Plan
    organiser: VerifiedOperation
    german: Identity
    photo: tuple[bytes, ...]
    contacts: bytes


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Of a hub with a report, a photo and a contact list that is too large for a frame; on both stores."""
    folder = tmp_path_factory.mktemp("kept")
    with fresh_database() if request.param == "postgresql" else nullcontext() as database:
        yield asyncio.run(_keep(folder, database))


async def _keep(folder: Path, database: str | None) -> Kept:
    running = RunningHub.new(folder, Settings(port=0, database=database))
    await running.start()
    try:
        plan, german = await running.begin(), Identity("DE")
        async with Desk(running.url, plan, plan.organiser) as organiser:
            await organiser.post(plan.admission(german))
            await organiser.post(plan.admission(Identity("FR")))
            await organiser.post(plan.phase("OPERATIONAL"))
            await organiser.post(report())
            photo = message(organiser, secrets.token_bytes(1_100_000))
            await upload(organiser, photo.chunks)
            await organiser.deliver(photo.event)
            await organiser.rotate()
            _, contacts = await post_large(organiser)
        made = await asyncio.to_thread(backed_up, running.folder, folder / "a.vocu-backup")
    finally:
        await running.stop()
    return Kept(made, running.folder, plan, organiser.view, german, tuple(photo.chunks), contacts)


async def test_a_running_hub_is_backed_up_and_made_again_with_its_photos_and_large_parts(
    kept: Kept, tmp_path: Path
) -> None:
    restored = await asyncio.to_thread(restore, kept.made.path, KEY, tmp_path / "again", silent, SETTINGS)
    assert read_keys(restored.data_dir).hub.seed == read_keys(kept.hub.data_dir).hub.seed
    assert (await asyncio.to_thread(roots, restored)).keys() == {kept.plan.op}
    assert (kept.made.parts, kept.made.missing) == (3, 0)
    again = RunningHub(restored)
    await again.start()
    try:
        async with Desk(again.url, kept.plan, kept.plan.organiser, kept.organiser) as desk:
            size = desk.view.size
            await desk.post(report())
            assert desk.view.size > size
        async with Desk(again.url, kept.plan, kept.german) as german:
            for data in (*kept.photo, kept.contacts):
                answer = await german.http("GET", f"/parts/{hashlib.sha256(data).hexdigest()}")
                assert (answer.status_code, answer.content) == (200, data)
    finally:
        await again.stop()


async def test_a_photo_that_is_erased_while_the_backup_is_made_is_not_in_it(
    hub: RunningHub, plan: Plan, organiser: Desk, tmp_path: Path
) -> None:
    for ncp in ("DE", "FR"):
        await organiser.post(plan.admission(Identity(ncp)))
    erased = message(organiser, secrets.token_bytes(1_000))
    await upload(organiser, erased.chunks)
    index = await organiser.deliver(erased.event)
    stays = message(organiser, b"stays")
    await upload(organiser, stays.chunks)
    await organiser.deliver(stays.event)
    left = {hashlib.sha256(stays.chunks[0]).hexdigest()}
    loop, erasing = asyncio.get_running_loop(), threading.Event()

    async def erase() -> None:
        await organiser.post(events.EntryErased(plain=bodies.Erasure(index=index, parts=("media",))))
        await becomes(hub, left)

    def told(_done: int, _of: int) -> None:
        if not erasing.is_set():  # its row is read already, or will be as it was; its bytes are not
            erasing.set()
            asyncio.run_coroutine_threadsafe(erase(), loop).result(60)

    (hub.folder.folder / "hub.toml").write_bytes(SETTINGS)
    made = await asyncio.to_thread(make_backup, hub.folder, KEY.public, tmp_path / "a", now(), told)
    assert (made.parts, made.missing) == (2, 0)
    restored = await asyncio.to_thread(restore, made.path, KEY, tmp_path / "again", silent, SETTINGS)
    assert {named_by(each.key)[1] for each in place_of(restored).stored()} == left
    assert (await asyncio.to_thread(roots, restored)).keys() == {plan.op}


def test_a_backup_of_schema_1_is_restored_with_its_photos(kept: Kept, tmp_path: Path) -> None:
    if kept.hub.settings.database is not None:
        pytest.skip("schema 1 knew no PostgreSQL")
    shutil.copytree(kept.hub.folder, tmp_path / "old")
    old = HubFolder(kept.hub.settings, tmp_path / "old")
    as_schema_1_had_it(old)
    made = make_backup(old, KEY.public, tmp_path / "b", now(), silent)
    assert (made.parts, made.missing) == (3, 0)
    assert survey(made.path, KEY, silent).start.schema == 1
    restored = restore(made.path, KEY, tmp_path / "again", silent, SETTINGS)
    assert roots(restored) == roots(kept.hub)
    assert sorted(each.size for each in place_of(restored).stored()) == sorted(map(len, (*kept.photo, kept.contacts)))


def as_schema_1_had_it(hub: HubFolder) -> None:
    """Without the tables that schema 2 brought, and files under the names that they had (test_migrations.py knows that
    nothing else is different)."""
    place = place_of(hub)
    for each in list(place.stored()):
        op, sha256 = named_by(each.key)
        (place.spool / each.key).rename(place.spool / f"{op}.{sha256}")
    database = sqlite3.connect(hub.data_dir / "hub.sqlite")
    with database:
        for table in ("owner", "hub_key", "stored_file"):
            database.execute(f"DROP TABLE {table}")
        database.execute("UPDATE schema SET version = 1")
    database.close()


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_of_one_store_is_restored_to_the_other(kept: Kept, tmp_path: Path, target: str) -> None:
    with databases(target) as settings:
        first = restore(kept.made.path, KEY, tmp_path / "first", silent, settings)
        found = roots(first)
        second = make_backup(first, KEY.public, tmp_path / "b.vocu-backup", now(), silent)
        assert (second.rows, second.parts) == (kept.made.rows, kept.made.parts)
        assert roots(restore(second.path, KEY, tmp_path / "second", silent, SETTINGS)) == found


class databases:  # noqa: N801  reads like a function
    """The settings of a hub on this kind of store."""

    def __init__(self, kind: str) -> None:
        self._fresh = fresh_database() if kind == "postgresql" else None

    def __enter__(self) -> bytes:
        return SETTINGS if self._fresh is None else f'database = "{self._fresh.__enter__()}"\n'.encode()

    def __exit__(self, *error: object) -> None:
        if self._fresh is not None:
            self._fresh.__exit__(None, None, None)


def test_the_newest_backup_is_noted(kept: Kept) -> None:
    newest = newest_backup(kept.hub)
    assert newest is not None
    assert (newest.made, newest.sha256, newest.key) == (kept.made.made, kept.made.sha256, KEY.public.id)
    assert kept.made.path.read_bytes()[-32:].hex() == kept.made.sha256


def test_nothing_readable_stands_in_a_backup(kept: Kept) -> None:
    content = kept.made.path.read_bytes()
    seed = read_keys(kept.hub.data_dir).hub.seed
    for secret in (seed, kept.plan.op.encode(), SETTINGS, b"hub.seed", b"entry", kept.contacts[:64]):
        assert secret not in content


def test_whatever_is_wrong_with_a_backup_nothing_comes_of_it(kept: Kept, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    for content in _spoiled(kept.made.path.read_bytes()):
        bad.write_bytes(content)
        with pytest.raises((UntrustedError, MalformedError)):
            restore(bad, KEY, tmp_path / "again", silent, SETTINGS)
        assert not (tmp_path / "again").exists()
    with pytest.raises(RefusedError, match=KEY.public.id):
        restore(kept.made.path, OTHER, tmp_path / "again", silent, SETTINGS)
    assert not (tmp_path / "again").exists()


def _spoiled(whole: bytes) -> Iterator[bytes]:
    for size in (0, 10, 1000, len(whole) // 2, len(whole) - 32, len(whole) - 1):
        yield whole[:size]
    for at in (5, 100, 1700, len(whole) // 2, len(whole) - 40, len(whole) - 1):
        yield whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :]
    yield whole + b"\0"
    yield b"SQLite format 3\0" + bytes(5000)


def test_a_place_that_is_not_empty_is_left_alone(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "letter").write_text("do not touch")
    with pytest.raises(RefusedError, match="already"):
        restore(kept.made.path, KEY, tmp_path / "there", silent, SETTINGS)
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["letter"]
    with fresh_database() as url:
        settings = f'database = "{url}"\n'.encode()
        restore(kept.made.path, KEY, tmp_path / "first", silent, settings)
        with pytest.raises(RefusedError, match="empty database"):
            restore(kept.made.path, KEY, tmp_path / "second", silent, settings)
    assert not (tmp_path / "second").exists()


def test_a_restore_that_fails_midway_leaves_nothing(kept: Kept, tmp_path: Path) -> None:
    def told(done: int, of: int) -> None:
        if of and done > 1:
            raise OSError(28, "No space left on device")

    (tmp_path / "empty").mkdir()
    with pytest.raises(OSError, match="No space"):
        restore(kept.made.path, KEY, tmp_path / "empty", told, SETTINGS)
    assert list((tmp_path / "empty").iterdir()) == []
    restore(kept.made.path, KEY, tmp_path / "empty", silent, SETTINGS)


def test_a_backup_that_has_no_room_leaves_nothing(kept: Kept, tmp_path: Path) -> None:
    def told(_done: int, _of: int) -> None:
        raise OSError(28, "No space left on device")

    noted = newest_backup(kept.hub)
    with pytest.raises(OSError, match="No space"):
        make_backup(kept.hub, KEY.public, tmp_path / "b.vocu-backup", now(), told)
    assert list(tmp_path.iterdir()) == []
    assert newest_backup(kept.hub) == noted


def test_a_backup_is_not_written_over_another(kept: Kept) -> None:
    before = kept.made.path.read_bytes()
    with pytest.raises(RefusedError, match="already"):
        backed_up(kept.hub, kept.made.path)
    assert kept.made.path.read_bytes() == before


def test_old_backups_go_but_never_the_newest(tmp_path: Path) -> None:
    folder, day, at = tmp_path / "backups", 24 * 3600 * 1000, now()
    folder.mkdir()
    hub = RunningHub.new(tmp_path, Settings(port=0)).folder
    Database(hub.database).close()
    (hub.folder / "hub.toml").write_bytes(SETTINGS)
    for days in (50, 40, 36):
        make_backup(hub, KEY.public, folder, at - days * day, silent)
    (folder / "hub-00000000-20200101T000000Z.vocu-backup").write_bytes(b"another hub's")
    assert len(prune(folder, hub, 35, at)) == 2
    assert len(list(folder.iterdir())) == 2
    assert prune(folder, hub, 35, at) == []


def test_a_backup_takes_along_what_the_settings_name_in_the_hub_s_folder(tmp_path: Path) -> None:
    hub = RunningHub.new(tmp_path, Settings(port=0, proxy_certificate="proxy.crt")).folder
    Database(hub.database).close()
    (hub.folder / "proxy.crt").write_bytes(b"a certificate")
    made = backed_up(hub, tmp_path / "a.vocu-backup")
    assert survey(made.path, KEY, silent).files["folder/proxy.crt"] == b"a certificate"


# --- what somebody who has the public key may seal ---


def sealed_records(path: Path, *records: Record) -> Path:
    with sealing(path, KEY.public, now()) as file:
        for record in records:
            file.add(record)
    return path


START = Start(1, "0", 2, b"")
FILES = tuple(File(name, b"") for name in ("keys/hub.seed", "keys/compiler.seed", "folder/hub.toml"))


@pytest.mark.parametrize(
    "records",
    [
        (),
        (START,),
        (START, *FILES),
        (START, *FILES, End(1, 0)),
        (START, *FILES, End(0, 1)),
        (START, End(0, 0)),
        (START, *FILES, End(0, 0), Part("op", "00", b"")),
        (START, START, *FILES, End(0, 0)),
        (*FILES, START, End(0, 0)),
        (START, *FILES, File("folder/../../etc/passwd", b""), End(0, 0)),
        (START, *FILES, File("/etc/passwd", b""), End(0, 0)),
        (START, *FILES, File("folder//etc/passwd", b""), End(0, 0)),
        (START, *FILES, File("keys/other.seed", b""), End(0, 0)),
        (START, *FILES, Rows("nowhere", ("a",), ((1,),)), End(1, 0)),
        (START, *FILES, Rows("schema", ("version",), ((9,),)), End(1, 0)),
        (START, *FILES, Rows("token", ("nothing",), ((1,),)), End(1, 0)),
        (START, *FILES, Rows("token", ("hash",), ((1, 2),)), End(1, 0)),
    ],
    ids=range(17),
)
def test_a_sealed_file_that_is_no_hub_is_refused(tmp_path: Path, records: tuple[Record, ...]) -> None:
    path = sealed_records(tmp_path / "forged", *records)
    require_whole(path)
    with pytest.raises(UntrustedError) as refused:
        survey(path, KEY, silent)
    assert refused.value.code == "damaged-backup"


def test_a_backup_of_a_newer_schema_is_left_to_the_newer_version(tmp_path: Path) -> None:
    path = sealed_records(tmp_path / "newer", Start(1, "9.9", 99, b""), *FILES, End(0, 0))
    with pytest.raises(RefusedError, match=r"vocu 9\.9"):
        survey(path, KEY, silent)


def test_records_come_out_as_they_went_in_however_they_are_cut() -> None:
    records: list[Record] = [
        START,
        *FILES,
        Rows("token", ("hash", "used_for"), ((b"\0", None), (b"\1", "op"))),
        End(2, 0),
    ]
    stream = b"".join(map(pack, records))
    for step in (1, 3, 100, len(stream)):
        assert list(unpack(stream[at : at + step] for at in range(0, len(stream), step))) == records
    for noise in (stream[:-1], stream + b"\0", b"\xff" * 8, secrets.token_bytes(64) + b"\xff" * 8):
        with pytest.raises(VocuError):
            list(unpack([noise]))
