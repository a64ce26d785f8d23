"""Real hubs and desks on loopback, for the system tests."""

import asyncio
import contextlib
import copy
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest
from typer.testing import CliRunner

from tests.postgres import new_database
from vocu.crypto.passwords import Argon2Cost
from vocu_client import Desk, Home, Plan, create_operation, join
from vocu_client.membership import read_invitation
from vocu_server.cli import cli
from vocu_server.settings import read_settings
from vocu_server.store.directory import new_token
from vocu_server.store.sql import Database

CHEAP = Argon2Cost(memory_kib=1024, passes=1, lanes=1)
PASSPHRASE = "an example of a passphrase"
PLAN = Plan(
    name="BALTICA II",
    kind="JCO",
    organiser="PL",
    organiser_name="Poland",
    starts_day="2026-11-20",
    ends_day="2026-12-20",
    retention_day="2031-12-31",
)


HUBS = int(os.environ.get("VOCU_HUBS", "1"))
ON_POSTGRES = os.environ.get("VOCU_STORE") == "postgres"
needs_sqlite = pytest.mark.skipif(ON_POSTGRES, reason="it is about SQLite's file, and VOCU_STORE=postgres leaves none")


class Hub:
    """A `vocu-hub serve` process of its own. VOCU_STORE=postgres gives each a PostgreSQL database instead of SQLite.

    VOCU_HUBS=3 makes it three processes with one database, one folder for files and one log. Desks know the address of
    the first. All start at once: after a restart any of them serves, and desks are sent there; from a hub that is
    `alone`, one process whatever VOCU_HUBS says, they are sent nowhere.
    """

    def __init__(self, folder: Path, *init: str, alone: bool = False) -> None:
        self.folder = folder
        self.log = folder.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.url = ""
        self.under: tuple[str, ...] = ()
        """A program that runs the hub's, such as one that lets its system calls fail."""
        self.others: list[Hub] | None = [] if alone else None
        """The further processes; they are made when the hub first starts, like the first as it is set up then."""
        self._own = tuple(part for part in zip(init[::2], init[1::2], strict=True) if part[0].startswith("--tls-"))
        if ON_POSTGRES and "--database" not in init:
            init = ("--database", new_database(), *init)
        if HUBS > 1 and not alone:
            init = (*self._address(), *init)
        self.token = _init(folder, *init)

    def _address(self) -> tuple[str, ...]:
        """The options that give a process a port that desks can be sent to."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        scheme = "https" if self._own else "http"
        return "--port", str(self.port), "--public-url", f"{scheme}://127.0.0.1:{self.port}"

    def _make_others(self) -> Iterator["Hub"]:
        settings = self.folder / "hub.toml"
        if read_settings(self.folder).settings.files is None:
            settings.write_text(f'files = "{self.folder / "data" / "parts"}"\n' + settings.read_text())
        for number in range(2, HUBS + 1):
            other = copy.copy(self)
            other.folder, other.others = self.folder / f"process-{number}", []
            own = (*itertools.chain(*self._own), *other._address())
            _init(other.folder, "--like", str(self.folder), *own)
            yield other

    def renew_token(self) -> None:
        """Let one more operation begin here."""
        database = Database(read_settings(self.folder).database)
        try:
            self.token = database.write_now(new_token)
        finally:
            database.close()

    def limit(self, **limits: int) -> None:
        """Set limits in hub.toml; they hold from the next start."""
        lines = [f"{name} = {value}\n" for name, value in limits.items()]
        with (self.folder / "hub.toml").open("a", encoding="utf-8") as settings:
            settings.write("\n[limits]\n" + "".join(lines))

    def start(self) -> None:
        """Start serving and wait until it listens; on a restart, at the same address."""
        if self.others is None:
            self.others = list(self._make_others()) if HUBS > 1 else []
        at = self.log.stat().st_size if self.log.exists() else 0
        for process in (*self.others, self):
            process._serve()
        try:
            for process in (*self.others, self):
                process._await_listening(at)
        except RuntimeError:
            self.kill()  # nobody will stop what did not start
            raise

    def _serve(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.under, _script("vocu-hub"), "serve", str(self.folder), "--port", str(self.port)],
                stdout=log,
                stderr=log,
            )

    def _await_listening(self, at: int) -> None:
        """Until its log says so, past this position; which port it took, if it had none yet."""
        assert self.process is not None
        deadline = time.monotonic() + 120 * HUBS
        while time.monotonic() < deadline:
            for line in self.log.read_bytes()[at:].splitlines():
                with contextlib.suppress(ValueError):
                    event = json.loads(line)
                    if event.get("event") != "listening":
                        continue
                    port = int(event["url"].rsplit(":", 1)[1])
                    if self.port in (0, port):
                        self.url, self.port = event["url"], port
                        return
            if self.process.poll() is not None:
                raise RuntimeError(f"the hub did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.02)
        raise RuntimeError("the hub did not say that it listens")

    @contextlib.contextmanager
    def running(self) -> Iterator[Self]:
        """From its start until it is stopped."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self._end(signal.SIGKILL)

    def pids(self) -> list[int]:
        """Of all its processes that run."""
        return [process.pid for process in self._running()]

    def verify(self) -> tuple[int, str]:
        """The exit code of `vocu-hub verify`, and what it says."""
        done = subprocess.run(
            [_script("vocu-hub"), "verify", str(self.folder)], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        running = self._running()
        for process in running:
            process.send_signal(number)
        for process in running:
            process.wait(20)

    def _running(self) -> list[subprocess.Popen[bytes]]:
        processes = [hub.process for hub in (self, *(self.others or ()))]
        return [process for process in processes if process is not None and process.poll() is None]


class RehearsalClock:
    """The hub's clock, in a file; it begins this morning, whenever the tests run, and days pass when told to."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.now = int(datetime.now(UTC).replace(hour=8, minute=0).timestamp() * 1000)
        self.pass_days(0)

    def pass_days(self, days: int = 1) -> None:
        self.now += days * 24 * 3600 * 1000
        draft = self.file.with_suffix(".new")
        draft.write_text(str(self.now))
        draft.replace(self.file)  # the hub looks at any moment, and never finds it empty

    def plan(self, days: int) -> Plan:
        """An operation that begins tomorrow and lasts so many days."""
        first = datetime.fromtimestamp(self.now / 1000, UTC).date() + timedelta(days=1)
        return msgspec.structs.replace(
            PLAN,
            starts_day=first.isoformat(),
            ends_day=(first + timedelta(days=days - 1)).isoformat(),
            retention_day=(first + timedelta(days=2000)).isoformat(),
        )


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _init(folder: Path, *options: str) -> str:
    """What `vocu-hub init` prints; here in this process, for speed, and in one of its own in its tests."""
    done = CliRunner().invoke(cli, ["init", str(folder), *options])
    if done.exit_code:
        raise RuntimeError(done.output) from done.exception
    return done.stdout.strip()


async def found(hub: Hub, folder: Path, plan: Plan = PLAN) -> Desk:
    """The organiser's desk of a new operation, connected once."""
    home = Home(folder / plan.organiser)
    await create_operation(home, hub.url, hub.token, plan, PASSPHRASE, CHEAP)
    desk = Desk.open(home, PASSPHRASE)
    assert await desk.sync()
    return desk


async def admit(organiser: Desk, folder: Path, ncp: str, role: Any = "participant") -> Desk:
    """A new participant's first desk: invited, joined, compared by safety number, admitted."""
    invitation = read_invitation(organiser.decisions.invite(ncp, f"Country {ncp}", role))
    home = Home(folder / ncp)
    number = await join(home, invitation, f"{ncp}-1", PASSPHRASE, CHEAP)
    (applicant,) = await organiser.applicants()
    organiser.decisions.admit(applicant, number)
    assert await organiser.sync()
    desk = Desk.open(home, PASSPHRASE)
    assert await desk.sync()
    return desk


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that other tasks bring about."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def watching(*desks: Desk) -> AsyncIterator[list[asyncio.Task[None]]]:
    """These desks stay connected meanwhile."""
    tasks = [asyncio.create_task(desk.watch()) for desk in desks]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
