"""How the chunks of files come from the hub: behind the log's entries, few at a time, going on where they stopped."""

import asyncio

from vocu.canonical import unb64
from vocu.errors import MalformedError, RefusedError, VocuError
from vocu.operation.header import Blob
from vocu_client.files import Files
from vocu_client.transport import HubHTTP

TOGETHER = 2
"""Chunks that are fetched at once, 1 MiB each: entries and events go past them."""
LOOK_SECONDS = 1.0
RETRY_SECONDS = 5.0


class Fetcher:
    """Fetches the chunks that are addressed to this desk, in one session with the hub."""

    def __init__(self, op: str, files: Files, http: HubHTTP) -> None:
        self._op, self._files, self._http = op, files, http
        self._refused: set[str] = set()

    async def run(self) -> None:
        """Fetch whatever comes, until cancelled. The channel, not this, says that the line is gone."""
        while True:
            try:
                got = await self.fetch(self.wanted())
                await asyncio.sleep(0 if got else LOOK_SECONDS)
            except (VocuError, OSError):
                await asyncio.sleep(RETRY_SECONDS)

    def wanted(self, event_id: str | None = None) -> list[Blob]:
        """The chunks that lack, of this event or of all, without those that the hub refused in this session."""
        return [blob for blob in self._files.due(event_id) if blob.sha256 not in self._refused]

    async def fetch(self, wanted: list[Blob]) -> bool:
        """Fetch the first of these. Whether there was one. Raises OfflineError, OSError, or RefusedError
        (hub-error) where the hub cannot reach its files now."""
        first = wanted[:TOGETHER]
        await asyncio.gather(*map(self._fetch, first))
        return bool(first)

    async def _fetch(self, blob: Blob) -> None:
        try:
            data = await self._http.get_part(self._op, unb64(blob.sha256))
        except (RefusedError, MalformedError) as error:
            if error.code == "hub-error":  # it cannot reach its files now
                raise
            if error.code != "not-authenticated":  # the token is renewed; what is erased or damaged stays so a while
                self._refused.add(blob.sha256)
            return
        await asyncio.to_thread(self._files.store.keep, data)
        self._files.came(blob)
