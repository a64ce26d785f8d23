"""An operation in memory, with real keys, signatures, seals, log and checkpoints: a hub, and desks that verify it.

    scenario = Scenario("DE", "FR")            # PL organises; DE and FR were admitted, each with one desk
    scenario.open("OPERATIONAL")
    report = scenario.post("DE", SeizureReported(stat=seizure()))
    scenario.post("DE", MessagePosted(text=Text(body="Hello")), to=("FR",))
    scenario.desks["FR"].open(report, "nominal")

After each call every desk has verified everything. `Scenario(..., deliver=False)` leaves that to `deliver()`. What is
random comes from `seed`, so ids and keys are the same each time; wraps and ML-DSA signatures are random all the same.
"""

import random
from collections.abc import Mapping
from typing import Any

from tests.simulated import START, Desk, Hub
from vocu.canonical import b64
from vocu.crypto.keys import HubSigningKey, RootSigningKey, SigningKey
from vocu.crypto.signing import PayloadType
from vocu.errors import VocuError
from vocu.ids import newsletter_id
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Author, Composer, Draft, LogView
from vocu.operation.events import Event
from vocu.operation.header import EVERYONE, SEALED
from vocu.operation.statements import (
    HUB,
    PHASES,
    Admit,
    AdmitDevice,
    Change,
    ChangeRoots,
    Envelope,
    Genesis,
    OpenPhase,
    Participant,
    Phase,
    Remove,
    Revoke,
    Roots,
    seal_off,
)

MINUTE = 60_000
RootDecision = Admit | Change | Remove | Revoke | OpenPhase | ChangeRoots


class Scenario:
    """An operation that PL organises, with these other participants, in the phase PRE_OPERATIONAL."""

    def __init__(
        self, *countries: str, seed: int = 0, roots: int = 1, threshold: int = 1, deliver: bool = True, **genesis: Any
    ) -> None:
        self.random = random.Random(seed)
        self.delivers = deliver
        self.roots = [RootSigningKey.from_seed(self.random.randbytes(64)) for _ in range(roots)]
        self.countries: dict[str, SigningKey] = {"PL": self.country_key()}
        self.compiler = SigningKey.from_seed(self.random.randbytes(32))
        key = HubSigningKey.from_seed(self.random.randbytes(64))
        self.desks: dict[str, Desk] = {"PL": Desk("PL", "PL", self.random)}
        standard: dict[str, Any] = {
            "v": "vocu/1", "salt": self.new_id(), "created_at": START, "name": "BALTICA II", "kind": "JCO",
            "zone": "Europe/Warsaw", "compile_hour": 18, "issue": "by_organiser", "starts_day": "2024-01-15",
            "ends_day": "2024-01-19", "retention_day": "2025-01-19", "handling": "TLP:AMBER",
            "roots": Roots(keys=tuple(b64(root.public.data) for root in self.roots), threshold=threshold),
            "hub": b64(key.public.data), "compiler": b64(self.compiler.public.data),
            "organiser": self.participant("PL", "organiser"), "device": self.desks["PL"].card,
        }  # fmt: skip
        self.hub = Hub(key, seal_off(PayloadType.GENESIS, Genesis(**standard | genesis), self.roots[:threshold]))
        self.op = self.hub.op
        self.threshold = threshold
        self.desks["PL"].connect(self.hub)
        self.deliver()
        for ncp in countries:
            self.admit(ncp)

    # --- what everybody does ---

    def post(self, by: str, event: Event, **more: Any) -> str:
        """Compose, send and deliver an event of the desk `by`; its id. Rotates the epoch first where that is due.

        `more` as for `draft`.
        """
        desk = self.desks[by]
        desk.catch_up(self.hub)
        draft = self.draft(by, event, **more)
        sealed = desk.state.sealed_parts
        words = any(getattr(event, part, None) is not None and part not in draft.readers for part in sealed)
        if words and not desk.state.epoch_is_current(self.hub.now):
            self.rotate(by)
        self.send(desk.compose(draft))
        return draft.id

    def draft(
        self,
        by: str,
        event: Event,
        *,
        to: tuple[str, ...] = (),
        ref: str | None = None,
        readers: Mapping[str, tuple[str, ...]] | None = None,
        id: str | None = None,  # noqa: A002
    ) -> Draft:
        """`to` without the sender's own, nobody meaning all; words to fewer than all are sealed to exactly those."""
        ncp = self.desks[by].ncp
        sealed = {part: to for part in SEALED if to and getattr(event, part, None) is not None}
        return Draft(
            id=id or self.new_id(),
            event=event,
            ts=self.hub.now,
            to=tuple(sorted({*to, ncp})) if to else EVERYONE,
            ref=ref,
            readers=sealed | dict(readers or {}),
        )

    def send(self, signed: SignedEvent) -> int:
        """Have the hub admit the event a minute later, and everybody verify it. Raises as the hub refuses."""
        self.hub.now += MINUTE
        index = self.hub.append(signed)
        if self.delivers:
            self.deliver()
        return index

    def rotate(self, by: str = "PL") -> int:
        """A new epoch, made by this desk; its index."""
        desk = self.desks[by]
        desk.catch_up(self.hub)
        return self.send(desk.composer().compose_epoch(self.new_id(), self.hub.now, self.random.randbytes(32)))

    def newsletter(self, day: str, **fields: Any) -> str:
        """The hub compiles an issue, without figures; its id."""
        state = self.hub.state
        standard = {"day": day, "number": len(state.compiled) + 1, "position": state.size, "root": "A" * 43}
        plain = bodies.Compiled(**standard | fields)
        event = events.NewsletterCompiled(plain=plain, stat=bodies.Figures(figures={}))
        compiler = next(iter(state.members[HUB].devices))
        composer = Composer(
            Author(compiler, self.compiler), LogView(state, self.hub.tree.root()), self.random.randbytes
        )
        draft = Draft(id=newsletter_id(self.op, day), event=event, ts=self.hub.now)
        self.send(composer.compose(draft))
        return draft.id

    def deliver(self) -> None:
        """Everybody whom the hub still serves catches up."""
        for desk in self.desks.values():
            device = self.hub.state.devices.get(desk.id)
            if device is not None and device.active:
                desk.catch_up(self.hub)

    # --- who takes part ---

    def admit(self, ncp: str, role: Any = "participant", *, replace: bool = False) -> Desk:
        """Admit a participant with its first desk, under a new country key."""
        before = dict(self.countries)
        self.countries[ncp] = self.country_key()
        desk = Desk(ncp, ncp, self.random)
        try:
            self.post("PL", self.admission(desk, role, replace=replace))
        except VocuError:
            self.countries = before
            raise
        return self._join(desk)

    def admission(self, desk: Desk, role: Any = "participant", *, replace: bool = False) -> Event:
        admit = Admit(op=self.op, salt=self.new_id(), participant=self.participant(desk.ncp, role), replace=replace)
        plain = bodies.Admission(statement=self.by_roots(admit), device=self.by_country(desk.ncp, self.adding(desk)))
        return events.ParticipantAdmitted(plain=plain)

    def add_desk(self, name: str, by: str) -> Desk:
        """A further desk of the country that the desk `by` belongs to."""
        desk = Desk(name, self.desks[by].ncp, self.random)
        self.post(by, events.DeviceAdmitted(plain=self.carried(self.by_country(desk.ncp, self.adding(desk)))))
        return self._join(desk)

    def change(self, ncp: str, role: Any) -> None:
        changed = Change(op=self.op, salt=self.new_id(), participant=self.participant(ncp, role))
        self.post("PL", events.ParticipantChanged(plain=self.carried(self.by_roots(changed))))

    def remove(self, ncp: str) -> None:
        removed = Remove(op=self.op, salt=self.new_id(), ncp=ncp)
        self.post("PL", events.ParticipantRemoved(plain=self.carried(self.by_roots(removed))))

    def revoke(self, name: str, by: str = "PL") -> None:
        """The roots revoke a desk."""
        revoked = Revoke(op=self.op, salt=self.new_id(), device=self.desks[name].id)
        self.post(by, events.DeviceRevoked(plain=self.carried(self.by_roots(revoked))))

    def open(self, phase: Phase) -> None:
        """Open each phase up to this one."""
        for each in PHASES[PHASES.index(self.hub.state.phase) + 1 : PHASES.index(phase) + 1]:
            opened = OpenPhase(op=self.op, salt=self.new_id(), phase=each)
            self.post("PL", events.PhaseOpened(plain=self.carried(self.by_roots(opened))))

    # --- statements and keys ---

    def participant(self, ncp: str, role: Any) -> Participant:
        return Participant(ncp=ncp, name=f"Customs of {ncp}", role=role, key=b64(self.countries[ncp].public.data))

    def adding(self, desk: Desk) -> AdmitDevice:
        return AdmitDevice(op=self.op, salt=self.new_id(), ncp=desk.ncp, device=desk.card)

    def by_roots(self, statement: RootDecision, roots: list[RootSigningKey] | None = None) -> Envelope:
        return seal_off(PayloadType.ROOT, statement, self.roots[: self.threshold] if roots is None else roots)

    def by_country(self, ncp: str, statement: AdmitDevice | Revoke) -> Envelope:
        return seal_off(PayloadType.COUNTRY, statement, [self.countries[ncp]])

    def carried(self, envelope: Envelope) -> bodies.Carried:
        return bodies.Carried(statement=envelope)

    def country_key(self) -> SigningKey:
        return SigningKey.from_seed(self.random.randbytes(32))

    def new_id(self) -> str:
        return b64(self.random.randbytes(16))

    def _join(self, desk: Desk) -> Desk:
        self.desks[desk.name] = desk
        desk.connect(self.hub)
        if self.delivers:
            desk.catch_up(self.hub)
        return desk
