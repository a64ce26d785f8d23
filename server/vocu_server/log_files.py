"""Where the hub's lines go: standard error or files, which a rotation may move away at any time."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import WatchedFileHandler
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
        path.touch(MODE, exist_ok=True)
        self._file = WatchedFileHandler(path, encoding="utf-8")
        self._lock = threading.Lock()

    def write(self, text: str) -> None:
        """Whole lines, in one piece."""
        with self._lock:
            try:
                self._file.reopenIfNeeded()
                self._file.stream.write(text)
                self._file.stream.flush()
            except OSError:
                metrics.lines_lost.inc()

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        self._file.close()


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
    """Add a line to the audit log, if there is one, for a command of the operator beside the running hub."""
    if hub.settings.audit_file:
        file = LogFile(hub.path(hub.settings.audit_file))
        Trail(file)(None, "info", {"event": event, **fields})
        file.close()
