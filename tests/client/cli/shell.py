"""Desks driven as officers drive them: by commands, whose words and exit codes are looked at."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from vocu_client.cli import app


class Shell:
    """One desk's command line; with `env` for its language."""

    def __init__(self, home: Path, passphrase_file: Path) -> None:
        self.home = home
        self.passphrase_file = passphrase_file

    def run(self, *arguments: object, given: str | None = None, **env: str) -> Any:
        """The result of a command, whatever it is."""
        given_env = {"LANG": "en_GB.UTF-8", "LC_ALL": "", **env}
        result = CliRunner().invoke(app, self._line(arguments), input=given, env=given_env)
        assert "Traceback" not in result.output
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    @contextmanager
    def start(self, *arguments: object) -> Iterator[subprocess.Popen[str]]:
        """A command in a process of its own, which is gone afterwards."""
        program = str(Path(sys.executable).with_name("vocu"))
        with subprocess.Popen(
            [program, *self._line(arguments)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def _line(self, arguments: tuple[object, ...]) -> list[str]:
        return ["--home", str(self.home), "--passphrase-file", str(self.passphrase_file), *map(str, arguments)]

    def do(self, *arguments: object, given: str | None = None, **env: str) -> str:
        """What a command says that goes well."""
        result = self.run(*arguments, given=given, **env)
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    def post(self, *arguments: object, given: str | None = None) -> str:
        """The id of an event that a command brings into the log."""
        said = self.do(*arguments, given=given)
        found = re.search(r"delivered as entry \d+, id (\S{22})", said)
        assert found is not None, said
        return found.group(1)

    def fail(self, code: int, *arguments: object, given: str | None = None) -> str:
        """What a command says on stderr that ends with this exit code."""
        result = self.run(*arguments, given=given)
        assert result.exit_code == code, result.output
        return str(result.stderr)

    def entries(self) -> int:
        """How many entries this desk's log has."""
        found = re.search(r"Entries +(\d+)", self.do("whoami"))
        assert found is not None
        return int(found.group(1))
