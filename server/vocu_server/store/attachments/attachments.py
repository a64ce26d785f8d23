"""The parts of a running hub: uploads come in, downloads go out, and what nobody needs any more goes."""

import asyncio
import contextlib
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from vocu.errors import MalformedError, RefusedError
from vocu.operation.admission import MAX_SEALED
from vocu_server.clock import Clock
from vocu_server.store.attachments import records
from vocu_server.store.attachments.place import Place, PlaceError, Stored, unknown
from vocu_server.store.attachments.proving import is_whole
from vocu_server.store.sql import Database

T = TypeVar("T")

CHUNK = 256 * 1024
THREADS = 16
AT_ONCE = 500
"""Files that are looked at together."""
TRIES = 5
SERIALISATION_FAILURE = "40001"
SECONDS_TO_LOOK = 60
SECONDS_TO_SWEEP = 24 * 3600

events = structlog.get_logger()


class Attachments:
    """Uploads take no more memory than a chunk each; a file counts once it is whole, proven and durable.

    Where the folder or bucket does not serve us, desks hear `hub-error` and try again by themselves.
    """

    def __init__(self, place: Place, database: Database, clock: Clock) -> None:
        self.place = place
        self._database = database
        self._clock = clock
        self._threads = ThreadPoolExecutor(THREADS, "files")
        self._erased = asyncio.Event()

    # --- for the API ---

    async def has(self, op: str, sha256: str, size: int) -> bool:
        """Whether these bytes are safe already; they stay for another day then."""
        now = self._clock()
        return await self._step(lambda connection: records.touch(connection, op, sha256, size, now))

    async def keep(self, new: records.Upload, most: int, chunks: AsyncIterator[bytes]) -> None:
        """Store what comes. It is safe when this returns.

        Raises RefusedError (quota, hub-error), or MalformedError where it is larger than a part may be, or does not
        have that hash; then nothing is kept, and nothing counts.
        """
        now = self._clock()
        await self._step(lambda connection: records.expect(connection, new, now, most))
        try:
            with _telling("upload", new.op):
                await self._take(new, chunks)
        except Exception:
            with contextlib.suppress(SQLAlchemyError):  # or it expires within a day
                await self._step(lambda connection: records.give_up(connection, new))
            self.erase_soon()
            raise

    async def open(self, op: str, sha256: str) -> tuple[int, AsyncIterator[bytes]]:
        """The size of a part, and its bytes piece by piece. Raises RefusedError (unknown-part, hub-error)."""
        found = await self._database.read(lambda connection: records.find(connection, op, sha256))
        if found is None:
            raise unknown()
        with _telling("download", op):
            reading = await self._run(self.place.open, found.key)

        async def pieces() -> AsyncIterator[bytes]:
            with contextlib.closing(reading):
                while piece := await self._run(reading.read, CHUNK):
                    yield piece

        return found.size, pieces()

    # --- for the sequencer ---

    async def read(self, op: str, sha256: str) -> bytes:
        """All bytes of a part. Raises RefusedError (unknown-part, hub-error)."""
        _, pieces = await self.open(op, sha256)
        with _telling("download", op):
            return b"".join([piece async for piece in pieces])

    def erase_soon(self) -> None:
        """The database says that something is to go."""
        self._erased.set()

    # --- keeping order ---

    async def tend(self) -> None:
        """Erase what is to go, at once and again until it is gone; sweep every day. Runs until cancelled; in several
        hub processes at once, if need be."""
        swept = -float(SECONDS_TO_SWEEP)
        while True:
            try:
                await self.erase_going()
                if time.monotonic() - swept >= SECONDS_TO_SWEEP:
                    await self.sweep()
                    swept = time.monotonic()
            except (PlaceError, SQLAlchemyError) as error:
                reason = str(error) if isinstance(error, PlaceError) else type(error).__name__
                events.error("files-not-tended", reason=reason)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._erased.wait(), SECONDS_TO_LOOK)
            self._erased.clear()

    async def erase_going(self) -> None:
        """Erase the bytes of all that is to go. Raises PlaceError where some withstand; the others are gone then."""
        failure: PlaceError | None = None
        while keys := await self._database.read(lambda connection: records.going(connection, AT_ONCE)):
            done = []
            for key in keys:
                try:
                    await self._run(self.place.erase, key)
                    done.append(key)
                except PlaceError as error:
                    failure = error
            await self._step(partial(records.gone, keys=done))
            if failure is not None:
                raise failure

    async def sweep(self) -> None:
        """Once a day: what no entry names for a day goes, what no record knows is noted, what was left half is gone.

        Raises PlaceError, SQLAlchemyError; what was done is done.
        """
        await self._run(self._drop_left_over)
        await self._adopt()
        await self._prove()
        now = self._clock()
        for key in await self._database.read(lambda connection: records.expired(connection, now)):
            await self._step(partial(records.expire, key=key, now=now))
        await self._step(lambda connection: records.forget_uploads(connection, now))
        await self.erase_going()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _take(self, new: records.Upload, chunks: AsyncIterator[bytes]) -> None:
        partial_file = self.place.spool / f"{secrets.token_hex(16)}.part"
        try:
            with _spooling():
                await self._receive(partial_file, new.sha256, chunks)
            await self._run(self.place.put, new.key, partial_file)
        finally:
            await self._run(partial(partial_file.unlink, missing_ok=True))
        now = self._clock()
        if not await self._step(lambda connection: records.arrived(connection, new.key, now)):
            raise RefusedError("hub-error", "This part was given up while it came; it is sent again.")

    async def _receive(self, path: Path, sha256: str, chunks: AsyncIterator[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with path.open("xb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > MAX_SEALED:
                    raise MalformedError("part-too-large", f"A part has at most {MAX_SEALED} bytes.")
                digest.update(chunk)
                await self._run(file.write, chunk)
        if digest.hexdigest() != sha256:
            raise MalformedError("bad-parts", "These bytes do not have the hash that the address names.")

    def _drop_left_over(self) -> None:
        yesterday = time.time() - SECONDS_TO_SWEEP
        for path in self.place.spool.glob("*.part"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < yesterday:
                    path.unlink()

    async def _adopt(self) -> None:
        found = self.place.stored()
        while some := await self._run(_some, found):
            now = self._clock()
            new = await self._step(partial(records.adopt, found=some, now=now))
            if new:
                events.warning("files-without-record", files=new)

    async def _prove(self) -> None:
        for key in await self._database.read(records.unproven):
            size = await self._run(is_whole, self.place, key)
            if size is not None:
                await self._step(partial(records.proven, key=key, size=size))

    async def _step(self, work: Callable[[Connection], T]) -> T:
        """A step between two states: again, where another hub process took one of the same file at that moment."""
        for _ in range(TRIES):
            try:
                return await self._database.write(work)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != SERIALISATION_FAILURE:
                    raise
        return await self._database.write(work)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


def _some(found: Iterator[Stored]) -> list[Stored]:
    return list(islice(found, AT_ONCE))


@contextlib.contextmanager
def _spooling() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = f"An upload cannot be written to the disk ({error.strerror}): has it room?"
        raise PlaceError("files-unreachable", reason) from error


@contextlib.contextmanager
def _telling(doing: str, op: str) -> Iterator[None]:
    """The operator reads why the place does not serve us; a desk hears that it may try again."""
    try:
        yield
    except PlaceError as error:
        events.error("files-failed", op=op, doing=doing, code=error.code, reason=error.message)
        raise RefusedError("hub-error", "The hub cannot reach its files now; the desk tries again by itself.") from None
