"""The hub's log and audit log: files that a rotation moves away, and a full disk."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vocu_server import metrics
from vocu_server.log_files import LogFile, put_on_record
from vocu_server.settings import HubFolder, Settings


def test_a_file_that_is_moved_away_under_load_loses_no_line_and_doubles_none(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    file = LogFile(path)
    writers = [threading.Thread(target=_write, args=(file, name, 2000)) for name in "abc"]
    for writer in writers:
        writer.start()
    rotated = 0
    while any(writer.is_alive() for writer in writers):
        if path.exists():
            path.rename(tmp_path / f"audit.log.{rotated}")
            rotated += 1
    for writer in writers:
        writer.join()
    lines = [line for each in tmp_path.iterdir() for line in each.read_text().splitlines()]
    assert rotated > 1
    assert sorted(lines) == sorted(f"{name} {n}" for name in "abc" for n in range(2000))


def _write(file: LogFile, name: str, lines: int) -> None:
    for n in range(lines):
        file.write(f"{name} {n}\n")


def test_a_new_file_can_be_read_by_its_group_and_by_nobody_else(tmp_path: Path) -> None:
    LogFile(tmp_path / "audit.log").close()
    assert (tmp_path / "audit.log").stat().st_mode & 0o027 == 0


def test_a_full_disk_costs_the_line_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = LogFile(tmp_path / "log")
    file.write("first\n")
    lost, really_write = _lost(), os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda to, data: really_write(to, data[:3]))
        file.write("torn\n")
        full.setattr(os, "write", _no_space)
        file.write("lost\n")
    file.write("last\n")
    assert (tmp_path / "log").read_text() == "first\ntor\nlast\n"
    assert _lost() - lost == 2


def _no_space(_to: int, _data: bytes) -> int:
    raise OSError(28, "No space left on device")


def _lost() -> float:
    return metrics.lines_lost._value.get()


def test_where_no_new_file_can_be_begun_the_lines_go_on_in_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    file = LogFile(folder / "log")
    file.write("one\n")
    folder.rename(tmp_path / "elsewhere")
    file.write("two\n")
    assert (tmp_path / "elsewhere" / "log").read_text() == "one\ntwo\n"
    folder.mkdir()
    file.write("three\n")
    assert (folder / "log").read_text() == "three\n"


def test_two_processes_write_whole_lines_into_one_file(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    program = (
        "import sys; from pathlib import Path; from vocu_server.log_files import LogFile\n"
        "file = LogFile(Path(sys.argv[1]))\n"
        "for n in range(500): file.write(sys.argv[2] * 300 + '\\n')"
    )
    both = [subprocess.Popen([sys.executable, "-c", program, str(path), name]) for name in "ab"]
    assert [process.wait(60) for process in both] == [0, 0]
    lines = path.read_text().splitlines()
    assert sorted(set(lines)) == ["a" * 300, "b" * 300]
    assert len(lines) == 1000


def test_a_command_on_a_machine_without_the_place_of_the_audit_log_goes_on(tmp_path: Path) -> None:
    put_on_record(HubFolder(Settings(audit_file="nowhere/audit.log"), tmp_path), "restored")
    assert list(tmp_path.iterdir()) == []
    put_on_record(HubFolder(Settings(audit_file="audit.log"), tmp_path), "restored")
    assert '"event":"restored"' in (tmp_path / "audit.log").read_text()
