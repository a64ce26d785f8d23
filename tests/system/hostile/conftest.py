"""The story that every lie begins with, told once, and a copy of it for each test."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.hostile_hub import HostileHub
from tests.system.hostile.scene import Scene, tell_story


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of a hub and of four desks after the same beginning."""
    folder = tmp_path_factory.mktemp("story")
    asyncio.run(tell_story(folder))
    return folder


@pytest.fixture
async def scene(story: Path, tmp_path: Path) -> AsyncIterator[Scene]:
    shutil.copytree(story, tmp_path, dirs_exist_ok=True)
    async with HostileHub(tmp_path / "hub") as hub:
        scene = Scene(tmp_path, hub)
        try:
            yield scene
        finally:
            scene.close()
