"""What the hub and the desks read of each other, each reader with an honest example of its bytes."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import msgspec
import rfc8785

from tests.core.compilation.logs import seizure
from tests.fuzz import scene
from tests.fuzz.mutating import Mutator, mutate_bytes, mutate_json, mutate_msgpack
from vocu.canonical import b64, decode, decode_any, encode, unb64
from vocu.compilation.schedule import due_day
from vocu.compilation.tables import compile_tables
from vocu.crypto.signing import PayloadType, sign
from vocu.errors import MalformedError
from vocu.form.report import SeizureReport
from vocu.form.schema import FORMS, read
from vocu.ids import device_id, key_id
from vocu.log.checkpoint import open_checkpoint, origin
from vocu.log.entry import parse_leaf
from vocu.log.merkle import leaf_hash, verify_inclusion
from vocu.log.note import format_note, parse_note
from vocu.operation import bodies, events
from vocu.operation.admission import Vantage, examine, identify, read_body
from vocu.operation.composing import Author, Composer, LogView
from vocu.operation.events import PART_TYPES
from vocu.operation.header import read_header
from vocu.operation.state import OperationState
from vocu.operation.statements import (
    Admit,
    ChangeRoots,
    Envelope,
    OpenPhase,
    Remove,
    Revoke,
    Roots,
    Signature,
    open_country,
    open_genesis,
    open_root,
    read_signatures,
)
from vocu.operation.verified import VerifiedOperation
from vocu.protocol import frames, polling
from vocu.protocol.joining import JoinRequest, PostedRequest, open_posted, read_posted
from vocu.protocol.session import DeskAuth, HubHello, hub_hash, open_auth, open_hello


class Target(NamedTuple):
    """A reader: `read` takes bytes or raises a VocuError, `seeds` are some that it takes, `mutate` changes them."""

    name: str
    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    mutate: Mutator


def _read_from_desk(data: bytes) -> None:
    frame = frames.read_from_desk(data)
    assert frames.read_from_desk(frames.encode(frame)) == frame
    if isinstance(frame, frames.Append):
        read_header(frame.header)


def _from_desk() -> list[bytes]:
    op = scene.operation()
    event = scene.honest("DE", events.SeizureReported(stat=seizure()))
    said = [
        frames.Hello("vocu/1", op.op, op.desks["DE"].id, bytes(16)),
        frames.Auth(b"{}", bytes(64)),
        frames.Freshen(bytes(16)),
        frames.Append(event.header, event.signature, event.parts),
    ]
    return [frames.encode(frame) for frame in said]


def _read_from_hub(data: bytes) -> None:
    frame = frames.read_from_hub(data)
    assert frames.read_from_hub(frames.encode(frame)) == frame
    if isinstance(frame, frames.Entries):
        for entry in frame.entries:
            parse_leaf(entry.leaf_data)
        parse_note(frame.checkpoint)
    elif isinstance(frame, frames.Receipts):
        for each in frame.receipts:
            scene.operation().desks["DE"].view.log.check_receipt(
                each.index, frame.size, each.leaf_data, each.proof, frame.checkpoint
            )


def _from_hub() -> list[bytes]:
    hub = scene.operation().hub
    size = hub.tree.size
    entry = hub.entries[-1]
    receipt = frames.Receipt(bytes(32), size - 1, entry.leaf_data, tuple(hub.tree.inclusion_proof(size - 1, size)))
    said = [
        frames.Entries((hub.entries[0], frames.Entry(1, entry.leaf_data), entry), hub.checkpoint(), size),
        frames.Receipts((receipt,), size, hub.checkpoint()),
        frames.Refusal(bytes(32), "stale-epoch", "Rotate.", ("a", "b")),
        frames.Challenge(b"{}", bytes(64)),
        frames.Fresh(b"{}", bytes(64)),
        frames.Welcome("token", 3),
        frames.Failure("quota", "Tomorrow."),
    ]
    return [frames.encode(frame) for frame in said]


def _read_poll(data: bytes) -> None:
    asked = polling.read_asked(data)
    assert polling.read_asked(polling.encode(asked)) == asked
    for frame in asked.frames:
        frames.read_from_desk(frame)


def _polls() -> list[bytes]:
    return [polling.encode(polling.Asked(first=1, have=2, frames=tuple(_from_desk()), shared=True))]


def _read_answer(data: bytes) -> None:
    for frame in polling.read_brought(data).frames:
        frames.read_from_hub(bytes(frame))


def _answers() -> list[bytes]:
    said = tuple(memoryview(frame) for frame in _from_hub())
    return [polling.encode(polling.Brought(taken=1, first=2, frames=said, closed=(4503, "stopping"), session="x"))]


def _read_canonical(data: bytes) -> None:
    value = decode_any(data)
    assert encode(value) == data == rfc8785.dumps(value)


def _read_header(data: bytes) -> None:
    assert encode(read_header(data)) == data


def _headers() -> list[bytes]:
    return [entry.header for entry in scene.operation().hub.entries[1:] if entry.header is not None]


def _read_note(data: bytes) -> None:
    note = parse_note(data)
    assert format_note(note).encode() == data
    key = scene.operation().hub.key.public
    open_checkpoint(data, key, origin(scene.operation().op))


def _read_proof(data: bytes) -> None:
    """Who has the leaf and the root can be talked into nothing by a proof: only the true one passes."""
    tree = scene.operation().hub.tree
    index, size, proof = _decoded(data, tuple[int, int, tuple[bytes, ...]])
    leaf = scene.operation().hub.entries[2].leaf_data
    verify_inclusion(index, size, leaf_hash(leaf), proof, tree.root())
    assert (index, list(proof)) == (2, tree.inclusion_proof(2, tree.size))


def _proofs() -> list[bytes]:
    tree = scene.operation().hub.tree
    return [msgspec.msgpack.encode([2, tree.size, tree.inclusion_proof(2, tree.size)])]


def _read_statement(data: bytes) -> None:
    """A statement that the roots, or a country, signed without looking at it."""
    op = scene.operation()
    country = op.countries["DE"]
    try:
        open_country(_sealed_off(PayloadType.COUNTRY, data, [country]), country.public, op.op)
    except MalformedError:
        open_root(_sealed_off(PayloadType.ROOT, data, op.roots), _roots(), op.op)


@cache
def _roots() -> Roots:
    return open_genesis(unb64(_genesis().payload), _genesis().signatures).roots


@cache
def _genesis() -> Envelope:
    entry = scene.operation().hub.entries[0]
    return Envelope(b64(entry.header or b""), read_signatures(entry.signature or b""))


def _sealed_off(kind: PayloadType, data: bytes, keys: list[Any]) -> Envelope:
    made = (Signature(key_id(key.public.data), b64(sign(key, kind, data))) for key in keys)
    return Envelope(b64(data), tuple(sorted(made, key=lambda each: each.key)))


def _statements() -> list[bytes]:
    op = scene.operation()
    fields: dict[str, Any] = {"op": op.op, "salt": "A" * 22}
    roots = Roots(keys=tuple(b64(root.public.data) for root in op.roots), threshold=1)
    said = [
        Admit(participant=op.participant("FR", "observer"), **fields),
        Remove(ncp="FR", **fields),
        OpenPhase(phase="CLOSED", **fields),
        Revoke(device=op.desks["DE"].id, **fields),
        ChangeRoots(roots=roots, **fields),
        op.adding(op.desks["DE"]),
    ]
    return [encode(statement) for statement in said]


def _read_genesis(data: bytes) -> None:
    envelope = _sealed_off(PayloadType.GENESIS, data, scene.operation().roots)
    genesis = open_genesis(data, envelope.signatures)
    due_day(genesis, scene.START, None)
    OperationState("A" * 43, genesis, scene.START)


def _read_request(data: bytes) -> None:
    """A request to join whose desk signed whatever stood in it."""
    op = scene.operation()
    desk = op.desks["DE"]
    posted = PostedRequest(
        ticket="A" * 22, request=b64(data), sig=b64(sign(desk.sign, PayloadType.JOIN, data)), mac="A" * 43
    )
    request, device = open_posted(read_posted(encode(posted)), op.op)
    assert device == device_id(unb64(request.device.sign), unb64(request.device.seal))


def _requests() -> list[bytes]:
    op = scene.operation()
    desk = op.desks["DE"]
    statement = op.by_country("DE", op.adding(desk))
    key = b64(op.countries["DE"].public.data)
    first = JoinRequest(op=op.op, ncp="DE", salt="A" * 22, device=desk.card, country_key=key, statement=statement)
    return [encode(first), encode(JoinRequest(op=op.op, ncp="DE", salt="A" * 22, device=desk.card))]


def _read_hello(data: bytes) -> None:
    """Greetings that the right one signed without looking at them: the hub's at the desk, the desk's at the hub."""
    op = scene.operation()
    desk, key = op.desks["DE"], op.hub.key
    signature = key.sign_ed25519(b"") if not data else sign(key, PayloadType.HUB_HELLO, data)
    hello = open_hello(frames.Challenge(data, signature), key.public, op=op.op, device=desk.id, nonce=bytes(16))
    parse_note(hello.checkpoint)


def _hellos() -> list[bytes]:
    op = scene.operation()
    hello = HubHello(
        op=op.op, device=op.desks["DE"].id, nonce_c=b64(bytes(16)), nonce_s=b64(bytes(16)), time=scene.START,
        checkpoint=op.hub.checkpoint(),
    )  # fmt: skip
    return [encode(hello)]


def _read_auth(data: bytes) -> None:
    op = scene.operation()
    said = decode(_hellos()[0], msgspec.json.Decoder(HubHello))
    key = op.desks["DE"].sign
    open_auth(frames.Auth(data, sign(key, PayloadType.AUTH, data)), key.public, said, op.hub.key.public, "")


def _auths() -> list[bytes]:
    op = scene.operation()
    nonce = b64(bytes(16))
    hub = hub_hash(op.hub.key.public)
    return [encode(DeskAuth(op=op.op, device=op.desks["DE"].id, nonce_c=nonce, nonce_s=nonce, hub=hub, tls="", size=1))]


def _read_body(data: bytes) -> None:
    """The content of a part, which may have come sealed, so that no hub has looked at it."""
    kind, part, body = _decoded(data, tuple[str, str, bytes])
    types = PART_TYPES.get(kind, {})
    if part in types:
        read_body(types[part], body, frozenset())


def _bodies() -> list[bytes]:
    said: list[tuple[str, str, Any]] = [
        ("seizure_reported", "stat", seizure()),
        ("message_posted", "text", bodies.Text(body="words")),
        ("announcement_posted", "text", bodies.Text(body="words")),
    ]
    return [msgspec.msgpack.encode([kind, part, encode(body)]) for kind, part, body in said]


def _read_form(data: bytes) -> None:
    for form in FORMS:
        try:
            filled = read(form, data)
        except MalformedError:
            continue
        assert encode(filled) == data
        return
    raise MalformedError("bad-form", "This is no form at all.")


def _admit(data: bytes) -> None:
    """What the hub admits, it can also keep, count and tabulate, and every desk takes it in the same way."""
    event = scene.signed(*_decoded(data, tuple[Any, Any, Any, Any]))
    hub = scene.operation().hub
    act = examine(identify(event, hub.state), hub.state, hub.now, Vantage(hub.tree.root, lambda _: False))
    state, ledger = scene.state_and_ledger()
    index = state.size
    state.apply(act, hub.now)
    ledger.take(index, hub.now, act, state)
    compile_tables(ledger)
    view = Vantage(hub.tree.root, lambda _: False, scene.operation().desks["FR"].id)
    if not isinstance(act.event, events.EpochRotated) and (act.header.to == "all" or "FR" in act.header.to):
        assert examine(identify(event, hub.state), hub.state, hub.now, view) == act


def _events() -> list[bytes]:
    op = scene.operation()
    view = LogView(op.hub.state, op.hub.tree.root())
    erasure = bodies.Erasure(index=op.hub.tree.size - 2, parts=("text",))
    epoch = Composer(Author(op.desks["PL"].id, op.desks["PL"].sign), view, bytes)
    made: list[tuple[str, Any]] = [
        ("DE", scene.honest("DE", events.SeizureReported(stat=seizure()))),
        ("DE", scene.honest("DE", events.SeizureAmended(stat=seizure(place="DEHAM")), ref="R" * 21 + "A")),
        ("FR", scene.honest("FR", events.MessagePosted(text=bodies.Text(body="words")), to=("DE",))),
        ("PL", scene.honest("PL", events.AnnouncementPosted(text=bodies.Text(body="words")))),
        ("PL", scene.honest("PL", op.admission(scene.newcomer()))),
        (
            "PL",
            scene.honest("PL", events.EntryErased(plain=erasure)),
        ),
        ("PL", epoch.compose_epoch("E" * 21 + "A", op.hub.now, bytes(32))),
    ]
    return [scene.packed(by, event) for by, event in made]


def _follow(data: bytes) -> None:
    """A hub in league with the desks shows a log: the view of it is whole, or there is an alarm."""
    said = _decoded(data, tuple[tuple[int, int, bytes], ...])[:6]
    made = []
    for kind, late, event in said:
        if kind not in (1, 2) or abs(late) >= 2**40:
            raise MalformedError("bad-leaf", "No hub can sign this leaf.")
        made.append((kind, late, scene.signed(*_decoded(event, tuple[Any, Any, Any, Any]))))
    entries, checkpoint = scene.shown(made)
    op = scene.operation()
    view = VerifiedOperation(op.op, "PL", op.desks["PL"].id, op.hub.key.public)
    view.accept(entries, checkpoint)
    assert view.size == len(entries)


def _logs() -> list[bytes]:
    entries = scene.operation().hub.entries
    shown = []
    for entry in entries[1:4]:
        leaf = parse_leaf(entry.leaf_data)
        event = msgspec.msgpack.encode([0, False, entry.header, entry.parts])
        shown.append([leaf.kind, leaf.hub_ms - scene.START, event])
    return [msgspec.msgpack.encode(shown)]


def _decoded(data: bytes, form: Any) -> Any:
    """The input of a target that takes more than one thing."""
    try:
        return msgspec.msgpack.decode(data, type=form)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise MalformedError("no-input", "These bytes stand for nothing here.") from None


def _leaves() -> list[bytes]:
    return [entry.leaf_data for entry in scene.operation().hub.entries[:2]]


def _plain_values() -> list[bytes]:
    return [encode({"a": [1, "é", True, {"b": -(2**53) + 1}]}), *_headers()[:1]]


def _reports() -> list[bytes]:
    report: SeizureReport = seizure()
    return [encode(report)]


READERS = [
    Target("frame-from-desk", _read_from_desk, _from_desk, mutate_msgpack),
    Target("frame-from-hub", _read_from_hub, _from_hub, mutate_msgpack),
    Target("poll", _read_poll, _polls, mutate_msgpack),
    Target("poll-answer", _read_answer, _answers, mutate_msgpack),
    Target("header", _read_header, _headers, mutate_json),
    Target("leaf", parse_leaf, _leaves, mutate_bytes),
    Target("canonical", _read_canonical, _plain_values, mutate_json),
    Target("checkpoint", _read_note, lambda: [scene.operation().hub.checkpoint().encode()], mutate_bytes),
    Target("proof", _read_proof, _proofs, mutate_msgpack),
    Target("statement", _read_statement, _statements, mutate_json),
    Target("genesis", _read_genesis, lambda: [unb64(_genesis().payload)], mutate_json),
    Target("join-request", _read_request, _requests, mutate_json),
    Target("hub-hello", _read_hello, _hellos, mutate_json),
    Target("desk-auth", _read_auth, _auths, mutate_json),
    Target("body", _read_body, _bodies, mutate_msgpack),
    Target("form", _read_form, _reports, mutate_json),
    Target("admission", _admit, _events, mutate_msgpack),
    Target("following", _follow, _logs, mutate_msgpack),
]
