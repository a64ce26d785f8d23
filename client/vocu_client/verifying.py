"""Verifying a desk's copy of the log from nothing: as if the hub had shown every entry just now."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from vocu.canonical import b64, decode_any
from vocu.compilation.checking import check_newsletter
from vocu.compilation.ledger import Ledger
from vocu.compilation.tables import compile_tables
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.operation.bodies import Compiled
from vocu.operation.events import NewsletterCompiled
from vocu.operation.verified import Accepted, VerifiedOperation
from vocu_client.app import Desk
from vocu_client.exports import CERTIFICATE, result_files


class Verified(Struct, frozen=True, kw_only=True):
    """What was verified. `files` are the results as of entry `as_of`, to be compared with those of a folder."""

    entries: int
    signatures: int
    newsletters: int
    tables: int
    root: bytes
    as_of: int
    files: dict[str, bytes]


def verify_log(desk: Desk, told: Callable[[int, int], None], folder: Path | None) -> Verified:
    """Verify all entries on disk anew, and compile anew. The results are those at the position that the folder names.

    Raises UntrustedError where anything does not hold; RefusedError where this desk has not come that far.
    """
    checkpoint, size = desk.replica.newest()
    if checkpoint is None:
        raise RefusedError("nothing-yet", "This desk has not seen its operation yet; connect it to the hub once.")
    entries = list(desk.replica.entries(0, size))
    position = _position(folder) if folder is not None else len(entries)
    if position > len(entries):
        raise RefusedError(
            "beyond-log", f"These tables are as of {position} entries, and this desk has {len(entries)}; connect it."
        )
    settings = desk.settings
    operation = VerifiedOperation(settings.op, settings.ncp, settings.device, desk.view.operation.hub_key)
    fold = _Fold(operation, position, len(entries), told)
    try:
        operation.accept(entries, checkpoint, fold.take)
    except MalformedError as error:  # a signature or a leaf that cannot even be read
        raise UntrustedError(
            error.code, f"This desk's copy of the log is damaged: {error.message}", error.details
        ) from None
    return Verified(
        entries=len(entries),
        signatures=fold.signatures,
        newsletters=fold.newsletters,
        tables=fold.tables,
        root=operation.log.root(),
        as_of=position - 1,
        files=fold.files,
    )


class _Fold:
    """Folds verified entries into a ledger of its own, checks each newsletter, and compiles at one position."""

    def __init__(
        self, operation: VerifiedOperation, position: int, total: int, told: Callable[[int, int], None]
    ) -> None:
        self._operation, self._position, self._total, self._told = operation, position, total, told
        self._ledger: Ledger | None = None
        self.signatures = self.newsletters = self.tables = 0
        self.files: dict[str, bytes] = {}

    def take(self, accepted: Accepted) -> None:
        state, act = self._operation.state, accepted.act
        ledger = self._ledger = self._ledger or Ledger(state.genesis)
        if act is not None and isinstance(act.event, NewsletterCompiled):
            check_newsletter(ledger, act.body(Compiled), self._operation.log.root, accepted.at)
            self.newsletters += 1
        ledger.take(accepted.index, accepted.at, act, state)
        self.signatures += accepted.signed is not None
        if ledger.position == self._position:
            results = compile_tables(ledger)
            root = b64(self._operation.log.root(self._position))
            self.tables = len(results.tables)
            self.files = result_files(results, root, final=ledger.phase == "CLOSED")
        self._told(ledger.position, self._total)


def compare_files(folder: Path, files: dict[str, bytes]) -> None:
    """Return if the folder has these very files, and no other CSV. Raises UntrustedError that names what differs."""
    there = {path.name for path in folder.glob("*.csv")} | {CERTIFICATE}
    differing = [f"{name} is missing" for name in sorted(files.keys() - there)]
    differing += [f"{name} does not follow from the log" for name in sorted(there - files.keys())]
    differing += [
        f"{name} differs from what the log gives"
        for name in sorted(files.keys() & there)
        if (folder / name).read_bytes() != files[name]
    ]
    if differing:
        raise UntrustedError(
            "false-tables", f"The files in {folder} are not those of this desk's log.", tuple(differing)
        )


def _position(folder: Path) -> int:
    try:
        position = decode_any((folder / CERTIFICATE).read_bytes())["position"]
    except (OSError, VocuError, KeyError, TypeError):
        position = None
    if type(position) is not int or position < 1:
        raise MalformedError("bad-results", f"{folder} holds no {CERTIFICATE} that says what log the tables are of.")
    return position
