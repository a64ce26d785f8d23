"""Trying passwords. Each takes half a second and 256 MiB on purpose, and whoever reaches the login may ask for it: so
they are tried one at a time, in a thread of their own, and no more of them wait than get an answer before long."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from vocu.errors import RefusedError

MOST_WAITING = 20
T = TypeVar("T")


class Passwords:
    """Those of one desk's officers."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "passwords")
        self._waiting = 0

    async def tried(self, work: Callable[..., T], *given: object) -> T:
        """What `work` answers. Raises RefusedError (wait-first) where too many wait already."""
        if self._waiting >= MOST_WAITING:
            raise RefusedError("wait-first", "Many try to log in at this moment; wait a while, then try again.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)
        finally:
            self._waiting -= 1
