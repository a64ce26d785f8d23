"""Servers in processes of their own, on a core of their own, and what they cost."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import psutil

SERVER_CORE, CLIENT_CORE = 0, 1
LIMITS = """
[limits]
events_per_second = 1000000
events_at_once = 1000000
unauthenticated_per_address = 10000
"""

PATIENCE_SECONDS = 180
"""For a server to say that it listens: a hub reads its whole log first."""


def pin(process: psutil.Process, core: int) -> None:
    """Keep a process on one core, where the machine has so many and the system can."""
    if hasattr(process, "cpu_affinity") and (os.cpu_count() or 1) > CLIENT_CORE:
        process.cpu_affinity([core])


@contextlib.contextmanager
def all_cores() -> Iterator[None]:
    """In here this process is where it likes to be, and its threads beside each other."""
    own = psutil.Process()
    own.cpu_affinity(list(range(os.cpu_count() or 1)))
    try:
        yield
    finally:
        pin(own, CLIENT_CORE)


class Server:
    """A running server, which said on standard error where it listens. Use it in a `with`."""

    def __init__(self, *command: str, log: Path) -> None:
        with log.open("wb") as file:
            self._popen = subprocess.Popen([sys.executable, "-m", *command], stdout=file, stderr=file)
        self._process = psutil.Process(self._popen.pid)
        pin(self._process, SERVER_CORE)
        self._log = log
        self.url = self._listening()

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def cpu_seconds(self) -> float:
        """Spent so far, by the process and its children."""
        times = [process.cpu_times() for process in (self._process, *self._process.children(recursive=True))]
        return sum(each.user + each.system for each in times)

    def memory_mib(self) -> float:
        """The proportional set size, or the resident one where the system tells no other."""
        memory = self._process.memory_full_info()
        return float(getattr(memory, "pss", memory.rss)) / 2**20

    def own_mib(self) -> float:
        """What it has allocated, without files in memory: its share in these grows when other processes end."""
        memory = self._process.memory_info()
        return float(memory.rss - getattr(memory, "shared", 0)) / 2**20

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def stop(self) -> None:
        self._popen.terminate()
        self._popen.wait(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listening(self) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self._popen.poll() is None:
            for line in self._log.read_text().splitlines():
                if line.startswith("{") and json.loads(line)["event"] == "listening":
                    return str(json.loads(line)["url"])
            time.sleep(0.02)
        raise RuntimeError(f"no server: {self._log.read_text()[-2000:]}")


def bare(folder: Path) -> Server:
    return Server("bench.bare", log=folder / "bare.log")


def hub(folder: Path, how: str = "checked") -> Server:
    """`how`: as it is (checked), or as `bench.hub` changes it."""
    log = folder.with_suffix(".log")
    if how == "checked":
        return Server("vocu_server.cli", "serve", str(folder), "--port", "0", log=log)
    return Server("bench.hub", how, str(folder), log=log)


def new_hub(folder: Path) -> str:
    """Make a hub whose limits do not slow the bench down, and return the token for its operation."""
    command = [sys.executable, "-m", "vocu_server.cli", "init", str(folder)]
    token = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
    with (folder / "hub.toml").open("a", encoding="utf-8") as settings:
        settings.write(LIMITS)
    return token


def restore_limits(folder: Path) -> None:
    """Let this hub have the limits again that hubs have unless they are told otherwise."""
    settings = folder / "hub.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(LIMITS, ""), encoding="utf-8")
