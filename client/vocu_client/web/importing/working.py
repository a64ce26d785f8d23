"""Work that takes a while, in a thread of its own: it goes on while its page is closed, and is found again by its name.

It is the desk's process that remembers it. Killed in the middle, nothing is half done: every work is one transaction
or none, and is simply begun again.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

from vocu.errors import VocuError
from vocu_client.web.lasting import tell_where
from vocu_client.web.site import Site
from vocu_client.web.visit import Visit

Told = Callable[[int, int], None]
Work = Callable[[Told], Any]
BROKEN: Final = VocuError(
    "desk-fault", "The desk itself failed at this. Nothing was lost; try again, and tell those who look after it."
)
PATIENCE_SECONDS: Final = 2.0
KEPT: Final = 4
"""So many results are remembered: that of a large file takes much memory."""


class Working:
    """One work: how much of it is done, then what came of it."""

    def __init__(self) -> None:
        self.done, self.total = 0, 0
        self.result: Any = None
        self.failed: VocuError | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def runs(self) -> bool:
        return self._task is not None

    def start(self, work: Work) -> None:
        self._task = asyncio.create_task(self._run(work))

    async def wait(self) -> None:
        """Until it has ended, but not for long: what is quick needs no page that waits."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=PATIENCE_SECONDS)

    async def _run(self, work: Work) -> None:
        try:
            self.result = await asyncio.to_thread(work, self._told)
        except VocuError as error:
            self.failed = error
        except Exception as error:  # the desk's own fault: the page says so, and is not left waiting
            tell_where(error)
            self.failed = BROKEN
        finally:
            self._task = None

    def _told(self, done: int, total: int) -> None:
        self.done, self.total = done, total


_works: WeakKeyDictionary[Site, dict[tuple[str, ...], Working]] = WeakKeyDictionary()


def find(visit: Visit, *name: str) -> Working | None:
    """The work of that name, under way or done."""
    return _works.setdefault(visit.site, {}).get(name)


def asks_by_itself(visit: Visit) -> bool:
    """Whether this is the page that waits for a work, asking whether it has ended: then the whole next page is due."""
    return visit.is_fragment and visit.request.method == "GET"


def begin(visit: Visit, work: Work, *name: str) -> Working:
    """The work of that name; begun, unless it is under way or done already."""
    works = _works.setdefault(visit.site, {})
    if name not in works:
        for old in [key for key, each in works.items() if not each.runs][: -KEPT + 1 or None]:
            del works[old]
        works[name] = Working()
        works[name].start(work)
    return works[name]


def forget(visit: Visit, *begins: str) -> None:
    """What came of works whose names begin so: it is not needed any more, or has to be done again."""
    works = _works.setdefault(visit.site, {})
    for name in [name for name, each in works.items() if name[: len(begins)] == begins and not each.runs]:
        del works[name]
