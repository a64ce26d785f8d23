"""What the desk's pages show, in indexes that grow with the log, so that no page looks through all of it."""

import time

from vocu_client.overviews.clocks import Clocks
from vocu_client.overviews.days import Days
from vocu_client.overviews.feed import Feed
from vocu_client.overviews.hits import Hits
from vocu_client.overviews.participation import Board
from vocu_client.overviews.read_receipts import ReadReceipts
from vocu_client.overviews.search import Search
from vocu_client.overviews.seizures import Seizures
from vocu_client.overviews.threads import Threads
from vocu_client.overviews.today import Today, today
from vocu_client.reading import Reading
from vocu_client.store.outbox import Outbox
from vocu_client.store.replica import Replica
from vocu_client.view import View


class Overviews:
    """All of them, over one view. The first answer after a start takes the log in; later ones only what is new."""

    def __init__(self, view: View, reading: Reading, outbox: Outbox, replica: Replica) -> None:
        self._view, self._reading, self._outbox, self._replica = view, reading, outbox, replica
        self.feed = Feed(view, reading)
        self.search = Search(view)
        self.threads = Threads(view, reading, self.search)
        self.clocks = Clocks(view)
        self.days = Days(view)
        self.seizures = Seizures(view)
        self.receipts = ReadReceipts(view)
        self.board = Board(view, self.receipts)
        self.hits = Hits(view)

    def today(self, now: int) -> Today | None:
        """The day at a glance; None before this desk has seen its operation. `now`: UTC milliseconds."""
        return today(self._view, self._outbox, self._replica, self.clocks, self.days, now)

    def index_some(self, budget_ms: float) -> bool:
        """Open what came since for search, receipts and hits, as far as this many milliseconds reach; call it again and
        again between requests. Whether nothing is left to do now."""
        until = time.monotonic() + budget_ms / 1000
        # One after the other: what one has no need of, the next one uses; most of the work, the words, comes last.
        return all(
            each.index_some((until - time.monotonic()) * 1000) for each in (self.receipts, self.hits, self.search)
        )

    def catch_up(self) -> None:
        """Take in what the log holds, before somebody waits for it."""
        for each in (
            self.feed,
            self.threads,
            self.clocks,
            self.days,
            self.seizures,
            self.receipts,
            self.board,
            self.hits,
            self.search,
            self._reading,
        ):
            each.catch_up()
