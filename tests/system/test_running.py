"""A hub as its operator sees it: figures, audit log, rotation, supervision, a new certificate; a real process each."""

import asyncio
import contextlib
import json
import re
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect

from tests.server.typed import typed
from tests.system.certificates import certify
from tests.system.rig import Hub, admit, found, until


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    yield from run(tmp_path)


@pytest.fixture(scope="module")
def shared_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """For tests that look at different things, in any order."""
    yield from run(tmp_path_factory.mktemp("shared"))


def run(folder: Path) -> Iterator[Hub]:
    running = Hub(folder / "hub", alone=True)  # each process has figures and an audit log of its own
    settings = folder / "hub" / "hub.toml"
    settings.write_text(settings.read_text() + 'audit_file = "audit.log"\nmetrics_port = 0\n')
    running.start()
    yield running
    running.stop()


def audited(hub: Hub) -> list[dict[str, Any]]:
    """The lines of the audit log, over all files into which it was rotated, in order."""
    lines = [line for path in hub.folder.glob("audit.log*") for line in path.read_text("utf-8").splitlines()]
    return sorted(map(json.loads, lines), key=lambda line: (line["at"], line["n"]))


def watched(hub: Hub) -> str:
    lines = [json.loads(line) for line in hub.log.read_text().splitlines() if line.startswith("{")]
    return [str(line["url"]) for line in lines if line["event"] == "watched"][-1]


async def ask(hub: Hub, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=30) as client:
        return await client.get(watched(hub) + path)


async def figures(hub: Hub) -> dict[str, float]:
    text = (await ask(hub, "/metrics")).text
    return {name: float(value) for name, value in re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE)}


@contextlib.asynccontextmanager
async def stranger(hub: Hub, says: bytes = b"not a frame") -> AsyncIterator[None]:
    """Somebody who gets as far as the hub's refusal."""
    async with connect(hub.url.replace("http", "ws") + "/v1/channel", compression=None) as line:
        await line.send(says)
        yield
        await line.wait_closed()


async def test_figures_tell_what_happens_and_name_nobody(shared_hub: Hub, tmp_path: Path) -> None:
    hub = shared_hub
    before = await figures(hub)
    assert before["vocu_desks_connected"] == before["vocu_entries"] == before["vocu_logins_total"] == 0
    assert before["vocu_database_up"] == 1
    assert before["process_resident_memory_bytes"] > 2**20
    async with await found(hub, tmp_path) as organiser, await admit(organiser, tmp_path, "DE") as german:
        german.actions.send_message("a word")
        assert await german.sync()
        async with stranger(hub):
            pass
        after = await figures(hub)
        assert after["vocu_entries"] >= organiser.view.size
        assert after["vocu_events_admitted_total"] == after["vocu_entries"] - 1  # the genesis comes another way
        assert after["vocu_commit_seconds_count"] == after["vocu_batch_events_count"] >= 1
        assert after["vocu_operations_owned"] == after["vocu_operations_created_total"] == 1
        assert after["vocu_logins_total"] >= 2
        assert after['vocu_logins_failed_total{code="bad-frame"}'] == 1
        assert after["vocu_join_requests_total"] == 1
        text = (await ask(hub, "/metrics")).text
        assert organiser.settings.op not in text
        assert german.settings.device not in text
        assert "DE" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)


async def test_a_hub_in_order_is_alive_and_ready_where_it_is_watched_and_nowhere_else(
    shared_hub: Hub,
) -> None:
    hub = shared_hub
    assert (await ask(hub, "/health")).json() == {"status": "ok"}
    ready = await ask(hub, "/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    async with httpx2.AsyncClient(base_url=hub.url) as client:
        for path in ("/metrics", "/ready"):
            assert (await client.get(path)).status_code == 404


async def test_the_audit_log_tells_who_came_what_was_decided_and_refused_without_a_word_of_it(
    hub: Hub, tmp_path: Path
) -> None:
    async with await found(hub, tmp_path) as organiser, await admit(organiser, tmp_path, "DE") as german:
        german.actions.send_message("the quick brown fox")
        assert await german.sync()
        async with stranger(hub):
            pass
        async with httpx2.AsyncClient(base_url=hub.url) as client:
            await client.get(f"/v1/operations/{organiser.settings.op}/join-requests")
        names = {organiser.settings.device, german.settings.device}
        op = organiser.settings.op
    hub.stop()
    lines = audited(hub)
    events = [line["event"] for line in lines]
    assert events[:2] == ["configured", "listening"]
    assert ("stopping" in events, events[-1]) == (True, "stopped")
    assert {"operation-created", "connected", "join-requested", "disconnected"} <= set(events)
    decided = [(line["kind"], line["op"]) for line in lines if line["event"] == "decided"]
    assert decided == [("participant_admitted", op)]
    failed = [line for line in lines if line["event"] == "login-failed"]
    assert [(line["code"], line["address"]) for line in failed] == [("bad-frame", "127.0.0.1")]
    refused = [(line["code"], line["address"]) for line in lines if line["event"] == "request-refused"]
    assert ("not-authenticated", "127.0.0.1") in refused
    assert {line["device"] for line in lines if "device" in line} == names
    text = "".join(path.read_text() for path in hub.folder.glob("audit.log*"))
    assert not any(secret in text for secret in ("the quick", "Country DE", "BALTICA", "Poland", hub.token))


async def test_an_audit_log_that_is_rotated_under_load_loses_no_line(hub: Hub) -> None:
    """By the numbers that every line bears, over all files."""
    rotations = 0

    async def knock() -> None:
        for _ in range(15):
            async with stranger(hub):
                pass

    visitors = [asyncio.create_task(knock()) for _ in range(4)]
    while not all(task.done() for task in visitors):
        if (hub.folder / "audit.log").exists():
            (hub.folder / "audit.log").rename(hub.folder / f"audit.log.{rotations}")
            rotations += 1
        await asyncio.sleep(0.01)
    await asyncio.gather(*visitors)
    hub.stop()
    lines = audited(hub)
    assert rotations > 2
    assert sorted(line["n"] for line in lines) == list(range(1, len(lines) + 1))
    assert lines[-1]["event"] == "stopped"


def test_the_operator_s_tokens_are_on_record_beside_the_running_hub(shared_hub: Hub) -> None:
    token = typed("token", shared_hub.folder).stdout.strip()
    assert len(token) == 43
    assert [line["event"] for line in audited(shared_hub)].count("token-issued") == 1
    assert token not in (shared_hub.folder / "audit.log").read_text()


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        yield listening


def test_a_supervisor_hears_that_the_hub_is_ready_alive_and_stopping(supervisor: socket.socket, tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub", alone=True)  # each process has a supervisor of its own
    hub.start()
    try:
        first = {supervisor.recv(100) for _ in range(4)}
        assert first == {b"READY=1", b"WATCHDOG=1"}
        assert hub.process is not None
        hub.process.send_signal(signal.SIGSTOP)
        with contextlib.suppress(TimeoutError):  # what it had said before
            supervisor.settimeout(1)
            while True:
                supervisor.recv(100)
        with pytest.raises(TimeoutError):
            supervisor.recv(100)
        hub.process.send_signal(signal.SIGCONT)
        supervisor.settimeout(60)
        assert supervisor.recv(100) == b"WATCHDOG=1"
    finally:
        hub.stop()
    supervisor.settimeout(1)
    said = []
    with contextlib.suppress(TimeoutError):
        while True:
            said.append(supervisor.recv(100))
    assert b"STOPPING=1" in said


async def shown(hub: Hub) -> bytes:
    """The certificate that a newcomer is shown."""
    return (await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", hub.port), timeout=30)).encode()


async def test_a_new_certificate_is_shown_without_a_restart_and_one_that_does_not_fit_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = certify(tmp_path, "hub")
    other, other_key = certify(tmp_path, "other")
    (tmp_path / "trusted.pem").write_bytes(certificate.read_bytes() + other.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    hub = Hub(tmp_path / "hub", "--tls-certificate", str(certificate), "--tls-key", str(key))
    hub.start()
    assert hub.process is not None
    try:
        async with await found(hub, tmp_path) as organiser:
            first = await shown(hub)
            certificate.write_bytes(other.read_bytes())
            hub.process.send_signal(signal.SIGHUP)
            await until(lambda: "certificate-unfit" in hub.log.read_text())
            assert await shown(hub) == first
            key.write_bytes(other_key.read_bytes())
            hub.process.send_signal(signal.SIGHUP)
            await until(lambda: "certificate-renewed" in hub.log.read_text())
            assert (await shown(hub)).split() == other.read_bytes().split()
            organiser.actions.send_message("under the new certificate")
            assert await organiser.sync()
    finally:
        hub.stop()
