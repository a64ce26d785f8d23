"""What is checked before an event counts (docs/protocol.md §5): by the hub to decide, by every desk to verify the hub.

Both call `examine`; they differ only in which parts they hold and in what a fault means.
"""

import hashlib
from collections.abc import Callable, Container
from typing import NamedTuple

import msgspec
from msgspec import Struct

from vocu.canonical import b64, decode, unb64
from vocu.crypto.keys import VerifyKey
from vocu.crypto.signing import PayloadType, verify
from vocu.errors import MalformedError, RefusedError
from vocu.form.report import Part
from vocu.form.schema import FORMS, read
from vocu.ids import Salt
from vocu.operation.act import Act
from vocu.operation.bodies import Admission, Carried, EpochKeys
from vocu.operation.events import KINDS, PART_TYPES, EpochRotated, Event, NewsletterCompiled
from vocu.operation.header import SEALED, WRAP_SIZE, Blob, Header, PartSlip, digest, read_header
from vocu.operation.proving import Proof
from vocu.operation.rules import authorise
from vocu.operation.state import Device, OperationState
from vocu.operation.statements import (
    Admit,
    AdmitDevice,
    Envelope,
    Revoke,
    Statement,
    is_signed_by,
    open_country,
    open_root,
    peek,
)

MAX_CLEAR = 128 * 1024
"""Bytes of a clear part, which always travels inside its entry."""
MAX_INSIDE = MAX_CLEAR + MAX_CLEAR // 8
"""Bytes of a sealed part that travels inside its entry: what is clear elsewhere, padded and sealed."""
MAX_SEALED = 25 * 1024 * 1024


class SignedEvent(Struct, frozen=True, array_like=True):
    """An event as it travels: header and signature verbatim, and each part's bytes, or None if they are elsewhere."""

    header: bytes
    signature: bytes
    parts: tuple[bytes | None, ...]


class ClearPart(Struct, frozen=True, forbid_unknown_fields=True):
    """The envelope of a clear part: the salt keeps its hash from telling its content after an erasure."""

    body: msgspec.Raw
    salt: Salt


_clear_part: msgspec.json.Decoder[ClearPart] = msgspec.json.Decoder(ClearPart)
_FORM_OF: dict[type[Struct], str] = {form: name for name, form in FORMS.items()}
_bodies: dict[type[Struct], msgspec.json.Decoder[Struct]] = {
    body: msgspec.json.Decoder(body) for parts in PART_TYPES.values() for body in parts.values()
}


class Vantage(NamedTuple):
    """From where an event is looked at.

    `root_at(n)` is the root of one's own log at size n; `held` says whether a part that is not in the event's bytes is
    held elsewhere (the hub's uploads), or need not be (sealed parts at a desk); `reader` is the desk's device, None at
    the hub. `has_blob` says whether a chunk of a file is here; a desk fetches chunks later, and takes them for granted.
    """

    root_at: Callable[[int], bytes]
    held: Callable[[PartSlip], bool]
    reader: str | None = None
    has_blob: Callable[[Blob], bool] = lambda _: True


class Identified(NamedTuple):
    """An event whose signature was verified, and nothing else yet."""

    signed: SignedEvent
    header: Header
    device: Device


def identify(signed: SignedEvent, state: OperationState, proven: Container[Proof] = ()) -> Identified:
    """What the event says of itself, and the device that demonstrably signed it: steps 1 to 3 of protocol §5.

    A signature that was `proven` before is not verified again.
    """
    header = read_header(signed.header)
    if header.op != state.op:
        raise RefusedError("wrong-operation", "This event belongs to another operation.")
    device = state.devices.get(header.sender)
    if device is None:
        raise RefusedError("unknown-device", "This event is signed by a device that was never admitted.")
    if not device.active:
        raise RefusedError("revoked-device", "This event is signed by a device that was revoked.")
    if Proof(device.id, signed.header, signed.signature) not in proven:
        verify(device.sign, PayloadType.EVENT, signed.header, signed.signature)
    return Identified(signed, header, device)


def examine(event: Identified, state: OperationState, at: int, vantage: Vantage) -> Act:
    """The act that an identified event is, in order for this state at this instant: steps 4 to 9 of protocol §5.

    Raises MalformedError, RefusedError or UntrustedError; the state is unchanged.
    """
    signed, header, device = event
    if header.id in state.register:
        raise RefusedError("id-in-use", "An event with this id is already in the log; a new event needs a new id.")
    kind = KINDS.get(header.type)
    if kind is None:
        raise MalformedError("unknown-kind", f"There is no kind of event called {header.type[:40]!r}.")
    if header.id in state.reserved_ids and kind is not NewsletterCompiled:
        raise RefusedError("reserved-id", "This id belongs to a newsletter to come; a new event needs a random id.")
    _require_chain(header, state)
    _require_head(header, state, vantage.root_at)
    content = _read_clear_parts(kind, header, signed.parts, state.added_commodities)
    _require_parts(header, content, signed.parts, vantage)
    _require_blobs(header, vantage)
    act = Act(header, content, digest(signed.header, signed.signature), statements_of(content, state))
    authorise(device, act, state, at)
    return act


def recall(signed: SignedEvent, state: OperationState) -> Act:
    """The act that these bytes were found to be before: for what one verified oneself, and kept."""
    header = read_header(signed.header)
    content = _read_clear_parts(KINDS[header.type], header, signed.parts, state.added_commodities)
    statements = statements_of(content, state)
    return Act(header, content, digest(signed.header, signed.signature), statements)


def _require_chain(header: Header, state: OperationState) -> None:
    last = state.last_in_chain(header.sender, header.to)
    if header.dseq != last.dseq + 1 or header.prev != b64(last.digest):
        raise RefusedError(
            "stale-prev",
            f"This device's events to this audience go on with number {last.dseq + 1}; sign the event again after it.",
        )


def _require_head(header: Header, state: OperationState, root_at: Callable[[int], bytes]) -> None:
    if header.head.n > state.size or b64(root_at(header.head.n)) != header.head.root:
        raise RefusedError(
            "split-view", "The sender saw another log than this one. Compare the newest roots by telephone."
        )


def _require_parts(header: Header, event: Event, parts: tuple[bytes | None, ...], vantage: Vantage) -> None:
    if len(parts) != len(header.parts):
        raise MalformedError("bad-parts", f"The header names {len(header.parts)} parts, {len(parts)} came.")
    keys = event.plain if isinstance(event, EpochRotated) else None
    for slip, data in zip(header.parts, parts, strict=True):
        name = slip.p
        if slip.size > _most(slip):
            raise MalformedError("part-too-large", f"The part {name!r} is too large.")
        if data is None:
            if not vantage.held(slip):
                raise RefusedError("part-missing", f"The part {name!r} has not arrived; send it, then the event again.")
        elif keys is not None and name == "wraps" and vantage.reader is not None:
            _require_hash(name, data, WRAP_SIZE, dict(keys.wraps).get(vantage.reader, ""))
        else:
            _require_hash(name, data, slip.size, slip.sha256)
            if keys is not None and name == "wraps":
                require_wraps(keys, data)
    readers = sum(len(slip.devices or ()) for slip in header.parts) + (len(keys.wraps) if keys else 0)
    wraps = header.slip("wraps")
    if (wraps.size if wraps else 0) != readers * WRAP_SIZE:
        raise MalformedError("bad-parts", "The part 'wraps' must hold one wrap for each reader of each direct part.")


def _most(slip: PartSlip) -> int:
    if not slip.inside:
        return MAX_SEALED
    return MAX_CLEAR if slip.enc == "clear" else MAX_INSIDE


def _require_blobs(header: Header, vantage: Vantage) -> None:
    missing = sum(not vantage.has_blob(blob) for blob in header.blobs or ())
    if missing:
        raise RefusedError(
            "part-missing", f"{missing} chunks of the files have not arrived; send them, then the event."
        )


def require_wraps(keys: EpochKeys, wraps: bytes) -> None:
    """Return if these are the wraps that the epoch announces, each reader's own. Raises MalformedError (bad-parts).

    `examine` does so where it has the bytes; who holds them elsewhere does it before the event counts. A desk is shown
    its own wrap alone and takes another one for the hub's lie.
    """
    if len(wraps) != len(keys.wraps) * WRAP_SIZE:
        raise MalformedError("bad-parts", "The part 'wraps' must hold one wrap for each reader of the epoch.")
    for place, (_, sha256) in enumerate(keys.wraps):
        _require_hash("wraps", wraps[place * WRAP_SIZE : (place + 1) * WRAP_SIZE], WRAP_SIZE, sha256)


def _require_hash(name: str, data: bytes, size: int, sha256: str) -> None:
    if len(data) != size or b64(hashlib.sha256(data).digest()) != sha256:
        raise MalformedError("bad-parts", f"The part {name!r} does not have the size and hash that were signed.")


def _read_clear_parts(
    kind: type[Event], header: Header, parts: tuple[bytes | None, ...], added: frozenset[str]
) -> Event:
    types = PART_TYPES[header.type]
    bodies: dict[str, Struct] = {}
    for slip, data in zip(header.parts, parts, strict=False):
        if slip.p == "wraps":
            continue
        if slip.p not in types:
            raise MalformedError("unexpected-part", f"An event {header.type!r} has no part {slip.p!r}.")
        if slip.enc == "clear":
            if slip.p in SEALED:
                raise RefusedError("must-be-sealed", f"The part {slip.p!r} is always sealed.")
            if data is None:
                raise MalformedError("bad-parts", f"The clear part {slip.p!r} travels inside the event.")
            bodies[slip.p] = read_body(types[slip.p], bytes(decode(data, _clear_part).body), added)
    missing = [name for name in kind.required if header.slip(name) is None]
    if missing:
        raise MalformedError("missing-part", f"An event {header.type!r} needs the part {missing[0]!r}.")
    return kind(**bodies)


def read_body(kind: type[Struct], data: bytes, added: frozenset[str] = frozenset()) -> Struct:
    """The body of a part from its canonical bytes: by the form's schema where it is a form, else by its type alone.

    `added` are the commodities that the operation added to the code list. Raises MalformedError.
    """
    if issubclass(kind, Part):
        return read(_FORM_OF[kind], data, added)
    return decode(data, _bodies[kind])


def statements_of(event: Event, state: OperationState) -> tuple[Statement, ...]:
    """The statements that the event carries, each verified against those whose decision it is."""
    plain = getattr(event, "plain", None)
    if isinstance(plain, Admission):
        admit = open_root(plain.statement, state.roots, state.op)
        if not isinstance(admit, Admit):
            raise MalformedError("bad-statement", "An admission carries the roots' statement `admit`.")
        key = VerifyKey.from_bytes(unb64(admit.participant.key, 32))
        return admit, open_country(plain.device, key, state.op)
    if isinstance(plain, Carried):
        return (_open_carried(plain.statement, state),)
    return ()


def _open_carried(envelope: Envelope, state: OperationState) -> Statement:
    """A country's statement where it bears the key of the country whose desk it is about, else one of the roots."""
    statement = peek(envelope)
    country = _country_concerned(statement, state)
    if country is not None and is_signed_by(envelope, country):
        return open_country(envelope, country, state.op)
    if isinstance(statement, AdmitDevice):
        raise RefusedError("not-your-country", "A country's own key, and no other, admits its devices.")
    return open_root(envelope, state.roots, state.op)


def _country_concerned(statement: Statement, state: OperationState) -> VerifyKey | None:
    match statement:
        case AdmitDevice(ncp=ncp):
            member = state.members.get(ncp)
        case Revoke(device=name) if name in state.devices:
            member = state.members[state.devices[name].ncp]
        case _:
            return None
    return member.key if member else None
