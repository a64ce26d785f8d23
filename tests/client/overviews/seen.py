"""The overviews of one desk; `see` brings it up to date and looks."""

from tests.client.replicas import Replicated
from vocu_client.overviews import Overviews


class Seen:
    """A replica with its overviews."""

    def __init__(self, desk: Replicated) -> None:
        self.desk = desk
        self.overviews = Overviews(desk.view, desk.reading, desk.outbox, desk.replica)

    @property
    def now(self) -> int:
        return self.desk.scenario.hub.now

    def see(self) -> Overviews:
        """Everything that the hub has, opened as far as it may be."""
        self.desk.catch_up()
        while not self.overviews.index_some(1000):
            pass
        return self.overviews


def nobody_read(_index: int) -> bool:
    return False
