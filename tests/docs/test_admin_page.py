"""The guide for operators names files and units that exist, where they are."""

import re
from pathlib import Path

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
