"""What the operator's page says is all there, and nothing else."""

import re
from pathlib import Path

import msgspec
import typer.main

from vocu_server.cli import cli
from vocu_server.settings import Limits, Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "hub.md").read_text("utf-8")
SAMPLE = (ROOT / "config" / "hub.toml").read_text("utf-8")
FIELDS = {name for name in Settings.__struct_fields__ if name != "limits"} | {
    f"limits.{name}" for name in Limits.__struct_fields__
}


def test_every_setting_is_described_and_none_that_does_not_exist() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", PAGE.split("## Settings")[1].split("## What it keeps")[0], re.MULTILINE)
    described = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert described == FIELDS


def test_the_sample_shows_every_setting_with_its_default() -> None:
    uncommented = re.sub(r"^# (?=\w+ = )", "", SAMPLE, flags=re.MULTILINE)
    shown = msgspec.toml.decode(uncommented.encode())
    assert {name for name in shown if name != "limits"} | {f"limits.{name}" for name in shown["limits"]} == FIELDS
    assert msgspec.toml.decode(SAMPLE.encode(), type=Settings) == Settings()


def test_every_command_and_option_is_described() -> None:
    for command in typer.main.get_command(cli).commands.values():  # type: ignore[attr-defined]
        assert re.search(rf"^\| `vocu-hub {command.name} [A-Z ]+` \|", PAGE, re.MULTILINE), command.name
        for parameter in command.params:
            for option in getattr(parameter, "opts", ()):
                assert not option.startswith("--") or option == "--help" or f"`{option}`" in PAGE, option
