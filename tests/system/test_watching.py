"""`vocu watch FOLDER`: a process of its own, killed at any moment, beside a running desk."""

import json
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.client.cli.conftest import *  # noqa: F403 - a hub, and the desks of an operation
from tests.client.cli.conftest import open_desk
from tests.client.cli.shell import Shell
from tests.client.imports.desks import HEADER, MAPPING, rows


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    path = tmp_path / "inbox"
    path.mkdir()
    (tmp_path / "ours.toml").write_text(MAPPING, encoding="utf-8")
    return path


def drop(inbox: Path, name: str, text: str) -> None:
    draft = inbox / f".{name}.part"
    draft.write_text(text, encoding="utf-8")
    draft.rename(inbox / name)


def waited(what: Callable[[], Any], process: subprocess.Popen[str], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def receipts(inbox: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted((inbox / "done").glob("*.receipt.json"))]


def delivered(inbox: Path, count: int) -> list[dict[str, Any]]:
    found = receipts(inbox)
    return found if [each["state"] for each in found] == ["delivered"] * count else []


def reports(shell: Shell) -> int:
    with closing(open_desk(shell)) as desk:
        return len(desk.ledger.reports)


def test_files_are_delivered_once_though_the_process_is_killed_again_and_again(de: Shell, inbox: Path) -> None:
    de.do("outbox")
    before = reports(de)
    command = ("watch", inbox, "--mapping", inbox.parent / "ours.toml")
    for number in range(4):
        drop(inbox, f"{number}.csv", HEADER + rows(20, first=1000 + 20 * number))
    for seconds in (3.0, 4.2, 5.1):
        with de.start(*command) as process:
            time.sleep(seconds)
            process.kill()
    with de.start(*command) as process:
        found = waited(lambda: delivered(inbox, 4), process)
    assert [path.name for path in inbox.glob("*.csv")] == []
    ids = [report["id"] for receipt in found for report in receipt["reports"]]
    assert len(ids) == len(set(ids)) == 80
    de.do("outbox")
    assert reports(de) == before + 80


def test_drafts_land_where_a_running_desk_shows_them_and_it_stays_the_sender(de: Shell, inbox: Path) -> None:
    with de.start("desk", "--no-browser", "--port", "0") as served:
        waited((de.home / "desk.link").exists, served)
        drop(inbox, "a.csv", HEADER + rows(2, first=2000))
        with de.start("watch", inbox, "--mapping", inbox.parent / "ours.toml", "--as", "drafts") as process:
            waited(lambda: [each for each in receipts(inbox) if each["state"] == "drafts"], process)
        with closing(open_desk(de)) as desk:
            kept = [draft for draft in desk.drafts.list() if draft.kind == "seizure"]
            assert {draft.fields["goods-0-unit"][0] for draft in kept} == {"stick"}
            assert len(kept) == 2
            assert kept[0].fields["free_text"][0].startswith("remarks: Remark")
        drop(inbox, "b.csv", HEADER + rows(2, first=3000))
        with de.start("watch", inbox, "--mapping", inbox.parent / "ours.toml") as process:
            waited(lambda: [each for each in receipts(inbox) if each["state"] == "delivered"], process)


def test_without_a_mapping_tables_are_refused_and_say_why(de: Shell, inbox: Path) -> None:
    drop(inbox, "a.csv", HEADER + rows(1))
    with de.start("watch", inbox) as process:
        waited((inbox / "refused" / "a.csv").exists, process)
    receipt = json.loads((inbox / "refused" / "a.csv.receipt.json").read_bytes())
    assert (receipt["state"], receipt["code"]) == ("refused", "no-mapping")
