"""The audit log: what bears on security, for a SIEM, under names that stay (docs/monitoring.md).

The hub says once what happens, where it happens, to its log. This module knows which of those lines belong into the
audit log, and writes them there a second time, numbered.
"""

import secrets
import threading
import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
import structlog

from vocu.operation.events import (
    DeviceAdmitted,
    DeviceRevoked,
    EntryErased,
    ParticipantAdmitted,
    ParticipantChanged,
    ParticipantRemoved,
    PhaseOpened,
    RootsChanged,
    kind_of,
)

Line = MutableMapping[str, Any]

EVENTS = {
    "configured": "The hub starts; `settings` is the SHA-256 of its `hub.toml`, `version` its version.",
    "listening": "It serves at this `url`.",
    "certificate-renewed": "New connections are shown the certificate that was put in place.",
    "certificate-unfit": "It was told to show a new certificate, which does not fit its key or cannot be read.",
    "stopping": "It was told to stop, and says goodbye to its desks.",
    "stopped": "It has stopped in order; a `run` whose last line is another was cut off.",
    "connected": "A device proved who it is: its session begins.",
    "disconnected": "That session ended.",
    "login-failed": "Somebody at this `address` did not prove who he is; `code` says why not.",
    "sent-on": "Somebody at this `address` asked for an operation that another process serves, and was told its `url`.",
    "line-failed": "A session ended because of what the device sent; `code` says what was wrong.",
    "hung-up": "The hub hung up on somebody at this `address` who asked too much or too slowly; `code` says why.",
    "closed": "The hub closed a connection; `code` is the close code of `protocol.md`.",
    "refused": "An event was not admitted; `code` names the rule.",
    "request-refused": "An HTTP request was refused; `code` says why.",
    "rate-limited": "A device sends faster than it may; the hub reads more slowly from it.",
    "operation-created": "An operation began, and its token is used up.",
    "operation-taken": "This process serves the operation from now on, no other one does.",
    "operation-let-go": "This process no longer serves it.",
    "token-issued": "The operator had a token printed for one more operation.",
    "backed-up": "The operator took a backup of `size` bytes.",
    "restored": "The operator made this hub anew from a backup.",
    "recovered": "The operator took the log's end, entries `before` to `now`, from desks' copies; `code` says why not.",
    "upgraded": "The operator brought the database from schema `before` to schema `now`.",
    "verified": "The operator had every entry, newsletter and table verified; `code` says what was wrong, if anything.",
    "join-requested": "Somebody with an invitation asks to be let in with this `device`.",
    "decided": "The log holds a decision: who takes part, the phase, an erasure; `kind` says which, `entry` where.",
    "uploaded": "A large sealed part, or a chunk of a file, came in.",
    "downloaded": "A large sealed part, or a chunk of a file, was handed out.",
    "commit-failed": "The database or the disk failed; nobody was told that these events are safe.",
}
"""Every name and what it means. A name never changes its meaning."""

DECISIONS = frozenset(
    kind_of(kind)
    for kind in (
        RootsChanged,
        ParticipantAdmitted,
        ParticipantChanged,
        ParticipantRemoved,
        DeviceAdmitted,
        DeviceRevoked,
        PhaseOpened,
        EntryErased,
    )
)

FROM_STRANGERS = frozenset({"login-failed", "sent-on", "request-refused", "closed", "hung-up"})
LINES_OF_STRANGERS_PER_SECOND = 50


class Sink(Protocol):
    """What takes whole lines."""

    def write(self, text: str, /) -> object: ...


class Trail:
    """Writes to the audit log what belongs there; one of structlog's processors.

    Each line bears the `run` of its process and its number `n` in it: a gap in the numbers is a missing line.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._run = secrets.token_hex(4)
        self._written = 0
        self._lock = threading.Lock()

    def __call__(self, _logger: Any, _method: str, line: Line) -> Line:
        if line["event"] in EVENTS:
            self._write({name: value for name, value in line.items() if name not in {"timestamp", "level"}})
        return line

    def _write(self, said: Line) -> None:
        with self._lock:
            self._written += 1
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            numbered = {"at": at, "run": self._run, "n": self._written, **said}
            self._sink.write(msgspec.json.encode(numbered, enc_hook=str).decode() + "\n")


class Ration:
    """Keeps strangers from filling the disk with lines about themselves; one of structlog's processors.

    Of the kinds of line that anybody may cause, so many a second are written; the next one tells how many were left
    out (`omitted`).
    """

    def __init__(self) -> None:
        self._second = 0
        self._taken = 0
        self._omitted = 0

    def __call__(self, _logger: Any, _method: str, line: Line) -> Line:
        if line["event"] not in FROM_STRANGERS:
            return line
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._taken = second, 0
        self._taken += 1
        if self._taken > LINES_OF_STRANGERS_PER_SECOND:
            self._omitted += 1
            raise structlog.DropEvent
        if self._omitted:
            line["omitted"], self._omitted = self._omitted, 0
        return line
