"""A folder into which a national system drops files: each is imported once, moved away, and answered with a receipt.

done/NAME and refused/NAME are the files; beside each stands NAME.receipt.json. Whatever moment the process dies at, the
file is still in its place: importing it again finds the same ids, so that nothing is reported twice and nothing lost.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from vocu.errors import VocuError
from vocu.operation.register import Register
from vocu_client.app import Desk
from vocu_client.imports import planning
from vocu_client.imports.mapping import Mapping
from vocu_client.imports.planning import Plan, plan_file

KINDS: Final = frozenset([".csv", ".tsv", ".xlsx", ".ods", ".json"])
RECEIPT: Final = ".receipt.json"
SETTLED_SECONDS: Final = 3.0
"""How long a file must have been left alone before it is taken to be whole."""

State = Literal["draft", "queued", "delivered", "refused", "gone"]
Keep = Callable[[Plan], None]
"""Keeps the fresh reports of a plan: in the outbox, or as drafts for an officer."""


class Reported(Struct, omit_defaults=True, kw_only=True):
    """One report of a file: its lines, its id, and what became of it. `entry`: where the log holds it; `code` and
    `message`: why not; "gone": it was taken back or thrown away before it was sent."""

    lines: tuple[int, ...]
    id: str
    state: State
    entry: int | None = None
    code: str | None = None
    message: str | None = None


class Wrong(Struct, omit_defaults=True, kw_only=True):
    """One fault of a refused row."""

    line: int
    columns: tuple[str, ...] = ()
    field: str = ""
    message: str


class Receipt(Struct, omit_defaults=True, kw_only=True):
    """What became of a file: "queued" until all of its reports are delivered or refused; "refused" as a whole where
    anything in it was wrong, and then nothing of it was posted. `others`: reports that belong to other participants."""

    file: str
    sha256: str
    taken_at: str
    state: Literal["drafts", "queued", "delivered", "refused"]
    reports: list[Reported] = []
    others: int = 0
    code: str | None = None
    message: str | None = None
    faults: list[Wrong] = []


_receipt: msgspec.json.Decoder[Receipt] = msgspec.json.Decoder(Receipt)


class Folder:
    """The watched folder of one desk. `keep` None puts reports into the outbox."""

    def __init__(self, desk: Desk, path: Path, mapping: Mapping | None, mapping_name: str, keep: Keep | None) -> None:
        self._desk, self._path, self._mapping, self._mapping_name, self._keep = desk, path, mapping, mapping_name, keep
        self.done, self.refused = path / "done", path / "refused"
        self.done.mkdir(parents=True, exist_ok=True)
        self.refused.mkdir(exist_ok=True)
        self._seen: dict[Path, tuple[int, int, float]] = {}
        self._open = {path for path in self.done.glob(f"*{RECEIPT}") if _is_open(_read(path))}

    def look(self) -> Iterator[Receipt]:
        """Take the files that are whole by now. A receipt for each, once it stands on the disk."""
        for path in self._whole():
            receipt = self._take(path)
            if receipt is not None:
                yield receipt

    def follow(self) -> Iterator[Receipt]:
        """Bring the receipts up to date with what the hub has taken. Those that changed."""
        now = self._standing() if self._open else None
        for path in sorted(self._open):
            before = _read(path)
            if before is None or now is None:
                self._open.discard(path)
                continue
            after = _brought_up_to_date(before, now)
            if after != before:
                _write(path, after)
                yield after
            if not _is_open(after):
                self._open.discard(path)

    def _whole(self) -> list[Path]:
        """Files that nobody writes to any more: they did not change for a while."""
        found, there = [], {}
        for path in sorted(self._path.iterdir()):
            if path.suffix.lower() not in KINDS or path.name.startswith((".", "~")) or not path.is_file():
                continue
            stat = path.stat()
            size, changed, since = self._seen.get(path, (-1, 0, 0.0))
            if (size, changed) != (stat.st_size, stat.st_mtime_ns):
                since = time.monotonic()
            there[path] = (stat.st_size, stat.st_mtime_ns, since)
            if size >= 0 and time.monotonic() - since >= SETTLED_SECONDS:
                found.append(path)
        self._seen = there
        return found

    def _take(self, path: Path) -> Receipt | None:
        try:
            data = path.read_bytes()
        except OSError:
            return None  # it was taken away again, or is not readable yet: the next look tells
        receipt = Receipt(file=path.name, sha256=hashlib.sha256(data).hexdigest(), taken_at=_now(), state="queued")
        try:
            plan = plan_file(self._desk, data, path.name, self._mapping, mapping_name=self._mapping_name)
            if plan.refused:
                _explain(receipt, plan)
            elif self._keep is None:
                planning.run(self._desk, plan)
            else:
                self._keep(plan)
            receipt.others = plan.others.total()
            receipt.reports = [] if plan.refused else self._reported(plan)
        except VocuError as error:
            receipt.state, receipt.code, receipt.message = (
                "refused",
                error.code,
                "\n".join((error.message, *error.details)),
            )
        receipt = _brought_up_to_date(receipt, self._standing())
        folder = self.refused if receipt.state == "refused" and not receipt.reports else self.done
        self._put_away(path, folder, receipt)
        return receipt

    def _put_away(self, path: Path, folder: Path, receipt: Receipt) -> None:
        """The receipt first: a file without one was not taken yet."""
        target = _free_name(folder, path.name, receipt.sha256)
        answer = target.with_name(target.name + RECEIPT)
        _write(answer, receipt)
        path.replace(target)
        self._seen.pop(path, None)
        if _is_open(receipt):
            self._open.add(answer)

    def _reported(self, plan: Plan) -> list[Reported]:
        made = [(imported.lines, draft.id) for imported, draft in plan.fresh] + list(plan.known)
        return [Reported(lines=lines, id=name, state="queued") for lines, name in sorted(made)]

    def _standing(self) -> "_Standing":
        desk, outbox = self._desk, self._desk.outbox
        return _Standing(
            desk.settings.device,
            desk.view.state.register,
            outbox.ids("queued", "sent"),
            outbox.refusals(),
            desk.drafts.ids(),
        )


class _Standing(NamedTuple):
    """What is known of all reports at one moment: what the log holds, and which of it is our own, what waits, what was
    refused and why, and what an officer has as a draft."""

    device: str
    logged: Register
    waiting: set[str]
    refused: dict[str, tuple[str, str]]
    drafts: set[str]

    def of(self, each: Reported) -> Reported:
        if each.id in self.logged:
            return Reported(
                lines=each.lines, id=each.id, state="delivered", entry=self.logged.sent_by(self.device, each.id)
            )
        if each.id in self.refused:
            code, message = self.refused[each.id]
            return Reported(lines=each.lines, id=each.id, state="refused", code=code, message=message)
        if each.id in self.waiting:
            return Reported(lines=each.lines, id=each.id, state="queued")
        return Reported(lines=each.lines, id=each.id, state="draft" if each.id in self.drafts else "gone")


def _brought_up_to_date(receipt: Receipt, standing: _Standing) -> Receipt:
    if receipt.state == "refused" and not receipt.reports:
        return receipt
    found = [standing.of(each) for each in receipt.reports]
    return msgspec.structs.replace(receipt, reports=found, state=_whole_state(found))


def _whole_state(reports: list[Reported]) -> Literal["drafts", "queued", "delivered", "refused"]:
    states = {each.state for each in reports}
    if "draft" in states:
        return "drafts"
    if "queued" in states:
        return "queued"
    return "refused" if "refused" in states else "delivered"


def _is_open(receipt: Receipt | None) -> bool:
    return receipt is not None and receipt.state in ("drafts", "queued")


def _explain(receipt: Receipt, plan: Plan) -> None:
    receipt.state, receipt.code = "refused", "rows-refused"
    receipt.message = (
        f"{len(plan.refused)} rows are refused, so nothing was posted. Correct them and drop the file again."
    )
    receipt.faults = [
        Wrong(line=fault.line, columns=fault.columns, field=fault.field, message=str(fault.fault))
        for refusal in plan.refused
        for fault in refusal.faults
    ]


def _free_name(folder: Path, name: str, sha256: str) -> Path:
    """The name under which a file is put away: its own, unless another file has it."""
    path = folder / name
    stem, suffix, number = path.stem, path.suffix, 1
    while path.exists() or ((known := _read(path.with_name(path.name + RECEIPT))) and known.sha256 != sha256):
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    return path


def _read(path: Path) -> Receipt | None:
    try:
        return _receipt.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def _write(path: Path, receipt: Receipt) -> None:
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(receipt)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
