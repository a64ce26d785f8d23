"""Chunks of files at the hub: bound to one entry, shown to who sees its part `media`, and gone when that is erased."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.server.conftest import MakeHub, RunningHub
from tests.server.desk import Desk, Identity, Plan, salt
from vocu.canonical import b64
from vocu.errors import UntrustedError
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.media import Media, describe, seal_file
from vocu_server.inspection import verify_operation
from vocu_server.store.attachments.place import named_by


class Sealed(NamedTuple):
    """A message with one file, sealed to DE, and the chunks of the file."""

    event: SignedEvent
    chunks: list[bytes]


def message(desk: Desk, data: bytes, *, media: Media | None = None) -> Sealed:
    event_id, key = salt(), secrets.token_bytes(32)
    chunks = list(seal_file(data, key, op=desk.plan.op, event_id=event_id, file=0))
    names = tuple(b64(hashlib.sha256(chunk).digest()) for chunk in chunks)
    told = media or Media(files=(describe(data, names, key, name="a.bin", type="text/plain"),))
    event = events.MessagePosted(text=bodies.Text(body="See the file."), media=told)
    to, readers = tuple(sorted({"DE", "FR", desk.who.ncp})), {"text": ("DE", "FR"), "media": ("DE",)}
    return Sealed(desk.compose(event, id=event_id, to=to, readers=readers), chunks)


def address(chunk: bytes) -> str:
    return f"/parts/{hashlib.sha256(chunk).hexdigest()}"


async def becomes(hub: RunningHub, hashes: set[str]) -> None:
    """Wait until the hub keeps these files and no others."""
    async with asyncio.timeout(60):
        while {named_by(each.key)[1] for each in hub.hub.files.place.stored()} != hashes:
            await asyncio.sleep(0.05)


async def upload(desk: Desk, chunks: list[bytes]) -> list[int]:
    return [(await desk.http("PUT", address(chunk), chunk)).status_code for chunk in chunks]


@pytest.fixture
async def french(hub: RunningHub, plan: Plan, organiser: Desk, german: Desk) -> AsyncIterator[Desk]:
    who = Identity("FR")
    await organiser.post(plan.admission(who))
    await german.until(organiser.view.size)
    async with Desk(hub.url, plan, who) as desk:
        yield desk


async def test_an_event_is_admitted_once_all_its_chunks_are_there(organiser: Desk, german: Desk, french: Desk) -> None:
    sent = message(organiser, secrets.token_bytes(1_100_000))
    assert len(sent.chunks) == 2
    assert await organiser.refused(sent.event) == "part-missing"
    assert await upload(organiser, sent.chunks[:1]) == [201]
    assert await organiser.refused(sent.event) == "part-missing"
    assert await upload(organiser, sent.chunks) == [200, 201]
    index = await organiser.deliver(sent.event)
    await german.until(index + 1)
    assert [(await german.http("GET", address(chunk))).content for chunk in sent.chunks] == sent.chunks


async def test_chunks_are_shown_to_who_sees_the_description_and_to_nobody_else(
    organiser: Desk, german: Desk, french: Desk
) -> None:
    sent = message(organiser, b"small")
    assert len(sent.chunks[0]) == 1096
    await upload(organiser, sent.chunks)
    assert (await german.http("GET", address(sent.chunks[0]))).status_code == 404
    index = await organiser.deliver(sent.event)
    await french.until(index + 1)
    assert (await german.http("GET", address(sent.chunks[0]))).content == sent.chunks[0]
    assert (await french.http("GET", address(sent.chunks[0]))).status_code == 404


async def test_a_chunk_of_another_size_than_was_signed_is_not_the_chunk(organiser: Desk, french: Desk) -> None:
    longer = list(seal_file(bytes(5000), bytes(32), op=organiser.plan.op, event_id=salt(), file=0))
    false = describe(b"small", (b64(hashlib.sha256(longer[0]).digest()),), bytes(32), name="a.bin", type="text/plain")
    await upload(organiser, longer)
    bent = message(organiser, b"small", media=Media(files=(false,)))
    assert await organiser.refused(bent.event) == "part-missing"


async def test_nobody_keeps_anothers_chunk_by_naming_it_too(organiser: Desk, german: Desk, french: Desk) -> None:
    sent = message(organiser, b"small")
    await upload(organiser, sent.chunks)
    index = await organiser.deliver(sent.event)
    await german.until(index + 1)
    name = b64(hashlib.sha256(sent.chunks[0]).digest())
    named = describe(b"small", (name,), bytes(32), name="a.bin", type="text/plain")
    assert await german.refused(message(german, b"small", media=Media(files=(named,))).event) == "blob-in-use"


async def test_erasing_the_description_deletes_the_chunks_and_leaves_other_parts(
    hub: RunningHub, organiser: Desk, german: Desk, french: Desk
) -> None:
    sent = message(organiser, secrets.token_bytes(1_100_000))
    await upload(organiser, sent.chunks)
    index = await organiser.deliver(sent.event)
    other = message(organiser, b"stays")
    await upload(organiser, other.chunks)
    await organiser.deliver(other.event)
    await organiser.post(events.EntryErased(plain=bodies.Erasure(index=index, parts=("media",))))
    await german.until(organiser.view.size)
    await becomes(hub, {hashlib.sha256(other.chunks[0]).hexdigest()})
    assert (await german.http("GET", address(sent.chunks[0]))).status_code == 404
    assert (await german.http("GET", address(other.chunks[0]))).content == other.chunks[0]


async def test_chunks_outlive_a_restart_and_what_nothing_came_of_does_not(make_hub: MakeHub, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("1800000000000")
    async with make_hub(clock=str(clock)) as hub:
        plan = await hub.begin(created_at=1_800_000_000_000)
        who = Identity("DE")
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            await organiser.post(plan.admission(who))
            await organiser.post(plan.admission(Identity("FR")))
            sent, left = message(organiser, b"sent"), message(organiser, b"left over")
            await upload(organiser, [*sent.chunks, *left.chunks])
            await organiser.deliver(sent.event)
        await hub.stop()
        clock.write_text(str(1_800_000_000_000 + 25 * 3600 * 1000))
        await hub.start()
        await becomes(hub, {hashlib.sha256(sent.chunks[0]).hexdigest()})
        async with Desk(hub.url, plan, who) as german:
            assert (await german.http("GET", address(sent.chunks[0]))).content == sent.chunks[0]


async def test_many_small_uploads_use_up_the_days_quota_too(make_hub: MakeHub) -> None:
    async with make_hub(upload_mib_per_participant_and_day=1) as hub:
        plan = await hub.begin()
        async with Desk(hub.url, plan, plan.organiser) as desk:
            statuses = await upload(desk, [secrets.token_bytes(1096) for _ in range(17)])
            assert statuses == [201] * 16 + [429]


async def test_a_damaged_or_lost_chunk_is_found_by_the_inspection(
    hub: RunningHub, plan: Plan, organiser: Desk, german: Desk, french: Desk
) -> None:
    sent = message(organiser, b"small")
    await upload(organiser, sent.chunks)
    index = await organiser.deliver(sent.event)
    path = next((hub.folder.data_dir / "parts").glob(f"*{hashlib.sha256(sent.chunks[0]).hexdigest()}*"))
    path.write_bytes(bytes(1096))
    inspect = (hub.hub.database, hub.hub.keys, hub.hub.files.place, plan.op)
    with pytest.raises(UntrustedError, match="damaged-part"):
        await asyncio.to_thread(verify_operation, *inspect)
    path.unlink()
    with pytest.raises(UntrustedError, match="damaged-part"):
        await asyncio.to_thread(verify_operation, *inspect)
    await organiser.post(events.EntryErased(plain=bodies.Erasure(index=index, parts=("media",))))
    await asyncio.to_thread(verify_operation, *inspect)
