"""The hub's disk fails, fills up, or may not be written: what was not stored is not acknowledged, and comes later."""

import subprocess
from pathlib import Path

import pytest

from tests.system.faults.conftest import needs, needs_root, scene_of
from tests.system.rig import Hub, until

EIO, ENOSPC, EROFS = 5, 28, 30


def failures(hub: Hub) -> int:
    return hub.log.read_text(encoding="utf-8").count('"commit-failed"')


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
        second.__dict__ |= hub.__dict__ | {"port": 0, "log": tmp_path / "second.log", "process": None}
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
