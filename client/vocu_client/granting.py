"""What opens earlier statistical parts, sealed by the organiser's desk to those who joined later (protocol §4)."""

from collections import defaultdict
from collections.abc import Iterator

from vocu.canonical import b64
from vocu.crypto.sealing import class_key
from vocu.ids import grant_id
from vocu.operation.bodies import MAX_GRANTED, Fault, Grant
from vocu.operation.composing import Draft
from vocu.operation.events import OCU, SPEAKERS, EpochFault, EpochsGranted
from vocu_client.view import View


def due_grants(view: View, now: int) -> Iterator[Draft]:
    """One for each reader to whom an earlier epoch was not sealed, or in vain, and who was granted nothing since. Desks
    of the OCU grant to all, others to desks of the OCU, which compile. Whoever grants can open all that he grants. The
    ids are the same whenever this desk asks again.

    `now`: UTC milliseconds.
    """
    state, own = view.state, view.state.devices.get(view.settings.device)
    if own is None or not own.active or not state.seals_stat or state.role_of(own) not in SPEAKERS or view.alarmed:
        return
    granted, faults = _granted(view), _faults(view)
    for device in state.readers():
        if device.id == own.id or not OCU & {state.role_of(own), state.role_of(device)}:
            continue
        closed = [index for index, epoch in view.epochs.items() if device.id not in dict(epoch.wraps)]
        if state.role_of(own) not in OCU:
            closed = []  # What came before it the OCU hands on; what failed to reach it, everybody.
        missing = [index for index in sorted({*closed, *faults[device.id]}) if index > granted.get(device.id, 0)]
        keys = {index: key for index in missing if (key := _key(view, index)) is not None}
        if len(keys) < len(missing):
            continue
        for first in range(0, len(missing), MAX_GRANTED):
            some = missing[first : first + MAX_GRANTED]
            yield Draft(
                id=grant_id(state.op, device.id, own.id, some[-1]),
                event=EpochsGranted(text=Grant(keys=tuple((index, b64(keys[index])) for index in some))),
                ts=now,
                to=tuple(sorted({device.ncp, own.ncp})),
                readers={"text": (device.ncp,)},
            )


def _granted(view: View) -> dict[str, int]:
    """The log index of the newest grant to each device, as far as this desk sees grants."""
    found: dict[str, int] = {}
    for accepted in view.acts:
        act = accepted.act
        if act is not None and isinstance(act.event, EpochsGranted) and (slip := act.header.slip("text")) is not None:
            found.update(dict.fromkeys(slip.devices or (), accepted.index))
    return found


def _faults(view: View) -> dict[str, set[int]]:
    """The epochs that did not open at a device although they were sealed to it, as it says."""
    found: dict[str, set[int]] = defaultdict(set)
    for accepted in view.acts:
        if accepted.act is not None and isinstance(accepted.act.event, EpochFault):
            found[accepted.act.header.sender].add(accepted.act.body(Fault).epoch)
    return found


def _key(view: View, index: int) -> bytes | None:
    secret = view.keyring.epochs.get(index)
    return view.keyring.granted.get(index) if secret is None else class_key(secret, "stat")
