"""Who has received how much, and how long each post took: to its acknowledgement, and until it had reached all."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts what all desks receive; they get the same posts in the same order.

    `authors` are the publishers' device ids. `order` is the author of each post in the order of the log, which the
    first desk reads, and must tell before it counts. A publisher's posts are acknowledged, and delivered, in the order
    in which it sent them.
    """

    desks: int
    authors: list[bytes]
    order: list[bytes] = field(default_factory=list)
    ack_seconds: list[float] = field(default_factory=list)
    all_seconds: list[float] = field(default_factory=list)
    on_progress: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._received = [0] * self.desks
        self._missing: list[int] = []
        self._sent: list[list[float]] = [[] for _ in self.authors]
        self._acknowledged = [0] * len(self.authors)
        self._reached = [0] * len(self.authors)
        self.sent = 0

    @property
    def outstanding(self) -> int:
        """Posts that were sent and not acknowledged, or have not reached every desk."""
        return self.sent - min(len(self.ack_seconds), len(self.all_seconds))

    def send(self, publisher: int) -> None:
        self._sent[publisher].append(time.perf_counter())
        self.sent += 1

    def acknowledge(self, publisher: int, posts: int) -> None:
        now = time.perf_counter()
        first = self._acknowledged[publisher]
        self._acknowledged[publisher] = first + posts
        self.ack_seconds += [now - at for at in self._sent[publisher][first : first + posts]]
        self.on_progress()

    def receive(self, desk: int, posts: int) -> None:
        first = self._received[desk]
        last = self._received[desk] = first + posts
        missing = self._missing
        if len(missing) < last:
            missing.extend([self.desks] * (last - len(missing)))
        for post in range(first, last):
            missing[post] -= 1
        if not missing[first]:  # who has a later post has the earlier ones
            self._complete(time.perf_counter())

    def _complete(self, now: float) -> None:
        while len(self.all_seconds) < len(self._missing) and not self._missing[len(self.all_seconds)]:
            publisher = self.authors.index(self.order[len(self.all_seconds)])
            self.all_seconds.append(now - self._sent[publisher][self._reached[publisher]])
            self._reached[publisher] += 1
        self.on_progress()
