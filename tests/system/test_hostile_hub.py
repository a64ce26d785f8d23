"""What a hub does that holds its keys and lies, and what real desks make of it (docs/protocol.md §6).

Each lie must raise the alarm under its own code. An alarm is kept on disk with its evidence, what was verified before
stays readable, and nothing is sealed any more, not even when the hub is honest again.
"""

import asyncio
import hashlib
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.core.form.forms import shortest_report
from tests.hostile_hub import (
    History,
    HostileHub,
    Instead,
    Said,
    canonical,
    entry_of,
    refitted,
    renumbered,
    signed_note,
)
from tests.system.rig import CHEAP, PASSPHRASE, PLAN, admit, found
from vocu.canonical import b64, encode, unb64
from vocu.compilation.newsletter import compile_newsletter
from vocu.crypto.keys import HubSigningKey, RootSigningKey, SigningKey
from vocu.crypto.opening import OpeningKey, unwrap
from vocu.crypto.sealing import wrap_info
from vocu.crypto.signing import PayloadType, sign, verify
from vocu.errors import RefusedError, UntrustedError, VocuError
from vocu.ids import device_id, newsletter_id
from vocu.log.checkpoint import open_checkpoint, origin
from vocu.log.entry import NARROWER, WHOLE_OPERATION, parse_leaf
from vocu.log.merkle import MerkleTree, leaf_hash, verify_inclusion
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Author, Composer, Draft, LogView
from vocu.operation.header import WRAP_SIZE, digest, read_header
from vocu.operation.state import Device
from vocu.operation.statements import Admit, AdmitDevice, DeviceCard, Participant, seal_off
from vocu.protocol.frames import Append, Challenge, Entries, Entry, Fresh, FromHub, Receipt, Receipts, Refusal, Welcome
from vocu.protocol.session import HubHello, sign_hello
from vocu_client import Desk, Home, join
from vocu_client import sync as sync_module
from vocu_client.keyring import DeskKeys, load_country_key, load_root_key
from vocu_client.membership import make_request, new_salt, read_invitation
from vocu_client.transport import Channel

NAMES = ("PL", "DE", "FR", "ES")


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


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of a hub and of four desks after the same beginning."""
    folder = tmp_path_factory.mktemp("story")
    asyncio.run(_tell_story(folder))
    return folder


async def _tell_story(folder: Path) -> None:
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


@pytest.fixture
async def scene(story: Path, tmp_path: Path) -> AsyncIterator[Scene]:
    shutil.copytree(story, tmp_path, dirs_exist_ok=True)
    async with HostileHub(tmp_path / "hub") as hub:
        scene = Scene(tmp_path, hub)
        try:
            yield scene
        finally:
            scene.close()


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


# --- the hub bends what others said ---


def kinds(entries: list[Entry]) -> list[str]:
    return [read_header(entry.header).type if entry.header else "bare" for entry in entries]


def place(entries: list[Entry], kind: str) -> int:
    """Where the last entry of this kind stands; -1 where there is none."""
    return max((n for n, each in enumerate(kinds(entries)) if each == kind), default=-1)


def changing(kind: str, change: Callable[[Entry], Entry]) -> Callable[[Scene, list[Entry]], list[Entry]]:
    """Changes the first entry of this kind."""

    def retell(_: Scene, entries: list[Entry]) -> list[Entry]:
        return [change(entry) if each == kind else entry for entry, each in zip(entries, kinds(entries), strict=True)]

    return retell


def dropping(kind: str, *, hole: bool = False) -> Callable[[Scene, list[Entry]], list[Entry]]:
    """Leaves out the first entry of this kind, and closes the gap unless a hole is to stay."""
    dropped: list[int] = []

    def retell(_: Scene, entries: list[Entry]) -> list[Entry]:
        kept = list(entries)
        if not dropped and kind in kinds(entries):
            dropped.append(kept.pop(kinds(entries).index(kind)).index)
        return kept if hole else [_moved(entry, -sum(entry.index > gone for gone in dropped)) for entry in kept]

    return retell


def _moved(entry: Entry, by: int) -> Entry:
    return refitted(entry, index=entry.index + by, leaf_data=entry.leaf_data)


def swapping(*, renumber: bool) -> Callable[[Scene, list[Entry]], list[Entry]]:
    """Swaps the last two entries."""

    def retell(_: Scene, entries: list[Entry]) -> list[Entry]:
        first, second = entries[-2:]
        if not renumber:
            return [*entries[:-2], second, first]
        later = parse_leaf(second.leaf_data).hub_ms - parse_leaf(first.leaf_data).hub_ms
        return renumbered([*entries[:-2], _releaf(second, later=-later), _releaf(first, later=later)], entries[0].index)

    return retell


def twice(_: Scene, entries: list[Entry]) -> list[Entry]:
    return renumbered([*entries, entries[-1]], entries[0].index)


def _flip(data: bytes, at: int = -1) -> bytes:
    flipped = bytearray(data)
    flipped[at] ^= 1
    return bytes(flipped)


def _with_part(entry: Entry, n: int, data: bytes | None) -> Entry:
    parts = list(entry.parts)
    parts[n] = data
    return refitted(entry, parts=tuple(parts))


def _other_salt(entry: Entry) -> Entry:
    header = entry.header or b""
    at = header.index(b'"salt":"') + 8
    return refitted(entry, header=header[:at] + (b"B" if header[at : at + 1] == b"A" else b"A") + header[at + 1 :])


def _releaf(entry: Entry, *, kind: int | None = None, later: int = 0, digest: bytes | None = None) -> Entry:
    leaf = parse_leaf(entry.leaf_data)
    data = bytes((kind or leaf.kind,)) + (leaf.hub_ms + later).to_bytes(8) + (digest or leaf.digest)
    return refitted(entry, leaf_data=data)


def _bare(entry: Entry, *, kind: int = WHOLE_OPERATION) -> Entry:
    return Entry(entry.index, _releaf(entry, kind=kind).leaf_data)


def _to_us(scene: Scene, entries: list[Entry], kind: int = NARROWER) -> list[Entry]:
    return [_releaf(scene.full(entry), kind=kind) if entry.header is None else entry for entry in entries]


def _wrap_of_poland(scene: Scene, entries: list[Entry]) -> list[Entry]:
    rotated = entries[place(entries, "epoch_rotated")]
    header = read_header(rotated.header or b"")
    assert header.slip("wraps") is not None
    wraps = scene.full(rotated).parts[1] or b""
    others = [wraps[at : at + WRAP_SIZE] for at in range(0, len(wraps), WRAP_SIZE)]
    other = next(each for each in others if each != rotated.parts[1])
    return [_with_part(entry, 1, other) if entry is rotated else entry for entry in entries]


async def announced(scene: Scene) -> None:
    await scene.announce("first")


async def announced_twice(scene: Scene) -> None:
    await scene.announce("first", "second")


async def answered(scene: Scene) -> None:
    await scene.announce("first")
    await scene.write(scene.de, "second")


async def reported(scene: Scene) -> None:
    scene.de.actions.report_seizure(shortest_report())
    assert await scene.de.sync()


async def wrote_to_france(scene: Scene) -> None:
    await scene.write(scene.de, "one", "two", to=("FR",))


async def wrote_to_poland(scene: Scene) -> None:
    await scene.write(scene.de, "not for France", to=("PL",))
    await scene.announce("first")


async def removed(scene: Scene) -> None:
    scene.pl.decisions.remove("DE")
    assert await scene.pl.sync()


async def removed_and_went_on(scene: Scene) -> None:
    await removed(scene)
    await scene.announce("Germany has left")


class Bent(NamedTuple):
    """What honest desks do, how the hub tells it to France, and what France's desk calls that."""

    lie: str
    done: Callable[[Scene], Awaitable[None]]
    retell: Callable[[Scene, list[Entry]], list[Entry]]
    code: str


BENT = [
    Bent("changes a byte of a header", announced, changing("announcement_posted", _other_salt), "bad-signature"),
    Bent(
        "changes a byte of a signature",
        announced,
        changing("announcement_posted", lambda entry: refitted(entry, signature=_flip(entry.signature or b""))),
        "bad-signature",
    ),
    Bent(
        "changes a byte of a sealed part",
        announced,
        changing("announcement_posted", lambda entry: _with_part(entry, 0, _flip(entry.parts[0] or b""))),
        "bad-parts",
    ),
    Bent(
        "changes a figure in a clear part",
        reported,
        changing(
            "seizure_reported",
            lambda entry: _with_part(entry, 0, (entry.parts[0] or b"").replace(b'"12.5"', b'"13.5"')),
        ),
        "bad-parts",
    ),
    Bent(
        "leaves a clear part out",
        reported,
        changing("seizure_reported", lambda entry: _with_part(entry, 0, None)),
        "bad-parts",
    ),
    Bent(
        "shows an entry under a leaf that is not its own",
        announced,
        changing("announcement_posted", lambda entry: _releaf(entry, digest=bytes(32))),
        "wrong-leaf",
    ),
    Bent("drops an entry between two of one desk", announced_twice, dropping("announcement_posted"), "withheld"),
    Bent("drops an entry that another desk saw", answered, dropping("announcement_posted"), "split-view"),
    Bent("drops a message between two to France", wrote_to_france, dropping("message_posted"), "withheld"),
    Bent("drops a message between others", wrote_to_poland, dropping("bare"), "split-view"),
    Bent("leaves a hole in the log", announced_twice, dropping("announcement_posted", hole=True), "reordered"),
    Bent("swaps two entries of one desk", announced_twice, swapping(renumber=True), "withheld"),
    Bent("swaps an entry and its answer", answered, swapping(renumber=True), "split-view"),
    Bent("shows entries in another order than numbered", answered, swapping(renumber=False), "reordered"),
    Bent("shows the same entry twice", announced, twice, "double-id"),
    Bent("shows a removal as a bare leaf", removed, changing("participant_removed", _bare), "hidden-entry"),
    Bent(
        "passes a removal off as a message between others",
        removed_and_went_on,
        changing("participant_removed", lambda entry: _bare(entry, kind=NARROWER)),
        "withheld",
    ),
    Bent("hides a removal", removed_and_went_on, dropping("participant_removed"), "withheld"),
    Bent("shows France a message to Poland", wrote_to_poland, _to_us, "misdelivered"),
    Bent(
        "shows everybody a message to Poland",
        wrote_to_poland,
        lambda scene, entries: _to_us(scene, entries, WHOLE_OPERATION),
        "wrong-leaf",
    ),
    Bent(
        "shows everybody a message to France",
        wrote_to_france,
        changing("message_posted", lambda entry: _releaf(entry, kind=WHOLE_OPERATION)),
        "wrong-leaf",
    ),
    Bent(
        "lets its time run back",
        announced,
        changing("announcement_posted", lambda entry: _releaf(entry, later=-1_000_000_000)),
        "time-ran-back",
    ),
    Bent("gives France the wrap of another desk", announced, _wrap_of_poland, "bad-parts"),
    Bent(
        "gives France a broken wrap",
        announced,
        changing("epoch_rotated", lambda entry: _with_part(entry, 1, _flip(entry.parts[1] or b""))),
        "bad-parts",
    ),
    Bent(
        "shows a leaf that is none",
        announced,
        changing("announcement_posted", lambda entry: refitted(entry, leaf_data=entry.leaf_data[:-1])),
        "bad-leaf",
    ),
]


@pytest.mark.parametrize("bent", BENT, ids=lambda bent: bent.lie)
async def test_a_desk_raises_the_alarm_where_the_hub(scene: Scene, bent: Bent) -> None:
    lie = History(scene.hub.keys.hub, scene.fr, lambda entries: bent.retell(scene, entries))
    await bent.done(scene)
    scene.hub.tell(scene.fr, lie)
    evidence = await caught(scene, bent.code)
    assert origin(scene.fr.settings.op) in evidence, "what the hub signed is kept"


async def test_the_evidence_of_a_bad_entry_convinces_who_trusts_neither_side(scene: Scene) -> None:
    """The hub's signature under a tree that holds a leaf, the leaf, and the event, whose signature does not verify."""
    lie = History(scene.hub.keys.hub, scene.fr, lambda es: changing("announcement_posted", _other_salt)(scene, es))
    await scene.announce("first")
    scene.hub.tell(scene.fr, lie)
    evidence = (await caught(scene, "bad-signature")).splitlines()
    said = dict(line.split(": ", 1) for line in evidence if line.partition(":")[0].isalpha())
    leaf = parse_leaf(bytes.fromhex(said["leaf"]))
    assert leaf.digest == digest(unb64(said["header"]), unb64(said["signature"]))
    log = origin(scene.fr.settings.op)
    note = "\n".join(evidence[evidence.index(log) :]) + "\n"
    signed = open_checkpoint(note, scene.hub.keys.hub.public, log)
    proof = [bytes.fromhex(node) for node in said["proof"].split()]
    verify_inclusion(int(said["entry"]), signed.size, leaf_hash(bytes.fromhex(said["leaf"])), proof, signed.root)
    with pytest.raises(UntrustedError, match="does not verify"):
        verify(scene.pl.keys.sign.public, PayloadType.EVENT, unb64(said["header"]), unb64(said["signature"]))


# --- somebody helps the hub, or the hub's own keys sign what they may not ---


class Forge:
    """Makes events with the keys of a desk that helps the hub, after the log as France has it."""

    def __init__(self, scene: Scene, by: Desk) -> None:
        self.scene, self.desk = scene, by
        self.state = by.view.state
        self.op = by.settings.op

    def event(self, event: events.Event, author: Author | None = None, **fields: Any) -> SignedEvent:
        fields = {"id": new_salt(), "ts": _now()} | fields
        return self.composer(author).compose(Draft(event=event, **fields), secrets.token_bytes(32))

    def composer(self, author: Author | None = None) -> Composer:
        view = LogView(self.state, self.desk.view.operation.log.root())
        return Composer(author or self.desk.keys.author, view, secrets.token_bytes)

    def clear(self, event: events.Event, change: Callable[[dict[str, Any]], None], data: bytes) -> SignedEvent:
        """An event whose header was changed before it was signed, with one clear part."""
        header = msgspec.json.decode(self.event(event).header)
        change(header)
        raw = encode(header)
        return SignedEvent(raw, sign(self.desk.keys.author.key, PayloadType.EVENT, raw), (data,))

    def by_made_up_roots(self, statement: Any, roots: int = 2) -> Any:
        keys = [RootSigningKey.from_seed(secrets.token_bytes(64)) for _ in range(roots)]
        return seal_off(PayloadType.ROOT, statement, keys)

    def ghost(self, ncp: str = "FR") -> "Ghost":
        return Ghost(ncp)


class Ghost:
    """A device that nobody admitted."""

    def __init__(self, ncp: str) -> None:
        self.ncp = ncp
        self.country = SigningKey.from_seed(secrets.token_bytes(32))
        self.key = SigningKey.from_seed(secrets.token_bytes(32))
        self.opening = OpeningKey.from_seed(secrets.token_bytes(32))
        self.card = DeviceCard(name="ghost", sign=b64(self.key.public.data), seal=b64(self.opening.public.data))
        self.id = device_id(self.key.public.data, self.opening.public.data)
        self.device = Device(self.id, ncp, "ghost", self.key.public, self.opening.public, 0)


def _now() -> int:
    return int(time.time() * 1000)


RETURN = {"day": "2022-10-17", "kind": "nil", "running": "well"}


def _admission(forge: Forge, statement: Any, ghost: Ghost) -> SignedEvent:
    admit_device = AdmitDevice(op=forge.op, salt=new_salt(), ncp=ghost.ncp, device=ghost.card)
    device = seal_off(PayloadType.COUNTRY, admit_device, [ghost.country])
    return forge.event(events.ParticipantAdmitted(plain=bodies.Admission(statement=statement, device=device)))


def _admit(forge: Forge, ghost: Ghost) -> Admit:
    newcomer = Participant(ncp=ghost.ncp, name="Ghost", role="participant", key=b64(ghost.country.public.data))
    return Admit(op=forge.op, salt=new_salt(), participant=newcomer)


def ghost_country(forge: Forge) -> SignedEvent:
    ghost = Ghost("XK")
    return _admission(forge, forge.by_made_up_roots(_admit(forge, ghost)), ghost)


def ghost_country_by_one_root(forge: Forge) -> SignedEvent:
    ghost = Ghost("XK")
    root = load_root_key(forge.desk.home.root_files()[0], PASSPHRASE)
    return _admission(forge, seal_off(PayloadType.ROOT, _admit(forge, ghost), [root]), ghost)


def ghost_device(forge: Forge, signed_by: SigningKey) -> SignedEvent:
    ghost = Ghost("FR")
    statement = AdmitDevice(op=forge.op, salt=new_salt(), ncp="FR", device=ghost.card)
    envelope = seal_off(PayloadType.COUNTRY, statement, [signed_by])
    return forge.event(events.DeviceAdmitted(plain=bodies.Carried(statement=envelope)))


def ghost_device_by_its_own_key(forge: Forge) -> SignedEvent:
    return ghost_device(forge, SigningKey.from_seed(secrets.token_bytes(32)))


def ghost_device_by_another_country(forge: Forge) -> SignedEvent:
    return ghost_device(forge, load_country_key(forge.desk.home.country_file, PASSPHRASE))


def _epoch(forge: Forge, change: Callable[[Any], Any]) -> SignedEvent:
    """An epoch of the present readers, bent before it is signed, as France is shown it."""
    state = forge.state
    readers, roster, epoch = state.readers, state.roster_hash, state.epoch
    try:
        change(state)
        event = forge.composer().compose_epoch(new_salt(), _now(), secrets.token_bytes(32))
        devices = [device.id for device in state.readers()]
    finally:
        state.readers, state.roster_hash, state.epoch = readers, roster, epoch  # type: ignore[method-assign]
    ours = forge.scene.fr.settings.device
    at = devices.index(ours) * WRAP_SIZE if ours in devices else None
    wrap = None if at is None else (event.parts[1] or b"")[at : at + WRAP_SIZE]
    return SignedEvent(event.header, event.signature, (event.parts[0], wrap))


def epoch_with_a_ghost(forge: Forge) -> SignedEvent:
    readers = sorted([*forge.state.readers(), Ghost("FR").device], key=lambda device: device.id)
    return _epoch(forge, lambda state: setattr(state, "readers", lambda: readers))


def epoch_without_france(forge: Forge) -> SignedEvent:
    readers = [device for device in forge.state.readers() if device.ncp != "FR"]
    return _epoch(forge, lambda state: setattr(state, "readers", lambda: readers))


def epoch_with_who_was_removed(forge: Forge) -> SignedEvent:
    removed = [device for device in forge.state.devices.values() if device.ncp == "ES"]
    readers = sorted([*forge.state.readers(), *removed], key=lambda device: device.id)
    return _epoch(forge, lambda state: setattr(state, "readers", lambda: readers))


def epoch_of_another_roster(forge: Forge) -> SignedEvent:
    return _epoch(forge, lambda state: setattr(state, "roster_hash", b64(bytes(32))))


def epoch_out_of_turn(forge: Forge) -> SignedEvent:
    return _epoch(forge, lambda state: setattr(state, "epoch", None))


def old_admission(forge: Forge) -> SignedEvent:
    """The very event that once admitted Spain."""
    return forge.scene.fr.view.signed(_index_of_spain(forge))


def old_statement_in_a_new_event(forge: Forge) -> SignedEvent:
    old = forge.scene.fr.view.acts[_index_of_spain(forge)].act
    assert old is not None
    return forge.event(old.event)


def _index_of_spain(forge: Forge) -> int:
    admitted = [a.index for a in forge.scene.fr.view.acts if a.act and a.act.header.type == "participant_admitted"]
    return admitted[-1]


def in_polands_name(forge: Forge) -> SignedEvent:
    author = Author(forge.scene.pl.settings.device, forge.scene.hub.keys.compiler)
    return forge.event(events.DailyReturnFiled(stat=_return(forge)), author)


def in_the_compilers_name(forge: Forge) -> SignedEvent:
    compiler = forge.scene.hub.keys.compiler
    return forge.event(
        events.DailyReturnFiled(stat=_return(forge)), Author(device_id(compiler.public.data, b""), compiler)
    )


def in_frances_name(forge: Forge) -> SignedEvent:
    return forge.event(events.DailyReturnFiled(stat=_return(forge)), forge.scene.fr.keys.author)


def by_who_was_removed(forge: Forge) -> SignedEvent:
    return forge.event(events.DailyReturnFiled(stat=_return(forge)), forge.scene.desk("ES").keys.author)


def by_who_was_never_admitted(forge: Forge) -> SignedEvent:
    ghost = Ghost("FR")
    return forge.event(events.DailyReturnFiled(stat=_return(forge)), Author(ghost.id, ghost.key))


def _return(forge: Forge) -> Any:
    return forge.desk.actions._read("daily_return", RETURN)


def another_countrys_report(forge: Forge) -> SignedEvent:
    (report,) = forge.state.reports
    return forge.event(events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="duplicate")), ref=report)


def clear_words(forge: Forge) -> SignedEvent:
    data = encode({"body": {"body": "for all to read"}, "salt": new_salt()})
    slip = {"enc": "clear", "p": "text", "sha256": _sha256(data), "size": len(data)}
    return forge.clear(
        events.MessagePosted(text=bodies.Text(body="x")), lambda header: header.update(parts=[slip]), data
    )


def of_another_operation(forge: Forge) -> SignedEvent:
    event = forge.event(events.DailyReturnFiled(stat=_return(forge)))
    return forge.clear(
        events.DailyReturnFiled(stat=_return(forge)),
        lambda header: header.update(op=b64(bytes(32))),
        event.parts[0] or b"",
    )


def sealed_to_an_old_epoch(forge: Forge) -> SignedEvent:
    return forge.event(events.MessagePosted(text=bodies.Text(body="also for Spain")))


def sealed_to_who_was_removed(forge: Forge) -> SignedEvent:
    removed = next(device for device in forge.state.devices.values() if device.ncp == "ES")
    removed.revoked, forge.state.members["ES"].active = None, True
    return forge.event(
        events.MessagePosted(text=bodies.Text(body="for Spain")),
        to=("DE", "FR"),
        readers={"text": ("ES", "FR")},
    )


def false_newsletter(forge: Forge) -> SignedEvent:
    state, ledger = forge.state, forge.desk.ledger
    root = b64(forge.desk.view.operation.log.root())
    day = state.genesis.starts_day
    figures = compile_newsletter(
        ledger, day=day, number=1, position=state.size, root=root, window_from=0, window_to=state.at, since=0
    )
    honest = encode(figures)
    false = honest.replace(b'"12.5"', b'"99.5"')
    assert false != honest
    compiler = forge.scene.hub.keys.compiler
    plain = bodies.Compiled(day=day, number=1, position=state.size, root=root, figures=msgspec.json.decode(false))
    return forge.event(
        events.NewsletterCompiled(plain=plain),
        Author(device_id(compiler.public.data, b""), compiler),
        id=newsletter_id(state.op, day),
    )


def _sha256(data: bytes) -> str:
    return b64(hashlib.sha256(data).digest())


class Forged(NamedTuple):
    """What the hub shows that it should never have admitted, whose keys helped, and what France's desk calls that."""

    lie: str
    helper: str
    forge: Callable[[Forge], SignedEvent]
    code: str


FORGED = [
    Forged("a participant whom no root admitted", "PL", ghost_country, "unknown-key"),
    Forged("a participant whom one root of two admitted", "PL", ghost_country_by_one_root, "too-few-signatures"),
    Forged("a device of ours that nobody admitted", "DE", ghost_device_by_its_own_key, "not-your-country"),
    Forged("a device of ours that another country admitted", "DE", ghost_device_by_another_country, "not-your-country"),
    Forged("an epoch with a ghost", "DE", epoch_with_a_ghost, "wrong-readers"),
    Forged("an epoch without us", "DE", epoch_without_france, "wrong-readers"),
    Forged("an epoch with who was removed", "DE", epoch_with_who_was_removed, "wrong-readers"),
    Forged("an epoch of another roster", "DE", epoch_of_another_roster, "stale-roster"),
    Forged("an epoch out of turn", "DE", epoch_out_of_turn, "stale-epoch"),
    Forged("an old admission after the removal", "PL", old_admission, "double-id"),
    Forged("an old statement in a new event", "PL", old_statement_in_a_new_event, "statement-used"),
    Forged("an event in another's name", "PL", in_polands_name, "bad-signature"),
    Forged("a report of its own compiler's", "PL", in_the_compilers_name, "not-your-role"),
    Forged("an event made with a copy of our key", "DE", in_frances_name, "not-mine"),
    Forged("an event of who was removed", "DE", by_who_was_removed, "revoked-device"),
    Forged("an event of who was never admitted", "DE", by_who_was_never_admitted, "unknown-device"),
    Forged("that one country withdrew another's report", "PL", another_countrys_report, "not-your-report"),
    Forged("words in the clear", "DE", clear_words, "must-be-sealed"),
    Forged("an event of another operation", "DE", of_another_operation, "wrong-operation"),
    Forged("words sealed to an epoch that is over", "DE", sealed_to_an_old_epoch, "stale-epoch"),
    Forged("words sealed to who was removed", "DE", sealed_to_who_was_removed, "inactive-device"),
    Forged("a newsletter with a false figure", "PL", false_newsletter, "false-figures"),
]


@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: forged.lie)
async def test_a_desk_raises_the_alarm_where_the_hub_admitted(scene: Scene, forged: Forged) -> None:
    helper = {"PL": scene.pl, "DE": scene.de}[forged.helper]
    event = forged.forge(Forge(scene, helper))
    invented = entry_of(event, scene.fr.view.size, _now())
    scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, invented=[invented]))
    evidence = await caught(scene, forged.code)
    assert origin(scene.fr.settings.op) in evidence, "what the hub signed is kept"
    assert b64(event.header) in evidence, "and what it signed for"


# --- what no hub of vocu/1 says ---


def after_the_welcome(*said: Any) -> Instead:
    """Says this as soon as the desk is welcome, and lets it expect more than it has."""
    return Instead(
        lambda frame: [Welcome(frame.token, frame.size + 1), *said] if isinstance(frame, Welcome) else [frame]
    )


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


def _nothing_but(scene: Scene, note: str) -> Entries:
    return Entries((), note, scene.fr.view.size)


class Spoken(NamedTuple):
    lie: str
    said: Callable[[Scene], Any]
    code: str


SPOKEN = [
    Spoken("bytes that are no frame", lambda _: b"\xc1 not MessagePack", "bad-frame"),
    Spoken("a frame of a kind that there is not", lambda _: msgspec.msgpack.encode(["gossip", 1]), "bad-frame"),
    Spoken("lists ten thousand deep", lambda _: b"\x91" * 10_000, "bad-frame"),
    Spoken("a frame of 50 MB", lambda _: bytes(50_000_000), "frame-too-large"),
    Spoken("a second welcome", lambda _: Welcome("token", 1), "bad-frame"),
    Spoken("an answer to what nobody asked", lambda _: Fresh(b"{}", b""), "stale-hello"),
    Spoken("a checkpoint that is none", lambda s: _nothing_but(s, "not a note"), "bad-note"),
    Spoken(
        "a checkpoint under another hub's key",
        lambda s: _nothing_but(s, note_of(s, s.fr.view.size, key=HubSigningKey.from_seed(bytes(64)))),
        "bad-checkpoint",
    ),
    Spoken(
        "a checkpoint of another operation",
        lambda s: _nothing_but(s, note_of(s, s.fr.view.size, op=b64(bytes(32)))),
        "bad-checkpoint",
    ),
    Spoken(
        "a checkpoint over more than it shows",
        lambda s: _nothing_but(s, note_of(s, s.fr.view.size + 1)),
        "bad-checkpoint",
    ),
    Spoken("a checkpoint over less than before", lambda s: _nothing_but(s, note_of(s, 3)), "rolled-back"),
    Spoken("a checkpoint of another history", lambda s: _nothing_but(s, other_history(s)), "forked"),
]


@pytest.mark.parametrize("spoken", SPOKEN, ids=lambda spoken: spoken.lie)
async def test_a_desk_raises_the_alarm_where_the_hub_says(scene: Scene, spoken: Spoken) -> None:
    scene.hub.tell(scene.fr, after_the_welcome(spoken.said(scene)))
    await caught(scene, spoken.code)


def hello(scene: Scene, key: HubSigningKey | None = None, **changes: Any) -> Instead:
    """Bends what the hub signs to prove itself."""

    def say(frame: FromHub) -> Said:
        if not isinstance(frame, Challenge):
            return [frame]
        said = HubHello(**(msgspec.json.decode(frame.payload) | changes))
        return [Challenge(*sign_hello(said, key or scene.hub.keys.hub))]

    return Instead(say)


GREETINGS: list[tuple[str, Callable[[Scene], Instead], str]] = [
    ("greets under another key", lambda s: hello(s, HubSigningKey.from_seed(bytes(64))), "bad-signature"),
    ("answers another desk's greeting", lambda s: hello(s, device=s.de.settings.device), "stale-hello"),
    ("answers for another operation", lambda s: hello(s, op=b64(bytes(32))), "stale-hello"),
    ("answers another kind of question", lambda s: hello(s, nonce_s=""), "stale-hello"),
    ("greets with a smaller log", lambda s: hello(s, checkpoint=note_of(s, 3)), "rolled-back"),
    ("greets with another history", lambda s: hello(s, checkpoint=other_history(s)), "forked"),
    ("greets with another log's checkpoint", lambda s: hello(s, checkpoint=note_of(s, 3, op="x")), "bad-checkpoint"),
]


@pytest.mark.parametrize(("lie", "bend", "code"), GREETINGS, ids=[each[0] for each in GREETINGS])
async def test_a_desk_raises_the_alarm_before_it_says_anything_where_the_hub(
    scene: Scene, lie: str, bend: Callable[[Scene], Instead], code: str
) -> None:
    scene.hub.tell(scene.fr, bend(scene))
    await caught(scene, code)


async def test_a_hello_that_is_said_again_is_an_alarm(scene: Scene) -> None:
    said: list[FromHub] = []

    def again(frame: FromHub) -> Said:
        if isinstance(frame, Challenge):
            said.append(frame)
            return [said[0]]
        return [frame]

    scene.hub.tell(scene.fr, Instead(again))
    assert await scene.fr.sync()
    await caught(scene, "stale-hello")


# --- receipts ---


def receipts_of(scene: Scene, index: int, *, claimed: int | None = None, size: int = 0, note: str = "") -> Receipts:
    """A receipt for the newest that France sent, with the leaf and the proof of the entry at `index`."""
    tree = MerkleTree()
    tree.extend(leaf_hash(each.leaf_data) for each in scene.fr.view.acts)
    sent = scene.hub.sent_by(scene.fr)[-1]
    proof = tuple(tree.inclusion_proof(index, tree.size))
    leaf = scene.fr.view.acts[index].leaf_data
    receipt = Receipt(digest(sent.header, sent.signature), index if claimed is None else claimed, leaf, proof)
    signed = note or signed_note(scene.fr.settings.op, tree, scene.hub.keys.hub)
    return Receipts((receipt,), size or tree.size, signed)


def _ours(scene: Scene) -> int:
    return next(a.index for a in scene.fr.view.acts[::-1] if a.act and a.act.header.sender == scene.fr.settings.device)


def _theirs(scene: Scene) -> int:
    return next(a.index for a in scene.fr.view.acts if a.act and a.act.header.to == ("DE", "FR"))


RECEIPTS: list[tuple[str, Callable[[Scene], Any], str]] = [
    ("of another event of ours", lambda s: receipts_of(s, _ours(s)), "false-receipt"),
    ("of another desk's event", lambda s: receipts_of(s, _theirs(s)), "false-receipt"),
    ("at another index", lambda s: receipts_of(s, _ours(s), claimed=_ours(s) - 1), "bad-proof"),
    ("of another size than signed", lambda s: receipts_of(s, _ours(s), size=3), "bad-checkpoint"),
    ("in another history", lambda s: receipts_of(s, _ours(s), note=other_history(s)), "bad-proof"),
    ("from another hub", lambda s: receipts_of(s, _ours(s), note=note_of(s, 3, op="other")), "bad-checkpoint"),
]


@pytest.mark.parametrize(("lie", "given", "code"), RECEIPTS, ids=[each[0] for each in RECEIPTS])
async def test_a_desk_takes_no_receipt(scene: Scene, lie: str, given: Callable[[Scene], Any], code: str) -> None:
    await scene.write(scene.fr, "delivered", to=("PL",))
    event_id = scene.fr.actions.send_message("not delivered", to=("PL",))
    bend = Instead(lambda frame: [given(scene)] if isinstance(frame, Entries | Receipts) else [frame])
    scene.hub.tell(scene.fr, bend)
    with pytest.raises(UntrustedError) as alarm:
        await scene.fr.sync()
    assert alarm.value.code == code
    ((_, kept, _, evidence),) = scene.fr.replica.alarms()
    assert kept == code
    assert "frame: " in evidence, "the receipt itself is kept"
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state == "sent", "what has no true receipt is not delivered"


async def test_a_false_quarrel_over_our_view_is_an_alarm(scene: Scene) -> None:
    def quarrel(frame: FromHub) -> Said:
        if isinstance(frame, Entries | Receipts):
            sent = scene.hub.sent_by(scene.fr)[-1]
            return [Refusal(digest(sent.header, sent.signature), "split-view", "You saw another log.")]
        return [frame]

    scene.fr.actions.send_message("one", to=("PL",))
    scene.hub.tell(scene.fr, Instead(quarrel))
    await caught(scene, "split-view")


async def _delivered_and_not_shown(scene: Scene) -> None:
    """France's message is in the log, and France has the receipt, but not the entry."""
    event_id = scene.fr.actions.send_message("for Poland", to=("PL",))
    scene.hub.tell(scene.fr, Instead(lambda frame: [] if isinstance(frame, Entries) else [frame]))
    assert await scene.fr.sync()
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state == "delivered"


@pytest.mark.parametrize(("restarted", "code"), [(False, "forked"), (True, "broken-receipt")])
async def test_an_event_that_has_a_receipt_must_appear_there(scene: Scene, restarted: bool, code: str) -> None:
    await _delivered_and_not_shown(scene)
    desk = scene.desk("FR") if restarted else scene.fr
    forged = Forge(scene, scene.de)
    other = forged.event(events.DailyReturnFiled(stat=_return(forged)))
    invented = [entry_of(other, desk.view.size, _now())]
    scene.hub.tell(desk, History(scene.hub.keys.hub, desk, lambda _: [], invented=invented))
    await caught(scene, code, desk)


# --- forks, restored backups, and a hub that shows nothing new ---


async def _fork(scene: Scene, story: Path) -> HostileHub:
    """The same hub a second time, with the same keys, at the point where the story ends."""
    shutil.copytree(story / "hub", scene.folder / "fork")
    return HostileHub(scene.folder / "fork")


async def _return_twice(desk: Desk) -> None:
    for day in ("2022-10-17", "2022-10-18"):
        desk.actions.file_daily_return(RETURN | {"day": day})
        assert await desk.sync()


@pytest.mark.parametrize(("shown", "code"), [(slice(0, 2), "split-view"), (slice(1, 2), "withheld")])
async def test_a_fork_is_found_with_the_next_entry_of_the_other_branch(
    scene: Scene, story: Path, shown: slice, code: str
) -> None:
    async with await _fork(scene, story) as fork:
        german = scene.desk("DE", fork)
        await _return_twice(german)
        await scene.announce("the branch of France")
        assert await scene.fr.sync()
        sent = [SignedEvent(each.header, each.signature, each.parts) for each in fork.sent_by(german)[shown]]
        size = scene.fr.view.size
        branch = [entry_of(event, size + number, _now()) for number, event in enumerate(sent)]
        scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, invented=branch))
        await caught(scene, code)


@pytest.mark.parametrize(("more", "code"), [(0, "forked"), (1, "rolled-back"), (-1, "forked")])
async def test_a_fork_is_found_where_a_desk_meets_the_other_branch(
    scene: Scene, story: Path, more: int, code: str
) -> None:
    async with await _fork(scene, story) as fork:
        await _return_twice(scene.desk("DE", fork))
        for _ in range(2 + more):
            scene.pl.decisions.change("DE", name=new_salt(), role="participant")
        assert await scene.pl.sync()
        assert await scene.fr.sync()
        await caught(scene, code, scene.desk("FR", fork))


async def test_a_restored_backup_is_found_by_every_desk_that_was_further(scene: Scene, story: Path) -> None:
    await scene.announce("after the backup")
    for desk in (scene.de, scene.fr):
        assert await desk.sync()
    async with await _fork(scene, story) as restored:
        for ncp in ("PL", "DE", "FR"):
            await caught(scene, "rolled-back", scene.desk(ncp, restored))


async def test_what_a_desk_sends_that_is_kept_in_the_dark_is_never_called_delivered(scene: Scene) -> None:
    """The hub hides a removal, so France seals to who has left; no honest log takes it, and France is not told so."""
    await removed(scene)
    lie = History(scene.hub.keys.hub, scene.fr, lambda _: [], quiet=True)
    scene.hub.tell(scene.fr, lie)
    event_id = scene.fr.actions.send_message("after Germany has left")
    assert not await scene.fr.sync(1.0)
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state in ("queued", "sent")
    attempts = len(scene.hub.sent_by(scene.fr))
    assert attempts < 20, "a desk does not storm a hub that says no again and again"
    scene.hub.lies.clear()
    again = scene.desk("FR")
    assert await again.sync()
    item = again.outbox.find(event_id)
    assert item is not None
    assert item.state == "delivered"
    assert scene.de.settings.device not in (again.view.state.epoch or pytest.fail("no epoch")).devices


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that wants to know all the time whether it is up to date."""
    monkeypatch.setattr(sync_module, "FRESHEN_SECONDS", 0.0)
    monkeypatch.setattr(sync_module, "FRESH_FOR_SECONDS", 0.5)


@pytest.mark.usefixtures("impatient")
async def test_a_desk_seals_nothing_while_the_hub_does_not_prove_that_it_is_up_to_date(scene: Scene) -> None:
    scene.hub.tell(scene.fr, Instead(lambda frame: [] if isinstance(frame, Fresh) else [frame]))
    task = asyncio.create_task(scene.fr.watch())
    await asyncio.sleep(1.0)
    scene.fr.actions.send_message("too late", to=("PL",))
    await asyncio.sleep(0.5)
    assert not scene.hub.sent_by(scene.fr)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _fresh(scene: Scene, **changes: Any) -> Instead:
    def say(frame: FromHub) -> Said:
        if not isinstance(frame, Fresh):
            return [frame]
        return [Fresh(*sign_hello(HubHello(**(msgspec.json.decode(frame.payload) | changes)), scene.hub.keys.hub))]

    return Instead(say)


FRESH: list[tuple[str, Callable[[Scene], Instead], str]] = [
    ("is said again", lambda s: _fresh(s, nonce_c=b64(bytes(16))), "stale-hello"),
    ("is a hello", lambda s: _fresh(s, nonce_s=b64(bytes(16))), "stale-hello"),
    ("is of a smaller log", lambda s: _fresh(s, checkpoint=note_of(s, 3)), "rolled-back"),
    ("is of another history", lambda s: _fresh(s, checkpoint=other_history(s)), "forked"),
]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("lie", "bend", "code"), FRESH, ids=[each[0] for each in FRESH])
async def test_a_desk_raises_the_alarm_where_the_proof_of_freshness(
    scene: Scene, lie: str, bend: Callable[[Scene], Instead], code: str
) -> None:
    scene.hub.tell(scene.fr, bend(scene))
    await caught(scene, code, watching=True)


# --- epochs that do not open ---


def posted(desk: Desk, kind: type[events.Event]) -> int:
    """How many events of this kind the desk has seen."""
    return sum(1 for each in desk.view.acts if each.act is not None and isinstance(each.act.event, kind))


async def post(desk: Desk, event: SignedEvent) -> None:
    """Bring an event of this desk into the log past its own caution."""
    channel = await Channel.connect(desk.settings.hub, desk.settings.op, desk.keys.author, desk.view.operation.hub_key)
    try:
        await channel.authenticate(desk.view.size)
        await channel.send(Append(event.header, event.signature, event.parts))
        while not isinstance(frame := await channel.receive(), Receipts):
            assert not isinstance(frame, Refusal), frame
    finally:
        await channel.close()


async def test_a_desk_whose_wrap_is_kept_from_it_asks_for_another_epoch(scene: Scene) -> None:
    await scene.announce("before")
    hide = changing("epoch_rotated", lambda entry: _with_part(entry, 1, None))
    scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, lambda entries: hide(scene, entries)))
    assert await scene.fr.sync()
    assert posted(scene.fr, events.EpochFault) == 1
    scene.hub.lies.clear()
    assert await scene.pl.sync()
    await scene.announce("after")
    assert await scene.fr.sync()
    assert "after" in words(scene.fr)
    assert "before" not in words(scene.fr)
    assert not scene.fr.replica.alarms()


async def test_an_epoch_that_one_desk_sealed_to_a_ghost_instead_of_us_is_replaced(scene: Scene) -> None:
    ghost, forge = Ghost("FR"), Forge(scene, scene.de)
    ours = forge.state.devices[scene.fr.settings.device]
    honest, ours.seal = ours.seal, ghost.opening.public
    rotated = forge.composer().compose_epoch(new_salt(), _now(), secrets.token_bytes(32))
    ours.seal = honest
    await post(scene.de, rotated)
    scene.fr.actions.send_message("not to the ghost")
    assert await scene.fr.sync()
    assert posted(scene.fr, events.EpochFault) == 1
    assert posted(scene.fr, events.EpochRotated) == 3
    assert await scene.pl.sync()
    assert "not to the ghost" in words(scene.pl)
    _require_closed_to(ghost, scene)


def _require_closed_to(ghost: Ghost, scene: Scene) -> None:
    """Nothing that an honest desk sent opens with the ghost's key."""
    for device, sent in scene.hub.heard:
        header = read_header(sent.header)
        wraps = sent.parts[-1] if header.slip("wraps") is not None else None
        if device == scene.de.settings.device or wraps is None:
            continue
        for at in range(0, len(wraps), WRAP_SIZE):
            for reader in scene.fr.view.state.devices:
                info = wrap_info(
                    op=header.op,
                    event_id=header.id,
                    part="epoch",
                    device=reader,
                    sealing_key=ghost.opening.public,
                    sender=header.sender,
                    roster=header.roster,
                )
                with pytest.raises(VocuError):
                    unwrap(wraps[at : at + WRAP_SIZE], ghost.opening, info)


async def test_a_hub_that_keeps_every_wrap_from_a_desk_cannot_have_it_rotate_without_end(scene: Scene) -> None:
    hide = changing("epoch_rotated", lambda entry: _with_part(entry, 1, None))
    scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, lambda entries: hide(scene, entries)))
    event_id = scene.fr.actions.send_message("it waits")
    assert not await scene.fr.sync(1.5)
    assert posted(scene.fr, events.EpochFault) <= 1
    assert posted(scene.fr, events.EpochRotated) <= 3
    item = scene.fr.outbox.find(event_id)
    assert item is not None
    assert item.state == "queued"


# --- beside the channel ---


async def test_a_large_part_with_other_bytes_is_not_kept(scene: Scene) -> None:
    long = "\U0001f6c3" * 20_000
    await scene.announce(long)
    (slip,) = read_header(scene.hub.sent_by(scene.pl)[-1].header).parts
    scene.hub.answers[unb64(slip.sha256).hex()] = _flip
    assert await scene.fr.sync()
    assert long not in words(scene.fr)
    scene.hub.answers.clear()
    assert await scene.fr.sync()
    assert long in words(scene.fr)


async def test_a_join_request_of_the_hubs_own_admits_nobody(scene: Scene) -> None:
    invitation = read_invitation(scene.pl.decisions.invite("XK", "Kosovo", "participant"))
    await join(Home(scene.folder / "XK"), invitation, "XK-1", PASSPHRASE, CHEAP)
    stranger = msgspec.structs.replace(invitation, code=b64(secrets.token_bytes(20)))
    _, forged = make_request(stranger, DeskKeys.generate(), "ghost", SigningKey.from_seed(secrets.token_bytes(32)))
    scene.hub.answers["/join-requests"] = canonical(
        lambda requests: [request | {"request": forged.request, "sig": forged.sig} for request in requests]
    )
    with pytest.raises(RefusedError) as refused:
        await scene.pl.applicants()
    assert refused.value.code == "bad-invitation-code"
    scene.hub.answers["/join-requests"] = canonical(lambda requests: [*requests, "nonsense"])
    with pytest.raises(VocuError):
        await scene.pl.applicants()


async def test_who_joins_does_not_take_another_operation_for_the_one_he_is_invited_to(scene: Scene) -> None:
    invitation = read_invitation(scene.pl.decisions.invite("XK", "Kosovo", "participant"))
    scene.hub.answers["/genesis"] = canonical(
        lambda genesis: genesis | {"payload": b64(unb64(genesis["payload"]).replace(b"BALTICA", b"ATLANTA"))}
    )
    with pytest.raises(UntrustedError) as refused:
        await join(Home(scene.folder / "XK"), invitation, "XK-1", PASSPHRASE, CHEAP)
    assert refused.value.code == "wrong-genesis"


async def test_a_newcomer_is_not_shown_another_beginning(scene: Scene) -> None:
    """The first entry is hashed into the operation's id, which the invitation names."""
    home = Home(scene.folder / "XK")
    invitation = read_invitation(scene.pl.decisions.invite("XK", "Kosovo", "participant"))
    number = await join(home, invitation, "XK-1", PASSPHRASE, CHEAP)
    (applicant,) = await scene.pl.applicants()
    scene.pl.decisions.admit(applicant, number)
    assert await scene.pl.sync()
    newcomer = scene.desk("XK")

    def retell(entries: list[Entry]) -> list[Entry]:
        return [
            refitted(entry, header=(entry.header or b"").replace(b"BALTICA", b"ATLANTA")) if entry.index == 0 else entry
            for entry in entries
        ]

    scene.hub.tell(newcomer, History(scene.hub.keys.hub, newcomer, retell))
    with pytest.raises(UntrustedError) as alarm:
        await newcomer.sync()
    assert alarm.value.code == "wrong-genesis"
    assert [kept for _, kept, _, _ in newcomer.replica.alarms()] == ["wrong-genesis"]
