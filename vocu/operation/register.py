"""Which events a log holds: the register that knows each one's place, kind and device by its id.

The hub remembers every event for as long as it serves the operation. In dictionaries that took 250 bytes an event, here
it takes 35: two columns by place, and a table of places by the hash of the id (open addressing, linear probing).
"""

from array import array
from collections.abc import Iterator

ID_SIZE = 22
"""Characters of an event's id."""
_NOTHING = 0
"""The place of the genesis, which has no id: here, no event."""


class Register:
    """Events by id. Places that hold none are those of the genesis and of what is addressed to others."""

    def __init__(self) -> None:
        self._ids = bytearray(ID_SIZE)
        self._stamps = array("I", (_NOTHING,))
        self._pairs = [("", "")]
        self._numbers: dict[tuple[str, str], int] = {}
        self._places = array("I", bytes(16 * 4))
        self._count = 0

    def __iter__(self) -> Iterator[str]:
        """All ids, in the order of the log."""
        for place, stamp in enumerate(self._stamps):
            if stamp:
                yield self._id(place).decode()

    def __contains__(self, id: str) -> bool:  # noqa: A002
        return self.place(id) is not None

    def add(self, place: int, id: str, kind: str, device: str) -> None:  # noqa: A002
        """Take in an event that is not here yet, at a place after all those before."""
        skipped = place - len(self._stamps)
        self._ids += bytes(ID_SIZE * skipped) + id.encode()
        self._stamps.extend((_NOTHING,) * skipped + (self._number(kind, device),))
        self._count += 1
        if 3 * self._count > 2 * len(self._places):
            self._places = array("I", bytes(2 * 4 * len(self._places)))
            for each in range(place):
                if self._stamps[each]:
                    self._places[self._slot(self._id(each))] = each
        self._places[self._slot(id.encode())] = place

    def place(self, id: str) -> int | None:  # noqa: A002
        """Where the event of this id stands in the log."""
        return self._places[self._slot(id.encode())] or None

    def kind(self, id: str) -> str | None:  # noqa: A002
        """Of which kind the event of this id is."""
        place = self.place(id)
        return None if place is None else self._pairs[self._stamps[place]][0]

    def device_at(self, place: int) -> str | None:
        """Whose event stands at this place; None where there is none that this reader was shown."""
        return self._pairs[self._stamps[place]][1] or None if place < len(self._stamps) else None

    def sent_by(self, device: str, id: str) -> int | None:  # noqa: A002
        """Where the event that this device sent under this id stands in the log."""
        place = self.place(id)
        return place if place is not None and self.device_at(place) == device else None

    def _id(self, place: int) -> bytes:
        return bytes(self._ids[place * ID_SIZE : (place + 1) * ID_SIZE])

    def _number(self, kind: str, device: str) -> int:
        """Kinds and devices are few: each pair of them is kept once, and has a number."""
        number = self._numbers.setdefault((kind, device), len(self._pairs))
        if number == len(self._pairs):
            self._pairs.append((kind, device))
        return number

    def _slot(self, id: bytes) -> int:  # noqa: A002
        """Where the table has this id, or would have it. Nobody can foretell how Python hashes bytes."""
        last = len(self._places) - 1
        slot = hash(id) & last
        while (place := self._places[slot]) and self._id(place) != id:
            slot = (slot + 1) & last
        return slot
