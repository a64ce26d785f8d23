"""The exported log: what is in it, and that every kind of damage and every forgery is found, and named."""

import gzip
import json
import re
import tracemalloc
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client.exported_logs import MARK, exported, lines_of, newsletter, operation, rewritten, verified
from tests.client.replicas import Replicated
from tests.core.compilation.logs import seizure
from tests.scenario import Scenario
from vocu.canonical import b64, encode
from vocu.errors import MalformedError, UntrustedError, VocuError
from vocu.operation import events
from vocu.protocol.frames import Entry
from vocu_client.log_file import MAX_LINE, FirstLine, LogFile, log_lines, write_log

_NAMES = count()


class Exported:
    """The operation, two of its desks, and the log that DE exported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scenario = operation()
        self.de = Replicated(self.scenario, "DE", folder)
        newsletter(self.scenario, self.de)
        self.de.catch_up()
        self.fr = Replicated(self.scenario, "FR", folder)
        self.file = exported(self.de, folder / "log.jsonl")
        self.lines = lines_of(self.file)

    def new(self) -> Path:
        return self.folder / f"{next(_NAMES)}.jsonl"

    def with_lines(self, lines: list[bytes]) -> Path:
        path = self.new()
        path.write_bytes(b"".join(lines))
        return path

    def forged(self, lines: list[bytes]) -> Path:
        return rewritten(self.new(), lines)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return Exported(tmp_path_factory.mktemp("log"))


def test_an_exported_log_verifies_without_a_desk(log: Exported) -> None:
    found, withstands = verified(log.file, op=log.scenario.op, hub_key=log.de.settings.hub_key)
    assert found.name == "BALTICA II"
    assert found.entries == log.scenario.hub.tree.size == len(log.lines) - 2
    assert found.root == log.scenario.hub.tree.root()
    assert found.newsletters == 1
    assert found.signatures == found.entries - 2, "the two messages between two are bare"
    assert (found.witnesses, found.seen) == (2, found.entries - 2), "PL and DE; FR spoke to PL alone"
    assert withstands
    assert "T03.csv" in found.files


def test_nothing_sealed_or_bilateral_is_in_it_unless_asked_for(log: Exported) -> None:
    content = log.file.read_text("utf-8")
    assert MARK not in content
    assert '"to":[' not in content.replace("\\", "")
    assert '"sealed"' not in content
    whole = exported(log.de, log.new(), sealed=True)
    entries = [json.loads(line) for line in lines_of(whole)[1:-1]]
    assert sum("sealed" in entry for entry in entries) == 3, "the report, the words to FR and to all; not those to PL"
    assert sum("header" not in entry for entry in entries) == 1
    assert MARK not in whole.read_text("utf-8"), "sealed parts stay sealed"
    assert verified(whole, op=log.scenario.op)[0].signatures == len(entries) - 1


def test_all_but_the_last_line_is_the_same_at_every_desk(log: Exported) -> None:
    theirs = lines_of(exported(log.fr, log.new()))
    assert theirs[:-1] == log.lines[:-1]
    assert json.loads(theirs[-1])["sha256"] == json.loads(log.lines[-1])["sha256"]


def test_texts_stand_in_it_as_they_were_signed(log: Exported) -> None:
    reported = next(json.loads(line) for line in log.lines if b"seizure_reported" in line)
    header = json.loads(reported["header"])
    assert header["type"] == "seizure_reported"
    assert json.loads(reported["clear"]["stat"])["body"]["place"] == "TERESPOL"
    assert [part["p"] for part in header["parts"]] == ["stat", "nominal"], "whose hash the header names"


def test_it_is_compressed_where_the_name_says_so(log: Exported) -> None:
    packed = exported(log.de, log.folder / "log.jsonl.gz")
    assert packed.read_bytes()[:2] == b"\x1f\x8b"
    assert lines_of(packed)[:-1] == log.lines[:-1]
    assert verified(packed, op=log.scenario.op)[0].root == verified(log.file)[0].root
    assert not list(log.folder.glob("*.part"))


def test_a_file_that_could_not_be_written_whole_is_not_there(log: Exported) -> None:
    path = log.new()

    def breaking(_: int) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_log(path, log.lines, breaking)
    assert not path.exists()
    assert not path.with_name(path.name + ".part").exists()


# --- damage ---


def refused(path: Path, kind: type[VocuError], code: str, **anchors: str) -> VocuError:
    with pytest.raises(kind) as caught:
        verified(path, **anchors)
    assert caught.value.code == code, caught.value
    return caught.value


def test_a_file_that_breaks_off_anywhere_is_said_to_be_truncated(log: Exported) -> None:
    data = log.file.read_bytes()
    first = len(log.lines[0])
    for end in (first, first + 1, len(data) // 2, len(data) - len(log.lines[-1]), len(data) - 1):
        path = log.new()
        path.write_bytes(data[:end])
        assert "breaks off at line" in refused(path, MalformedError, "log-truncated").message
    packed = gzip.compress(data, mtime=0)
    for end in (3, len(packed) // 2, len(packed) - 4):
        path = log.new()
        path.write_bytes(packed[:end])
        refused(path, MalformedError, "log-truncated")


def test_lines_swapped_dropped_doubled_or_added_are_found(log: Exported) -> None:
    lines = log.lines
    for changed in (
        [*lines[:4], lines[5], lines[4], *lines[6:]],
        [*lines[:4], *lines[5:]],
        [*lines[:5], *lines[4:]],
    ):
        said = refused(log.with_lines(changed), MalformedError, "log-out-of-order").message
        assert "Line 5 holds" in said or "Line 6 holds" in said
    refused(log.with_lines([*lines, lines[-1]]), MalformedError, "after-the-end")
    refused(log.with_lines([*lines[:-2], lines[-1]]), MalformedError, "bad-line")


@pytest.mark.parametrize("content", [b"", b"\n", b"Country;Day\n", b"{}\n", b'{"format":"vocu-log/2"}\n', b"\0" * 100])
def test_what_is_no_exported_log_is_said_to_be_none(log: Exported, content: bytes) -> None:
    path = log.new()
    path.write_bytes(content)
    refused(path, MalformedError, "not-a-log")


def test_a_line_that_is_not_json_is_named(log: Exported) -> None:
    error = refused(log.with_lines([*log.lines[:3], b"entry 2\n", *log.lines[4:]]), MalformedError, "bad-line")
    assert "Line 4" in error.message
    spaced = log.lines[3].replace(b'"index":', b'"index": ')
    refused(log.with_lines([*log.lines[:3], spaced, *log.lines[4:]]), MalformedError, "bad-line")


def test_a_line_of_fifty_megabytes_is_refused_in_little_memory(log: Exported) -> None:
    path = log.new()
    with path.open("wb") as file:
        file.write(log.lines[0])
        for _ in range(50):
            file.write(b"a" * 1_000_000)
    tracemalloc.start()
    refused(path, MalformedError, "line-too-long")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * MAX_LINE


def test_a_small_file_that_unfolds_to_a_huge_one_is_refused(log: Exported) -> None:
    path = log.new()
    stuffed = next(json.loads(line) for line in log.lines if b'"stat"' in line)
    stuffed["clear"]["stat"] = "A" * 500_000
    many = FirstLine(format="vocu-log/1", op=log.scenario.op, hub_key=log.de.settings.hub_key, entries=2**40)
    with gzip.open(path, "wb") as file:
        file.write(encode(many) + b"\n")
        for index in range(100):
            file.write(encode(stuffed | {"index": index} if index else {"index": 0, "leaf": stuffed["leaf"]}) + b"\n")
    assert path.stat().st_size < 200_000
    refused(path, MalformedError, "gzip-bomb")


def test_the_log_of_another_operation_or_hub_is_refused(log: Exported) -> None:
    other = Scenario("DE", seed=1)
    refused(log.file, UntrustedError, "wrong-operation", op=other.op)
    refused(log.file, UntrustedError, "wrong-hub", hub_key=b64(other.hub.key.public.data))
    posing = log.forged([log.lines[0].replace(log.scenario.op.encode(), other.op.encode()), *log.lines[1:]])
    refused(posing, UntrustedError, "bad-checkpoint", op=other.op)


# --- forgeries: the hash at the end fits ---


def _edit(log: Exported, kind: str, change: Callable[[dict[str, object]], object]) -> Path:
    lines = list(log.lines)
    place = next(number for number, line in enumerate(lines) if f'type\\":\\"{kind}'.encode() in line)
    entry = json.loads(lines[place])
    change(entry)
    lines[place] = encode(entry) + b"\n"
    return log.forged(lines)


def test_a_figure_changed_with_the_hash_made_to_fit_is_found(log: Exported) -> None:
    def more(entry: dict[str, dict[str, str]]) -> None:
        entry["clear"]["stat"] = entry["clear"]["stat"].replace('"1000"', '"9000"')

    refused(_edit(log, "seizure_reported", more), UntrustedError, "bad-parts")  # type: ignore[arg-type]


def test_a_header_that_is_not_the_signed_one_is_found(log: Exported) -> None:
    def other(entry: dict[str, str]) -> None:
        entry["header"] = re.sub('"dseq":[0-9]+', '"dseq":77', entry["header"])

    refused(_edit(log, "seizure_reported", other), UntrustedError, "bad-signature")  # type: ignore[arg-type]


def test_an_entry_hidden_behind_a_bare_leaf_is_found(log: Exported) -> None:
    def hide(entry: dict[str, object]) -> None:
        for name in ("header", "signature", "clear"):
            entry.pop(name, None)

    refused(_edit(log, "seizure_reported", hide), UntrustedError, "hidden-entry")


def test_a_leaf_that_the_hub_did_not_sign_for_is_found(log: Exported) -> None:
    def later(entry: dict[str, str]) -> None:
        entry["leaf"] = entry["leaf"][:20] + "AAAA" + entry["leaf"][24:]

    refused(_edit(log, "seizure_reported", later), UntrustedError, "forked")  # type: ignore[arg-type]


def test_a_newsletter_with_false_figures_is_found_although_the_hub_signed_it(tmp_path: Path) -> None:
    scenario = Scenario("DE")
    scenario.open("OPERATIONAL")
    scenario.post("DE", events.SeizureReported(stat=seizure()))
    de = Replicated(scenario, "DE", tmp_path)
    scenario.newsletter("2024-01-15")
    hub = scenario.hub
    shown = [hub.shown(index, "DE", scenario.desks["DE"].id) for index in range(hub.tree.size)]
    refused(exported(de, tmp_path / "log.jsonl", entries=shown), UntrustedError, "false-figures")


# --- any byte ---


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_byte_is_flipped_the_file_is_refused(log: Exported, data: st.DataObject) -> None:
    whole = bytearray(log.file.read_bytes())
    at = data.draw(st.integers(0, len(whole) - len(log.lines[-1]) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    path = log.folder / "flipped.jsonl"
    path.write_bytes(whole)
    with pytest.raises(MalformedError):
        LogFile(path).leaves()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_byte_flipped_in_the_last_line_takes_away_the_signature_of_the_future_at_most(
    log: Exported, data: st.DataObject
) -> None:
    """The name and the key's id on the ML-DSA line: with another one it is the line of a key that nobody knows."""
    whole = bytearray(log.file.read_bytes())
    at = len(whole) - data.draw(st.integers(1, len(log.lines[-1])))
    whole[at] ^= data.draw(st.integers(1, 255))
    path = log.folder / "flipped.jsonl"
    path.write_bytes(whole)
    try:
        found, withstands = verified(path, op=log.scenario.op)
    except VocuError:
        return
    assert found.root == log.scenario.hub.tree.root()
    assert not withstands


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_byte_a_forger_flips_the_log_does_not_verify(log: Exported, data: st.DataObject) -> None:
    lines = list(log.lines)
    place = data.draw(st.integers(0, len(lines) - 2))
    line = bytearray(lines[place])
    line[data.draw(st.integers(0, len(line) - 2))] ^= data.draw(st.integers(1, 255))
    path = rewritten(log.folder / "forged.jsonl", [*lines[:place], bytes(line), *lines[place + 1 :]])
    with pytest.raises((MalformedError, UntrustedError)):
        verified(path, op=log.scenario.op)


MEANINGLESS = range(3, 10)
"""Of a compressed file: flags, time, and by what it was compressed."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_byte_flipped_in_a_compressed_file_is_found_or_carries_nothing(log: Exported, data: st.DataObject) -> None:
    whole = bytearray(gzip.compress(log.file.read_bytes(), mtime=0))
    at = data.draw(st.one_of(st.integers(0, 12), st.integers(0, len(whole) - 1)))
    whole[at] ^= data.draw(st.integers(1, 255))
    path = log.folder / "flipped.gz"
    path.write_bytes(whole)
    try:
        leaves, _ = LogFile(path).leaves()
    except MalformedError:
        return
    assert at in MEANINGLESS
    assert len(leaves) == len(log.lines) - 2


def test_a_long_log_is_written_and_read_in_little_memory(tmp_path: Path) -> None:
    size = 20_000
    leaf = bytes([2]) + bytes(40)
    first = FirstLine(format="vocu-log/1", op="A" * 43, hub_key="A" * 43, entries=size)
    tracemalloc.start()
    write_log(tmp_path / "long.jsonl", log_lines(first, (Entry(at, leaf) for at in range(size)), ""), lambda _: None)
    for _ in LogFile(tmp_path / "long.jsonl").entries():
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MAX_LINE


def test_where_the_statistical_parts_are_sealed_everything_but_the_figures_verifies(tmp_path: Path) -> None:
    scenario = Scenario("DE", profile="sealed_stat")
    scenario.open("OPERATIONAL")
    scenario.post("DE", events.SeizureReported(stat=seizure(place="MARKERPLACE")))
    de = Replicated(scenario, "DE", tmp_path)
    file = exported(de, tmp_path / "log.jsonl")
    found, _ = verified(file, op=scenario.op)
    assert found.signatures == found.entries
    assert found.unopened == 1
    assert "MARKERPLACE" not in file.read_text("utf-8")
