"""A real database in a file, for the stores of a desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from vocu_client.store.sql import open_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path / "desk.sqlite")
    yield engine
    engine.dispose()


@pytest.fixture
def on_disk(tmp_path: Path, engine: Engine) -> "OnDisk":
    return OnDisk(tmp_path)


class OnDisk:
    """What somebody finds who reads the disk's bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __contains__(self, text: str) -> bool:
        return any(text.encode() in file.read_bytes() for file in self._folder.iterdir())
