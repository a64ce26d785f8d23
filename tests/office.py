"""LibreOffice as another program that opens our files; tests that need it are skipped where it is absent, not in CI."""

import csv
import os
import shutil
import subprocess
from pathlib import Path

import pytest

EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
"""Commas, quotes, UTF-8, as shown, all sheets."""


def converted(file: Path, form: str, folder: Path) -> list[Path]:
    """What LibreOffice makes of the file, in that form, in a new folder."""
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("CI") or os.geteuid() == 0:
            pytest.fail("LibreOffice is not here; `make programs` installs it.")
        pytest.skip("There is no LibreOffice here; `make programs` as root installs it.")
    made = folder / f"from-{file.stem}-{form.partition(':')[0]}"
    profile = folder / "profile"
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--convert-to", form]
    subprocess.run([*command, "--outdir", made, file], check=True, capture_output=True, timeout=180)
    return sorted(made.iterdir())


def sheets(file: Path, folder: Path) -> dict[str, list[list[str]]]:
    """The cells of each sheet of a workbook, as LibreOffice shows them."""
    found = {}
    for path in converted(file, EVERY_SHEET, folder):
        name = path.stem.removeprefix(f"{file.stem}-")
        found[name] = list(csv.reader(path.read_text("utf-8").splitlines()))
    return found
