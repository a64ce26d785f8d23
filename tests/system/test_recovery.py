"""A hub whose disk was lost after its last backup gets the end of its log back from its desks."""

import asyncio
import copy
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.postgres import new_database
from tests.server.typed import typed
from tests.system.rig import ON_POSTGRES, PASSPHRASE, Hub, RehearsalClock, _script, admit, found, until, watching
from tests.system.test_backup import back_up, is_done, make_key
from tests.system.test_files import REPORT
from vocu.compilation.schedule import due_at, issue_days
from vocu.errors import RefusedError, SealedError
from vocu_client import Desk
from vocu_client.attachments import Attachment

FILE = bytes(200_000)


def size_of(folder: Path) -> int:
    """How many entries the hub in this folder says that it has."""
    return int(typed("status", folder).stdout.split(" entries")[0].split()[-1])


class Lost:
    """A hub with a backup; then more happened, and its disk is gone. The backup is restored, and nobody serves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = RehearsalClock(folder / "clock")
        self.first = self.hub = Hub(folder / "hub", "--rehearsal-clock", str(folder / "clock"))
        self.desks: dict[str, Desk] = {}
        self.report = self.sealed = ""
        self.before = 0

    async def happen(self) -> None:
        make_key(self.folder)
        self.hub.start()
        organiser = await found(self.hub, self.folder, self.clock.plan(9))
        self.desks = {"PL": organiser}
        for ncp in ("DE", "FR", "IT"):
            self.desks[ncp] = await admit(organiser, self.folder, ncp)
        await self._settle()
        await asyncio.to_thread(back_up, self.hub, self.folder / "old")
        await self._go_on()
        self.hub.kill()
        self.hub.stop()
        self.hub = await asyncio.to_thread(self.restored, "again")

    async def _settle(self) -> None:
        """Every desk that is on, and still admitted, sends and sees everything."""
        for _ in range(2):
            for ncp, desk in self.desks.items():
                assert ncp in ("FR", "IT") or await desk.sync()

    async def _go_on(self) -> None:
        organiser, german, french, _ = self.desks.values()
        files = [Attachment(name="scan.bin", media_type="application/octet-stream", data=FILE)]
        self.report = german.actions.report_seizure(REPORT, readers=["OCU"], files=files)
        organiser.actions.send_message("For Germany alone.", to=["DE"])
        french.actions.send_message("To all of you.")
        assert await french.sync()
        await self._settle()
        self.clock.now = due_at(organiser.view.state.genesis, next(iter(issue_days(organiser.view.state.genesis))))
        self.clock.pass_days(0)
        organiser.decisions.revoke(french.settings.device)
        assert await organiser.sync()
        self.desks["NL"] = await admit(organiser, self.folder, "NL")
        async with watching(organiser):
            await until(lambda: bool(organiser.view.state.compiled), 60)
            await until(lambda: organiser.files.of(self.report).files[0].whole, 60)
            self.sealed = organiser.actions.send_message("Sealed to a new epoch, which Italy has not seen.")
            await until(lambda: is_done(organiser), 60)
        await self._settle()

    def restored(self, name: str) -> Hub:
        settings = f'port = 8440\nrehearsal_clock = "{self.clock.file}"\n'
        if ON_POSTGRES:
            settings += f'database = "{new_database()}"\n'
        (self.folder / "settings").write_text(settings)
        near, folder = self.folder, self.folder / name
        private = ("--key", near / "key.private", "--passphrase-file", near / "words")
        done = typed("restore", near / "old", folder, *private, "--settings", near / "settings")
        assert done.exit_code == 0, done.stderr
        self.before = size_of(folder)
        again = copy.copy(self.hub)
        again.folder, again.log, again.process, again.others = folder, folder.with_suffix(".log"), None, []
        return again

    def exported(self, ncp: str, since: int) -> Path:
        """The copy that the desk's officer writes with the command that the alarm names."""
        path = self.folder / f"{ncp}.copy"
        self.command(ncp, "export", str(path), "--for-hub", "--since", str(since))
        return path

    def command(self, ncp: str, *words: str) -> None:
        """What this desk's officer types."""
        (self.folder / "passphrase").write_text(PASSPHRASE)
        home = ("--home", str(self.folder / ncp), "--passphrase-file", str(self.folder / "passphrase"))
        done = subprocess.run([_script("vocu"), *home, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def recover(self, *copies: Path) -> tuple[int, str]:
        done = typed("recover", self.hub.folder, *copies)
        return done.exit_code, done.stdout + done.stderr


@pytest.fixture
async def lost(tmp_path: Path) -> AsyncIterator[Lost]:
    lost = Lost(tmp_path)
    try:
        await lost.happen()
        yield lost
    finally:
        for desk in lost.desks.values():
            desk.close()
        lost.hub.stop()
        lost.first.stop()


def has_complaint(desk: Desk) -> bool:
    """Whether a reader of the newest epoch lacks its key, and has said so."""
    epoch = desk.view.state.epoch
    return epoch is not None and epoch.faulty


def can_read(desk: Desk, event_id: str) -> bool:
    try:
        desk.view.open(desk.reading.entry(event_id), "text")
    except (RefusedError, SealedError):
        return False
    return True


async def alarmed(desk: Desk) -> str:
    """What the desk's alarm says."""
    async with watching(desk):
        await until(lambda: bool(desk.replica.alarms()), 60)
    ((_, code, message, _),) = desk.replica.alarms()
    assert code == "rolled-back"
    return message


@pytest.mark.timeout(240)
async def test_a_hub_restored_from_an_old_backup_gets_back_what_its_desks_have_and_all_go_on(lost: Lost) -> None:
    organiser, german, french, italian, dutch = lost.desks.values()
    size = organiser.view.size
    queued = german.actions.send_message("Written while the hub was away.")
    await asyncio.to_thread(lost.hub.start)
    said = await alarmed(organiser)
    assert "`vocu export COPY --for-hub`" in said
    await until(lambda: size_of(lost.hub.folder) > lost.before, 60)
    lost.hub.stop()
    polish, german_copy, dutch_copy = (lost.exported(ncp, lost.before) for ncp in ("PL", "DE", "NL"))
    code, told = lost.recover(polish, german_copy)
    assert code == 2
    assert "restore the backup once more" in told, "it has compiled the newsletter of the day anew"

    lost.hub = await asyncio.to_thread(lost.restored, "once-more")
    code, told = lost.recover(dutch_copy)
    assert code == 1
    assert "incomplete-copies" in told
    code, told = lost.recover(polish, german_copy)
    assert code == 0, told
    assert f"{lost.before} entries, now {size}" in told
    assert "1 large parts put back" in told, "the chunk of the photo"
    code, told = lost.hub.verify()
    assert code == 0, told

    await asyncio.to_thread(lost.hub.start)
    async with watching(german, dutch):
        await until(lambda: is_done(german), 60)
        await until(lambda: dutch.view.size == german.view.size, 60)
    item = german.outbox.find(queued)
    assert item is not None
    assert (item.position or 0) >= size
    assert [desk.view.alarmed for desk in (organiser, german, dutch)] == [True, False, False]
    lost.command("PL", "alarms", "silence", "--yes")
    organiser.actions.send_message("We go on.")
    async with watching(organiser, german, dutch):
        await until(lambda: is_done(organiser), 60)
        await until(lambda: organiser.view.size == german.view.size == dutch.view.size, 60)
    assert not any(desk.replica.alarms() for desk in (organiser, german, dutch))
    assert len({desk.view.operation.log.root() for desk in (organiser, german, dutch)}) == 1
    assert len(german.view.state.compiled) == 1
    with pytest.raises(RefusedError) as refused:
        await french.sync()
    assert refused.value.code == "not-admitted"
    assert not italian.view.alarmed
    async with watching(organiser, italian):
        await until(lambda: has_complaint(organiser), 60)
        said = organiser.actions.send_message("Italy complained that it lacks its key.")
        await until(lambda: is_done(organiser) and is_done(italian), 60)
        await until(lambda: can_read(italian, said), 60)
    assert not can_read(italian, lost.sealed), "its own key to this epoch was nowhere but on the hub"
    assert not italian.replica.alarms()
    await organiser.fetch_files(lost.report)
    assert organiser.files.read(lost.report, 0)[1] == FILE
    lost.hub.stop()
    code, told = lost.hub.verify()
    assert code == 0, told
