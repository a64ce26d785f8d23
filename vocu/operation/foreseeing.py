"""Asking the rule before an event is sealed: what the hub would say, as far as this desk's copy of the log tells."""

from collections.abc import Mapping

from msgspec.structs import replace

from vocu.canonical import encode
from vocu.operation.act import Act
from vocu.operation.admission import read_body, statements_of
from vocu.operation.composing import Draft
from vocu.operation.events import PART_TYPES, kind_of
from vocu.operation.header import SEALED, Head, Header, PartSlip
from vocu.operation.rules import authorise
from vocu.operation.stat_rules import require_stat
from vocu.operation.state import OperationState, Posed


def foresee(
    draft: Draft, device: str, state: OperationState, at: int, posed: Mapping[str, Posed] | None = None
) -> None:
    """Return if this device may post this draft now, by the same rule that hub and desks apply to the sealed event.

    The draft is shown to the rule as the hub would see it: what will be sealed is not looked at. Of a
    statistical part that will be sealed to the operation its readers judge, by what they know was `posed`. Raises
    RefusedError or MalformedError as `authorise` does.
    """
    kind, sealed = kind_of(draft.event), state.sealed_parts
    held = [
        name
        for name in PART_TYPES[kind]
        if getattr(draft.event, name) is not None
        and (name not in sealed or name in draft.readers)
        and name not in SEALED
    ]
    slips = tuple(_slip(name, device, state, restricted=name in draft.readers) for name in held)
    hidden = {name: None for name in PART_TYPES[kind] if name in sealed or name in draft.readers}
    header = Header(
        v="vocu/1",
        op=state.op,
        id=draft.id,
        type=kind,
        sender=device,
        to=draft.to,
        roster=state.roster_hash,
        ts=draft.ts,
        salt=draft.id,
        head=Head(state.size, state.roster_hash),
        dseq=0,
        prev=state.roster_hash,
        ref=draft.ref,
        parts=slips,
    )
    act = Act(header, replace(draft.event, **hidden), b"", statements_of(draft.event, state))
    authorise(state.devices[device], act, state, at)
    if state.seals_stat and getattr(draft.event, "stat", None) is not None and "stat" not in draft.readers:
        require_stat(state.devices[device], replace(act, event=draft.event), state, posed or {}, at)


def require_form(draft: Draft, added: frozenset[str]) -> None:
    """Return if every body of the draft is one that its readers accept, the sealed ones, too. Raises MalformedError.

    `added`: the commodities that the operation added.
    """
    for name, kind in PART_TYPES[kind_of(draft.event)].items():
        body = getattr(draft.event, name)
        if body is not None:
            read_body(kind, encode(body), added)


def _slip(name: str, device: str, state: OperationState, *, restricted: bool) -> PartSlip:
    """A part of no particular bytes, sealed as it will be."""
    if restricted:
        return PartSlip(p="stat", enc="direct", devices=(device,), sha256=state.roster_hash, size=0)
    return PartSlip(p="plain" if name == "plain" else "stat", enc="clear", sha256=state.roster_hash, size=0)
