"""The way of files up to the hub: chunk by chunk before their event, going on after a cut with those that lack."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from vocu.errors import RefusedError
from vocu.operation.header import Blob
from vocu_client.store.chunks import ChunkStore, Upload
from vocu_client.store.outbox import Outbox
from vocu_client.transport import HubHTTP, OfflineError

TOGETHER = 2
"""Chunks that are on their way at once, 1 MiB each: events without files go past them."""
RETRY_SECONDS = 2.0
FULL_SECONDS = 300.0
"""How long to wait where this country has uploaded as much as the hub takes in a day."""
PAUSES: Final = {
    "quota": FULL_SECONDS,
    "not-authenticated": RETRY_SECONDS,
    "not-admitted": RETRY_SECONDS,
    "hub-error": RETRY_SECONDS,
}
"""Refusals that pass, and after how long to try again; any other is the event's own."""

Uploaded = Callable[[str, Upload], None]
"""Told of each chunk that the hub took: the event, and how far its files have come."""


class Uploader:
    """One session's uploads. What it holds in memory may be lost at any moment; what counts is in the store."""

    def __init__(self, op: str, outbox: Outbox, chunks: ChunkStore, http: HubHTTP) -> None:
        self._op, self._outbox, self._chunks, self._http = op, outbox, chunks, http
        self._told: Uploaded | None = None
        self._task: asyncio.Task[None] | None = None
        self._not_before = 0.0

    def pending(self) -> frozenset[str]:
        """The events whose files are not all at the hub."""
        return frozenset(event for event, upload in self._chunks.uploads().items() if upload.done < upload.total)

    def go_on(self, event_ids: list[str], told: Uploaded | None = None) -> None:
        """See to it that the files of these events, in this order, are on their way."""
        self._told = told
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            task.result()
        if event_ids and self._task is None and time.monotonic() >= self._not_before:
            self._task = asyncio.create_task(self._upload(event_ids))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _upload(self, event_ids: list[str]) -> None:
        for event_id in event_ids:
            try:
                await self._upload_files(event_id)
            except OfflineError:
                self._not_before = time.monotonic() + RETRY_SECONDS
                return
            except RefusedError as error:
                if error.code in PAUSES:
                    self._not_before = time.monotonic() + PAUSES[error.code]
                    return
                self._outbox.refused(event_id, error.code, error.message)

    async def _upload_files(self, event_id: str) -> None:
        missing = self._chunks.to_upload(event_id)
        for first in range(0, len(missing), TOGETHER):
            sent = [self._upload_chunk(event_id, blob) for blob in missing[first : first + TOGETHER]]
            outcomes = await asyncio.gather(*sent, return_exceptions=True)
            for failure in filter(None, outcomes):
                raise failure

    async def _upload_chunk(self, event_id: str, blob: Blob) -> None:
        data = await asyncio.to_thread(self._chunks.read, blob.sha256)
        if data is None:
            raise RefusedError("file-lost", "A file of this event is no longer on this desk's disk; attach it anew.")
        await self._http.put_part(self._op, data)
        self._chunks.uploaded(event_id, blob)
        if self._told is not None:
            self._told(event_id, self._chunks.uploads().get(event_id, Upload(0, 0)))
