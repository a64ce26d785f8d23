"""Events that no desk would compose, signed as a desk signs."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from tests.core.form.forms import shortest_report
from vocu.canonical import b64, encode
from vocu.crypto.signing import PayloadType, sign
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Composer, Draft, LogView
from vocu_client import Desk
from vocu_client.membership import new_salt, now_ms


class Hand:
    """Events made by hand, with a real desk's key and none of its caution."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.op, self.state = desk, desk.settings.op, desk.view.state

    def compose(self, event: events.Event, **fields: Any) -> SignedEvent:
        return self.composer().compose(Draft(**{"event": event, "id": new_salt(), "ts": now_ms()} | fields), bytes(32))

    def composer(self) -> Composer:
        view = LogView(self.state, self.desk.view.operation.log.root())
        return Composer(self.desk.keys.author, view, secrets.token_bytes)

    def bend(self, event: SignedEvent, change: Callable[[dict[str, Any]], Any], **parts: bytes) -> SignedEvent:
        """The event with its header changed, with these bytes as clear parts instead of its own, signed again."""
        header = msgspec.json.decode(event.header)
        if parts:
            header["parts"] = [slip(name, data) for name, data in parts.items()]
        change(header)
        return self.sign(encode(header), tuple(parts.values()) or event.parts)

    def sign(self, header: bytes, parts: tuple[bytes | None, ...]) -> SignedEvent:
        return SignedEvent(header, sign(self.desk.keys.sign, PayloadType.EVENT, header), parts)

    def report(self, stat: bytes) -> SignedEvent:
        """A report of these bytes."""
        return self.bend(self.honest(), lambda _: None, stat=stat)

    def honest(self, **fields: Any) -> SignedEvent:
        """A return that the hub would admit."""
        stat = self.desk.actions._read("daily_return", {"day": "2022-10-17", "kind": "nil", "running": "well"})
        return self._as_report(self.compose(events.DailyReturnFiled(stat=stat), **fields))

    def _as_report(self, event: SignedEvent) -> SignedEvent:
        data = encode({"body": shortest_report(), "salt": new_salt()})
        return self.bend(event, lambda header: header.update(type="seizure_reported"), stat=data)

    def changed(self, **fields: Any) -> SignedEvent:
        return self.bend(self.honest(), lambda header: header.update(fields))

    def message(self, **fields: Any) -> SignedEvent:
        return self.compose(events.MessagePosted(text=bodies.Text(body="words")), **fields)

    def carry(self, kind: type[events.Event], envelope: Any) -> SignedEvent:
        return self.compose(kind(plain=bodies.Carried(statement=envelope)))

    def device_of(self, ncp: str) -> str:
        return next(device.id for device in self.state.devices.values() if device.ncp == ncp)


def slip(name: str, data: bytes) -> dict[str, Any]:
    """What a header says of a part that lies in the clear."""
    return {"enc": "clear", "p": name, "sha256": b64(hashlib.sha256(data).digest()), "size": len(data)}
