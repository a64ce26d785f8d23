"""What time it is for the hub: the machine's clock, or in a rehearsal what a file says."""

import time
from collections.abc import Callable
from pathlib import Path

from vocu.errors import MalformedError

Clock = Callable[[], int]
"""UTC milliseconds since 1970."""


def system_clock() -> int:
    return time.time_ns() // 1_000_000


def rehearsal_clock(path: Path) -> Clock:
    """A clock that reads its file at each look. Raises MalformedError where that does not hold milliseconds."""

    def read() -> int:
        try:
            return int(path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            raise MalformedError(
                "bad-clock", f"Write UTC milliseconds into {path}, or take `rehearsal_clock` out of hub.toml."
            ) from None

    return read
