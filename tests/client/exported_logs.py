"""An exported log for the tests: of an operation of every kind of secrecy, with one newsletter."""

import gzip
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from tests.client.replicas import Replicated
from tests.core.compilation.logs import seizure
from tests.scenario import Scenario
from vocu.canonical import b64, encode
from vocu.compilation.issuing import figures
from vocu.compilation.schedule import due_at
from vocu.form.report import Person, SeizureNominal
from vocu.ids import newsletter_id
from vocu.log.checkpoint import Checkpoint, origin, sign_checkpoint
from vocu.operation import bodies, events
from vocu.operation.bodies import Text
from vocu.operation.composing import Author, Composer, Draft, LogView
from vocu.operation.statements import HUB
from vocu.protocol.frames import Entry
from vocu_client.log_file import FORMAT, FirstLine, LogFile, log_lines, write_log
from vocu_client.verifying import Anchors, Verified, verify_file

MARK = "Smith, between DE and FR only"


def operation() -> Scenario:
    """Reports with names, words to all and to one alone, a restricted report; DE and FR take part."""
    scenario = Scenario("DE", "FR")
    scenario.open("OPERATIONAL")
    named = SeizureNominal(persons=(Person(name=MARK),))
    report = scenario.post("DE", events.SeizureReported(stat=seizure(), nominal=named))
    scenario.post("DE", events.MessagePosted(text=Text(body=MARK)), to=("FR",))
    scenario.post("FR", events.MessagePosted(text=Text(body=MARK)), to=("PL",))
    scenario.post("PL", events.AnnouncementPosted(text=Text(body="Well done. Καλημέρα")))
    scenario.post("DE", events.SeizureAmended(stat=seizure(place="DEHAM", location_type="seaport")), ref=report)
    return scenario


def newsletter(scenario: Scenario, desk: Replicated, day: str = "2024-01-15") -> None:
    """A newsletter with the figures that follow from the log, at its hour."""
    desk.catch_up()
    hub = scenario.hub
    hub.now = max(hub.now, due_at(hub.state.genesis, day))
    compiled = bodies.Compiled(day=day, number=1, position=hub.tree.size, root=b64(hub.tree.root()))
    event = events.NewsletterCompiled(plain=compiled, stat=figures(desk.ledger, compiled, hub.now))
    author = Author(next(iter(hub.state.members[HUB].devices)), scenario.compiler)
    composer = Composer(author, LogView(hub.state, hub.tree.root()), scenario.random.randbytes)
    scenario.send(composer.compose(Draft(id=newsletter_id(scenario.op, day), event=event, ts=hub.now)))
    desk.catch_up()


def exported(desk: Replicated, path: Path, *, sealed: bool = False, entries: Iterable[Entry] | None = None) -> Path:
    """The log of this desk as a file, or these entries as if they were it; with both signatures of the hub."""
    scenario = desk.scenario
    size, root = scenario.hub.tree.size, scenario.hub.tree.root()
    checkpoint = sign_checkpoint(
        Checkpoint(origin=origin(scenario.op), size=size, root=root), scenario.hub.key, post_quantum=True
    )
    first = FirstLine(
        format=FORMAT, op=scenario.op, hub_key=desk.settings.hub_key, entries=size,
        ncp=desk.settings.ncp if sealed else None,
    )  # fmt: skip
    write_log(path, log_lines(first, desk.replica.entries(0, size) if entries is None else entries, checkpoint), _quiet)
    return path


def verified(path: Path, **anchors: str) -> tuple[Verified, bool]:
    return verify_file(LogFile(path), Anchors(**anchors), lambda _done, _of: None)


def lines_of(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).splitlines(keepends=True)


def rewritten(path: Path, lines: list[bytes]) -> Path:
    """The file with these lines instead, and a last line that fits them, as a forger would write it."""
    last = json.loads(lines[-1])
    last["sha256"] = b64(hashlib.sha256(b"".join(lines[:-1])).digest())
    path.write_bytes(b"".join(lines[:-1]) + encode(last) + b"\n")
    return path


def _quiet(_done: int) -> None:
    pass
