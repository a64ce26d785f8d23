"""What roots and countries decide, in envelopes that carry their own authority (docs/protocol.md §3)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from vocu.canonical import b64, decode, encode, unb64
from vocu.crypto.keys import RootSigningKey, RootVerifyKey, SigningKey, VerifyKey
from vocu.crypto.signing import PayloadType, sign, verify
from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu.ids import Day, DeviceID, Instant, KeyID, NCPCode, OperationID, Salt, key_id
from vocu.operation.handling import require_ceiling

Role = Literal["organiser", "co_organiser", "participant", "observer", "support_agency", "analyst", "compiler"]
Phase = Literal["PRE_OPERATIONAL", "OPERATIONAL", "POST_OPERATIONAL", "CLOSED"]
PHASES: tuple[Phase, ...] = ("PRE_OPERATIONAL", "OPERATIONAL", "POST_OPERATIONAL", "CLOSED")
HUB = "HUB"
"""The code under which the hub's compiler device stands in the roster; no participant has it."""

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+\Z", max_length=3000)]


class Statement(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="type"):
    """Something decided by those whose signatures it bears."""


class Participant(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A contact point or body within an operation; `key` is its country key."""

    ncp: NCPCode
    name: Name
    role: Role
    key: Key


class DeviceCard(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a desk shows of itself: its signing key (Ed25519) and its sealing key (X-Wing)."""

    name: Name
    sign: Key
    seal: Key


class Roots(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The operation's root keys, and how many of them must sign."""

    keys: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=15)]
    threshold: Annotated[int, Meta(ge=1, le=15)]

    def __post_init__(self) -> None:
        if self.threshold > len(self.keys) or len(set(self.keys)) != len(self.keys):
            raise ValueError("the threshold needs that many different root keys")


Amount = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{0,17}[1-9])?\Z")]
"""An exact decimal in its one spelling (vocu.form.quantities.plain), zero or more."""


class Objective(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the operation wants to reach: `threshold` of a measure, of one commodity where one is named (a family
    includes all below it); a quantity in its unit."""

    measure: Literal["reports", "seizures", "controls", "countries", "quantity"]
    threshold: Amount
    name: Name | None = None
    commodity: Annotated[str, Meta(max_length=64)] | None = None
    unit: Annotated[str, Meta(max_length=16)] | None = None


class Genesis(Statement, frozen=True, kw_only=True, tag="genesis"):
    """What an operation is. Its hash is the operation's id; its zone and hour say when a newsletter is compiled."""

    v: Literal["vocu/1"]
    salt: Salt
    created_at: Instant
    name: Name
    kind: Literal["JCO", "JCPO", "JPO", "international", "regional"]
    zone: Annotated[str, Meta(pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*\Z", max_length=64)]
    compile_hour: Annotated[int, Meta(ge=0, le=23)]
    issue: Literal["by_organiser", "automatic"]
    cadence: Literal["daily", "working_days", "weekly"] = "daily"
    """The days that have a newsletter: each, Monday to Friday, or every seventh; the last day always has one."""
    profile: Literal["open", "sealed_stat"] = "open"
    """Whether the hub may read statistical parts and compiles them, or the organiser's desk does (protocol §9)."""
    mail: Literal["notice", "full"] = "notice"
    """What a desk may send by electronic mail: that there is a newsletter, or the newsletter itself."""
    starts_day: Day
    ends_day: Day
    retention_day: Day
    handling: str
    """The ceiling: a text marked higher is refused."""
    commodities: tuple[str, ...] = ()
    """The commodities that the operation is about; none named means all."""
    sub_commodities: tuple[str, ...] = ()
    """Commodities that this operation adds below those of the code list, as `family.own_code`."""
    objectives: Annotated[tuple[Objective, ...], Meta(max_length=20)] = ()
    assessed_day: Day | None = None
    """When the threat was assessed."""
    roots: Roots
    hub: Key
    compiler: Key
    organiser: Participant
    device: DeviceCard


class _OfOperation(Statement, frozen=True, kw_only=True):
    op: OperationID
    salt: Salt


class Admit(_OfOperation, frozen=True, kw_only=True, tag="admit"):
    """Roots admit a participant. With `replace`, a participant that lost everything returns with new keys."""

    participant: Participant
    replace: bool = False


class Change(_OfOperation, frozen=True, kw_only=True, tag="change"):
    """Roots change a participant's name or role."""

    participant: Participant


class Remove(_OfOperation, frozen=True, kw_only=True, tag="remove"):
    """Roots remove a participant with all its devices."""

    ncp: NCPCode


class OpenPhase(_OfOperation, frozen=True, kw_only=True, tag="phase"):
    """Roots open the next phase."""

    phase: Phase


class ChangeRoots(_OfOperation, frozen=True, kw_only=True, tag="roots"):
    """The present roots hand over to new ones."""

    roots: Roots


class Revoke(_OfOperation, frozen=True, kw_only=True, tag="revoke"):
    """Roots, or the device's own country, revoke a device."""

    device: DeviceID


class AdmitDevice(_OfOperation, frozen=True, kw_only=True, tag="admit_device"):
    """A country admits a device of its own."""

    ncp: NCPCode
    device: DeviceCard


RootStatement = Admit | Change | Remove | OpenPhase | ChangeRoots | Revoke
CountryStatement = AdmitDevice | Revoke

_genesis: msgspec.json.Decoder[Genesis] = msgspec.json.Decoder(Genesis)
_root: msgspec.json.Decoder[RootStatement] = msgspec.json.Decoder(RootStatement)
_country: msgspec.json.Decoder[CountryStatement] = msgspec.json.Decoder(CountryStatement)
_either: msgspec.json.Decoder[RootStatement | CountryStatement] = msgspec.json.Decoder(RootStatement | CountryStatement)


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """One signature of an envelope; `key` is the id of the key that made it."""

    key: KeyID
    sig: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+\Z", max_length=4600)]


Signatures = Annotated[tuple[Signature, ...], Meta(min_length=1, max_length=15)]


class Envelope(Struct, frozen=True, forbid_unknown_fields=True):
    """A statement's canonical bytes (base64url) and the signatures over them, in the order of their key ids."""

    payload: Annotated[str, Meta(max_length=65536)]
    signatures: Signatures


def seal_off(kind: PayloadType, statement: Statement, keys: Iterable[RootSigningKey | SigningKey]) -> Envelope:
    """The statement in an envelope, signed by each of the keys."""
    payload = encode(statement)
    signatures = (Signature(key_id(key.public.data), b64(sign(key, kind, payload))) for key in keys)
    return Envelope(b64(payload), tuple(sorted(signatures, key=lambda signature: signature.key)))


_signatures: msgspec.json.Decoder[tuple[Signature, ...]] = msgspec.json.Decoder(Signatures)


def read_signatures(data: bytes) -> tuple[Signature, ...]:
    """The signatures of the genesis, as they stand in the signature of entry 0."""
    return decode(data, _signatures)


def open_genesis(payload: bytes, signatures: tuple[Signature, ...]) -> Genesis:
    """The genesis, signed by enough of the roots that it names itself. Who trusts it compares its hash with `op`."""
    genesis = decode(payload, _genesis)
    _require_roots(PayloadType.GENESIS, payload, signatures, genesis.roots)
    _require_possible(genesis)
    return genesis


def _require_possible(genesis: Genesis) -> None:
    if genesis.organiser.role != "organiser" or genesis.organiser.ncp == HUB:
        raise RefusedError("role-fixed", f"A genesis names an organiser as such, under another code than {HUB}.")
    try:
        days = [date.fromisoformat(day) for day in (genesis.starts_day, genesis.ends_day, genesis.retention_day)]
    except ValueError:
        days = []
    if not days or days != sorted(days):
        raise MalformedError("bad-day", "An operation starts, ends, and is kept for a while, on days in this order.")
    for objective in genesis.objectives:
        if (objective.measure == "quantity") != (objective.unit is not None):
            raise MalformedError("bad-objective", "An objective has a unit where it is a quantity, and only there.")
    require_ceiling(genesis.handling, genesis.handling)


def open_root(envelope: Envelope, roots: Roots, op: str) -> RootStatement:
    """A statement signed by enough roots of this operation."""
    payload = unb64(envelope.payload)
    statement = decode(payload, _root)
    _require_roots(PayloadType.ROOT, payload, envelope.signatures, roots)
    _require_operation(statement, op)
    return statement


def open_country(envelope: Envelope, key: VerifyKey, op: str) -> CountryStatement:
    """A statement signed by this country key, for this operation."""
    payload = unb64(envelope.payload)
    statement = decode(payload, _country)
    _require_signatures(PayloadType.COUNTRY, payload, envelope.signatures, {key_id(key.data): key}, 1)
    _require_operation(statement, op)
    return statement


def peek(envelope: Envelope) -> RootStatement | CountryStatement:
    """What the envelope says, on nobody's word yet: only to find out whose word it takes."""
    return decode(unb64(envelope.payload), _either)


def is_signed_by(envelope: Envelope, key: VerifyKey) -> bool:
    """Whether the envelope claims a signature of this key; opening it verifies the claim."""
    return key_id(key.data) in {signature.key for signature in envelope.signatures}


def _require_roots(kind: PayloadType, payload: bytes, signatures: tuple[Signature, ...], roots: Roots) -> None:
    keys = {key_id(data): RootVerifyKey.from_bytes(data) for data in map(unb64, roots.keys)}
    _require_signatures(kind, payload, signatures, keys, roots.threshold)


def _require_signatures(
    kind: PayloadType,
    payload: bytes,
    signatures: tuple[Signature, ...],
    keys: Mapping[str, VerifyKey] | Mapping[str, RootVerifyKey],
    threshold: int,
) -> None:
    signers = [signature.key for signature in signatures]
    if signers != sorted(set(signers)):
        raise MalformedError("bad-envelope", "An envelope lists each signature once, in the order of key ids.")
    for signature in signatures:
        if signature.key not in keys:
            raise UntrustedError("unknown-key", "This statement is signed by a key that has no say in this operation.")
        verify(keys[signature.key], kind, payload, unb64(signature.sig))
    if len(signers) < threshold:
        raise RefusedError(
            "too-few-signatures", f"This statement needs {threshold} signatures and bears {len(signers)}."
        )


def _require_operation(statement: RootStatement | CountryStatement, op: str) -> None:
    if statement.op != op:
        raise RefusedError("wrong-operation", "This statement belongs to another operation.")
