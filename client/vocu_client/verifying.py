"""Verifying a log from nothing, a desk's own or an exported one: as if the hub had shown every entry just now."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from vocu.canonical import b64, decode_any, unb64
from vocu.compilation.checking import check_newsletter
from vocu.compilation.filtering import EVERYTHING, Filter
from vocu.compilation.ledger import Ledger
from vocu.compilation.tables import compile_tables
from vocu.crypto.keys import HubVerifyKey
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.log.checkpoint import open_checkpoint
from vocu.operation.events import NewsletterCompiled
from vocu.operation.statements import HUB
from vocu.operation.unsealing import Unsealing
from vocu.operation.verified import Accepted, VerifiedOperation
from vocu.rendering.results import tables_json
from vocu_client.app import Desk
from vocu_client.exports import CERTIFICATE, FLAT, TABLES, flat_files, result_files
from vocu_client.log_file import LogFile

_OF_ONE_VERSION = frozenset({f"{FLAT}/codebook.csv", f"{FLAT}/codes.csv"})
"""They follow from a version of vocu, not from the log."""


class Verified(Struct, frozen=True, kw_only=True):
    """What was verified. `unopened`: entries that count and are sealed to others, so that no figure could be compared
    after them. `files` are the results as of entry `as_of`, to be compared with those of a folder. So many
    participants' desks are `witnesses`: they signed the log as they saw it, the latest with `seen` entries."""

    name: str
    entries: int
    signatures: int
    newsletters: int
    tables: int
    root: bytes
    as_of: int
    files: dict[str, bytes]
    unopened: int
    witnesses: int
    seen: int


class Anchors(Struct, frozen=True, kw_only=True):
    """What a stranger to the operation knows from elsewhere: its id, the hub's key. The rest is the file's own word."""

    op: str | None = None
    hub_key: str | None = None

    def require(self, file: LogFile) -> None:
        """Raises UntrustedError where the file is the log of another operation, or names another hub."""
        if self.op not in (None, file.first.op):
            raise UntrustedError(
                "wrong-operation", f"This is the log of the operation {file.first.op}, not of {self.op}."
            )
        if self.hub_key not in (None, file.first.hub_key):
            raise UntrustedError("wrong-hub", "This log names another hub key than the one that you gave.")


def verify_log(desk: Desk, told: Callable[[int, int], None], folder: Path | None) -> Verified:
    """Verify all entries on disk anew, and compile anew. The results are those at the position that the folder names.

    Raises UntrustedError where anything does not hold; RefusedError where this desk has not come that far.
    """
    checkpoint, size = desk.replica.newest()
    if checkpoint is None:
        raise RefusedError("nothing-yet", "This desk has not seen its operation yet; connect it to the hub once.")
    settings = desk.settings
    operation = VerifiedOperation(settings.op, settings.ncp, settings.device, desk.view.operation.hub_key)
    unsealing = Unsealing(desk.view.keyring)
    fold = _Fold(operation, _asked(folder, size), size, told, unsealing, flat=_flat(folder))
    entries = list(desk.replica.entries(0, size))
    try:
        operation.accept(entries, checkpoint, fold.take)
    except MalformedError as error:  # a signature or a leaf that cannot even be read
        raise UntrustedError(
            error.code, f"This desk's copy of the log is damaged: {error.message}", error.details
        ) from None
    return fold.found()


def verify_file(
    file: LogFile, anchors: Anchors, told: Callable[[int, int], None], folder: Path | None = None
) -> tuple[Verified, bool]:
    """Verify an exported log as `verify_log` does one's own, and say whether the hub's signature withstands quantum
    computers, too. The file is read twice: whether it is whole, and then whether it is true.

    Raises MalformedError for a file that is damaged, UntrustedError where anything in it does not hold.
    """
    anchors.require(file)
    hub_key = HubVerifyKey.from_bytes(unb64(file.first.hub_key))
    leaves, checkpoint = file.leaves()
    operation = VerifiedOperation(file.first.op, file.first.ncp or "", "", hub_key)
    fold = _Fold(operation, _asked(folder, len(leaves)), len(leaves), told, flat=_flat(folder))
    try:
        for accepted in operation.follow(leaves, file.entries(), checkpoint):
            fold.take(accepted)
    except MalformedError as error:  # a signature or a leaf that cannot even be read
        raise UntrustedError(error.code, f"This log is not genuine: {error.message}", error.details) from None
    return fold.found(), _withstands_quantum(checkpoint, operation)


def _withstands_quantum(checkpoint: str, operation: VerifiedOperation) -> bool:
    try:
        open_checkpoint(checkpoint, operation.hub_key, operation.log.origin, require_post_quantum=True)
    except UntrustedError:
        return False
    return True


class _Fold:
    """Folds verified entries into a ledger of its own, checks each newsletter, and compiles at one position."""

    def __init__(
        self,
        operation: VerifiedOperation,
        asked: tuple[int, Filter],
        total: int,
        told: Callable[[int, int], None],
        unsealing: Unsealing | None = None,
        *,
        flat: bool = False,
    ) -> None:
        self._operation, self._total, self._told = operation, total, told
        self._position, self._only = asked
        self._unsealing, self._flat = unsealing, flat
        self._ledger: Ledger | None = None
        self._signatures = self._newsletters = self._tables = self._seen = 0
        self._files: dict[str, bytes] = {}
        self._witnesses: set[str] = set()

    def take(self, accepted: Accepted) -> None:
        state, act = self._operation.state, accepted.act
        if self._unsealing is not None and act is not None and accepted.signed is not None:
            act = self._unsealing.read(act, accepted.signed, state, accepted.at)
        ledger = self._ledger = self._ledger or Ledger(state.genesis)
        if act is not None and isinstance(act.event, NewsletterCompiled):
            self._newsletters += check_newsletter(ledger, act, self._operation.log.root, accepted.at)
        ledger.take(accepted.index, accepted.at, act, state)
        self._signatures += accepted.signed is not None
        if act is not None and (author := state.devices[act.header.sender].ncp) != HUB:
            self._witnesses.add(author)
            self._seen = max(self._seen, act.header.head.n)
        if ledger.position == self._position:
            results = compile_tables(ledger, self._only)
            root, final = b64(self._operation.log.root(self._position)), ledger.phase == "CLOSED"
            self._tables = len(results.tables)
            self._files = result_files(results, root, final=final) | {TABLES: tables_json(results, root, final)}
            if self._flat:
                self._files |= dict(flat_files(ledger))
        self._told(ledger.position, self._total)

    def found(self) -> Verified:
        """What came of it, once all was taken."""
        return Verified(
            name=self._operation.state.genesis.name,
            entries=self._total,
            signatures=self._signatures,
            newsletters=self._newsletters,
            tables=self._tables,
            root=self._operation.log.root(),
            as_of=self._position - 1,
            files=self._files,
            unopened=self._ledger.unopened if self._ledger is not None else 0,
            witnesses=len(self._witnesses),
            seen=self._seen,
        )


def compare_files(folder: Path, files: dict[str, bytes]) -> list[str]:
    """Return if the folder has these very files, perhaps without the one of all tables, and no other CSV; gives the
    names of what else is there and was not compared. Raises UntrustedError that names what differs."""
    files = {name: data for name, data in files.items() if name not in _OF_ONE_VERSION}
    named = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    there = {name for name in named if name in files or _follows(name)} | {CERTIFICATE}
    differing = [f"{name} is missing" for name in sorted(files.keys() - there - {TABLES})]
    differing += [f"{name} does not follow from the log" for name in sorted(there - files.keys())]
    differing += [
        f"{name} differs from what the log gives"
        for name in sorted(files.keys() & there)
        if (folder / name).read_bytes() != files[name]
    ]
    if differing:
        raise UntrustedError("false-tables", f"The files in {folder} are not those of this log.", tuple(differing))
    return sorted(named - there)


def _follows(name: str) -> bool:
    """Whether a file of this name says of itself that it follows from the log, byte for byte."""
    return name.endswith(".csv") and name.count("/") == name.startswith(f"{FLAT}/") and name not in _OF_ONE_VERSION


def _flat(folder: Path | None) -> bool:
    return folder is not None and (folder / FLAT).is_dir()


def _asked(folder: Path | None, size: int) -> tuple[int, Filter]:
    """The position that the folder names, or the log's end, and what its tables count. Raises RefusedError where the
    log does not go so far."""
    if folder is None:
        return size, EVERYTHING
    try:
        certificate = decode_any((folder / CERTIFICATE).read_bytes())
        position, only = certificate["position"], msgspec.convert(certificate.get("filter", {}), Filter)
    except (OSError, VocuError, KeyError, TypeError, AttributeError, msgspec.ValidationError):
        position, only = None, EVERYTHING
    if type(position) is not int or position < 1:
        raise MalformedError("bad-results", f"{folder} holds no {CERTIFICATE} that says what log the tables are of.")
    if position > size:
        raise RefusedError(
            "beyond-log", f"These tables are as of {position} entries, and this log has {size}; get a newer one."
        )
    return position, only
