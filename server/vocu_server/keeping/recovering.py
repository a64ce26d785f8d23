"""The end of a log that a restored hub lacks, out of desks' copies: all of it or none.

A desk can add nothing: what is taken is only what this hub's own key has signed for, examined as when it first came.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from vocu.canonical import b64, unb64
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.log.checkpoint import origin
from vocu.log.entry import parse_leaf
from vocu.log.trusted import TrustedLog
from vocu.operation.act import Act
from vocu.operation.admission import SignedEvent, recall
from vocu.operation.bodies import EpochKeys, Erasure
from vocu.operation.events import EntryErased, EpochRotated, kind_of
from vocu.operation.header import Header, PartSlip, digest, read_header
from vocu.protocol.frames import Entry
from vocu_server.keeping.copies import Copy
from vocu_server.sequencer.replica import Batch, Replica
from vocu_server.sequencer.wraps import is_large
from vocu_server.settings import HubFolder
from vocu_server.store import directory, log
from vocu_server.store.attachments import proving
from vocu_server.store.attachments.choosing import place_of
from vocu_server.store.attachments.place import Place
from vocu_server.store.keys import HubKeys, claim, read_keys
from vocu_server.store.sql import Database

Told = Callable[[int, int], None]
AT_ONCE = 500
"""Entries that are written together; they count together with all others."""
MOST_NAMED = 50


class Recovered(Struct, frozen=True, kw_only=True):
    """The operation's log had `before` entries and has `after`. `missing`: by entry and part, what no copy held."""

    op: str
    before: int
    after: int
    root: str
    parts: int
    missing: tuple[tuple[int, str], ...]


def recover(hub: HubFolder, paths: Sequence[Path], now: int, told: Told) -> Recovered:
    """Bring the log of one operation as far forward as these copies go, in one transaction. The hub must not run.

    Raises MalformedError not-a-copy, damaged-copy; RefusedError other-operations, nothing-to-recover,
    incomplete-copies, hub-is-running; UntrustedError forked, bad-checkpoint and others, where a copy is not to be
    trusted; OSError, SQLAlchemyError. Nothing was changed then.
    """
    with claim(hub.data_dir), ExitStack() as stack:
        keys = read_keys(hub.data_dir)
        copies = [stack.enter_context(closing(Copy(path, keys.hub.public))) for path in paths]
        op = copies[0].first.op
        if any(copy.first.op != op for copy in copies):
            raise RefusedError("other-operations", "These are copies of several operations; give those of one.")
        trusted = _trusted(copies, keys)
        database = stack.enter_context(closing(Database(hub.database)))
        if not database.try_lock_now(op):
            raise RefusedError("hub-is-running", "A process of this hub serves the operation; stop them all first.")
        recovery = _Recovery(Replica(op, keys.hub), trusted, copies, place_of(hub), now, told)
        return database.write_now(recovery.run, op)


def _trusted(copies: Sequence[Copy], keys: HubKeys) -> TrustedLog:
    """The longest of the logs, each of which this hub has signed for and is a beginning of it."""
    logs: list[TrustedLog] = []
    for copy in sorted(copies, key=len, reverse=True):
        trusted = TrustedLog(origin(copy.first.op), keys.hub.public)
        try:
            trusted.accept(copy.leaves, copy.first.checkpoint)
        except VocuError as error:
            raise UntrustedError(error.code, f"{copy.path}: {error.message}", error.details) from None
        logs.append(trusted)
        if logs[0].root(trusted.size) != trusted.root():
            raise _forked(trusted.size, logs[0].note, trusted.note)
    return logs[0]


class _Recovery:
    def __init__(
        self, replica: Replica, trusted: TrustedLog, copies: Sequence[Copy], files: Place, now: int, told: Told
    ) -> None:
        self._replica, self._trusted, self._copies = replica, trusted, copies
        self._files, self._now, self._told = files, now, told
        self._held: set[str] = set()
        self._missing: dict[tuple[int, str], None] = {}
        self._put_back = 0

    def run(self, connection: Connection) -> Recovered:
        op, size = self._replica.op, self._trusted.size
        before = self._own_log(connection)
        self._require_all(before, size)
        batch = Batch([], [], [], self._trusted.note, 0, [])
        for index in range(before, size):
            self._take(connection, index, batch)
            if len(batch.entries) == AT_ONCE or index == size - 1:
                log.append(connection, op, batch.entries, batch.checkpoint)
                batch.entries.clear()
                batch.acts.clear()
            self._told(index + 1 - before, size - before)
        if self._replica.tree.root() != self._trusted.root():
            raise _forked(size, self._trusted.note)
        directory.drop_join_requests(connection, op, set(self._replica.state.devices))
        return Recovered(
            op=op,
            before=before,
            after=size,
            root=b64(self._trusted.root()),
            parts=self._put_back,
            missing=tuple(self._missing),
        )

    def _own_log(self, connection: Connection) -> int:
        """How many entries the hub has itself, which must be those with which the copies begin."""
        op, size = self._replica.op, self._trusted.size
        if op not in log.operations(connection):
            log.begin(connection, op)
            return 0
        note = self._replica.rebuild(connection)
        before = self._replica.tree.size
        common = min(before, size)
        if self._replica.tree.root(common) != self._trusted.root(common):
            raise _forked(common, note, self._trusted.note)
        if before >= size:
            raise RefusedError("nothing-to-recover", f"The hub has {before} entries already, these copies {size}.")
        return before

    def _require_all(self, before: int, size: int) -> None:
        lacking = [index for index in range(before, size) if all(_lacks(copy, index) for copy in self._copies)]
        if lacking:
            named = ", ".join(map(str, lacking[:MOST_NAMED])) + (" …" if lacking[MOST_NAMED:] else "")
            raise RefusedError(
                "incomplete-copies",
                f"No copy shows these entries, which are addressed to some alone: {named}. Give further copies, one of "
                "each participant, with --since of at most the first of them.",
            )

    def _take(self, connection: Connection, index: int, batch: Batch) -> None:
        entry = self._entry(index)
        event = SignedEvent(entry.header or b"", entry.signature or b"", ())
        try:
            if index == 0:
                self._replica.begin_again(event, entry.leaf_data, batch)
                return
            header = read_header(event.header)
            parts = tuple(self._part(index, header, place) for place in range(len(header.parts)))
            event = SignedEvent(event.header, event.signature, self._with_wraps(index, event, header, parts))
            self._store(connection, index, header, event.parts)
            act = self._replica.take_back(connection, event, entry.leaf_data, batch, self._held)
        except VocuError as error:
            raise UntrustedError(
                error.code, f"Entry {index} cannot have been admitted by this hub: {error.message}", error.details
            ) from None
        self._erased(act)

    def _entry(self, index: int) -> Entry:
        """The entry as a copy shows it that has it in full; each one that does shows what the leaf is the hash of."""
        found = None
        for copy in self._copies:
            if _lacks(copy, index):
                continue
            found = copy.entry(index)
            if digest(found.header or b"", found.signature or b"") != parse_leaf(found.leaf_data).digest:
                raise UntrustedError("wrong-leaf", f"{copy.path} shows another entry {index} than the hub signed for.")
        if found is None:
            raise LookupError(index)
        return found

    def _part(self, index: int, header: Header, place: int) -> bytes | None:
        """The bytes of a part that travels inside the entry, from whichever copy has them."""
        slip = header.parts[place]
        if is_large(slip) or _is_epoch(header, slip):
            return None
        for copy, shown in self._shown(index):
            data = shown.parts[place] if len(shown.parts) == len(header.parts) else None
            if data is not None:
                if b64(hashlib.sha256(data).digest()) != slip.sha256:
                    raise MalformedError("bad-parts", f"{copy.path} has other bytes than those that were signed.")
                return data
        if slip.inside:
            raise RefusedError("part-missing", f"No copy holds its part {slip.p!r}, which is in every honest one.")
        self._missing[index, slip.p] = None
        return None

    def _with_wraps(
        self, index: int, event: SignedEvent, header: Header, parts: tuple[bytes | None, ...]
    ) -> tuple[bytes | None, ...]:
        """With an epoch's wraps, where they can be put together: each device has its own alone."""
        if not _is_epoch(header, header.parts[-1]):
            return parts
        act = recall(SignedEvent(event.header, event.signature, parts), self._replica.state)
        wraps = dict(act.body(EpochKeys).wraps)
        own: dict[str, bytes] = {}
        for copy, shown in self._shown(index):
            device, wrap = copy.first.device, shown.parts[-1] if shown.parts else None
            if wrap is not None and wraps.get(device) != b64(hashlib.sha256(wrap).digest()):
                raise MalformedError("bad-parts", f"{copy.path} has another wrap than the one that was announced.")
            if wrap is not None:
                own[device] = wrap
        if own.keys() < wraps.keys():
            self._missing[index, "wraps"] = None
            return parts
        return (*parts[:-1], b"".join(own[device] for device in wraps))

    def _shown(self, index: int) -> list[tuple[Copy, Entry]]:
        return [(copy, copy.entry(index)) for copy in self._copies if not _lacks(copy, index)]

    def _store(self, connection: Connection, index: int, header: Header, parts: tuple[bytes | None, ...]) -> None:
        """Put what lies beside the log back to its place."""
        named = [
            (slip.p, slip.sha256, slip.size)
            for slip, data in zip(header.parts, parts, strict=True)
            if data is None and is_large(slip) and not _is_epoch(header, slip)
        ]
        for part, sha256, size in [*named, *(("media", *blob) for blob in header.blobs or ())]:
            name = unb64(sha256).hex()
            if proving.is_here(self._files, connection, header.op, name) == size:
                self._held.add(name)
                continue
            data = next((found for copy in self._copies if (found := copy.part(name)) is not None), None)
            if data is None or len(data) != size:
                self._missing[index, part] = None
                continue
            proving.put_back(self._files, connection, header.op, name, data, self._now)
            self._held.add(name)
            self._put_back += 1

    def _erased(self, act: Act) -> None:
        """What was erased is not missing."""
        if isinstance(act.event, EntryErased):
            erasure = act.body(Erasure)
            for part in erasure.parts:
                self._missing.pop((erasure.index, part), None)


def _lacks(copy: Copy, index: int) -> bool:
    return index >= len(copy) or index in copy.bare


def _is_epoch(header: Header, slip: PartSlip) -> bool:
    return slip.p == "wraps" and header.type == kind_of(EpochRotated)


def _forked(size: int, *notes: str) -> UntrustedError:
    return UntrustedError(
        "forked",
        f"This hub signed two different histories of {size} entries; nothing was taken. Keep the backup and all "
        "copies: they are the evidence. If the hub has served since it was restored, restore the backup once more to "
        "another place, and recover there before you serve.",
        notes,
    )
