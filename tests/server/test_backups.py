"""A backup is made of a running hub, and a hub of a backup; whatever is wrong with one, nothing comes of it."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import fresh_database
from tests.server.conftest import RunningHub
from tests.server.desk import Desk, Plan, now
from tests.server.reports import report
from vocu.crypto.restoring import SEED_SIZE, RestoringKey
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu_server.inspection import holdings, verify_operation
from vocu_server.keeping.archive import End, File, Part, Record, Rows, Start, pack, unpack
from vocu_server.keeping.backups import Made, make_backup, prune
from vocu_server.keeping.record import newest_backup
from vocu_server.keeping.restoring import restore, survey
from vocu_server.keeping.sealed_file import require_whole, sealing
from vocu_server.settings import HubFolder
from vocu_server.store.attachments.choosing import place_of
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


@pytest.fixture
async def made(hub: RunningHub, plan: Plan, organiser: Desk, tmp_path: Path) -> Made:
    """A backup of a running hub with three entries."""
    await organiser.post(plan.phase("OPERATIONAL"))
    await organiser.post(report())
    return await asyncio.to_thread(backed_up, hub.folder, tmp_path / "a.vocu-backup")


async def test_a_running_hub_is_backed_up_and_made_again(
    made: Made, hub: RunningHub, plan: Plan, organiser: Desk, tmp_path: Path
) -> None:
    restored = await asyncio.to_thread(restore, made.path, KEY, tmp_path / "again", silent, SETTINGS)
    assert (restored.data_dir / "hub.seed").read_bytes() == hub.hub.keys.hub.seed
    assert (await asyncio.to_thread(roots, restored)).keys() == {plan.op}
    again = RunningHub(restored)
    await again.start()
    try:
        async with Desk(again.url, plan, plan.organiser, organiser.view) as desk:
            size = desk.view.size
            await desk.post(report())
            assert desk.view.size > size
    finally:
        await again.stop()


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
async def test_a_backup_of_one_store_is_restored_to_the_other(made: Made, tmp_path: Path, target: str) -> None:
    def move() -> None:
        with databases(target) as settings:
            first = restore(made.path, KEY, tmp_path / "first", silent, settings)
            found = roots(first)
            second = make_backup(first, KEY.public, tmp_path / "b.vocu-backup", now(), silent)
            assert second.rows == made.rows
            assert roots(restore(second.path, KEY, tmp_path / "second", silent, SETTINGS)) == found

    await asyncio.to_thread(move)


class databases:  # noqa: N801  reads like a function
    """The settings of a hub on this kind of store."""

    def __init__(self, kind: str) -> None:
        self._fresh = fresh_database() if kind == "postgresql" else None

    def __enter__(self) -> bytes:
        return SETTINGS if self._fresh is None else f'database = "{self._fresh.__enter__()}"\n'.encode()

    def __exit__(self, *error: object) -> None:
        if self._fresh is not None:
            self._fresh.__exit__(None, None, None)


async def test_the_newest_backup_is_noted(made: Made, hub: RunningHub) -> None:
    newest = newest_backup(hub.folder)
    assert newest is not None
    assert (newest.made, newest.sha256, newest.key) == (made.made, made.sha256, KEY.public.id)
    assert made.path.read_bytes()[-32:].hex() == made.sha256


async def test_nothing_readable_stands_in_a_backup(made: Made, hub: RunningHub, plan: Plan) -> None:
    content = made.path.read_bytes()
    for secret in (hub.hub.keys.hub.seed, plan.op.encode(), SETTINGS, b"hub.seed", b"entry"):
        assert secret not in content


async def test_whatever_is_wrong_with_a_backup_nothing_comes_of_it(made: Made, tmp_path: Path) -> None:
    whole = made.path.read_bytes()
    bad = tmp_path / "bad"
    for content in _spoiled(whole):
        bad.write_bytes(content)
        with pytest.raises((UntrustedError, MalformedError)):
            await asyncio.to_thread(restore, bad, KEY, tmp_path / "again", silent, SETTINGS)
        assert not (tmp_path / "again").exists()
    with pytest.raises(RefusedError, match=KEY.public.id):
        await asyncio.to_thread(restore, made.path, OTHER, tmp_path / "again", silent, SETTINGS)
    assert not (tmp_path / "again").exists()


def _spoiled(whole: bytes) -> Iterator[bytes]:
    for kept in (0, 10, 1000, len(whole) // 2, len(whole) - 32, len(whole) - 1):
        yield whole[:kept]
    for at in (5, 100, 1700, len(whole) // 2, len(whole) - 40, len(whole) - 1):
        yield whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :]
    yield whole + b"\0"
    yield b"SQLite format 3\0" + bytes(5000)


async def test_a_place_that_is_not_empty_is_left_alone(made: Made, hub: RunningHub, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "letter").write_text("do not touch")
    with pytest.raises(RefusedError, match="already"):
        await asyncio.to_thread(restore, made.path, KEY, tmp_path / "there", silent, SETTINGS)
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["letter"]
    with fresh_database() as url:
        settings = f'database = "{url}"\n'.encode()
        await asyncio.to_thread(restore, made.path, KEY, tmp_path / "first", silent, settings)
        with pytest.raises(RefusedError, match="empty database"):
            await asyncio.to_thread(restore, made.path, KEY, tmp_path / "second", silent, settings)
    assert not (tmp_path / "second").exists()


async def test_a_restore_that_fails_midway_leaves_nothing(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(done: int, of: int) -> None:
        if of and done > 1:
            raise OSError(28, "No space left on device")

    (tmp_path / "empty").mkdir()
    with pytest.raises(OSError, match="No space"):
        await asyncio.to_thread(restore, made.path, KEY, tmp_path / "empty", told, SETTINGS)
    assert list((tmp_path / "empty").iterdir()) == []
    await asyncio.to_thread(restore, made.path, KEY, tmp_path / "empty", silent, SETTINGS)


async def test_a_backup_that_has_no_room_leaves_nothing(hub: RunningHub, plan: Plan) -> None:
    target = hub.folder.folder / "b.vocu-backup"

    def told(_done: int, _of: int) -> None:
        raise OSError(28, "No space left on device")

    (hub.folder.folder / "hub.toml").write_bytes(SETTINGS)
    with pytest.raises(OSError, match="No space"):
        await asyncio.to_thread(make_backup, hub.folder, KEY.public, target, now(), told)
    assert not list(hub.folder.folder.glob("*.vocu-backup*"))
    assert newest_backup(hub.folder) is None


async def test_a_backup_is_not_written_over_another(made: Made, hub: RunningHub) -> None:
    before = made.path.read_bytes()
    with pytest.raises(RefusedError, match="already"):
        await asyncio.to_thread(backed_up, hub.folder, made.path)
    assert made.path.read_bytes() == before


async def test_old_backups_go_but_never_the_newest(hub: RunningHub, plan: Plan, tmp_path: Path) -> None:
    folder, day, at = tmp_path / "backups", 24 * 3600 * 1000, now()
    folder.mkdir()
    (hub.folder.folder / "hub.toml").write_bytes(SETTINGS)
    for days in (50, 40, 36):
        await asyncio.to_thread(make_backup, hub.folder, KEY.public, folder, at - days * day, silent)
    (folder / "hub-00000000-20200101T000000Z.vocu-backup").write_bytes(b"another hub's")
    assert len(prune(folder, hub.folder, 35, at)) == 2
    assert len(list(folder.iterdir())) == 2
    assert prune(folder, hub.folder, 35, at) == []


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
    records = [START, *FILES, Rows("token", ("hash", "used_for"), ((b"\0", None), (b"\1", "op"))), End(2, 0)]
    stream = b"".join(map(pack, records))
    for step in (1, 3, 100, len(stream)):
        assert list(unpack(stream[at : at + step] for at in range(0, len(stream), step))) == records
    for noise in (stream[:-1], stream + b"\0", b"\xff" * 8, secrets.token_bytes(64) + b"\xff" * 8):
        with pytest.raises(VocuError):
            list(unpack([noise]))
