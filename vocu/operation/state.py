"""What an operation is after so many entries: the fold of its log (docs/protocol.md §3, §4).

`authorise` reads this state and `OperationState.apply` is the only thing that changes it, so the hub and every desk
come to the same state from the same entries. Entries that are not addressed to a desk reach it as bare leaves; nothing
that this state holds may depend on them.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field

from vocu.canonical import b64, encode, unb64
from vocu.crypto.keys import RootVerifyKey, SealingKey, VerifyKey
from vocu.errors import RefusedError
from vocu.form.report import SeizureReport
from vocu.ids import device_id, newsletter_id
from vocu.operation import bodies, events
from vocu.operation.header import SEALED, PartName
from vocu.operation.register import Register
from vocu.operation.statements import (
    HUB,
    Admit,
    AdmitDevice,
    Change,
    ChangeRoots,
    DeviceCard,
    Genesis,
    OpenPhase,
    Participant,
    Phase,
    Remove,
    Revoke,
    Role,
    Roots,
)

if TYPE_CHECKING:
    from vocu.operation.act import Act

READS_SEALED: frozenset[Role] = frozenset({"organiser", "co_organiser", "participant", "observer", "support_agency"})
EPOCH_LIFETIME = 24 * 3600 * 1000
"""Milliseconds after which the next sender makes a new epoch."""
RESERVED_DAYS = 3660
"""For so many days from its creation on, the ids of an operation's newsletters are kept free."""


class Device(Struct):
    """One desk of a participant; it stays known after it was revoked, so that old entries keep their author."""

    id: str
    ncp: str
    name: str
    sign: VerifyKey
    seal: SealingKey | None
    admitted: int
    revoked: int | None = None

    @property
    def active(self) -> bool:
        return self.revoked is None


class Member(Struct):
    """A participant with its devices, by id."""

    ncp: str
    name: str
    role: Role
    key: VerifyKey | None
    devices: dict[str, Device] = field(default_factory=dict)
    active: bool = True

    @property
    def reads_sealed(self) -> bool:
        return self.active and self.role in READS_SEALED


class Epoch(Struct):
    """The newest epoch: what is sealed to the whole operation is sealed to this one's readers."""

    index: int
    n: int
    roster: str
    commit: str
    devices: tuple[str, ...]
    at: int
    faulty: bool = False


class Report(Struct):
    """A seizure report as the rules see it. `owner` is the country that it is about, `author` who posted it, and
    `revision` the event that says how it reads now."""

    owner: str
    author: str
    restricted: bool
    revision: str
    withdrawn: bool = False
    unconfirmed: bool = False


class Posed(Struct):
    """A warning, question or cross-check, and whom it is addressed to (nobody in particular: the whole operation)."""

    kind: str
    asker: str
    addressees: tuple[str, ...]


class Chained(NamedTuple):
    """The last admitted event of a device to one audience."""

    dseq: int
    digest: bytes


NOTHING_YET = Chained(-1, hashlib.sha256(b"").digest())


class OperationState:
    """The operation after `size` entries, the newest admitted at `at` (UTC milliseconds)."""

    def __init__(self, op: str, genesis: Genesis, at: int) -> None:
        self.op = op
        self.genesis = genesis
        self.size = 1
        self.at = at
        self.phase: Phase = "PRE_OPERATIONAL"
        self.roots: Roots = genesis.roots
        self.members: dict[str, Member] = {}
        self.devices: dict[str, Device] = {}
        self.epoch: Epoch | None = None
        self.chains: dict[tuple[str, str | tuple[str, ...]], Chained] = {}
        self.register = Register()
        self.used_statements: set[str] = set()
        self.added_commodities = frozenset(genesis.sub_commodities)
        self.reports: dict[str, Report] = {}
        self.posed: dict[str, Posed] = {}
        self.compiled: dict[str, bodies.Compiled] = {}
        self.issued: set[str] = set()
        """The newsletters that went out: where the hub issues them, as soon as they are compiled."""
        for data in map(unb64, genesis.roots.keys):
            RootVerifyKey.from_bytes(data)
        self._admit(genesis.organiser, 0)
        self._admit_device(genesis.organiser.ncp, genesis.device, 0)
        compiler = VerifyKey.from_bytes(unb64(genesis.compiler, 32))
        self.members[HUB] = Member(ncp=HUB, name="Hub", role="compiler", key=None)
        self._add_device(Device(device_id(compiler.data, b""), HUB, "compiler", compiler, None, 0))
        self.roster_hash = self._hash_roster()

    # --- reading ---

    @property
    def seals_stat(self) -> bool:
        """Whether the statistical part is sealed, too: then nothing that this state holds was read in it."""
        return self.genesis.profile == "sealed_stat"

    @property
    def sealed_parts(self) -> tuple[PartName, ...]:
        """The parts that are sealed whatever the event is."""
        return ("stat", *SEALED) if self.seals_stat else SEALED

    @property
    def organisers(self) -> set[str]:
        """The participants that together are the OCU."""
        return {m.ncp for m in self.members.values() if m.active and m.role in ("organiser", "co_organiser")}

    def participants(self) -> list[Member]:
        """The active participants, by code; the hub's compiler is not one."""
        return sorted((m for m in self.members.values() if m.active and m.ncp != HUB), key=lambda m: m.ncp)

    def participant(self, ncp: str) -> Member:
        """The active participant of this code. Raises RefusedError (unknown-participant)."""
        member = self.members.get(ncp)
        if member is None or not member.active or ncp == HUB:
            raise RefusedError("unknown-participant", f"{ncp} does not take part in this operation.")
        return member

    def role_of(self, device: Device) -> Role:
        return self.members[device.ncp].role

    def readers(self, ncps: frozenset[str] | None = None) -> list[Device]:
        """The active devices that may read sealed text, of these participants or of all, by device id."""
        members = (m for m in self.members.values() if m.reads_sealed and (ncps is None or m.ncp in ncps))
        return sorted((d for m in members for d in m.devices.values() if d.active), key=lambda d: d.id)

    def author_of(self, index: int) -> str | None:
        """The participant that posted this entry; None where it is addressed to others."""
        device = self.register.device_at(index)
        return None if device is None else self.devices[device].ncp

    def last_in_chain(self, device: str, to: str | tuple[str, ...]) -> Chained:
        return self.chains.get((device, to), NOTHING_YET)

    def epoch_is_current(self, now: int) -> bool:
        """Whether a desk may seal to the newest epoch, or must rotate first. `now`: UTC milliseconds."""
        epoch = self.epoch
        return (
            epoch is not None
            and epoch.roster == self.roster_hash
            and not epoch.faulty
            and now - epoch.at < EPOCH_LIFETIME
        )

    @cached_property
    def reserved_ids(self) -> frozenset[str]:
        """The ids of newsletters to come: they can be foretold, so nobody else may take them."""
        first = datetime.fromtimestamp(self.genesis.created_at / 1000, UTC).date() - timedelta(days=1)
        count = min((date.fromisoformat(self.genesis.retention_day) - first).days + 1, RESERVED_DAYS)
        return frozenset(newsletter_id(self.op, str(first + timedelta(days=day))) for day in range(count))

    # --- changing ---

    def skip(self, at: int) -> None:
        """Count an entry that was not addressed to this reader."""
        self.size += 1
        self.at = at

    def apply(self, act: "Act", at: int) -> None:
        """Take in one event that `admission` found in order, admitted at this instant."""
        header, index = act.header, self.size
        device = self.devices[header.sender]
        self.chains[device.id, header.to] = Chained(header.dseq, act.digest)
        self.register.add(index, header.id, header.type, device.id)
        self.size += 1
        self.at = at
        change = _CHANGES.get(type(act.event))
        if change is not None:
            change(self, act, index)

    def _admit(self, participant: Participant, index: int) -> None:
        key = VerifyKey.from_bytes(unb64(participant.key, 32))
        before = self.members.get(participant.ncp)
        if before is not None:
            self._revoke_all(before, index)
        self.members[participant.ncp] = Member(
            ncp=participant.ncp, name=participant.name, role=participant.role, key=key
        )

    def _admit_device(self, ncp: str, card: DeviceCard, index: int) -> None:
        sign, seal = VerifyKey.from_bytes(unb64(card.sign, 32)), SealingKey.from_bytes(unb64(card.seal))
        self._add_device(Device(device_id(sign.data, seal.data), ncp, card.name, sign, seal, index))

    def _add_device(self, device: Device) -> None:
        self.devices[device.id] = device
        self.members[device.ncp].devices[device.id] = device

    def _revoke_all(self, member: Member, index: int) -> None:
        for device in member.devices.values():
            if device.active:
                device.revoked = index

    def _hash_roster(self) -> str:
        rows = []
        for member in sorted((m for m in self.members.values() if m.active), key=lambda m: m.ncp):
            devices = sorted(
                [d.id, b64(d.sign.data), b64(d.seal.data) if d.seal else ""]
                for d in member.devices.values()
                if d.active
            )
            rows.append([member.ncp, member.role, b64(member.key.data) if member.key else "", devices])
        return b64(hashlib.sha256(encode(rows)).digest())

    # --- one method per kind that changes something ---

    def _participant_admitted(self, act: "Act", index: int) -> None:
        participant = act.statement(Admit).participant
        self._admit(participant, index)
        self._admit_device(participant.ncp, act.statement(AdmitDevice).device, index)
        carried = act.body(bodies.Admission)
        self.used_statements |= {carried.statement.payload, carried.device.payload}
        self.roster_hash = self._hash_roster()

    def _roster_statement(self, act: "Act", index: int) -> None:
        match act.statements[0]:
            case Change(participant=participant):
                member = self.members[participant.ncp]
                member.name, member.role = participant.name, participant.role
            case Remove(ncp=ncp):
                self.members[ncp].active = False
                self._revoke_all(self.members[ncp], index)
            case AdmitDevice(ncp=ncp, device=card):
                self._admit_device(ncp, card, index)
            case Revoke(device=device):
                self.devices[device].revoked = index
            case OpenPhase(phase=phase):
                self.phase = phase
            case ChangeRoots(roots=roots):
                self.roots = roots
        self.used_statements.add(act.body(bodies.Carried).statement.payload)
        self.roster_hash = self._hash_roster()

    def _epoch_rotated(self, act: "Act", index: int) -> None:
        plain = act.body(bodies.EpochKeys)
        devices = tuple(device for device, _ in plain.wraps)
        self.epoch = Epoch(index, plain.n, plain.roster, plain.commit, devices, self.at)

    def _epoch_fault(self, act: "Act", _index: int) -> None:
        if self.epoch is not None and self.epoch.index == act.body(bodies.Fault).epoch:
            self.epoch.faulty = True

    def _seizure_reported(self, act: "Act", _index: int) -> None:
        author = self.devices[act.header.sender].ncp
        stat = getattr(act.event, "stat", None)
        owner = (stat.on_behalf_of if isinstance(stat, SeizureReport) else None) or author
        self.reports[act.header.id] = Report(
            owner, author, act.restricted, revision=act.header.id, unconfirmed=owner != author
        )

    def _seizure_amended(self, act: "Act", _index: int) -> None:
        self.reports[act.ref].revision = act.header.id

    def _seizure_withdrawn(self, act: "Act", _index: int) -> None:
        self.reports[act.ref].withdrawn = True

    def _seizure_released(self, act: "Act", _index: int) -> None:
        report = self.reports[act.ref]
        report.restricted, report.revision = False, act.header.id

    def _seizure_confirmed(self, act: "Act", _index: int) -> None:
        self.reports[act.ref].unconfirmed = False

    def _posed(self, act: "Act", _index: int) -> None:
        addressees = getattr(getattr(act.event, "stat", None), "addressees", ())
        self.posed[act.header.id] = Posed(act.header.type, self.devices[act.header.sender].ncp, tuple(addressees))

    def _newsletter_compiled(self, act: "Act", _index: int) -> None:
        compiled = act.body(bodies.Compiled)
        self.compiled[compiled.day] = compiled
        if self.genesis.issue == "automatic":
            self.issued.add(act.header.id)

    def _newsletter_issued(self, act: "Act", _index: int) -> None:
        self.issued.add(act.ref)


_CHANGES: dict[type[events.Event], Callable[[OperationState, Any, int], None]] = {
    events.ParticipantAdmitted: OperationState._participant_admitted,
    events.ParticipantChanged: OperationState._roster_statement,
    events.ParticipantRemoved: OperationState._roster_statement,
    events.DeviceAdmitted: OperationState._roster_statement,
    events.DeviceRevoked: OperationState._roster_statement,
    events.PhaseOpened: OperationState._roster_statement,
    events.RootsChanged: OperationState._roster_statement,
    events.EpochRotated: OperationState._epoch_rotated,
    events.EpochFault: OperationState._epoch_fault,
    events.SeizureReported: OperationState._seizure_reported,
    events.SeizureAmended: OperationState._seizure_amended,
    events.SeizureWithdrawn: OperationState._seizure_withdrawn,
    events.SeizureReleased: OperationState._seizure_released,
    events.SeizureConfirmed: OperationState._seizure_confirmed,
    events.WarningIssued: OperationState._posed,
    events.QuestionAsked: OperationState._posed,
    events.CrossCheckAsked: OperationState._posed,
    events.NewsletterCompiled: OperationState._newsletter_compiled,
    events.NewsletterIssued: OperationState._newsletter_issued,
}
