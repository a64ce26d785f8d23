"""Files that take a while to make: made beside the requests, and kept for a moment, so that a page can come back."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Final
from weakref import WeakKeyDictionary

from vocu_client.app import Desk

PATIENCE_SECONDS: Final = 1.5
"""How long a request waits for its file before it is answered with a page that comes back."""
KEPT_SECONDS: Final = 300
KEPT: Final = 6
"""Files that are kept for who comes back for them."""


class Making:
    """The files of one desk. What two ask for is made once."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, tuple[float, asyncio.Task[bytes]]] = {}

    async def file(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes | None:
        """The file, once it is made; None where that takes longer than a request should. `key` says what it is made
        of: the same key is the same bytes. Raises whatever `make` does."""
        self._forget()
        if key not in self._tasks:
            self._tasks[key] = time.monotonic(), asyncio.create_task(make())
        _, task = self._tasks[key]
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if not done:
            return None
        if task.exception() is not None:
            del self._tasks[key]
        return task.result()

    def _forget(self) -> None:
        """Let go of files that are old, and of the oldest where there are many; what is being made goes on."""
        ready = [key for key, (_, task) in self._tasks.items() if task.done()]
        old = [key for key in ready if time.monotonic() - self._tasks[key][0] > KEPT_SECONDS]
        for key in {*old, *ready[: max(len(ready) - KEPT, 0)]}:
            del self._tasks[key]


def making_of(desk: Desk) -> Making:
    """The files of this desk, the same for all of its pages."""
    making = _OF_DESK.get(desk)
    if making is None:
        making = _OF_DESK[desk] = Making()
    return making


_OF_DESK: WeakKeyDictionary[Desk, Making] = WeakKeyDictionary()
