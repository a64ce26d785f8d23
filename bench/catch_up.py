"""A desk that was away: how fast the hub serves it, and how fast it verifies and keeps what it is served."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from bench import processes
from bench.desks import MARK, connect
from bench.fanout import PATIENCE_SECONDS, Stage
from bench.operation import PASSPHRASE, Member, Operation
from bench.processes import Server
from vocu.crypto.signing import PayloadType, verify
from vocu.operation import admission
from vocu.operation.header import read_header
from vocu_client import Desk

FILLING_WINDOW = 256
OPENED = 2000


@dataclass(frozen=True)
class CatchUp:
    """Entries a second, and what opening one sealed text costs a desk (µs)."""

    entries: int
    served: float
    verified: float
    on_all_cores: float
    unchecked: float
    bare_verify: float
    open_us: float


async def measure(operation: Operation, entries: int) -> CatchUp:
    """Fill a hub's log with so many posts, and have desks that saw nothing of it fetch them."""
    away = operation.members[-1]
    with processes.hub(operation.copy("catch-up")) as server:
        await _fill(server, operation, entries)
        rate = await served(server, operation, away, entries)
        bare = _bare_verify(operation)
        verified, open_us = await _at_desk(server, operation, away, operation.folder.with_name("desk"))
        with processes.all_cores():
            on_all_cores, _ = await _at_desk(server, operation, away, operation.folder.with_name("wide-desk"))
        with _no_signatures_checked():
            unchecked, _ = await _at_desk(server, operation, away, operation.folder.with_name("credulous"))
    return CatchUp(entries, rate, verified, on_all_cores, unchecked, bare, open_us)


async def _fill(server: Server, operation: Operation, entries: int) -> None:
    stage = await Stage.set(server, operation, desks=len(operation.posts))
    await stage.saturated(entries, FILLING_WINDOW)
    stage.close()


async def served(server: Server, operation: Operation, member: Member, entries: int) -> float:
    """To a light desk, which counts posts and looks at nothing."""
    complete, missing, tail = asyncio.Event(), entries, b""

    def count(data: bytes) -> None:
        nonlocal missing, tail
        most = len(MARK) - 1
        missing -= data.count(MARK) + (tail + data[:most]).count(MARK)
        tail = (tail + data[-most:])[-most:]
        if not missing:
            complete.set()

    desk = await connect(server)
    begin = time.perf_counter()
    await desk.authenticate(operation, member, 0)
    desk.listen(count)
    await asyncio.wait_for(complete.wait(), PATIENCE_SECONDS)
    desk.close()
    return entries / (time.perf_counter() - begin)


def _bare_verify(operation: Operation) -> float:
    """Signatures of these very events a second, and nothing else."""
    keys = [operation.state.devices[read_header(event.header).sender].sign for event in operation.signed]
    begin = time.perf_counter()
    for key, event in zip(keys, operation.signed, strict=True):
        verify(key, PayloadType.EVENT, event.header, event.signature)
    return len(keys) / (time.perf_counter() - begin)


async def _at_desk(server: Server, operation: Operation, member: Member, folder: Path) -> tuple[float, float]:
    """To a real desk, which verifies everything and keeps it on disk; then open the newest texts."""
    async with Desk.open(operation.make_home(folder, member, server.url), PASSPHRASE) as desk:
        begin = time.perf_counter()
        await desk.watch(enough=lambda session: session.caught_up)
        rate = desk.view.size / (time.perf_counter() - begin)
        begin = time.perf_counter()
        newest = desk.view.acts[-OPENED:]
        for accepted in newest:
            desk.view.open(accepted, "text")
        return rate, (time.perf_counter() - begin) / len(newest) * 1e6


@contextlib.contextmanager
def _no_signatures_checked() -> Iterator[None]:
    with mock.patch.object(admission, "verify", _believe):
        yield


def _believe(*_: object) -> None:
    """Take a signature on trust."""
