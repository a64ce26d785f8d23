"""Whether there is a backup, and how old it is."""

from collections.abc import Iterator
from pathlib import Path

from vocu_server.doctor.finding import Finding, bad, ok, warn
from vocu_server.keeping.record import newest_backup
from vocu_server.settings import HubFolder

OF = "backup"
HOUR_MS = 3600 * 1000
OLD, TOO_OLD = 26, 8 * 24
"""Hours."""
DO = "run `vocu-hub backup`, and let a timer do so every day (docs/backup.md)"


def backups(hub: HubFolder, now: int) -> Iterator[Finding]:
    """The newest one is of today or yesterday, and where it was written."""
    newest = newest_backup(hub)
    if newest is None:
        yield warn(OF, "none was ever made here", DO)
        return
    hours = (now - newest.made) // HOUR_MS
    says = f"{newest.path}, {hours} hours old, for the key {newest.key}"
    if hours > TOO_OLD:
        yield bad(OF, says, DO)
    elif hours > OLD:
        yield warn(OF, says, DO)
    elif Path(newest.path).parent.is_dir() and not _is_there(newest.path, newest.size):
        yield bad(OF, f"{newest.path} is gone, or has another size", "find out who moved it; " + DO)
    else:
        yield ok(OF, says)


def _is_there(path: str, size: int) -> bool:
    try:
        return Path(path).stat().st_size == size
    except OSError:
        return False
