"""How an index keeps up with the log: it takes each entry in once, in order, and begins again where the view did."""

from abc import ABC, abstractmethod

from vocu.operation.act import Act
from vocu.operation.verified import Accepted
from vocu_client.view import View


class Follower(ABC):
    """Something that is made of the log's entries. `catch_up` before every answer costs nothing where nothing came."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._acts: list[Accepted] | None = None
        self._position = 0

    def catch_up(self) -> None:
        """Take in what the view has taken in since the last time."""
        acts = self._view.acts
        if acts is not self._acts:
            self._acts, self._position = acts, 0
            self._begin()
        while self._position < len(acts):
            accepted = acts[self._position]
            self._position += 1
            if accepted.act is not None and not accepted.act.uncounted:
                self._take(accepted, accepted.act)

    @abstractmethod
    def _begin(self) -> None:
        """Know nothing yet, or nothing any more: the view started over."""

    @abstractmethod
    def _take(self, accepted: Accepted, act: Act) -> None:
        """Take in the next entry that this desk was shown in full, and that counts if its kind does."""

    def _ncp(self, act: Act) -> str:
        return self._view.state.devices[act.header.sender].ncp
