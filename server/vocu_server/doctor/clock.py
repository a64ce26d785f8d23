"""The hub's clock: entries bear its time. Only this machine is asked, nobody outside."""

import ctypes
from collections.abc import Iterator

from vocu_server.doctor.finding import Finding, bad, ok, warn
from vocu_server.settings import HubFolder

OF = "clock"
TIME_ERROR = 5
"""What adjtimex(2) returns while nothing keeps the clock."""
_TIMEX_SIZE = 512
"""More than `struct timex` has on any system; zeros ask and change nothing."""
TOLERANCE_MS = 60_000


def clock(hub: HubFolder, now: int, newest: int) -> Iterator[Finding]:
    """Something keeps it right, and it is not behind the log, whose newest entry is of `newest` (ms; 0: none)."""
    if hub.settings.rehearsal_clock:
        yield warn(OF, "a rehearsal clock", "for a real operation, take `rehearsal_clock` out of hub.toml")
    elif now + TOLERANCE_MS < newest:
        yield bad(
            OF,
            f"{(newest - now) // 1000} s behind the newest entry",
            "set it by NTP: new entries get a false time",
        )
    kept = _is_kept()
    if kept is None:
        yield warn(OF, "this system does not say whether anything keeps the clock", "see that NTP runs here")
    elif kept:
        yield ok(OF, "kept by NTP, as the kernel says")
    else:
        yield warn(OF, "nothing keeps it right", "run systemd-timesyncd or chrony with your own time server")


def _is_kept() -> bool | None:
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_SIZE))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != TIME_ERROR
