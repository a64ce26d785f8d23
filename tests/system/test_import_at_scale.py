"""Very many rows through the command, a real hub and back: VOCU_FULL=1 imports 100,000, otherwise 1,500.

A hub slows a desk down that brings more than its limits allow; this one lets it bring as much as it can.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.client.cli.conftest import begin, open_desk
from tests.client.cli.shell import Shell
from tests.client.imports.desks import HEADER, MAPPING, rows
from tests.system.rig import PASSPHRASE, Hub

ROWS = 100_000 if os.environ.get("VOCU_FULL") == "1" else 1500


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Shell]:
    """DE's desk at a hub without a brake."""
    passphrase_file = tmp_path / "passphrase"
    passphrase_file.write_text(PASSPHRASE + "\n")
    hub = Hub(tmp_path / "hub")
    hub.limit(events_per_second=100_000, events_at_once=1_000_000)
    hub.start()
    asyncio.run(begin(hub, tmp_path))
    yield Shell(tmp_path / "DE", passphrase_file)
    hub.stop()


@pytest.mark.timeout(7200)
def test_many_rows_are_delivered_once_and_an_undo_withdraws_them_all(busy: Shell, tmp_path: Path) -> None:
    table, mapping = tmp_path / "many.csv", tmp_path / "ours.toml"
    table.write_text(HEADER + rows(ROWS), encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    before = _entries(busy)

    def timed(*arguments: object) -> str:
        began = time.monotonic()
        said = busy.do(*arguments)
        print(f"{ROWS:,} rows, {arguments[0]}: {time.monotonic() - began:.1f} s", flush=True)
        return said

    assert f"{ROWS:,} delivered, 0 queued." in timed("import", table, "--mapping", mapping, "--yes")
    again = timed("import", table, "--mapping", mapping, "--yes")
    assert f"0 new reports of DE, {ROWS:,} here already" in again
    assert f"{ROWS} withdrawn" in timed("imports", "undo", "1", "--yes").replace(",", "")
    # The one entry more that there may be is a new epoch.
    assert _entries(busy) - before - 2 * ROWS in (0, 1, 2)


def _entries(shell: Shell) -> int:
    with closing(open_desk(shell)) as desk:
        return desk.view.size
