"""The same file twice, two hubs at once, crashes between bytes and record: nothing that counts is lost."""

import asyncio
import hashlib
import itertools
import secrets
import time

from sqlalchemy import Connection

from tests.server.attachments.hub_files import MOST, NOW, OP, HubFiles, lay_down, name_it, told
from vocu_server.store.attachments import records
from vocu_server.store.attachments.place import new_key
from vocu_server.store.attachments.records import COMING, DAY_MS


async def test_the_same_bytes_from_two_hubs_at_once_are_kept_and_erased_as_one(
    hubs: tuple[HubFiles, HubFiles],
) -> None:
    one, other = hubs
    data = secrets.token_bytes(100_000)
    sha256, _ = await asyncio.gather(one.take(data), other.take(data))
    assert await other.read(OP, sha256) == data
    await one.database.write(lambda c: records.forget(c, OP, sha256))
    await asyncio.gather(one.erase_going(), other.erase_going())
    assert list(one.place.stored()) == []
    assert await one.state(sha256) == []
    assert not await other.has(OP, sha256, len(data))


async def test_a_hub_that_died_between_the_bytes_and_the_record_leaves_nothing_that_counts(files: HubFiles) -> None:
    data = b"nobody heard that it was here"
    new = told(data, hashlib.sha256(data).hexdigest())
    await files.database.write(lambda c: records.expect(c, new, NOW, MOST))
    lay_down(files.place, new.key, data)
    assert not await files.has(OP, new.sha256, len(data)), "an event that names it would wait for ever"
    assert await files.take(data) == new.sha256, "the desk sends it again"
    await files.sweep()
    assert len(list(files.place.stored())) == 2
    files.now += DAY_MS
    await files.database.write(lambda c: name_it(c, "c" * 64))
    await files.sweep()
    assert list(files.place.stored()) == []


async def test_bytes_whose_record_was_lost_are_noted_again_and_count_once_they_are_proven(files: HubFiles) -> None:
    data, other = b"named by an entry", b"named by none"
    named, unnamed, damaged = (hashlib.sha256(each).hexdigest() for each in (data, other, b"damaged"))
    lay_down(files.place, new_key(OP, named), data)
    lay_down(files.place, new_key(OP, unnamed), other)
    lay_down(files.place, new_key(OP, damaged), b"not what it says")
    lay_down(files.place, new_key("another-hub-s", named), data)
    for position, sha256 in enumerate((named, damaged)):
        await files.database.write(lambda c, p=position, s=sha256: name_it(c, s, p))
    await files.sweep()
    assert await files.has(OP, named, len(data))
    assert await files.read(OP, named) == data
    assert await files.state(unnamed) == await files.state(damaged) == [COMING]
    files.now += DAY_MS
    await files.sweep()
    assert {each.key.partition(".")[0] for each in files.place.stored()} == {OP, "another-hub-s"}
    assert await files.state(unnamed) == []
    assert len(list(files.place.stored())) == 3, "what entries name stays, for somebody to look at"


async def test_files_of_a_data_folder_of_before_have_the_name_that_they_had(files: HubFiles) -> None:
    data = b"from the first version of the hub"
    sha256 = hashlib.sha256(data).hexdigest()
    lay_down(files.place, f"{OP}.{sha256}", data)
    await files.database.write(lambda c: name_it(c, sha256))
    await files.sweep()
    assert await files.read(OP, sha256) == data


async def test_an_event_that_asks_for_a_file_keeps_it_from_a_sweep_that_has_begun(
    hubs: tuple[HubFiles, HubFiles],
) -> None:
    one, other = hubs
    sha256 = await one.take(b"uploaded yesterday")
    later = NOW + DAY_MS
    (key,) = await one.database.read(lambda c: records.expired(c, later))
    assert await other.database.write(lambda c: records.touch(c, OP, sha256, 18, later))
    await one.database.write(lambda c: records.expire(c, key, later))
    await one.erase_going()
    assert await other.read(OP, sha256) == b"uploaded yesterday"
    one.now = NOW + 3 * DAY_MS
    await one.sweep()
    assert not await other.has(OP, sha256, 18)


async def test_an_event_waits_for_a_sweep_s_decision_and_the_other_way_round(
    hubs: tuple[HubFiles, HubFiles],
) -> None:
    """Whoever comes first decides: never is an event admitted whose file then goes."""
    one, other = hubs
    later = NOW + DAY_MS
    for _ in range(5):
        sha256 = await one.take(secrets.token_bytes(500))
        (key,) = await one.database.read(lambda c: records.expired(c, later))

        def admit(connection: Connection, sha256: str = sha256) -> bool:
            here = records.touch(connection, OP, sha256, 500, later)
            time.sleep(0.02)
            if here:
                name_it(connection, sha256)
            return here

        admitted, _ = await asyncio.gather(
            one.step(admit),
            other.step(lambda c, k=key: records.expire(c, k, later)),
        )
        await one.erase_going()
        assert admitted == bool(await one.state(sha256)), "named and gone, or kept and unnamed"
        await one.database.write(lambda c, s=sha256: records.forget(c, OP, s))
        await one.erase_going()


async def test_sweeps_of_two_hubs_lose_nothing_that_is_uploaded_meanwhile(hubs: tuple[HubFiles, HubFiles]) -> None:
    one, other = hubs
    sent: dict[str, bytes] = {}
    for _ in range(5):
        await one.take(secrets.token_bytes(300))
    one.now = other.now = NOW + DAY_MS

    async def send() -> None:
        for hub in itertools.islice(itertools.cycle(hubs), 20):
            data = secrets.token_bytes(2000)
            sent[await hub.take(data)] = data

    await asyncio.gather(send(), one.sweep(), other.sweep(), other.sweep())
    await asyncio.gather(one.sweep(), other.sweep())
    assert {sha256: await one.read(OP, sha256) for sha256 in sent} == sent
    assert len(list(one.place.stored())) == 20


async def test_a_late_deletion_does_not_hit_the_same_bytes_that_were_uploaded_anew(
    hubs: tuple[HubFiles, HubFiles],
) -> None:
    one, other = hubs
    sha256 = await one.take(b"erased, then sent again")
    await one.database.write(lambda c: records.forget(c, OP, sha256))
    late = await other.database.read(lambda c: records.going(c, 10))
    await one.erase_going()
    await one.take(b"erased, then sent again")
    for key in late:
        other.place.erase(key)
    await other.database.write(lambda c: records.gone(c, late))
    assert await one.read(OP, sha256) == b"erased, then sent again"
