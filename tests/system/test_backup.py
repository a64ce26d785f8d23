"""A backup taken while desks post; a hub made of it serves them on, or is refused where it is too old."""

import asyncio
import contextlib
import copy
import secrets
import signal
import subprocess
from pathlib import Path

from tests.server.typed import typed
from tests.system.rig import Hub, _script, admit, found, until, watching
from vocu.crypto.restoring import SEED_SIZE, RestoringKey
from vocu.crypto.stretching import DEMO, SALT_SIZE
from vocu_client import Desk


def make_key(folder: Path) -> None:
    """As `vocu-hub backup-key` does, but cheaper to open."""
    (folder / "words").write_text("an example of a passphrase")
    key = RestoringKey.from_seed(secrets.token_bytes(SEED_SIZE))
    (folder / "key.public").write_bytes(key.public.to_file())
    (folder / "key.private").write_bytes(key.to_file("an example of a passphrase", salt=bytes(SALT_SIZE), cost=DEMO))


def back_up(hub: Hub, to: Path) -> None:
    done = typed("backup", hub.folder, "--to", to, "--key", to.parent / "key.public")
    assert done.exit_code == 0, done.stderr


def begin_backup(hub: Hub, to: Path) -> "subprocess.Popen[bytes]":
    command = [_script("vocu-hub"), "backup", str(hub.folder), "--to", str(to), "--key", str(to / "key.public")]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def restored(hub: Hub, backup: Path, folder: Path) -> Hub:
    """The hub of this backup, in a new folder, which the old name and port lead to."""
    near = backup.parent
    private = ("--key", near / "key.private", "--passphrase-file", near / "words")
    (near / "settings").write_text("port = 8440\n")  # a new machine: SQLite, also where the old hub had PostgreSQL
    done = typed("restore", backup, folder, *private, "--settings", near / "settings")
    assert done.exit_code == 0, done.stderr
    again = copy.copy(hub)
    again.folder, again.log, again.process, again.others = folder, folder.with_suffix(".log"), None, []
    verified = typed("verify", folder)
    assert verified.exit_code == 0, verified.stderr
    return again


async def post(desk: Desk) -> None:
    while True:
        desk.actions.send_message("To all of you.")
        await asyncio.sleep(0.05)


def is_done(desk: Desk) -> bool:
    return set(desk.outbox.counts()) <= {"delivered"}


async def test_a_backup_under_load_is_restored_and_desks_go_on_while_an_older_one_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path)
    hub = Hub(tmp_path / "hub")
    hub.start()
    again = None
    try:
        organiser = await found(hub, tmp_path)
        desks = [organiser, await admit(organiser, tmp_path, "DE"), await admit(organiser, tmp_path, "FR")]
        async with watching(*desks):
            posting = [asyncio.create_task(post(desk)) for desk in desks]
            await until(lambda: organiser.view.size > 15, 60)
            await asyncio.to_thread(back_up, hub, tmp_path / "old")
            size = organiser.view.size
            await until(lambda: organiser.view.size > size + 5, 60)
            for task in posting:
                task.cancel()
            await asyncio.gather(*posting, return_exceptions=True)
            await until(lambda: all(map(is_done, desks)), 60)
            size = organiser.view.size
            await until(lambda: all(desk.view.size >= size for desk in desks), 60)
            await asyncio.to_thread(back_up, hub, tmp_path / "new")
        await asyncio.to_thread(hub.stop)
        again = await asyncio.to_thread(restored, hub, tmp_path / "new", tmp_path / "again")
        await asyncio.to_thread(again.start)
        async with watching(*desks):
            desks[1].actions.send_message("Is everybody here?")
            await until(lambda: all(map(is_done, desks)), 60)
            await until(lambda: all(desk.view.size > size for desk in desks), 60)
        assert not any(desk.replica.alarms() for desk in desks)
        again.stop()
        again = await asyncio.to_thread(restored, hub, tmp_path / "old", tmp_path / "older")
        await asyncio.to_thread(again.start)
        async with watching(organiser):
            await until(lambda: bool(organiser.replica.alarms()), 60)
        assert "rolled-back" in str(organiser.replica.alarms())
    finally:
        hub.stop()
        if again is not None:
            again.stop()


async def test_a_backup_that_is_killed_leaves_the_hub_and_the_older_backup_alone(tmp_path: Path) -> None:
    make_key(tmp_path)
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        desk = await found(hub, tmp_path)
        await asyncio.to_thread(back_up, hub, tmp_path / "first")
        kept = (tmp_path / "first").read_bytes()
        killed = begin_backup(hub, tmp_path)
        with contextlib.suppress(TimeoutError):
            await until(lambda: bool(list(tmp_path.glob("*.part"))), 5)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        desk.actions.send_message("Still there?")
        assert await desk.sync()
        assert (tmp_path / "first").read_bytes() == kept
        await asyncio.to_thread(back_up, hub, tmp_path / "second")
    finally:
        hub.stop()
