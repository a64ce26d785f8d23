"""Where the tests find the third-party vectors and the real seizure data, which are not part of the project."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1].parent / "shared"


def shared_file(name: str) -> Path:
    """The file of that name in the shared folder beside the project; skips the test, saying so, where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"{name} is absent: the folder 'shared' is expected beside the project's own folder")
    return path
