"""The files that an operator copies: what reads them finds nothing to complain of."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = Path(__file__).resolve().parents[2] / "config"
UNITS = sorted((CONFIG / "systemd").iterdir())
LOGROTATE = shutil.which("logrotate", path="/usr/sbin:/sbin:/usr/bin")

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they would be installed, but for programs, which are where this test's are."""
    for path in UNITS:
        text = path.read_text().replace("/opt/vocu/current/bin/vocu-hub", str(Path(sys.executable)))
        text = re.sub(r"ExecStart=(/usr/bin/curl|/etc/vocu-hub/alarm)", "ExecStart=/bin/true", text)
        (tmp_path / path.name).write_text(text)
    return tmp_path


@needs_systemd
@pytest.mark.parametrize("name", [path.name for path in UNITS if "@" not in path.name])
def test_systemd_understands_every_line(units: Path, name: str) -> None:
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(units / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    own = [line for line in done.stderr.splitlines() if "vocu" in line]
    assert (done.returncode, own) == (0, []), done.stderr


@needs_systemd
@pytest.mark.parametrize(("name", "exposed"), [("vocu-hub", 2.0), ("vocu-hub-backup", 2.5), ("vocu-hub-check", 3.5)])
def test_a_unit_may_do_little(units: Path, name: str, exposed: float) -> None:
    path = str(units / f"{name}.service")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", path],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert level is not None, done.stderr
    assert float(level[1]) <= exposed, done.stdout


def test_the_hub_and_its_backup_run_as_the_same_user_in_the_same_places() -> None:
    hub, backup = ((CONFIG / "systemd" / f"vocu-hub{name}.service").read_text() for name in ("", "-backup"))
    for line in ("User=vocu-hub", "StateDirectory=vocu-hub", "StateDirectoryMode=0700", "LogsDirectory=vocu-hub"):
        assert line in hub
        assert line in backup


def test_every_unit_that_does_something_tells_somebody_when_it_fails() -> None:
    for path in UNITS:
        if path.suffix == ".service" and "alarm" not in path.name:
            assert "OnFailure=vocu-hub-alarm@%n.service" in path.read_text(), path.name


@pytest.mark.skipif(LOGROTATE is None, reason="logrotate is not installed (tests/install)")
def test_logrotate_moves_the_audit_log_away_and_makes_no_new_one(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir(mode=0o750)
    (logs / "audit.log").write_text("a line\n")
    text = (CONFIG / "logrotate" / "vocu-hub").read_text()
    ours = text.replace("/var/log/vocu-hub", str(logs)).replace("    su vocu-hub vocu-hub\n", "")
    (tmp_path / "conf").write_text(ours)
    (tmp_path / "conf").chmod(0o644)
    command = [str(LOGROTATE), "--force", "--state", str(tmp_path / "state"), str(tmp_path / "conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.read_text() for path in logs.iterdir()] == ["a line\n"]
    assert not (logs / "audit.log").exists()


def test_the_alarm_tells_the_journal(tmp_path: Path) -> None:
    said = tmp_path / "said"
    for name in ("logger", "hostname"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho "$@" >>{said}\n')
        (tmp_path / name).chmod(0o755)
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    subprocess.run([CONFIG / "alarm", "vocu-hub.service"], env=path, check=True, timeout=30)
    assert "daemon.alert" in said.read_text()
    assert "vocu-hub.service failed" in said.read_text()


def test_the_image_runs_without_root_and_shows_whether_it_is_well() -> None:
    lines = (CONFIG / "container" / "Containerfile").read_text()
    final = lines.rsplit("FROM ", 1)[1]
    assert final.index("USER vocu-hub") < final.index("ENTRYPOINT")
    assert "HEALTHCHECK" in final
    assert "/ready" in final
    for copied in re.findall(r"^COPY (?!--from)(.+) /source", lines, re.MULTILINE):
        assert all((CONFIG.parent / name).exists() for name in copied.split()), copied
