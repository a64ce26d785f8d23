"""Who was removed reads nothing that is sealed afterwards, and hears nothing more; the others go on, and may return."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.system.logs import database_of
from tests.system.rig import CHEAP, PASSPHRASE, Hub, admit, found, until, watching
from vocu.canonical import unb64
from vocu.crypto.opening import open_part, unwrap
from vocu.crypto.sealing import class_key, part_context, part_key
from vocu.errors import RefusedError, VocuError
from vocu.operation.act import Act
from vocu.operation.admission import SignedEvent
from vocu.operation.events import EpochRotated
from vocu.operation.header import WRAP_SIZE
from vocu.operation.reading import Keyring, _info, open_body
from vocu.protocol.frames import Entries
from vocu_client import Desk, Home, join
from vocu_client.membership import read_invitation
from vocu_client.transport import Channel, HubHTTP
from vocu_server.fanout.audience import decode_entry
from vocu_server.sequencer.replica import Replica
from vocu_server.store import log
from vocu_server.store.attachments import proving
from vocu_server.store.attachments.folder import Folder
from vocu_server.store.keys import read_keys
from vocu_server.store.sql import Database

PLATES = {"plates": ["AA 0000-0"]}
REPORT = {
    "agency": "customs",
    "seizure_day": "2024-01-16",
    "place": "DEHAM",
    "location_type": "seaport",
    "direction": "import",
    "transport_mode": "maritime",
    "selection_reason": "random",
    "goods": [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "200"}],
} | PLATES


@contextlib.asynccontextmanager
async def operation(folder: Path) -> AsyncIterator[tuple[Hub, Desk, Desk, Desk]]:
    """A hub, the organiser PL, and DE and FR."""
    hub = Hub(folder / "hub")
    hub.start()
    try:
        organiser = await found(hub, folder)
        yield hub, organiser, await admit(organiser, folder, "DE"), await admit(organiser, folder, "FR")
    finally:
        hub.stop()


async def test_a_removed_country_hears_nothing_more_and_opens_nothing_that_the_hub_has_since(tmp_path: Path) -> None:
    async with operation(tmp_path) as (hub, organiser, other, removed):
        async with watching(organiser, other):
            await _talk(organiser, other, removed)
            async with Listener(removed) as listener, watching(removed) as (watch,):
                await until(lambda: removed.view.size == organiser.view.size)
                assert await listener.may_ask(), "the token is good so far"
                keys = Keyring(removed.settings.device, removed.keys.opening, dict(removed.view.keyring.epochs))
                since = organiser.view.size
                organiser.decisions.remove("FR")
                await until(lambda: not organiser.outbox.waiting(0, 1))
                told = time.monotonic()
                await until(lambda: listener.closed_at > 0 and watch.done(), 5)
                assert listener.closed_at - told < 1
                assert isinstance(watch.exception(), RefusedError)
                assert not await listener.may_ask(), "the token died, too"
                await _talk(organiser, other)
                assert listener.heard < since, "not a byte of what came after"
        with pytest.raises(RefusedError, match="not-admitted"):
            await removed.sync()
        assert removed.view.size <= since
        # It opened some of what was before, so the keys are right; a member opens what came after, so there is some.
        assert _opened(hub, organiser, keys, 0, since)
        assert _opened(hub, organiser, other.view.keyring, since)
        assert _opened(hub, organiser, keys, since) == []


async def test_a_revoked_desk_is_out_while_its_country_goes_on(tmp_path: Path) -> None:
    async with operation(tmp_path) as (hub, organiser, other, first):
        second = await _further_desk(first, tmp_path / "FR-2")
        async with watching(organiser, other, first):
            async with Listener(second) as listener, watching(second):
                await _talk(organiser, other, first, second)
                keys = Keyring(second.settings.device, second.keys.opening, dict(second.view.keyring.epochs))
                since = organiser.view.size
                first.decisions.revoke(second.settings.device)
                await until(lambda: not first.outbox.waiting(0, 1))
                told = time.monotonic()
                await until(lambda: listener.closed_at > 0, 5)
                assert listener.closed_at - told < 1
                assert not await listener.may_ask()
            await until(lambda: len({desk.view.size for desk in (organiser, other, first)}) == 1)
            await _talk(organiser, other, first)
            assert listener.heard < since
            bilateral = organiser.actions.send_message("To France alone.", to=["FR"])
            await until(lambda: bilateral in {line.id for line in first.reading.lines()})
            assert first.reading.line(bilateral).text is not None
        assert _opened(hub, organiser, keys, 0, since)
        assert _opened(hub, organiser, first.view.keyring, since)
        assert _opened(hub, organiser, keys, since) == []


async def test_a_country_comes_back_with_new_keys_after_it_was_removed_or_in_the_place_of_its_old_desk(
    tmp_path: Path,
) -> None:
    async with operation(tmp_path) as (_hub, organiser, other, removed):
        organiser.decisions.remove("FR")
        assert await organiser.sync()
        assert await other.sync()
        while_away = other.actions.send_message("While France is away.")
        assert await other.sync()
        back = await _come_again(organiser, "FR", tmp_path / "FR again", replace=False)
        placed = await _come_again(organiser, "DE", tmp_path / "DE again", replace=True)
        with pytest.raises(RefusedError, match="not-admitted"):
            await other.sync()
        assert await back.sync()
        answer = back.actions.send_message("Here again.")
        assert await back.sync()
        assert await placed.sync()
        assert placed.reading.line(answer).text is not None
        assert back.reading.line(answer).text is not None
        assert back.reading.line(while_away).text is None
        with pytest.raises(RefusedError, match="not-admitted"):
            await removed.sync()


class Listener:
    """A second connection of a desk that only listens, and asks by HTTP with the token it was given."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.heard = -1
        self.closed_at = 0.0

    async def __aenter__(self) -> "Listener":
        settings = self._desk.settings
        self._channel = await Channel.connect(
            settings.hub, settings.op, self._desk.keys.author, self._desk.view.operation.hub_key
        )
        welcome = await self._channel.authenticate(self._desk.view.size)
        self._http = HubHTTP(settings.hub, welcome.token)
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._channel.close()
        await self._http.__aexit__(None, None, None)

    async def _listen(self) -> None:
        try:
            while True:
                frame = await self._channel.receive()
                if isinstance(frame, Entries):
                    self.heard = max(self.heard, *(entry.index for entry in frame.entries))
        except VocuError:
            self.closed_at = time.monotonic()

    async def may_ask(self) -> bool:
        try:
            await self._http.get(f"/v1/operations/{self._desk.settings.op}/join-requests", list)
        except RefusedError:
            return False
        return True


async def _talk(*desks: Desk) -> None:
    """Each says something to everybody, something large, and something to the organiser, and reports a seizure."""
    await until(lambda: len({desk.view.size for desk in desks[:2]}) == 1)
    for desk in desks:
        assert desk.view.size or await desk.sync()
        desk.actions.send_message("To all of you.")
        desk.actions.send_message("\N{MUSICAL SYMBOL G CLEF}" * 20_000)
        desk.actions.send_message("Between us.", to=["OCU"])
        desk.actions.report_seizure(REPORT)
    for desk in desks[2:]:
        await desk.sync()
    await until(lambda: not any(desk.outbox.waiting(0, 1) for desk in desks))
    assert not [item.message for desk in desks for item in desk.outbox.items("refused")]


async def _further_desk(first: Desk, folder: Path) -> Desk:
    invitation = read_invitation(first.decisions.invite("FR", "France", None))
    number = await join(Home(folder), invitation, "FR-2", PASSPHRASE, CHEAP)
    (applicant,) = await first.applicants()
    first.decisions.admit(applicant, number)
    assert await first.sync()
    return await _opened_desk(folder)


async def _come_again(organiser: Desk, ncp: str, folder: Path, *, replace: bool) -> Desk:
    invitation = read_invitation(organiser.decisions.invite(ncp, ncp, "participant"))
    number = await join(Home(folder), invitation, f"{ncp}-new", PASSPHRASE, CHEAP)
    (applicant,) = await organiser.applicants()
    organiser.decisions.admit(applicant, number, replace=replace)
    assert await organiser.sync()
    return await _opened_desk(folder)


async def _opened_desk(folder: Path) -> Desk:
    desk = Desk.open(Home(folder), PASSPHRASE)
    assert await desk.sync()
    return desk


def _opened(hub: Hub, member: Desk, keys: Keyring, since: int, until_: int = 2**31) -> list[tuple[int, str]]:
    """The sealed parts that these keys open, of all that the hub's disk holds between two positions."""
    data, database = hub.folder / "data", Database(database_of(hub))
    files = Folder(data / "parts")
    replica = Replica(member.settings.op, read_keys(data).hub)
    found: list[tuple[int, str]] = []
    for stored in database.read_now(lambda connection: list(log.replay(connection, member.settings.op))):
        act = replica.replay(stored)
        if act is None or not since <= stored.position < until_:
            continue
        entry = decode_entry(stored.body)
        parts = tuple(
            database.read_now(lambda c, slip=slip: proving.read(files, c, replica.op, _hex(slip.sha256)))  # type: ignore[misc]
            if data is None
            else data
            for slip, data in zip(act.header.parts, entry.parts, strict=True)
        )
        signed = SignedEvent(entry.header or b"", entry.signature or b"", parts)
        found += [(stored.position, name) for name in _tried(act, signed, keys)]
    database.close()
    return found


def _hex(digest: str) -> str:
    return unb64(digest).hex()


def _tried(act: Act, signed: SignedEvent, keys: Keyring) -> list[str]:
    """Which parts open: as a reader would, with each secret of any epoch, and with each wrap, whomever it is for."""
    header, opened = act.header, []
    for slip, data in zip(header.parts, signed.parts, strict=True):
        if slip.p == "wraps":
            for at in range(0, len(data or b""), WRAP_SIZE):
                for name in ("epoch",) if isinstance(act.event, EpochRotated) else ("stat", "text", "nominal"):
                    with contextlib.suppress(VocuError):
                        info = _info(name, keys.device, keys.key.public, header)
                        unwrap((data or b"")[at : at + WRAP_SIZE], keys.key, info)
                        opened.append("wraps")
        elif slip.enc != "clear":
            with contextlib.suppress(VocuError):
                open_body(act, signed, slip.p, keys, frozenset())
                opened.append(slip.p)
            for secret in keys.epochs.values():
                with contextlib.suppress(VocuError):
                    context = part_context(
                        op=header.op,
                        event_id=header.id,
                        type=header.type,
                        sender=header.sender,
                        part=slip.p,
                        audience=slip.audience,
                    )
                    open_part(part_key(class_key(secret, slip.p), header.id), context, data or b"")
                    opened.append(slip.p)
    return opened
