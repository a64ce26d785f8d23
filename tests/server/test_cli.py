"""The hub as a program: made, run, looked at and verified from the command line."""

import asyncio
import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import fresh_database
from tests.server.desk import Desk, Identity, begin, call
from tests.server.reports import report
from vocu.canonical import b64
from vocu_server.settings import read_settings


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "vocu_server.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The address of a hub that runs as a process of its own."""
    command = [sys.executable, "-m", "vocu_server.cli", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            said = json.loads(line)
            if said["event"] == "listening":
                yield said["url"], process
                break
    finally:
        process.terminate()
        process.communicate(timeout=20)


async def test_a_hub_is_made_run_stopped_and_verified(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    token = run("init", folder, "--port", "0").stdout.strip()
    with serving(folder) as (url, process):
        plan = await begin(url, token)
        async with Desk(url, plan, plan.organiser) as organiser:
            await organiser.post(plan.admission(Identity("DE")))
            await organiser.post(plan.phase("OPERATIONAL"))
            await organiser.post(report())
            second = await asyncio.to_thread(run, "serve", folder, "--port", "0")
            assert (second.returncode, "hub-is-running" in second.stderr) == (1, True)
            root = organiser.view.log.root()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0
    verified = await asyncio.to_thread(run, "verify", folder)
    assert verified.returncode == 0, verified.stderr
    assert f"{plan.op}  4 entries, 0 newsletters, 2 table rows: in order  root {b64(root)}" in verified.stdout
    status = await asyncio.to_thread(run, "status", folder)
    assert "not running" in status.stdout
    assert f"{plan.op}  4 entries  root {b64(root)}" in status.stdout


async def test_a_rehearsal_says_so_everywhere(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "clock").write_text("1700000000000")
    run("init", tmp_path / "hub", "--rehearsal-clock", "clock")
    with serving(tmp_path / "hub") as (url, _):
        assert (await call(url, "GET", "/health"))[1]["clock"] == "rehearsal clock"
    assert "rehearsal clock" in (await asyncio.to_thread(run, "status", tmp_path / "hub")).stdout


def test_a_hub_that_serves_is_rid_of_its_command_line(tmp_path: Path) -> None:
    run("init", tmp_path / "hub")
    with serving(tmp_path / "hub") as (_, process):
        loaded = Path(f"/proc/{process.pid}/maps")
        if loaded.exists():
            assert "uvloop" in loaded.read_text()
            assert "pydantic_core" not in loaded.read_text()


def test_keys_are_for_the_hub_s_account_alone(tmp_path: Path) -> None:
    run("init", tmp_path / "hub")
    data = tmp_path / "hub" / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for name in ("hub.seed", "compiler.seed"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600


def test_a_hub_is_not_made_over_another(tmp_path: Path) -> None:
    run("init", tmp_path / "hub")
    seed = (tmp_path / "hub" / "data" / "hub.seed").read_bytes()
    again = run("init", tmp_path / "hub")
    assert (again.returncode, "hub-exists" in again.stderr) == (1, True)
    assert (tmp_path / "hub" / "data" / "hub.seed").read_bytes() == seed


def test_another_process_of_a_hub_has_its_keys_and_what_they_share(tmp_path: Path) -> None:
    with fresh_database() as database:
        run("init", tmp_path / "one", "--database", database, "--tls-certificate", "a", "--tls-key", "b")
        two = ("init", tmp_path / "two", "--like", tmp_path / "one", "--port", "8450")
        alone = run(*two)
        assert (alone.returncode, "bad-settings" in alone.stderr) == (1, True)
        settings = tmp_path / "one" / "hub.toml"
        settings.write_text(settings.read_text() + f'files = "{tmp_path}/files"\n[limits]\nevents_per_second = 7\n')
        done = run(*two, "--public-url", "https://two.example")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        made, first = (read_settings(tmp_path / name).settings for name in ("two", "one"))
        assert (made.database, made.files, made.limits) == (first.database, first.files, first.limits)
        assert (made.port, made.public_url, made.tls_certificate) == (8450, "https://two.example", None)
        for name in ("hub.seed", "compiler.seed"):
            copy, seed = (tmp_path / folder / "data" / name for folder in ("two", "one"))
            assert copy.read_bytes() == seed.read_bytes()
            assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        assert run(*two).returncode == 1


def test_the_token_is_not_kept(tmp_path: Path) -> None:
    token = run("init", tmp_path / "hub").stdout.strip()
    assert len(token) > 40
    for path in (tmp_path / "hub" / "data").glob("*"):
        assert token.encode() not in path.read_bytes()


def test_what_goes_wrong_is_one_sentence(tmp_path: Path) -> None:
    for arguments in (["serve", tmp_path], ["status", tmp_path], ["verify", tmp_path], ["token", tmp_path]):
        failed = run(*arguments)
        assert failed.returncode == 1
        assert failed.stderr.count("\n") == 1
        assert "Traceback" not in failed.stderr
    exposed = run("init", tmp_path / "hub", "--host", "0.0.0.0")
    assert (exposed.returncode, "plain-outside-loopback" in exposed.stderr) == (1, True)
    assert not (tmp_path / "hub").exists()
