"""Commands of `vocu-hub`, as if typed, in this process; tests/server/test_cli.py starts real ones."""

from pathlib import Path

from typer.testing import CliRunner, Result

from vocu_server.cli import cli


def typed(*words: str | Path) -> Result:
    """What it said, and its exit code. An exception that the command line does not put into words is raised here."""
    return CliRunner().invoke(cli, list(map(str, words)), catch_exceptions=False)
