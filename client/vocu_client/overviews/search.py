"""Search in the words that this desk may read: an index of opened words, in memory and nowhere else."""

from array import array

from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.events import PART_TYPES
from vocu.operation.verified import Accepted
from vocu_client.folding import words
from vocu_client.overviews.slices import Sliced

SEARCHED = frozenset(name for name, parts in PART_TYPES.items() if parts.get("text") is bodies.Text)


class Search(Sliced):
    """Which events hold which words. A word is found by its beginning, whatever its case and accents."""

    def _begin(self) -> None:
        super()._begin()
        self._places: dict[str, array[int]] = {}
        self._erased: set[int] = set()

    def _take(self, accepted: Accepted, act: Act) -> None:
        super()._take(accepted, act)
        if isinstance(act.event, events.EntryErased):
            self._erased.add(act.body(bodies.Erasure).index)

    def _wants(self, act: Act) -> bool:
        return act.header.type in SEARCHED and act.header.slip("text") is not None

    def _open(self, accepted: Accepted, _act: Act) -> None:
        text = self._view.open(accepted, "text")
        if isinstance(text, bodies.Text):
            for word in set(words(f"{text.subject or ''} {text.body}")):
                self._places.setdefault(word, array("L")).append(accepted.index)

    def find(self, query: str) -> list[int]:
        """The log indexes of the events that hold every word of the query, newest first; as far as `progress` says."""
        self.catch_up()
        found: set[int] | None = None
        for wanted in words(query):
            holding: set[int] = set()
            for word, places in self._places.items():
                if word.startswith(wanted):
                    holding.update(places)
            found = holding if found is None else found & holding
        return sorted((found or set()) - self._erased, reverse=True)
