"""A desk's line by long-poll, written from docs/protocol.md alone, which tests can have lose what they like."""

from collections import deque
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec


class ClosedError(Exception):
    """The hub ended the session."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code


class PolledSocket:
    """As much of a WebSocket as the tests' desk needs. `lose` counts answers that do not arrive."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.AsyncClient(base_url=url, timeout=40)
        self.session = ""
        self.sent = self.have = self.lose = 0
        self._frames: deque[bytes] = deque()

    async def send(self, frame: bytes) -> None:
        if not self.session:
            self.sent = 1
            await self.ask([0, 0, [frame]])
            return
        while True:
            taken = (await self.ask([self.sent, self.have, [frame]]))[0]
            if taken == self.sent + 1:
                self.sent = taken
                return

    async def recv(self, *, decode: bool = False) -> bytes:
        while not self._frames:
            await self.ask([self.sent, self.have])
        return self._frames.popleft()

    async def ask(self, asked: Any) -> list[Any]:
        """What the hub answers, again if the answer got lost; its frames are kept in order, each once."""
        while True:
            said = await self.post(msgspec.msgpack.encode(asked))
            if said.status_code != 200:
                raise ClosedError(said.status_code, said.json()["error"]["code"])
            if not self.lose:
                break
            self.lose -= 1
        brought: list[Any] = msgspec.msgpack.decode(said.content)
        _, first, frames, closed, session = brought
        self.session = session or self.session
        self._frames.extend(frames[self.have - first :])
        self.have = max(self.have, first + len(frames))
        if closed is not None and not self._frames:
            raise ClosedError(*closed)
        return brought

    async def post(self, body: bytes) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.session}"} if self.session else {}
        return await self._http.post("/v1/poll", content=body, headers=headers)

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()
