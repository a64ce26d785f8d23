"""What this desk wants to say, on disk before the officer sees "queued", until the log is proven to hold it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from vocu.canonical import decode, encode
from vocu.crypto.opening import local_open
from vocu.crypto.sealing import local_seal
from vocu.errors import MalformedError, RefusedError
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Draft
from vocu.operation.events import KINDS, PART_TYPES, kind_of
from vocu.operation.media import Media
from vocu_client.store.chunks import announce_uploads, forget_uploads
from vocu_client.store.sql import WAITING, outbox, signed_digests, uploads

State = Literal["queued", "sent", "delivered", "refused"]


class Item(Struct, frozen=True, kw_only=True):
    """One row of the outbox. `position`: where the log holds it, once delivered; `code`, `message`: why not; `sealed`:
    the draft as it is kept, where the row was read to be sent."""

    seq: int
    id: str
    kind: str
    queued_at: int
    state: State
    position: int | None
    code: str | None
    message: str | None
    signed: SignedEvent | None
    sealed: bytes = b""

    @property
    def under_way(self) -> bool:
        """Whether it goes out by itself, and is not in the log yet."""
        return self.state in ("queued", "sent")

    @property
    def refusal(self) -> RefusedError:
        """Why it was not accepted."""
        message, *details = (self.message or "").split("\n")
        return RefusedError(self.code or "refused", message, tuple(details))


class _Kept(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    id: str
    type: str
    ts: int
    to: str | tuple[str, ...]
    parts: dict[str, msgspec.Raw]
    readers: dict[str, tuple[str, ...]]
    ref: str | None = None


Beside = Callable[[Connection], object]
"""What else is written in the same transaction."""
_kept: msgspec.json.Decoder[_Kept] = msgspec.json.Decoder(_Kept)
_signed: msgspec.msgpack.Decoder[SignedEvent] = msgspec.msgpack.Decoder(SignedEvent)
_HOW_MANY = select(func.count()).select_from(outbox)
_SENT = update(outbox).where(outbox.c.id == bindparam("name")).values(state="sent", signed=bindparam("bytes"))
_DELIVERED = (
    update(outbox)
    .where(outbox.c.id == bindparam("name"))
    .values(state="delivered", position=bindparam("at"), draft=b"", signed=None, code=None, message=None)
)
_UPLOADING = select(uploads.c.event_id).distinct()


class Outbox:
    """Drafts in the order in which they were written. Their content is sealed on disk with the desk's own key."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master

    def queue(self, drafts: list[Draft], at: int, beside: Beside | None = None) -> int:
        """Keep drafts, all or none; those whose id is there already are left as they are. Returns how many are new."""
        rows = self._rows(drafts, at)
        with self._engine.begin() as connection:
            added = _add(connection, drafts, rows)
            if beside is not None:
                beside(connection)
        return added

    def cancel(self, instead: Mapping[str, Draft], drafts: list[Draft], at: int, beside: Beside) -> set[str]:
        """Take back the events that `instead` names where they were not sent yet; of the others, keep the draft beside
        their id. Keep all `drafts`, too. All or nothing. Returns what was taken back."""
        with self._engine.begin() as connection:
            gone = _take_back(connection, instead)
            wanted = [*drafts, *(draft for event_id, draft in instead.items() if event_id not in gone)]
            _add(connection, wanted, self._rows(wanted, at))
            beside(connection)
        return gone

    def refusals(self) -> dict[str, tuple[str, str]]:
        """Code and message of what was not accepted, by id."""
        query = select(outbox.c.id, outbox.c.code, outbox.c.message).where(outbox.c.state == "refused")
        with self._engine.begin() as connection:
            return {row.id: (row.code or "refused", row.message or "") for row in connection.execute(query)}

    def ids(self, *states: State) -> set[str]:
        """The ids of the rows in these states, or of all."""
        query = select(outbox.c.id)
        if states:
            query = query.where(outbox.c.state.in_(states))
        with self._engine.begin() as connection:
            return set(connection.execute(query).scalars())

    def _rows(self, drafts: list[Draft], at: int) -> list[dict[str, Any]]:
        return [
            {
                "id": draft.id,
                "kind": kind_of(draft.event),
                "draft": local_seal(self._master, draft.id.encode(), _pack(draft)),
                "queued_at": at,
                "state": "queued",
            }
            for draft in drafts
        ]

    def draft(self, item: Item) -> Draft:
        """The draft as it was written."""
        sealed = item.sealed
        if not sealed:
            with self._engine.begin() as connection:
                sealed = connection.execute(select(outbox.c.draft).where(outbox.c.id == item.id)).scalar_one()
        return _unpack(local_open(self._master, item.id.encode(), sealed))

    def items(self, *states: State) -> list[Item]:
        """The rows in these states, or all, in the order of writing."""
        query = select(outbox).order_by(outbox.c.seq)
        if states:
            query = query.where(outbox.c.state.in_(states))
        with self._engine.begin() as connection:
            return [_item(row) for row in connection.execute(query)]

    def undelivered(self, *kinds: str) -> list[Item]:
        """What the log does not hold, of these kinds: on its way, or refused; in the order of writing."""
        return [item for item in self.items("queued", "sent", "refused") if item.kind in kinds]

    def waiting(self, after: int, limit: int) -> list[Item]:
        """The next rows that are not yet in the log, in the order of writing, behind this sequence number."""
        query = select(outbox).where(WAITING, outbox.c.seq > after)
        with self._engine.begin() as connection:
            rows = connection.execute(query.order_by(outbox.c.seq).limit(limit)).all()
        return [_item(row, row.draft) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        with self._engine.begin() as connection:
            return dict(connection.execute(query).all())

    def how_many_wait(self) -> int:
        """How many rows are not yet in the log, and go there by themselves."""
        with self._engine.begin() as connection:
            return connection.execute(_HOW_MANY.where(WAITING)).scalar_one()

    def find(self, event_id: str) -> Item | None:
        with self._engine.begin() as connection:
            row = connection.execute(select(outbox).where(outbox.c.id == event_id)).first()
        return _item(row) if row is not None else None

    def keep_signed(self, signed: list[tuple[str, SignedEvent, bytes]]) -> set[str]:
        """Keep the very bytes before they are sent, and the digest of each version signed: (id, event, digest). Returns
        the ids that have no row: an epoch's rotation never has one, and what was taken back meanwhile has none now."""
        if not signed:
            return set()
        # If a rotation is lost, the next sender rotates.
        rows = [{"name": name, "bytes": msgspec.msgpack.encode(event)} for name, event, _ in signed]
        known = [{"digest": digest, "event_id": event_id} for event_id, _, digest in signed]
        names = [name for name, _, _ in signed]
        with self._engine.begin() as connection:
            connection.execute(_SENT, rows)
            connection.execute(upsert(signed_digests).on_conflict_do_nothing(), known)
            there = set(connection.execute(select(outbox.c.id).where(outbox.c.id.in_(names))).scalars())
        return set(names) - there

    def delivered(self, positions: dict[str, int]) -> None:
        """These events are in the log, at these indexes. Their words are kept there alone, where they can be erased."""
        if not positions:
            return
        rows = [{"name": event_id, "at": position} for event_id, position in positions.items()]
        with self._engine.begin() as connection:
            connection.execute(_DELIVERED, rows)
            _forget_uploads(connection, set(positions))

    def positions(self, first: int, last: int) -> dict[str, int]:
        """The events whose receipt names an index from `first` to `last`, with that index."""
        query = select(outbox.c.id, outbox.c.position).where(outbox.c.position.between(first, last))
        with self._engine.begin() as connection:
            return {row.id: row.position for row in connection.execute(query)}

    def requeue(self, event_ids: list[str]) -> None:
        """Sign these again: the log went on since."""
        with self._engine.begin() as connection:
            for event_id in event_ids:
                connection.execute(update(outbox).where(outbox.c.id == event_id).values(state="queued", signed=None))

    def refused(self, event_id: str, code: str, message: str) -> None:
        """Park it, with the reason."""
        with self._engine.begin() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.id == event_id)
                .values(state="refused", signed=None, code=code, message=message)
            )

    def discard(self, event_id: str) -> bool:
        """Take back what was not sent yet, or was refused. Whether there was such a row; what is under way stays."""
        with self._engine.begin() as connection:
            return bool(_take_back(connection, [event_id]))


def _add(connection: Connection, drafts: list[Draft], rows: list[dict[str, Any]]) -> int:
    before = connection.execute(_HOW_MANY).scalar_one()
    enclosing = [draft for draft in drafts if _media(draft) is not None]
    known = select(outbox.c.id).where(outbox.c.id.in_([draft.id for draft in enclosing]))
    there = set(connection.execute(known).scalars())
    if rows:
        connection.execute(upsert(outbox).on_conflict_do_nothing(index_elements=["id"]), rows)
    for draft in enclosing:
        if draft.id not in there and (media := _media(draft)) is not None:
            announce_uploads(connection, draft.id, media.blobs())
    return connection.execute(_HOW_MANY).scalar_one() - before


def _take_back(connection: Connection, event_ids: Iterable[str]) -> set[str]:
    """Delete those that were not sent yet, or were refused, with what was to be uploaded for them. Which these were."""
    query = select(outbox.c.id).where(outbox.c.state.in_(("queued", "refused")), outbox.c.signed.is_(None))
    wanted = set(event_ids)
    if len(wanted) == 1:
        query = query.where(outbox.c.id == next(iter(wanted)))
    gone = wanted & set(connection.execute(query).scalars())
    if gone:
        mine = delete(outbox).where(outbox.c.id == bindparam("gone"))
        connection.execute(mine, [{"gone": event_id} for event_id in gone])
        _forget_uploads(connection, gone)
    return gone


def _forget_uploads(connection: Connection, event_ids: set[str]) -> None:
    """Few events have files: those are looked for once, not each by itself."""
    for event_id in event_ids & set(connection.execute(_UPLOADING).scalars()):
        forget_uploads(connection, event_id)


def _media(draft: Draft) -> Media | None:
    return getattr(draft.event, "media", None)


def _pack(draft: Draft) -> bytes:
    parts = {
        name: msgspec.Raw(encode(body))
        for name in PART_TYPES[kind_of(draft.event)]
        if (body := getattr(draft.event, name)) is not None
    }
    return encode(_Kept(draft.id, kind_of(draft.event), draft.ts, draft.to, parts, draft.readers, draft.ref))


def _unpack(data: bytes) -> Draft:
    kept = decode(data, _kept)
    types = PART_TYPES[kept.type]
    bodies = {name: _read_body(types[name], bytes(raw)) for name, raw in kept.parts.items()}
    event = KINDS[kept.type](**bodies)
    return Draft(id=kept.id, event=event, ts=kept.ts, to=kept.to, ref=kept.ref, readers=kept.readers)


def _read_body(kind: type[Struct], data: bytes) -> Struct:
    """A body as it was kept; another version of vocu may have kept one that this one refuses. Raises MalformedError."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise MalformedError("bad-draft", f"This cannot be sent as it was written ({error}); write it anew.") from None


def _item(row: Row[Any], sealed: bytes = b"") -> Item:
    return Item(
        seq=row.seq,
        id=row.id,
        kind=row.kind,
        queued_at=row.queued_at,
        state=row.state,
        position=row.position,
        code=row.code,
        message=row.message,
        signed=_signed.decode(row.signed) if row.signed is not None else None,
        sealed=sealed,
    )
