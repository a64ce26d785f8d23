"""Uploads and downloads: what counts, what is refused, how much memory they take."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest
from sqlalchemy import func, select

from tests.server.attachments.hub_files import MOST, OP, HubFiles, pieces, told
from vocu.errors import MalformedError, RefusedError
from vocu_server.store.attachments.place import new_key
from vocu_server.store.attachments.records import SAFE, Upload
from vocu_server.store.tables import upload


async def test_what_was_taken_is_there_and_is_given_back(files: HubFiles) -> None:
    data = secrets.token_bytes(700_000)
    sha256 = await files.take(data)
    assert await files.state(sha256) == [SAFE]
    assert await files.has(OP, sha256, len(data))
    assert not await files.has(OP, sha256, len(data) + 1)
    size, found = await files.open(OP, sha256)
    assert (size, b"".join([piece async for piece in found])) == (len(data), data)
    assert list(files.place.spool.glob("*.part")) == []


async def test_other_bytes_than_the_address_says_are_not_kept_and_do_not_count(files: HubFiles) -> None:
    with pytest.raises(MalformedError, match="bad-parts"):
        await files.take(b"other bytes", name="a" * 64)
    await files.erase_going()
    assert list(files.place.stored()) == []
    assert await files.state("a" * 64) == []
    assert await files.database.read(lambda c: c.execute(select(func.count()).select_from(upload)).scalar_one()) == 0
    assert list(files.place.spool.glob("*.part")) == []


async def test_a_part_that_was_never_uploaded_is_unknown(files: HubFiles) -> None:
    with pytest.raises(RefusedError, match="unknown-part"):
        await files.open(OP, "b" * 64)
    with pytest.raises(RefusedError, match="unknown-part"):
        files.place.open(new_key(OP, "b" * 64))


async def test_many_uploads_at_once_do_not_get_past_the_quota(files: HubFiles) -> None:
    def one(data: bytes) -> Any:
        return files.keep(told(data, hashlib.sha256(data).hexdigest()), 5000, pieces(data))

    outcomes = await asyncio.gather(*(one(secrets.token_bytes(1000)) for _ in range(9)), return_exceptions=True)
    assert [getattr(each, "code", "") for each in outcomes].count("quota") == 4
    assert len(list(files.place.stored())) == 5


async def test_twenty_uploads_at_once_take_little_memory(files: HubFiles) -> None:
    size = 8 * 1024 * 1024
    block = secrets.token_bytes(65536)

    async def slowly(first: bytes) -> AsyncIterator[bytes]:
        yield first
        for _ in range(size // len(block) - 1):
            yield block

    async def one(number: int) -> None:
        first = number.to_bytes(65536, "big")
        digest = hashlib.sha256(first)
        for _ in range(size // len(block) - 1):
            digest.update(block)
        sha256 = digest.hexdigest()
        await files.keep(Upload(new_key(OP, sha256), OP, sha256, size, "DE", size), MOST, slowly(first))

    await one(1000)
    before = psutil.Process().memory_info().rss
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, psutil.Process().memory_info().rss)
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*map(one, range(20)))
    watching.cancel()
    assert most - before < 60 * 1024 * 1024, "160 MiB were uploaded"
