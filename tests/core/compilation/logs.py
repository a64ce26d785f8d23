"""Logs for the tests: events in order, as a desk would have verified them; no signature or seal takes part."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

from vocu.canonical import b64, encode
from vocu.compilation.ledger import Ledger
from vocu.compilation.newsletter import compile_newsletter
from vocu.crypto.keys import RootSigningKey, SigningKey
from vocu.crypto.opening import OpeningKey
from vocu.form.report import GoodsLine, SeizureReport
from vocu.form.returns import Check, DailyReturn
from vocu.ids import operation_id
from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.events import Event, kind_of
from vocu.operation.header import Head, Header, PartSlip
from vocu.operation.state import OperationState
from vocu.operation.statements import (
    Admit,
    AdmitDevice,
    DeviceCard,
    Envelope,
    Genesis,
    OpenPhase,
    Participant,
    Phase,
    Remove,
    Roots,
    Signature,
    Statement,
)

HOUR = 3600 * 1000
START = 1_705_053_600_000
"""2024-01-12T10:00:00Z, when the operation of the tests is created."""


@cache
def seal_key() -> str:
    return b64(OpeningKey.from_seed(bytes(32)).public.data)


def card(name: str) -> DeviceCard:
    seed = hashlib.sha256(name.encode()).digest()
    return DeviceCard(name=name, sign=b64(SigningKey.from_seed(seed).public.data), seal=seal_key())


@cache
def root_key() -> str:
    return b64(RootSigningKey.from_seed(bytes(64)).public.data)


def participant(ncp: str, role: Any = "participant", name: str | None = None) -> Participant:
    return Participant(ncp=ncp, name=name or f"Customs of {ncp}", role=role, key=card(f"key of {ncp}").sign)


def genesis(**fields: Any) -> Genesis:
    """An operation from 15 to 19 January 2024 in Warsaw, organised by PL, compiled at 18:00."""
    standard: dict[str, Any] = {
        "v": "vocu/1",
        "salt": "A" * 22,
        "created_at": START,
        "name": "BALTICA II",
        "kind": "JCO",
        "zone": "Europe/Warsaw",
        "compile_hour": 18,
        "issue": "by_organiser",
        "starts_day": "2024-01-15",
        "ends_day": "2024-01-19",
        "retention_day": "2025-01-19",
        "handling": "TLP:AMBER",
        "roots": Roots(keys=(root_key(),), threshold=1),
        "hub": "hub",
        "compiler": card("compiler").sign,
        "organiser": participant("PL", "organiser"),
        "device": card("PL"),
    }
    return Genesis(**standard | fields)


class Log:
    """A log that grows; every entry comes an hour after the one before, unless told otherwise."""

    def __init__(self, *countries: str, **fields: Any) -> None:
        self.genesis = genesis(**fields)
        self.op = operation_id(encode(self.genesis))
        self.state = OperationState(self.op, self.genesis, START)
        self.ledger = Ledger(self.genesis)
        self.entries: list[tuple[int, Act | None, Phase]] = []
        self._take(START, None)
        for ncp in countries:
            self.admit(ncp)

    @property
    def position(self) -> int:
        return self.state.size

    def _take(self, at: int, act: Act | None) -> None:
        self.entries.append((at, act, self.state.phase))
        self.ledger.take(len(self.entries) - 1, at, act, self.state)

    def skip(self) -> None:
        """An entry that is addressed to others."""
        at = self.state.at + HOUR
        self.state.skip(at)
        self._take(at, None)

    def post(
        self,
        ncp: str,
        event: Event,
        *statements: Statement,
        ref: str | None = None,
        restricted: bool = False,
        to: Any = "all",
        at: int | None = None,
        name: str | None = None,
    ) -> str:
        """Post an event; its id is `name`, or made from where it stands. Returns the id."""
        index = self.position
        at = self.state.at + HOUR if at is None else at
        name = b64(index.to_bytes(16, "big")) if name is None else name
        digest = hashlib.sha256(name.encode()).digest()
        sender = next(device.id for device in self.state.devices.values() if device.ncp == ncp)
        slip = PartSlip(
            p="stat", enc="direct" if restricted else "clear", sha256="A" * 43, size=1,
            devices=(sender,) if restricted else None,
        )  # fmt: skip
        header = Header(
            v="vocu/1", op=self.op, id=name, type=kind_of(event), sender=sender, to=to, roster="A" * 43, ts=at,
            salt="A" * 22, head=Head(0, "A" * 43), dseq=0, prev="A" * 43, ref=ref, parts=(slip,),
        )  # fmt: skip
        act = Act(header, event, digest, statements)
        self.state.apply(act, at)
        self._take(at, act)
        return name

    # --- who takes part, and when ---

    def admit(self, ncp: str, role: Any = "participant", name: str | None = None) -> None:
        admit = Admit(op=self.op, salt="A" * 22, participant=participant(ncp, role, name))
        device = AdmitDevice(op=self.op, salt="A" * 22, ncp=ncp, device=card(ncp))
        self.post(
            "PL", events.ParticipantAdmitted(plain=bodies.Admission(statement=paper(), device=paper())), admit, device
        )

    def remove(self, ncp: str) -> None:
        statement = Remove(op=self.op, salt="A" * 22, ncp=ncp)
        self.post("PL", events.ParticipantRemoved(plain=bodies.Carried(statement=paper())), statement)

    def open(self, phase: Phase) -> None:
        statement = OpenPhase(op=self.op, salt="A" * 22, phase=phase)
        self.post("PL", events.PhaseOpened(plain=bodies.Carried(statement=paper())), statement)

    # --- what happens most ---

    def report(self, ncp: str, stat: SeizureReport | None = None, **more: Any) -> str:
        event = events.SeizureReported(stat=None if more.get("restricted") else stat or seizure())
        return self.post(ncp, event, **more)

    def amend(self, ncp: str, report: str, stat: SeizureReport) -> str:
        return self.post(ncp, events.SeizureAmended(stat=stat), ref=report)

    def withdraw(self, ncp: str, report: str, reason: str = "error") -> str:
        return self.post(ncp, events.SeizureWithdrawn(stat=bodies.Withdrawal(reason=reason)), ref=report)

    def file(self, ncp: str, day: str, *checks: Check, **fields: Any) -> str:
        kind = "control" if checks else "nil"
        form = DailyReturn(day=day, kind=kind, running="well", checks=checks, **fields)
        return self.post(ncp, events.DailyReturnFiled(stat=form))

    def newsletter(self, day: str) -> None:
        issue = len(self.ledger.issues) + 1
        plain = bodies.Compiled(day=day, number=issue, position=self.position, root="A" * 43)
        self.post("HUB", events.NewsletterCompiled(plain=plain, stat=bodies.Figures(figures={})))

    def again(self, between: Callable[[int, Ledger], object] = lambda _index, _ledger: None) -> Ledger:
        """A fresh ledger of the same log; what is done `between` its entries sees it grow."""
        ledger = Ledger(self.genesis)
        state = OperationState(self.op, self.genesis, START)
        for index, (at, act, _) in enumerate(self.entries):
            if act is not None:
                state.apply(act, at)
            elif index:
                state.skip(at)
            ledger.take(index, at, act, state)
            between(index, ledger)
        return ledger


def running(*countries: str, **fields: Any) -> Log:
    """An operation in its operational phase, in which these countries take part."""
    log = Log(*countries, **fields)
    log.open("OPERATIONAL")
    return log


def paper() -> Envelope:
    """A statement's envelope, which the fold does not open."""
    return Envelope("", (Signature("A" * 22, "A"),))


def goods(commodity: str = "tobacco.cigarettes", quantity: Any = 1000, unit: str = "stick", **fields: Any) -> GoodsLine:
    from decimal import Decimal

    pending = {"quantity_basis": "pending"} if quantity is None else {"quantity": Decimal(quantity)}
    return GoodsLine(commodity=commodity, unit=unit, **pending | fields)


def seizure(*lines: GoodsLine, **fields: Any) -> SeizureReport:
    standard: dict[str, Any] = {
        "agency": "customs",
        "seizure_day": "2024-01-15",
        "place": "TERESPOL",
        "location_type": "land_border",
        "direction": "import",
        "transport_mode": "road",
        "selection_reason": "routine",
        "goods": lines or (goods(),),
    }
    return SeizureReport(**standard | fields)


def compiled(log: Log, **fields: Any) -> dict[str, Any]:
    """The newsletter at the log's end."""
    standard: dict[str, Any] = {
        "day": "2024-01-16", "number": 1, "position": log.position, "root": "A" * 43,
        "window_from": START, "window_to": log.state.at, "since": 0,
    }  # fmt: skip
    return compile_newsletter(log.ledger, **standard | fields)
