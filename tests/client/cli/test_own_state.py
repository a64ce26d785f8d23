"""What a desk says of itself: its outbox, its alarms, what it does without a line, and while it watches."""

import shutil
import signal
import time
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.client.cli.conftest import Rehearsal, open_desk
from tests.client.cli.shell import Shell
from vocu.errors import UntrustedError


def test_without_a_line_one_reads_and_writes_and_all_is_sent_later(rehearsal: Rehearsal, be: Shell, de: Shell) -> None:
    be.post("send", "Before the line went.")
    de.do("whoami")
    rehearsal.hub.stop()
    try:
        said = de.run("inbox")
        assert "Before the line went." in said.stdout
        assert said.stderr.startswith("offline: showing what this desk had at")
        assert "queued; will be sent when the line is back" in de.do("send", "Written without a line.")
        assert "queued" in de.do("outbox", "--state", "queued")
        assert "No contacts yet" in de.do("contacts")
        assert "offline" in be.fail(1, "applicants")
    finally:
        rehearsal.hub.start()
    assert "Nothing here." in de.do("outbox", "--state", "queued,refused")
    assert "Written without a line." in be.do("inbox")


def test_a_desk_that_watches_shows_what_comes_and_sends_what_others_write(be: Shell, de: Shell) -> None:
    with de.start("watch") as watching:
        deadline = time.monotonic() + 30
        while "Connected" not in watching.stderr.readline():
            assert time.monotonic() < deadline
        assert "already-running" in de.fail(1, "watch")
        de.post("send", "Sent by the one that watches.")
        be.post("send", "Seen by the one that watches.")
        seen = ""
        while "Seen by" not in seen:
            seen += watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        _, said = watching.communicate(timeout=20)
    assert watching.returncode == 130
    assert "Traceback" not in said


def test_an_alarm_is_shown_stops_sending_and_is_silenced_only_on_purpose(be: Shell, de: Shell) -> None:
    assert "No alarm" in de.do("alarms")
    assert "No alarm is open" in de.do("alarms", "silence")
    with closing(open_desk(de)) as desk, pytest.raises(UntrustedError), desk.view.alarming():
        raise UntrustedError("forked", "The hub showed two logs.", ("the evidence",))
    shown = de.run("alarms")
    assert shown.exit_code == 1
    assert "forked" in shown.stdout
    assert "the evidence" in shown.stdout
    written = de.run("send", "Not while an alarm is open.")
    assert "queued" in written.stdout
    assert "An alarm is open" in written.stderr
    assert "not-confirmed" in de.fail(1, "alarms", "silence")
    assert "Silenced." in de.do("alarms", "silence", "--yes")
    de.do("whoami")
    assert "Not while an alarm is open." in be.do("inbox")


def test_numbers_follow_the_language_of_the_environment(be: Shell, de: Shell, report_file: Path) -> None:
    de.post("seizure", "post", report_file)
    assert "806.000 Stück" in be.do("seizure", "list", LANG="de_DE.UTF-8")
    assert "806,000 sticks" in be.do("seizure", "list", LANG="en_GB.UTF-8")
    assert be.do("seizure", "list", LANG="C") == be.do("seizure", "list", LANG="nonsense")


@pytest.mark.parametrize("arguments", [["outbox", "--nonsense"], ["send"], ["nonsense"], ["seizure", "show"]])
def test_a_command_that_is_typed_wrong_exits_with_2(be: Shell, arguments: list[str]) -> None:
    be.fail(2, *arguments)


def test_a_damaged_database_is_to_be_restored(be: Shell, tmp_path: Path) -> None:
    broken = Shell(tmp_path / "broken", be.passphrase_file)
    shutil.copytree(be.home, broken.home)
    (broken.home / "desk.sqlite").write_bytes(b"not a database at all" * 1000)
    said = broken.fail(1, "whoami")
    assert "is damaged" in said
    assert "backup" in said
    assert "disk full" not in said


def test_the_version_is_told_without_a_desk(tmp_path: Path) -> None:
    assert Shell(tmp_path, tmp_path / "none").do("--version") == f"vocu {version('vocu')}\n"
