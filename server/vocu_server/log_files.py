"""Where the hub's lines go: standard error or files, which a rotation may move away at any time."""

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

from vocu_server import metrics
from vocu_server.audit import Ration, Trail
from vocu_server.settings import HubFolder

MODE = 0o640


class LogFile:
    """A file to which lines are appended. Where it was moved away, the next line begins a new one: none is lost.

    A full disk does not stop the hub: a line that cannot be written is counted, and given up.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = self._open()
        self._torn = False

    def write(self, text: str) -> None:
        """A whole line, in one piece."""
        with self._lock:
            line = ("\n" * self._torn + text).encode()
            with contextlib.suppress(OSError):  # who cannot begin a new file goes on in the old one
                self._follow_the_name()
            try:
                written = os.write(self._file, line)
            except OSError:
                written = 0
            if written < len(line):
                metrics.lines_lost.inc()
            self._torn = 0 < written < len(line) or (self._torn and not written)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        os.close(self._file)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)

    def _follow_the_name(self) -> None:
        """Open anew what is not, or no longer, the file of that name."""
        if not (self._path.exists() and os.path.samestat(self._path.stat(), os.fstat(self._file))):
            before, self._file = self._file, self._open()
            os.close(before)


@contextmanager
def log_to(hub: HubFolder) -> Iterator[None]:
    """JSON lines on standard error or in the log file, and the audit log: never content or names."""
    files = {name: LogFile(hub.path(name)) for name in (hub.settings.log_file, hub.settings.audit_file) if name}
    destination: Any = files.get(hub.settings.log_file or "", sys.stderr)
    trail = [Trail(files[hub.settings.audit_file])] if hub.settings.audit_file else []
    stamped: list[Any] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    structlog.configure(
        processors=[metrics.count, Ration(), *stamped, *trail, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(destination),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(destination)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                *stamped,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    try:
        yield
    finally:
        for file in files.values():
            file.close()


def put_on_record(hub: HubFolder, event: str, **fields: str | int) -> None:
    """Add a line to the audit log, if there is one here, for a command of the operator beside the running hub."""
    if hub.settings.audit_file:
        with contextlib.suppress(
            OSError
        ):  # what the command did is done; on another machine there may be no such place
            file = LogFile(hub.path(hub.settings.audit_file))
            Trail(file)(None, "info", {"event": event, **fields})
            file.close()
