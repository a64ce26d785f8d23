"""The audit log's lines, and what keeps strangers from filling the disk with them."""

import json

import pytest
import structlog

from vocu_server import audit
from vocu_server.audit import LINES_OF_STRANGERS_PER_SECOND, Ration, Trail


class Lines(list[str]):
    write = list.append


def test_only_what_bears_on_security_is_written_numbered_and_in_order() -> None:
    lines = Lines()
    trail = Trail(lines)
    for event in ("connected", "feed-failed", "refused"):
        trail(None, "info", {"event": event, "code": "x", "level": "info", "timestamp": "then"})
    found = [json.loads(line) for line in lines]
    assert [(each["n"], each["event"], each["code"]) for each in found] == [(1, "connected", "x"), (2, "refused", "x")]
    assert len({each["run"] for each in found}) == 1
    assert all(list(each) == ["at", "run", "n", "event", "code"] for each in found)
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)


def test_two_runs_are_told_apart() -> None:
    lines = Lines()
    for _ in range(2):
        Trail(lines)(None, "info", {"event": "listening"})
    assert len({json.loads(line)["run"] for line in lines}) == 2


def test_a_line_break_in_a_value_makes_no_second_line() -> None:
    lines = Lines()
    Trail(lines)(None, "info", {"event": "login-failed", "address": 'x\n{"event":"connected"}'})
    assert lines[0].count("\n") == 1


def test_strangers_get_so_many_lines_a_second_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(audit.time, "monotonic", lambda: now[0])
    ration, written = Ration(), []
    for _ in range(LINES_OF_STRANGERS_PER_SECOND + 30):
        try:
            written.append(ration(None, "info", {"event": "login-failed"}))
        except structlog.DropEvent:
            continue
    assert len(written) == LINES_OF_STRANGERS_PER_SECOND
    assert ration(None, "info", {"event": "decided"}) == {"event": "decided"}
    now[0] += 1
    assert ration(None, "info", {"event": "login-failed"}) == {"event": "login-failed", "omitted": 30}
    assert ration(None, "info", {"event": "login-failed"}) == {"event": "login-failed"}
