"""A hub gets the end of its log back from desks' copies: what it signed for itself, and nothing else."""

import hashlib
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from tests.scenario import Scenario
from tests.simulated import Desk
from vocu.crypto.keys import HubSigningKey
from vocu.errors import VocuError
from vocu.log.checkpoint import Checkpoint, origin, sign_checkpoint
from vocu.operation import bodies, events
from vocu.protocol.copies import FirstLine, copy_pieces
from vocu.protocol.frames import INLINE_PART, Entry
from vocu_server.fanout.audience import decode_entry
from vocu_server.inspection import verify_operation
from vocu_server.keeping import recovering
from vocu_server.keeping.recovering import Recovered, recover
from vocu_server.settings import HubFolder, Settings
from vocu_server.store import log
from vocu_server.store.attachments import proving
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.keys import read_keys, write_secret
from vocu_server.store.sql import Database

NOW = 1_705_400_000_000


def words(text: str = "Hello") -> bodies.Text:
    return bodies.Text(body=text)


def silent(_done: int, _of: int) -> None:
    pass


def keys_of(seed: int) -> tuple[bytes, bytes]:
    """The seeds that `Scenario` draws: of the hub, of its compiler."""
    drawn = random.Random(seed)
    drawn.randbytes(64 + 32)
    compiler = drawn.randbytes(32)
    return drawn.randbytes(64), compiler


class Hub:
    """A hub's folder with the keys of a scenario, and nothing else so far."""

    def __init__(self, folder: Path, database: str | None, seed: int = 0) -> None:
        folder.mkdir()
        self.hub = HubFolder(Settings(database=database), folder)
        (folder / "hub.toml").write_text(f'database = "{database}"\n' if database else "")
        self.hub.data_dir.mkdir()
        for name, data in zip(("hub.seed", "compiler.seed"), keys_of(seed), strict=True):
            write_secret(self.hub.data_dir / name, data)

    def recover(self, *copies: Path) -> Recovered:
        return recover(self.hub, copies, NOW, silent)

    def entries(self, op: str) -> list[Entry]:
        database = Database(self.hub.database)
        try:
            return database.read_now(lambda connection: self._entries(connection, op))
        finally:
            database.close()

    def _entries(self, connection: Connection, op: str) -> list[Entry]:
        if op not in log.operations(connection):
            return []
        return [decode_entry(stored.body) for stored in log.replay(connection, op)]

    def verify(self, op: str) -> int:
        database = Database(self.hub.database)
        try:
            return verify_operation(database, read_keys(self.hub.data_dir), place_of(self.hub), op).size
        finally:
            database.close()


@pytest.fixture
def hub(tmp_path: Path, database: str | None) -> Hub:
    return Hub(tmp_path / "hub", database)


def operation(seed: int = 0) -> Scenario:
    """PL, DE and FR: words to all, words to some, an epoch for each change of the roster."""
    s = Scenario("DE", "FR", seed=seed)
    s.open("OPERATIONAL")
    s.post("DE", events.MessagePosted(text=words("To all of you.")))
    s.post("DE", events.MessagePosted(text=words("For France alone.")), to=("FR",))
    s.admit("NL")
    s.post("PL", events.MessagePosted(text=words("And again to all.")))
    s.revoke("NL")
    s.post("FR", events.MessagePosted(text=words("Without the Netherlands.")))
    return s


def pieces(s: Scenario, desk: Desk, entries: list[Entry], checkpoint: str | None = None, **changes: object) -> bytes:
    note = s.hub.checkpoint(len(entries)) if checkpoint is None else checkpoint
    first = FirstLine(format="vocu-copy/1", op=s.op, device=desk.id, entries=len(entries), checkpoint=note)
    return b"".join(copy_pieces(msgspec.structs.replace(first, **changes), entries, ()))


def copy_of(s: Scenario, name: str, to: Path, size: int | None = None) -> Path:
    """The copy that this desk writes, or wrote when it had so many entries."""
    desk = s.desks[name]
    path = to / f"{name}-{size}.copy"
    path.write_bytes(pieces(s, desk, desk.entries[:size]))
    return path


def test_copies_of_all_desks_make_the_same_log_again(hub: Hub, tmp_path: Path) -> None:
    s = operation()
    found = hub.recover(*(copy_of(s, name, tmp_path) for name in s.desks))
    assert (found.before, found.after) == (0, s.hub.tree.size)
    assert hub.entries(s.op) == s.hub.entries
    assert found.missing == ()
    assert hub.verify(s.op) == s.hub.tree.size


def test_a_log_that_was_cut_grows_to_the_longest_copy_and_no_further(hub: Hub, tmp_path: Path) -> None:
    s = operation()
    size = s.hub.tree.size
    hub.recover(copy_of(s, "PL", tmp_path, 4))
    assert len(hub.entries(s.op)) == 4
    short, long = copy_of(s, "DE", tmp_path, size - 2), copy_of(s, "FR", tmp_path)
    found = hub.recover(short, long)
    assert (found.before, found.after) == (4, size)
    shown = hub.entries(s.op)
    assert [entry.header for entry in shown] == [entry.header for entry in s.hub.entries]
    wraps = {index for index, part in found.missing if part == "wraps"}
    assert wraps, "those of desks whose copies were not given"
    assert all(shown[index].parts[-1] is None for index in wraps)
    assert hub.verify(s.op) == size
    refused(hub, "nothing-to-recover", short, long)


def test_what_is_addressed_to_some_alone_takes_a_copy_of_one_of_them(hub: Hub, tmp_path: Path) -> None:
    s = operation()
    (hidden,) = [entry.index for entry in s.desks["PL"].entries if entry.header is None]
    error = refused(hub, "incomplete-copies", copy_of(s, "PL", tmp_path))
    assert f"alone: {hidden}." in error.message
    hub.recover(copy_of(s, "PL", tmp_path), copy_of(s, "DE", tmp_path))


def test_a_part_that_no_copy_holds_is_named(hub: Hub, tmp_path: Path) -> None:
    s = operation()
    path = tmp_path / "lacking.copy"
    path.write_bytes(pieces(s, s.desks["DE"], with_last(s.desks["DE"], parts=(None,))))
    found = hub.recover(path)
    last = s.hub.tree.size - 1
    assert (last, "text") in found.missing
    assert hub.verify(s.op) == last + 1


def test_a_large_part_comes_back_to_its_place_or_is_named(hub: Hub, tmp_path: Path) -> None:
    s = operation()
    s.post("FR", events.MessagePosted(text=words("long " * 14_000)))
    desk, last = s.desks["DE"], s.hub.tree.size - 1
    (large,) = desk.entries[-1].parts
    assert large is not None
    assert len(large) > INLINE_PART
    copies = tmp_path / "without.copy", tmp_path / "with.copy"
    entries = with_last(desk, parts=(None,))
    first = FirstLine(
        format="vocu-copy/1", op=s.op, device=desk.id, entries=len(entries), checkpoint=s.hub.checkpoint()
    )
    for path, parts in zip(copies, ((), (large, bytes(2000))), strict=True):
        path.write_bytes(b"".join(copy_pieces(first, entries, parts)))
    found = hub.recover(*copies)
    assert (found.parts, (last, "text") in found.missing) == (1, False)
    assert hub.verify(s.op) == last + 1
    place = place_of(hub.hub)
    kept = [b"".join(proving.pieces(place, stored.key)) for stored in place.stored()]
    assert kept == [large]


def test_what_was_erased_after_the_backup_is_erased_and_not_missing(hub: Hub, tmp_path: Path) -> None:
    s = operation()
    hub.recover(copy_of(s, "DE", tmp_path, s.hub.tree.size))
    earlier, later = s.hub.tree.size - 1, s.hub.tree.size
    s.post("FR", events.MessagePosted(text=words("It is erased, too.")))
    for index in (earlier, later):
        s.post("PL", events.EntryErased(plain=bodies.Erasure(index=index, parts=("text",))))
    found = hub.recover(copy_of(s, "DE", tmp_path))
    shown = hub.entries(s.op)
    assert shown[earlier].parts == shown[later].parts == (None,)
    assert found.missing == ()
    assert hub.verify(s.op) == s.hub.tree.size


def test_copies_of_two_operations_are_refused(hub: Hub, tmp_path: Path) -> None:
    s, other = operation(), operation()
    head = Checkpoint(origin=origin("A" * 43), size=1, root=bytes(32))
    path = tmp_path / "other.copy"
    desk = other.desks["DE"]
    path.write_bytes(
        pieces(s, desk, desk.entries[:1], sign_checkpoint(head, s.hub.key, post_quantum=False), op="A" * 43)
    )
    refused(hub, "other-operations", copy_of(s, "DE", tmp_path), path)


def refused(hub: Hub, code: str, *copies: Path) -> VocuError:
    with pytest.raises(VocuError) as error:
        hub.recover(*copies)
    assert error.value.code == code, error.value
    return error.value


def cut(s: Scenario, desk: Desk) -> bytes:
    return pieces(s, desk, desk.entries)[:-1000]


def bent(s: Scenario, desk: Desk) -> bytes:
    whole = bytearray(pieces(s, desk, desk.entries))
    whole[len(whole) // 2] ^= 1
    return bytes(whole)


def rubbish(s: Scenario, desk: Desk) -> bytes:
    return random.Random(1).randbytes(50_000_000)


def rubbish_behind_a_first_line(s: Scenario, desk: Desk) -> bytes:
    line = pieces(s, desk, desk.entries).split(b"\n")[0] + b"\n"
    return hashed(line + bytes(50_000_000))


def tiny_parts(s: Scenario, desk: Desk) -> bytes:
    records = b"".join(b"\0\0\0\3" + n.to_bytes(3) for n in range(1000))
    return hashed(pieces(s, desk, desk.entries)[:-32] + records)


def hashed(data: bytes) -> bytes:
    return data + hashlib.sha256(data).digest()


def forged(s: Scenario, desk: Desk) -> bytes:
    """An entry that the hub signed for, with other words in its place."""
    other = Scenario("DE", "FR", seed=2).hub.entries[-1]
    return pieces(s, desk, with_last(desk, header=other.header, signature=other.signature, parts=other.parts))


def forged_leaf(s: Scenario, desk: Desk) -> bytes:
    other = Scenario("DE", "FR", seed=2).hub.entries[-1]
    return pieces(s, desk, with_last(desk, leaf_data=other.leaf_data, header=other.header, signature=other.signature))


def other_parts(s: Scenario, desk: Desk) -> bytes:
    parts = desk.entries[-1].parts
    return pieces(s, desk, with_last(desk, parts=tuple(bytes(len(part or b"")) for part in parts)))


def without_clear_parts(s: Scenario, desk: Desk) -> bytes:
    entries = [Entry(each.index, each.leaf_data, each.header, each.signature) for each in desk.entries]
    return pieces(s, desk, entries)


def with_last(desk: Desk, **changes: object) -> list[Entry]:
    return [*desk.entries[:-1], msgspec.structs.replace(desk.entries[-1], **changes)]


def one_more(s: Scenario, desk: Desk) -> bytes:
    """A genuine event that the hub never sealed."""
    signed = desk.compose(s.draft(desk.name, events.MessagePosted(text=words("Never admitted."))))
    before = list(s.hub.entries)
    note = s.hub.checkpoint()
    s.hub.place(1, signed, None)
    entries = [*desk.entries, s.hub.entries[-1]]
    assert len(entries) == len(before) + 1
    return pieces(s, desk, entries, note)


def false_hub(s: Scenario, desk: Desk) -> bytes:
    key = HubSigningKey.from_seed(bytes(64))
    head = Checkpoint(origin=origin(s.op), size=s.hub.tree.size, root=s.hub.tree.root())
    return pieces(s, desk, desk.entries, sign_checkpoint(head, key, post_quantum=True))


def of_another_operation(_s: Scenario, _desk: Desk) -> bytes:
    other = Scenario("DE", "FR", seed=2)
    return pieces(other, other.desks["DE"], other.desks["DE"].entries)


def swapped(s: Scenario, desk: Desk) -> bytes:
    entries = [*desk.entries[:-2], desk.entries[-1], desk.entries[-2]]
    return pieces(s, desk, entries)


def false_wrap(s: Scenario, desk: Desk) -> bytes:
    """The copy claims to be of another device than the one whose wraps are in it."""
    return pieces(s, s.desks["PL"], desk.entries)


ATTACKS: list[tuple[Callable[[Scenario, Desk], bytes], str]] = [
    (cut, "damaged-copy"),
    (bent, "damaged-copy"),
    (rubbish, "not-a-copy"),
    (rubbish_behind_a_first_line, "damaged-copy"),
    (tiny_parts, "damaged-copy"),
    (forged, "wrong-leaf"),
    (forged_leaf, "forked"),
    (other_parts, "bad-parts"),
    (without_clear_parts, "part-missing"),
    (one_more, "damaged-copy"),
    (false_hub, "bad-checkpoint"),
    (of_another_operation, "bad-checkpoint"),
    (swapped, "damaged-copy"),
    (false_wrap, "bad-parts"),
]


@pytest.mark.parametrize(("attack", "code"), ATTACKS, ids=lambda each: getattr(each, "__name__", ""))
def test_a_copy_that_is_not_what_the_hub_signed_for_is_refused_and_changes_nothing(
    hub: Hub, tmp_path: Path, attack: Callable[[Scenario, Desk], bytes], code: str
) -> None:
    s = operation()
    hub.recover(copy_of(s, "DE", tmp_path, 4))
    path = tmp_path / "false.copy"
    path.write_bytes(attack(s, s.desks["DE"]))
    refused(hub, code, path)
    assert len(hub.entries(s.op)) == 4


@pytest.mark.parametrize("between", ["hub", "copies"])
def test_another_history_is_refused_with_both_signatures_as_evidence(hub: Hub, tmp_path: Path, between: str) -> None:
    s, other = operation(), operation()
    other.post("PL", events.MessagePosted(text=words("A branch.")))
    s.post("PL", events.MessagePosted(text=words("The other branch.")))
    branch = copy_of(other, "DE", tmp_path, len(other.desks["DE"].entries))
    s.post("PL", events.MessagePosted(text=words("It goes on.")))
    longer = copy_of(s, "DE", tmp_path, len(s.desks["DE"].entries))
    if between == "hub":
        hub.recover(branch)
        error = refused(hub, "forked", longer)
        assert len(hub.entries(s.op)) == len(other.desks["DE"].entries)
    else:
        hub.recover(copy_of(s, "DE", tmp_path, 4))
        error = refused(hub, "forked", branch, longer)
        assert len(hub.entries(s.op)) == 4
    assert len(error.details) == 2


def test_a_recovery_that_is_killed_midway_leaves_the_log_as_it_was_and_can_be_done_again(
    hub: Hub, tmp_path: Path
) -> None:
    s = operation()
    hub.recover(copy_of(s, "DE", tmp_path, 4))
    copies = [copy_of(s, name, tmp_path) for name in s.desks]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(hub.hub.folder), *map(str, copies)], check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(hub.entries(s.op)) == 4
    assert hub.recover(*copies).before == 4
    assert hub.entries(s.op) == s.hub.entries


KILLED = """
import os, signal, sys
from pathlib import Path
from vocu_server.keeping import recovering
from vocu_server.settings import read_settings
from vocu_server.store import log

def append(*given, real=log.append, done=[]):
    real(*given)
    done.append(1)
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

recovering.AT_ONCE, log.append = 2, append
recovering.recover(read_settings(Path(sys.argv[1])), list(map(Path, sys.argv[2:])), 0, lambda *_: None)
"""


def test_a_long_log_is_written_piece_by_piece_and_counts_at_once(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovering, "AT_ONCE", 3)
    s = operation()
    hub.recover(*(copy_of(s, name, tmp_path) for name in s.desks))
    assert hub.entries(s.op) == s.hub.entries
