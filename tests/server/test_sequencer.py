"""What is admitted is on the disk, stands there once, and is found again."""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as database_event
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from websockets.exceptions import ConnectionClosed

from tests.server.conftest import MakeHub, RunningHub
from tests.server.desk import Desk, Identity, Plan, now
from tests.server.reports import report
from tests.server.test_fanout import post_large
from vocu.errors import RefusedError, UntrustedError
from vocu.log.entry import leaf_data
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.events import kind_of
from vocu.protocol.frames import Entry, Receipts, encode_entry
from vocu_server.app import Hub
from vocu_server.fanout.audience import decode_entry
from vocu_server.inspection import verify_operation
from vocu_server.sequencer.replica import Replica
from vocu_server.store import log, projection
from vocu_server.store.sql import Database


@contextmanager
def full_disk(hub: RunningHub) -> Iterator[None]:
    """No transaction commits: what SQLite does when the disk is full."""
    engine = hub.hub.database.writing

    def fail(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    database_event.listen(engine, "commit", fail)
    try:
        yield
    finally:
        database_event.remove(engine, "commit", fail)


async def test_what_is_not_committed_is_not_acknowledged_and_has_not_happened(
    hub: RunningHub, plan: Plan, organiser: Desk, german: Desk
) -> None:
    seen = len(german.shown)
    signed = organiser.compose(plan.phase("OPERATIONAL"))
    with full_disk(hub):
        await organiser.append(signed)
        with pytest.raises(ConnectionClosed) as closed:
            await organiser.receipt(signed)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4503
    assert not any(isinstance(frame, Receipts) and frame.receipts[0].index == seen for frame in organiser.frames)
    assert hub.hub.operations.get(plan.op).feed.size == seen
    async with Desk(hub.url, plan, plan.organiser) as again:
        assert again.view.size == seen
        assert again.view.state.phase == "PRE_OPERATIONAL"
        assert await again.deliver(signed) == seen
    await german.until(seen + 1)
    assert german.view.state.phase == "OPERATIONAL"


async def test_a_device_whose_admission_was_not_committed_is_not_admitted(
    hub: RunningHub, plan: Plan, organiser: Desk
) -> None:
    who = Identity("DE")
    with full_disk(hub):
        await organiser.append(organiser.compose(plan.admission(who)))
        with pytest.raises(ConnectionClosed):
            await organiser.receive(Receipts)
    with pytest.raises(RefusedError) as refused:
        hub.hub.operations.get(plan.op).active_device(who.device)
    assert refused.value.code == "not-admitted"


async def test_an_event_that_the_hub_cannot_digest_keeps_no_other_out(
    hub: RunningHub, plan: Plan, organiser: Desk, german: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = projection.take

    def stumble(*arguments: Any) -> None:
        if kind_of(arguments[-1].event) == "announcement_posted":
            raise ZeroDivisionError
        take(*arguments)

    await organiser.rotate()
    await german.until(organiser.view.size)
    monkeypatch.setattr(projection, "take", stumble)
    words = bodies.Text(body="Good morning")
    poison = organiser.compose(events.AnnouncementPosted(text=words))
    german.secret = organiser.secret
    good = german.compose(events.MessagePosted(text=words))
    answers = await asyncio.gather(organiser.refused(poison), german.deliver(good))
    assert answers == ["hub-error", 3]


async def test_a_hub_that_was_stopped_goes_on_where_it_was(make_hub: MakeHub) -> None:
    async with make_hub() as hub:
        plan = await hub.begin()
        who = Identity("DE")
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            await organiser.post(plan.admission(who))
            signed = organiser.compose(plan.phase("OPERATIONAL"))
            await organiser.deliver(signed)
            await organiser.post(report())
        await hub.stop()
        await hub.start()
        async with Desk(hub.url, plan, plan.organiser, organiser.view) as again:
            assert again.view.size == 4
            await again.append(signed)
            assert await again.receipt(signed) == 2
            assert await again.post(plan.revocation(who)) == 4
        with pytest.raises(ConnectionClosed):
            await Desk(hub.url, plan, who).connect()


async def test_a_log_that_was_changed_on_the_disk_is_not_served(make_hub: MakeHub) -> None:
    async with make_hub() as hub:
        plan = await hub.begin()
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            await organiser.post(plan.admission(Identity("DE")))
        await hub.stop()
        database = Database(hub.folder.database)
        database.write_now(lambda c: c.execute(text("UPDATE entry SET position = 7 WHERE position = 1")))
        with pytest.raises(UntrustedError) as damaged:
            await serve(hub, plan)
        assert damaged.value.code == "damaged-log"
        database.write_now(lambda c: c.execute(text("UPDATE entry SET position = 1 WHERE position = 7")))
        database.close()
        await hub.start()
        async with Desk(hub.url, plan, plan.organiser) as again:
            assert again.view.size == 2


async def serve(hub: RunningHub, plan: Plan) -> None:
    """A hub that is alone on its database reads every log as it starts; one of several does when it takes one over."""
    stopped = Hub(hub.folder)
    try:
        await stopped.operations.find(plan.op)
    finally:
        await stopped.operations.stop()
        stopped.close()


def replica_of(hub: RunningHub, plan: Plan) -> Replica:
    return Replica(plan.op, hub.hub.keys.hub)


async def test_a_second_hub_on_the_same_folder_is_refused(hub: RunningHub) -> None:
    with pytest.raises(RefusedError) as refused:
        Hub(hub.folder)
    assert refused.value.code == "hub-is-running"


async def test_the_hub_s_clock_never_runs_back(make_hub: MakeHub, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text(str(now()))
    async with make_hub(clock="clock") as hub:
        plan = await hub.begin()
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            at = organiser.accepted[0].at
            clock.write_text(str(at - 5000))
            await organiser.post(plan.admission(Identity("DE")))
            clock.write_text(str(at + 5000))
            await organiser.post(plan.admission(Identity("FR")))
            assert [each.at - at for each in organiser.accepted] == [0, 0, 5000]


async def test_the_tables_are_what_the_log_says(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    await organiser.post(report())
    await organiser.post(plan.phase("OPERATIONAL"))
    index = await organiser.post(report())
    name = organiser.accepted[index].act
    assert name is not None
    stat = report(place="PORT OF X").stat
    await organiser.post(events.SeizureAmended(stat=stat), ref=name.header.id)
    await organiser.post(events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="duplicate")), ref=name.header.id)
    database = hub.hub.database
    rows = database.read_now(lambda c: projection.rows(c, plan.op))
    assert len(rows) == 4
    assert {row[4] for row in rows[:2]} == {"PRE_OPERATIONAL", "OPERATIONAL"}
    found = await asyncio.to_thread(verify_operation, database, hub.hub.keys, hub.hub.files.place, plan.op)
    assert (found.size, found.projected) == (6, 4)
    database.write_now(lambda c: c.execute(text("UPDATE report SET seizures = 99")))
    with pytest.raises(UntrustedError) as wrong:
        await asyncio.to_thread(verify_operation, database, hub.hub.keys, hub.hub.files.place, plan.op)
    assert wrong.value.code == "wrong-projection"
    assert (
        await asyncio.to_thread(verify_operation, database, hub.hub.keys, hub.hub.files.place, plan.op)
    ).projected == 4


async def test_a_forged_entry_does_not_verify(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    """Whoever holds the hub's key can sign another log, but not in the name of a desk."""
    await organiser.post(plan.phase("OPERATIONAL"))
    stored = list(hub.hub.database.read_now(lambda c: list(log.replay(c, plan.op))))
    replica = replica_of(hub, plan)
    replica.replay(stored[0], examined=True)
    entry = decode_entry(stored[1].body)
    forged = SignedEvent(entry.header or b"", bytes(64), entry.parts)
    leaf = leaf_data(1, now(), forged.header, forged.signature)
    body = encode_entry(Entry(1, leaf, forged.header, forged.signature, forged.parts))
    with pytest.raises(UntrustedError) as damaged:
        replica.replay(log.StoredEntry(1, leaf, None, body), examined=True)
    assert damaged.value.code == "damaged-log"


async def test_erased_parts_are_gone_from_disk_and_memory(
    hub: RunningHub, plan: Plan, organiser: Desk, german: Desk
) -> None:
    await organiser.rotate()
    await german.until(organiser.view.size)
    index = await organiser.post(events.AnnouncementPosted(text=bodies.Text(body="a secret")))
    await german.until(index + 1)
    sealed = german.shown[index].parts[0]
    assert sealed is not None
    large_index, large = await post_large(organiser)
    for erased in (index, large_index):
        await organiser.post(events.EntryErased(plain=bodies.Erasure(index=erased, parts=("text",))))
    async with Desk(hub.url, plan, german.who) as late:
        assert late.shown[index].parts == (None,)
        assert late.view.log.root() == organiser.view.log.root()
    assert (await organiser.http("GET", f"/parts/{sha256_hex(large)}")).status_code == 404
    data = hub.folder.data_dir
    for path in [*data.glob("hub.sqlite*"), *(data / "parts").iterdir()]:
        content = path.read_bytes()
        assert sealed[100:600] not in content
        assert large[100:600] not in content
    for stored in await hub.hub.database.read(lambda c: list(log.replay(c, plan.op))):
        assert sealed[100:600] not in stored.body


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def test_a_large_part_that_was_changed_on_the_disk_does_not_verify(
    hub: RunningHub, plan: Plan, organiser: Desk, german: Desk
) -> None:
    _, large = await post_large(organiser, to=("DE", "XA"), readers={"text": ("DE",)})
    inspect = (hub.hub.database, hub.hub.keys, hub.hub.files.place, plan.op)
    await asyncio.to_thread(verify_operation, *inspect)
    (file,) = (path for path in hub.folder.data_dir.rglob("*") if path.is_file() and path.stat().st_size == len(large))
    file.write_bytes(large[:-1] + bytes([large[-1] ^ 1]))
    with pytest.raises(UntrustedError) as wrong:
        await asyncio.to_thread(verify_operation, *inspect)
    assert wrong.value.code == "damaged-part"
