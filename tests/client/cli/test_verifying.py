"""The log as a file: written by a desk, verified by somebody who has none."""

import gzip
import json
from pathlib import Path

import pytest

from tests.client.cli.conftest import Rehearsal
from tests.client.cli.shell import Shell
from tests.client.exported_logs import exported
from tests.client.replicas import Replicated
from tests.core.compilation.logs import seizure
from tests.scenario import Scenario
from vocu.operation.events import SeizureReported


@pytest.fixture(scope="module")
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Somebody without a desk, and without a passphrase."""
    folder = tmp_path_factory.mktemp("nobody")
    return Shell(folder / "none", folder / "no-passphrase")


@pytest.fixture(scope="module")
def log(rehearsal: Rehearsal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log that Germany's desk exported, with a report in it and a message to Belgium alone."""
    de = rehearsal.de
    file = tmp_path_factory.mktemp("log") / "log.jsonl.gz"
    de.post("send", "Between us.", "--to", "BE")
    de.post("nil", "--day", "2024-06-03")
    said = de.do("export", file)
    assert "vocu verify log.jsonl.gz --op " in said
    return file


def _op(log: Path) -> str:
    return str(json.loads(gzip.decompress(log.read_bytes()).splitlines()[0])["op"])


def test_somebody_without_a_desk_verifies_what_a_desk_exported(nobody: Shell, log: Path) -> None:
    said = nobody.do("verify", log, "--op", _op(log))
    assert "entries verified, each in its place under the root that the hub signed" in said
    assert "Nothing was taken on trust" in said
    assert not nobody.home.exists()


def test_without_anchors_it_says_what_it_takes_on_trust(nobody: Shell, log: Path) -> None:
    result = nobody.run("verify", log)
    assert result.exit_code == 0
    assert "Taken from the file on trust: the operation's id and the hub's key." in result.stderr
    assert _op(log) in result.stderr


def test_the_log_of_another_operation_is_not_to_be_trusted(nobody: Shell, log: Path) -> None:
    said = nobody.fail(1, "verify", log, "--op", "A" * 43)
    assert "NOT TO BE TRUSTED" in said
    assert "wrong-operation" in said
    assert "vocu alarms" not in said, "who has no desk has no alarms"
    assert "wrong-hub" in nobody.fail(1, "verify", log, "--hub-key", "A" * 43)


def test_a_damaged_log_is_refused_in_one_sentence(nobody: Shell, log: Path, tmp_path: Path) -> None:
    lines = gzip.decompress(log.read_bytes()).splitlines(keepends=True)
    file = tmp_path / "damaged.jsonl"
    for code, content in {
        "log-truncated": lines[:-1],
        "log-out-of-order": [*lines[:2], *lines[3:]],
        "not-a-log": [b"PK\x03\x04"],
        "bad-line": [*lines[:2], b"{}\n", *lines[3:]],
    }.items():
        file.write_bytes(b"".join(content))
        said = nobody.fail(2, "verify", file)
        assert code in said
        assert "Traceback" not in said


def test_tables_are_written_and_compared_with_an_exported_log(
    de: Shell, nobody: Shell, log: Path, tmp_path: Path
) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    de.do("verify", "--out", theirs)
    assert "are in" in nobody.do("verify", log, "--out", ours)
    assert {file.name: file.read_bytes() for file in ours.iterdir()} == {
        file.name: file.read_bytes() for file in theirs.iterdir()
    }
    assert "are the same as those that follow from the log" in nobody.do("verify", log, "--tables", theirs)
    (theirs / "T01.csv").write_text("made up\n")
    assert "T01.csv differs" in nobody.fail(1, "verify", log, "--tables", theirs)


def test_an_archive_holds_more_and_says_so(de: Shell, nobody: Shell, log: Path, tmp_path: Path) -> None:
    file = tmp_path / "archive.jsonl"
    result = de.run("export", file, "--sealed")
    assert "who wrote to whom" in result.stderr
    assert b'"sealed"' in file.read_bytes()
    assert "Nothing was taken on trust" in nobody.do("verify", file, "--op", _op(log))


def test_where_the_statistical_parts_are_sealed_no_hollow_table_is_written(nobody: Shell, tmp_path: Path) -> None:
    scenario = Scenario("DE", profile="sealed_stat")
    scenario.open("OPERATIONAL")
    scenario.post("DE", SeizureReported(stat=seizure()))
    file = exported(Replicated(scenario, "DE", tmp_path), tmp_path / "log.jsonl")
    result = nobody.run("verify", file, "--op", scenario.op)
    assert result.exit_code == 0
    assert "1 entries that count are sealed to others" in result.stderr
    assert "inputs-sealed" in nobody.fail(1, "verify", file, "--op", scenario.op, "--out", tmp_path / "tables")
    assert not (tmp_path / "tables").exists()
