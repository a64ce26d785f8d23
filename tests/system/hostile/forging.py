"""How entries are made that nobody may make: with the keys of a desk that helps the hub, or with the hub's own."""

import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from tests.system.hostile.scene import Scene, now
from vocu.canonical import b64, encode
from vocu.crypto.keys import RootSigningKey, SigningKey
from vocu.crypto.opening import OpeningKey
from vocu.crypto.signing import PayloadType, sign
from vocu.ids import device_id
from vocu.operation import events
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Author, Composer, Draft, LogView
from vocu.operation.state import Device
from vocu.operation.statements import DeviceCard, seal_off
from vocu_client import Desk
from vocu_client.membership import new_salt


class Forge:
    """Makes events with the keys of a desk that helps the hub, after the log as France has it."""

    def __init__(self, scene: Scene, by: Desk) -> None:
        self.scene, self.desk = scene, by
        self.state = by.view.state
        self.op = by.settings.op

    def event(self, event: events.Event, author: Author | None = None, **fields: Any) -> SignedEvent:
        fields = {"id": new_salt(), "ts": now()} | fields
        return self.composer(author).compose(Draft(event=event, **fields), secrets.token_bytes(32))

    def composer(self, author: Author | None = None) -> Composer:
        view = LogView(self.state, self.desk.view.operation.log.root())
        return Composer(author or self.desk.keys.author, view, secrets.token_bytes)

    def clear(self, event: events.Event, change: Callable[[dict[str, Any]], None], data: bytes) -> SignedEvent:
        """An event whose header was changed before it was signed, with one clear part."""
        header = msgspec.json.decode(self.event(event).header)
        change(header)
        raw = encode(header)
        return SignedEvent(raw, sign(self.desk.keys.author.key, PayloadType.EVENT, raw), (data,))

    def by_made_up_roots(self, statement: Any, roots: int = 2) -> Any:
        keys = [RootSigningKey.from_seed(secrets.token_bytes(64)) for _ in range(roots)]
        return seal_off(PayloadType.ROOT, statement, keys)

    def ghost(self, ncp: str = "FR") -> "Ghost":
        return Ghost(ncp)


class Ghost:
    """A device that nobody admitted."""

    def __init__(self, ncp: str) -> None:
        self.ncp = ncp
        self.country = SigningKey.from_seed(secrets.token_bytes(32))
        self.key = SigningKey.from_seed(secrets.token_bytes(32))
        self.opening = OpeningKey.from_seed(secrets.token_bytes(32))
        self.card = DeviceCard(name="ghost", sign=b64(self.key.public.data), seal=b64(self.opening.public.data))
        self.id = device_id(self.key.public.data, self.opening.public.data)
        self.device = Device(self.id, ncp, "ghost", self.key.public, self.opening.public, 0)


RETURN = {"day": "2022-10-17", "kind": "nil", "running": "well"}


def daily_return(forge: Forge) -> Any:
    return forge.desk.actions._read("daily_return", RETURN)
