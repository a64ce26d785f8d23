"""The hub's disk fails, fills up, or may not be written: what was not stored is not acknowledged, and comes later."""

import subprocess
from pathlib import Path

import pytest

from tests.server.typed import typed
from tests.system.faults.conftest import needs, needs_root, scene_of
from tests.system.rig import Hub, needs_sqlite, until
from vocu.crypto.restoring import SEED_SIZE, RestoringKey
from vocu_server.keeping.record import newest_backup
from vocu_server.keeping.sealed_file import require_whole
from vocu_server.settings import read_settings

EIO, ENOSPC, EROFS = 5, 28, 30


def failures(hub: Hub) -> int:
    return hub.log.read_text(encoding="utf-8").count('"commit-failed"')


@needs_sqlite
@needs("fiu-run")
@pytest.mark.parametrize(
    ("call", "error"),
    [("sync/fdatasync", EIO), ("sync/fsync", EIO), ("rw/pwrite", ENOSPC), ("rw/pwrite", EROFS)],
    ids=["fdatasync", "fsync", "full", "read-only"],
)
async def test_what_the_disk_did_not_take_is_not_acknowledged_and_comes_later(
    tmp_path: Path, call: str, error: int
) -> None:
    hub = Hub(tmp_path / "hub")
    hub.under = ("fiu-run", "-x", "-f", str(tmp_path / "fiu"))
    async with scene_of(hub, tmp_path) as scene:
        _control(tmp_path, f"enable name=posix/io/{call},failnum=1,failinfo={error}")
        before = failures(hub)
        scene.write(4)
        if call != "sync/fsync":  # SQLite syncs its log by fdatasync
            await until(lambda: failures(hub) > before, 30)
            assert scene.waiting() == set(scene.written[3:])
        _control(tmp_path, f"disable name=posix/io/{call}")
        await scene.all_arrives()
        scene.verify()


@needs_sqlite
@needs_root
async def test_a_full_disk_costs_nothing_that_was_written(tmp_path: Path, small_disk: Path) -> None:
    hub = Hub(small_disk / "hub")
    hub.log = tmp_path / "hub.log"
    async with scene_of(hub, tmp_path) as scene:
        ballast = small_disk / "ballast"
        _fill(ballast)
        before = failures(hub)
        scene.write(40)
        await until(lambda: failures(hub) > before, 30)
        assert scene.waiting()
        ballast.unlink()
        await scene.all_arrives()
        scene.verify()


@needs_root
def test_a_backup_onto_a_full_disk_leaves_nothing_there_and_comes_about_once_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    typed("init", tmp_path / "hub", "--port", "0")
    (tmp_path / "key.public").write_bytes(RestoringKey.from_seed(bytes(SEED_SIZE)).public.to_file())
    backup = ("backup", tmp_path / "hub", "--to", small_disk, "--key", tmp_path / "key.public")
    _fill(small_disk / "ballast")
    refused = typed(*backup)
    assert (refused.exit_code, "No space left on device" in refused.stderr) == (1, True)
    assert [path.name for path in small_disk.iterdir()] == ["ballast"]
    assert newest_backup(read_settings(tmp_path / "hub")) is None
    (small_disk / "ballast").unlink()
    assert typed(*backup).exit_code == 0
    (made,) = small_disk.iterdir()
    require_whole(made)


@needs_sqlite
@needs_root
def test_a_hub_whose_folder_may_only_be_read_says_so_in_a_sentence(tmp_path: Path, small_disk: Path) -> None:
    hub = Hub(small_disk / "hub")
    hub.log = tmp_path / "hub.log"
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(RuntimeError) as failed:
        hub.start()
    assert "cannot be used" in str(failed.value)
    assert "Traceback" not in str(failed.value)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)


def test_a_second_hub_in_the_same_folder_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        second = Hub.__new__(Hub)
        second.__dict__ |= hub.__dict__ | {"port": 0, "log": tmp_path / "second.log", "process": None, "others": []}
        with pytest.raises(RuntimeError) as failed:
            second.start()
        assert "hub-is-running" in str(failed.value)
        assert hub.process is not None
        assert hub.process.poll() is None
    finally:
        hub.stop()


def _fill(ballast: Path) -> None:
    """Take all room that there is."""
    subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=64K"], check=False, capture_output=True)


def _control(folder: Path, command: str) -> None:
    """Tell the one process that runs under fiu-run."""
    (pipe,) = folder.glob("fiu-*.in")
    pid = pipe.stem.rsplit("-", 1)[1]
    subprocess.run(["fiu-ctrl", "-f", str(folder / "fiu"), "-c", command, pid], check=True, timeout=20)
