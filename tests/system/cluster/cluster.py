"""A hub of several processes on one PostgreSQL, behind a load balancer that sends each desk to any of them."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg

from tests.postgres import PostgreSQL
from tests.system.cluster.namespaces import Namespace
from tests.system.cluster.relay import Relay
from vocu.operation.header import Header, read_header
from vocu_server.fanout.audience import decode_entry

LIMITS = """
[limits]
events_per_second = 1000
events_at_once = 10000
unauthenticated_per_address = 300
"""


class Process:
    """One `vocu-hub serve`, in a network namespace of its own if it has one."""

    def __init__(self, folder: Path, port: int, url: str, namespace: Namespace | None) -> None:
        self.folder = folder
        self.port = port
        self.url = url
        self.log = folder.with_suffix(".log")
        self._under = namespace.entering if namespace else ()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and return once it listens."""
        with self.log.open("ab") as log:
            at = log.tell()
            self._process = subprocess.Popen(
                [*self._under, _script("vocu-hub"), "serve", str(self.folder)], stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while b'"listening"' not in self.log.read_bytes()[at:]:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the hub did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """As a power cut does, or in order by SIGTERM."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(30)

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stopped meanwhile, as by a machine that is moved or out of memory; its connections stay."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def served(self) -> int:
        """How many operations it serves."""
        return int(httpx2.get(f"{self.url}/health", timeout=20).json()["serves"])

    def events(self) -> list[str]:
        """What it has logged."""
        lines = self.log.read_text().splitlines()
        return [json.loads(line)["event"] for line in lines if line.startswith("{")]


class Cluster:
    """So many processes of one hub. Desks know the balancer's address; a redirect names a process."""

    def __init__(self, folder: Path, processes: int = 3, *, partitionable: bool = False) -> None:
        self.processes: list[Process] = []
        self.namespaces: list[Namespace | None] = []
        with contextlib.ExitStack() as closing:
            self._closing = closing
            self.database = self._server(partitionable=partitionable)
            closing.callback(self.database.close)
            self.database.start()
            for number in range(processes):
                namespace = closing.enter_context(Namespace(number)) if partitionable else None
                self.namespaces.append(namespace)
                self.processes.append(self._make(folder / f"hub-{number + 1}", namespace))
            self.balancer = Relay([_port(process.url) for process in self.processes])
            closing.callback(self.balancer.close)
            self._closing = closing.pop_all()

    @property
    def address(self) -> str:
        """The database, as this machine reaches it."""
        return f"postgresql://vocu@127.0.0.1:{self.database.port}/postgres"

    def _server(self, *, partitionable: bool) -> PostgreSQL:
        if not partitionable:
            return PostgreSQL()
        folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="vocu-hba-")))
        folder.chmod(0o755)  # the server's account reads it
        admitted = folder / "hba"
        admitted.write_text(f"host all all 127.0.0.0/8 trust\nhost all all {Namespace.NETWORK} trust\n")
        return PostgreSQL(f"hba_file={admitted}", host="0.0.0.0")

    def _make(self, folder: Path, namespace: Namespace | None) -> Process:
        port = _free_port()
        door = Relay([port], namespace.name) if namespace else None
        if door is not None:
            self._closing.callback(door.close)
        url = door.url if door else f"http://127.0.0.1:{port}"
        process = Process(folder, port, url, namespace)
        own = ("--port", str(port), "--public-url", url)
        settings = folder / "hub.toml"
        if not self.processes:
            self.token = _run("init", str(folder), "--database", self.address, *own)
            settings.write_text(settings.read_text() + f'files = "{folder.parent / "files"}"\n' + LIMITS)
        else:
            _run("init", str(folder), "--like", str(self.processes[0].folder), *own)
        if namespace is not None:
            there = self.address.replace("127.0.0.1", namespace.host) + "?sslmode=disable"
            settings.write_text(re.sub("(?m)^database = .*$", f'database = "{there}"', settings.read_text()))
        self._closing.callback(process.end)
        return process

    def start(self) -> None:
        for process in self.processes:
            process.start()

    def owner(self) -> Process:
        """The process that serves the one operation now, or did last."""
        with psycopg.connect(self.address) as connection:
            found = connection.execute("SELECT url FROM owner").fetchone()
        assert found is not None
        return next(process for process in self.processes if process.url == found[0])

    def headers(self) -> list[Header]:
        """The headers of all entries but the genesis."""
        with psycopg.connect(self.address) as connection:
            bodies = connection.execute("SELECT body FROM entry ORDER BY position").fetchall()
        return [read_header(decode_entry(bytes(body)).header or b"") for (body,) in bodies[1:]]

    def close(self) -> None:
        self._closing.close()


@contextlib.contextmanager
def running(folder: Path, processes: int = 3, *, partitionable: bool = False) -> Iterator[Cluster]:
    cluster = Cluster(folder, processes, partitionable=partitionable)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _run(*arguments: str) -> str:
    done = subprocess.run([_script("vocu-hub"), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()
