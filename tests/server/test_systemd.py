"""What the hub tells systemd, on a real datagram socket."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from vocu_server.store.sql import Database
from vocu_server.systemd import keep_alive, tell


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


async def heard(supervisor: socket.socket) -> bytes:
    async with asyncio.timeout(30):
        return await asyncio.get_running_loop().sock_recv(supervisor, 4096)


def test_nobody_is_told_where_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    tell("READY=1")


def test_a_supervisor_that_has_gone_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    tell("WATCHDOG=1")


async def test_a_state_is_told_on_the_socket_that_was_named(supervisor: socket.socket) -> None:
    tell("READY=1")
    assert await heard(supervisor) == b"READY=1"


async def test_a_socket_without_a_place_in_the_file_system_does_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = f"vocu-test-{os.getpid()}"
        listening.bind("\0" + name)
        listening.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        tell("STOPPING=1")
        assert await heard(listening) == b"STOPPING=1"


async def test_the_watchdog_hears_of_us_again_and_again(
    supervisor: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    database = Database(tmp_path / "hub.sqlite")
    task = asyncio.create_task(keep_alive(database))
    assert [await heard(supervisor) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    database.close()


class Writer:
    """A database whose writer does this."""

    def __init__(self, *, hangs: bool) -> None:
        self.hangs = hangs

    async def write(self, _work: object) -> None:
        if self.hangs:
            await asyncio.sleep(600)
        raise OperationalError("", {}, Exception())


async def test_a_writer_that_never_comes_back_is_not_called_alive(
    supervisor: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    task = asyncio.create_task(keep_alive(Writer(hangs=True)))  # type: ignore[arg-type]
    await asyncio.sleep(0.2)
    with pytest.raises(BlockingIOError):
        supervisor.recv(4096)
    task.cancel()


async def test_a_database_that_is_away_is_no_reason_to_be_killed(
    supervisor: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    task = asyncio.create_task(keep_alive(Writer(hangs=False)))  # type: ignore[arg-type]
    assert await heard(supervisor) == b"WATCHDOG=1"
    task.cancel()


async def test_without_a_watchdog_or_with_another_s_there_is_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    await keep_alive(Writer(hangs=True))  # type: ignore[arg-type]
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    await keep_alive(Writer(hangs=True))  # type: ignore[arg-type]
