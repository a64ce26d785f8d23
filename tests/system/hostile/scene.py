"""What the lies have in common: an operation of real desks, a hub that lies to them, and the alarm that follows."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from tests.core.form.forms import shortest_report
from tests.hostile_hub import HostileHub, signed_note
from tests.system.rig import PASSPHRASE, PLAN, admit, found
from vocu.crypto.keys import HubSigningKey
from vocu.errors import UntrustedError
from vocu.log.entry import parse_leaf
from vocu.log.merkle import MerkleTree, leaf_hash
from vocu.operation.header import digest
from vocu.protocol.frames import Entry
from vocu_client import Desk, Home

NAMES = ("PL", "DE", "FR", "ES")


async def tell_story(folder: Path) -> None:
    async with HostileHub.new(folder / "hub") as hub:
        pl = await found(hub, folder, msgspec.structs.replace(PLAN, roots=3, threshold=2))  # type: ignore[arg-type]
        de, fr, es = [await admit(pl, folder, ncp) for ncp in NAMES[1:]]
        pl.decisions.open_phase("OPERATIONAL")
        pl.actions.announce("Good morning")
        assert await pl.sync()
        for desk in (de, fr, es):
            assert await desk.sync()
        de.actions.report_seizure(shortest_report())
        de.actions.send_message("for France alone", to=("FR",))
        fr.actions.send_message("good morning, too")
        assert await de.sync()
        assert await fr.sync()
        pl.decisions.remove("ES")
        assert await pl.sync()
        for desk in (de, fr):
            assert await desk.sync()
        for desk in (pl, de, fr, es):
            desk.close()


class Scene:
    """An operation of PL, DE and FR, to whom the hub lies; ES was removed, and no epoch made since."""

    def __init__(self, folder: Path, hub: HostileHub) -> None:
        self.folder, self.hub = folder, hub
        self._open: list[Desk] = []
        self.pl, self.de, self.fr = (self.desk(ncp) for ncp in NAMES[:3])

    def desk(self, ncp: str, hub: HostileHub | None = None) -> Desk:
        """The desk of this participant, opened from its disk, as one that goes to this hub."""
        home = Home(self.folder / ncp)
        home.write_settings(msgspec.structs.replace(home.read_settings(), hub=(hub or self.hub).url))
        desk = Desk.open(home, PASSPHRASE)
        self._open.append(desk)
        return desk

    def close(self) -> None:
        for desk in self._open:
            desk.close()

    async def announce(self, *words: str) -> None:
        for each in words:
            self.pl.actions.announce(each)
        assert await self.pl.sync()

    async def write(self, desk: Desk, *words: str, to: tuple[str, ...] = ()) -> None:
        assert await desk.sync()
        for each in words:
            desk.actions.send_message(each, to=to)
        assert await desk.sync()

    def full(self, entry: Entry) -> Entry:
        """The entry with everything that its sender sent, which its readers are not shown."""
        wanted = parse_leaf(entry.leaf_data).digest
        (sent,) = (each for _, each in self.hub.heard if digest(each.header, each.signature) == wanted)
        return Entry(entry.index, entry.leaf_data, sent.header, sent.signature, sent.parts)


def words(desk: Desk) -> list[str | None]:
    """What an officer can read at this desk."""
    return [line.text.body if line.text else line.sealed for line in desk.reading.lines()]


async def caught(scene: Scene, code: str, desk: Desk | None = None, *, watching: bool = False) -> str:
    """The evidence of the alarm that France's desk, or this one, raises under this code as it meets the hub."""
    desk = desk or scene.fr
    ncp, readable, sent = desk.settings.ncp, words(desk), len(scene.hub.sent_by(desk))
    with pytest.raises(UntrustedError) as alarm:
        await asyncio.wait_for(desk.watch(), 10) if watching else await desk.sync(10)
    assert alarm.value.code == code
    assert len(desk.replica.alarms()) == 1
    assert words(desk)[: len(readable)] == readable
    sent_before_alarm = len(scene.hub.sent_by(desk))
    scene.hub.lies.clear()
    again = scene.desk(ncp)
    assert words(again)[: len(readable)] == readable
    ((_, kept, sentence, evidence), *_) = again.replica.alarms()
    assert kept == code
    assert sentence
    assert evidence, "an alarm is kept with its evidence"
    again.actions.send_message("not to be sent", to=("PL",))
    with_code: str | None = None
    try:
        await again.watch(enough=lambda session: session.caught_up)
    except UntrustedError as error:
        with_code = error.code  # the two histories meet: another alarm, of the same affair
    assert with_code in (None, "forked", "rolled-back", "false-receipt")
    assert len(scene.hub.sent_by(desk)) == sent_before_alarm >= sent
    return evidence


async def removed(scene: Scene) -> None:
    scene.pl.decisions.remove("DE")
    assert await scene.pl.sync()


def note_of(scene: Scene, size: int, *, key: HubSigningKey | None = None, op: str | None = None) -> str:
    """The hub's signature under so many entries: those that France has, and then made-up ones."""
    tree = MerkleTree()
    tree.extend(leaf_hash(each.leaf_data) for each in scene.fr.view.acts[:size])
    tree.extend(leaf_hash(bytes([number])) for number in range(size - tree.size))
    return signed_note(op or scene.fr.settings.op, tree, key or scene.hub.keys.hub)


def other_history(scene: Scene) -> str:
    tree = MerkleTree()
    tree.extend(leaf_hash(bytes([number])) for number in range(scene.fr.view.size))
    return signed_note(scene.fr.settings.op, tree, scene.hub.keys.hub)


def now() -> int:
    return int(time.time() * 1000)
