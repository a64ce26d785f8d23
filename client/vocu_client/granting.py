"""What opens earlier statistical parts, sealed by the organiser's desk to those who joined later (protocol §4)."""

from collections.abc import Iterator

from vocu.canonical import b64
from vocu.crypto.sealing import class_key
from vocu.ids import grant_id
from vocu.operation.bodies import MAX_GRANTED, Grant
from vocu.operation.composing import Draft
from vocu.operation.events import OCU, EpochsGranted
from vocu.operation.state import Device
from vocu_client.view import View


def due_grants(view: View, now: int) -> Iterator[Draft]:
    """One for each reader that is no reader of some earlier epoch and was granted nothing since; where this desk is of
    the OCU and can open all that it would grant. The ids are the same whenever this desk asks again.

    `now`: UTC milliseconds.
    """
    state, own = view.state, view.state.devices.get(view.settings.device)
    if own is None or not own.active or not state.seals_stat or state.role_of(own) not in OCU or view.alarmed:
        return
    granted = _granted(view)
    for device in state.readers():
        missing = [index for index in _closed_to(device, view) if index > granted.get(device.id, 0)]
        keys = {index: key for index in missing if (key := _key(view, index)) is not None}
        if not missing or len(keys) < len(missing):
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


def _closed_to(device: Device, view: View) -> Iterator[int]:
    """The epochs that this device has no wrap of."""
    for index, epoch in view.epochs.items():
        if device.id not in dict(epoch.wraps):
            yield index


def _granted(view: View) -> dict[str, int]:
    """For each device the index of the last epoch before the newest grant to it, as far as this desk sees grants."""
    found: dict[str, int] = {}
    for accepted in view.acts:
        act = accepted.act
        if act is not None and isinstance(act.event, EpochsGranted) and (slip := act.header.slip("text")) is not None:
            found.update(dict.fromkeys(slip.devices or (), accepted.index))
    return found


def _key(view: View, index: int) -> bytes | None:
    secret = view.keyring.epochs.get(index)
    return view.keyring.granted.get(index) if secret is None else class_key(secret, "stat")
