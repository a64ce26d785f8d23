"""The files that are committed, which is what a clone gets."""

import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "vocu": "vocu",
    "vocu_server": "server/vocu_server",
    "vocu_client": "client/vocu_client",
    "vocu_schemas": "schemas/vocu_schemas",
}


@cache
def tracked_files(folder: str = ".") -> tuple[Path, ...]:
    """Committed or staged files below the folder, relative to the project; skips where there is no git repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a git clone: nothing tells which files are committed")
    names = subprocess.run(
        ["git", "ls-files", "-z", "--", folder], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return tuple(Path(name) for name in names.split("\0") if name and (ROOT / name).is_file())
