"""Work that opens many seals is done in slices, between requests, and tells how far it is."""

import time
from abc import abstractmethod
from collections import deque
from typing import NamedTuple

from vocu.errors import SealedError, VocuError
from vocu.operation.act import Act
from vocu.operation.verified import Accepted
from vocu_client.following import Follower


class Progress(NamedTuple):
    """So many of so many entries are looked at."""

    done: int
    of: int


class Sliced(Follower):
    """An index over sealed parts. What cannot be opened here is left out; what has yet to be fetched is tried again."""

    def _begin(self) -> None:
        self._waiting: deque[int] = deque()
        self._absent: list[int] = []
        self._of = 0

    def _take(self, accepted: Accepted, act: Act) -> None:
        if self._wants(act):
            self._waiting.append(accepted.index)
            self._of += 1

    @abstractmethod
    def _wants(self, act: Act) -> bool:
        """Whether there is something in this event to open."""

    @abstractmethod
    def _open(self, accepted: Accepted, act: Act) -> None:
        """Open it and take it in. Raises as `View.open` does."""

    @property
    def progress(self) -> Progress:
        self.catch_up()
        return Progress(self._of - len(self._waiting), self._of)

    def index_some(self, budget_ms: float) -> bool:
        """Open what came since, as far as this many milliseconds reach. Whether nothing is left to do now."""
        self.catch_up()
        until = time.monotonic() + budget_ms / 1000
        if not self._waiting:
            self._waiting.extend(self._absent)
            self._absent.clear()
        while self._waiting and time.monotonic() < until:
            accepted = self._view.acts[self._waiting.popleft()]
            if accepted.act is None:
                continue
            try:
                self._open(accepted, accepted.act)
            except SealedError as error:
                if error.code == "not-here":
                    self._absent.append(accepted.index)
            except VocuError:
                continue
        return not self._waiting
