"""Whether the hub can do its work now, and if not, why not."""

import asyncio
import shutil
import ssl
import time
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, update
from sqlalchemy.exc import SQLAlchemyError

from vocu.crypto.certificates import read_certificate
from vocu_server.store.sql import Database
from vocu_server.store.tables import schema

SECONDS_TO_WRITE = 10
LEAST_FREE_BYTES = 512 * 1024 * 1024


class Reason(Struct, frozen=True):
    """Why the hub is not ready, in a code that stays and a sentence that says what to do."""

    code: str
    message: str


class Condition(Struct, frozen=True):
    """What the hub found. `certificate_expires` is in seconds since 1970; None without TLS."""

    database_writes: bool
    free_bytes: int
    certificate_expires: float | None
    stopping: bool

    def reasons(self) -> list[Reason]:
        """Why it is not ready; empty if it is."""
        found = []
        if self.stopping:
            found.append(Reason("stopping", "The hub was told to stop."))
        if not self.database_writes:
            found.append(
                Reason("database-fails", "The database takes nothing; see the log, the disk and the server of it.")
            )
        if self.free_bytes < LEAST_FREE_BYTES:
            found.append(Reason("disk-nearly-full", f"{self.free_bytes} bytes are left for the data; make room."))
        if self.certificate_expires is not None and self.certificate_expires < time.time():
            found.append(Reason("certificate-expired", "Put a new certificate in its place, and reload the hub."))
        return found


class Readiness:
    """Looks after the database, the disk and the certificate that is being served."""

    def __init__(self, database: Database, data_dir: Path, certificate: Path | None) -> None:
        self._database = database
        self._data_dir = data_dir
        self.certificate_expires = read_expiry(certificate)

    async def look(self, *, stopping: bool) -> Condition:
        """Try everything now; this writes to the database."""
        return Condition(
            await self._writes(), shutil.disk_usage(self._data_dir).free, self.certificate_expires, stopping
        )

    async def _writes(self) -> bool:
        try:
            async with asyncio.timeout(SECONDS_TO_WRITE):
                await self._database.write(_touch)
        except (SQLAlchemyError, OSError, TimeoutError):
            return False
        return True


def read_expiry(certificate: Path | None) -> float | None:
    """When the first certificate of this PEM file ends, in seconds since 1970."""
    if certificate is None:
        return None
    return read_certificate(certificate.read_bytes()).ends / 1000


def first_certificate(path: Path) -> bytes:
    """The DER of the first certificate in a PEM file."""
    pem = path.read_text(encoding="ascii")
    first = pem[pem.index("-----BEGIN CERTIFICATE") : pem.index("-----END CERTIFICATE-----") + 25]
    return ssl.PEM_cert_to_DER_cert(first)


def _touch(connection: Connection) -> None:
    connection.execute(update(schema).values(version=schema.c.version))
