"""The guide for operators names files and units that exist, where they are."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "admin.md").read_text("utf-8")
COMMANDS = "\n".join(re.findall(r"^```sh\n(.*?)\n```", GUIDE, re.MULTILINE | re.DOTALL))


def test_every_file_that_is_copied_out_of_the_repository_is_there() -> None:
    named = set(re.findall(r"/opt/vocu/source/(\S+)", COMMANDS))
    assert named
    assert [name for name in named if not list(ROOT.glob(name))] == []


def test_every_unit_that_is_started_comes_along() -> None:
    named = re.findall(r"systemctl (?:start|stop|status|reload|enable --now) (vocu\S+)", COMMANDS)
    units = {re.sub(r"@[^.]+", "@", name if "." in name else f"{name}.service") for name in named}
    assert units
    assert units <= {path.name for path in (ROOT / "config" / "systemd").iterdir()}


def test_units_run_the_program_where_the_guide_puts_it_on_the_folder_that_it_makes() -> None:
    for unit in ("vocu-hub.service", "vocu-hub-backup.service"):
        text = (ROOT / "config" / "systemd" / unit).read_text("utf-8")
        assert re.search(r"^ExecStart=/opt/vocu/current/bin/vocu-hub \w+ /var/lib/vocu-hub\b", text, re.MULTILINE)
    assert "ln -sfn /opt/vocu/$VERSION /opt/vocu/current" in COMMANDS
    assert "vocu-hub init /var/lib/vocu-hub" in COMMANDS


@pytest.mark.parametrize(
    ("sample", "installed", "lines"),
    [
        (
            "nginx/vocu-hub.conf",
            "/etc/nginx/conf.d/vocu-hub.conf",
            ["    ssl_client_certificate /etc/vocu-hub/desks-ca.crt;", "    ssl_verify_client on;"],
        ),
        (
            "caddy/Caddyfile",
            "/etc/caddy/Caddyfile",
            [
                "\t\tclient_auth {",
                "\t\t\tmode require_and_verify",
                "\t\t\ttrusted_ca_cert_file /etc/caddy/desks-ca.crt",
                "\t\t}",
            ],
        ),
    ],
)
def test_the_guide_turns_mtls_on_in_the_samples(tmp_path: Path, sample: str, installed: str, lines: list[str]) -> None:
    here = tmp_path / "sample"
    here.write_text((ROOT / "config" / sample).read_text("utf-8"))
    for command in re.findall(rf"^sed .* {re.escape(installed)}$", COMMANDS, re.MULTILINE):
        subprocess.run(command.replace(installed, str(here)), shell=True, check=True, timeout=30)
    text = here.read_text()
    assert all(f"{line}\n" in text for line in lines), text
    assert "hub.example.org" not in text


def test_every_word_to_be_replaced_is_explained_at_the_top() -> None:
    words = set(
        re.findall(r"\b[A-Z]{3,}\b", re.sub(r"<<'?END'?|^END$|[$]?\bVERSION\b", "", COMMANDS, flags=re.MULTILINE))
    )
    assert words == {"HUB", "REPOSITORY", "BACKUP", "PASSWORD"} | {"DNS", "HEAD"}
    assert all(f"**{word}**" in GUIDE for word in words - {"DNS", "HEAD"})
