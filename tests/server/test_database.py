"""One connection writes and holds the locks: who has lost it owns nothing."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from tests.postgres import fresh_database
from tests.system.certificates import certify
from vocu.errors import RefusedError
from vocu_server.store import log
from vocu_server.store.keys import make_keys, require_same
from vocu_server.store.log import StoredEntry
from vocu_server.store.sql import Database, NotOwnedError

OP = "A" * 43
END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def url() -> Iterator[str]:
    with fresh_database() as url:
        yield url


async def test_an_operation_has_one_owner_at_a_time(url: str) -> None:
    with closing(Database(make_url(url))) as one, closing(Database(make_url(url))) as other:
        assert await one.try_lock(OP)
        assert await one.try_lock(OP)
        assert not await other.try_lock(OP)
        await one.unlock(OP)
        assert await other.try_lock(OP)
        with pytest.raises(NotOwnedError):
            await one.write(lambda connection: log.begin(connection, OP), OP)
        await other.write(lambda connection: log.begin(connection, OP), OP)


async def test_who_lost_the_connection_owns_nothing_and_may_lock_again(url: str) -> None:
    with closing(Database(make_url(url))) as database, closing(Database(make_url(url))) as other:
        assert await database.try_lock(OP)
        before = database.generation
        other.write_now(lambda connection: connection.execute(END).all())
        with pytest.raises(DBAPIError):
            await database.try_lock(OP)
        assert not database.holds(OP)
        with pytest.raises(NotOwnedError):
            await database.write(lambda connection: log.begin(connection, OP), OP)
        assert database.generation > before
        assert await database.try_lock(OP)
        assert await database.read(log.operations) == []


async def test_a_log_that_somebody_else_grew_is_not_written(url: str) -> None:
    """Even without a lock: the size that a batch begins at must be the size that the database knows."""
    with closing(Database(make_url(url))) as one, closing(Database(make_url(url))) as other:
        one.write_now(lambda connection: log.begin(connection, OP))
        entry = [StoredEntry(0, b"leaf", None, b"body")]
        one.write_now(lambda connection: log.append(connection, OP, entry, "one"))
        with pytest.raises(SQLAlchemyError):
            other.write_now(lambda connection: log.append(connection, OP, entry, "other"))
        assert other.read_now(lambda connection: log.checkpoint(connection, OP)) == "one"


def test_a_database_serves_one_hub_only(url: str, tmp_path: Path) -> None:
    ours, others = (make_keys(_made(tmp_path / name)) for name in ("ours", "others"))
    with closing(Database(make_url(url))) as database:
        for _ in range(2):
            database.write_now(lambda connection: require_same(connection, ours))
        with pytest.raises(RefusedError) as refused:
            database.write_now(lambda connection: require_same(connection, others))
    assert refused.value.code == "wrong-hub"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def tls_only(folder: Path) -> Iterator[int]:
    """The port of a server that says yes to TLS, as PostgreSQL does, shows a certificate for localhost and hangs up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certify(folder, "db"))

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                with line, suppress(OSError):
                    line.settimeout(20)
                    line.recv(8)  # SSLRequest
                    line.sendall(b"S")
                    with context.wrap_socket(line, server_side=True) as sealed:
                        sealed.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(("known", "says"), [(False, "certificate verify failed"), (True, "eof|closed the connection")])
def test_a_server_elsewhere_is_believed_if_the_system_knows_its_authority_and_else_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool, says: str
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)  # and back to what it was, afterwards
    with tls_only(tmp_path) as port:
        authorities = str(tmp_path / "db.crt") if known else "/dev/null"
        paths = ssl.get_default_verify_paths()._replace(cafile=authorities, capath="/dev/null")
        monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
        there = make_url(f"postgresql://vocu@127.0.0.1:{port}/vocu?sslmode=verify-full&sslrootcert=system")
        with pytest.raises(OperationalError, match=says):
            Database(there)
