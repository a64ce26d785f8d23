"""A hub with two desks that stay connected while something fails."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.system.rig import Hub, admit, found, until, watching
from vocu_client import Desk


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed (tests/install does)")


def _may_mount() -> bool:
    """Root of a container may be root in name only."""
    asked = ["unshare", "--mount", "--net", "true"]
    return os.geteuid() == 0 and subprocess.run(asked, check=False, capture_output=True).returncode == 0


needs_root = pytest.mark.skipif(not _may_mount(), reason="only a real root mounts disks and makes network namespaces")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "vocu-test", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Scene:
    """The organiser's desk writes, another one reads."""

    def __init__(self, hub: Hub, writer: Desk, reader: Desk) -> None:
        self.hub, self.writer, self.reader = hub, writer, reader
        self.written: list[str] = []

    def write(self, count: int) -> None:
        self.written += [self.writer.actions.send_message(f"Message {len(self.written) + n}") for n in range(count)]

    def waiting(self) -> set[str]:
        """What was written, and is not acknowledged."""
        return {item.id for item in self.writer.outbox.items() if item.state != "delivered"} & set(self.written)

    async def all_arrives(self) -> None:
        """Everything that was written is delivered, stands in the log once and in order, and is read elsewhere."""
        await until(lambda: not self.waiting(), 120)
        await until(lambda: self.reader.view.size == self.writer.view.size, 60)
        for desk in (self.writer, self.reader):
            ids = [accepted.act.header.id for accepted in desk.view.acts if accepted.act is not None]
            assert [each for each in ids if each in set(self.written)] == self.written
            assert not desk.replica.alarms()
        assert self.reader.view.operation.log.root() == self.writer.view.operation.log.root()

    def verify(self) -> None:
        """The hub's own verification of its log."""
        self.hub.stop()
        code, said = self.hub.verify()
        assert code == 0, said


@contextlib.asynccontextmanager
async def scene_of(hub: Hub, folder: Path) -> AsyncIterator[Scene]:
    hub.start()
    try:
        writer = await found(hub, folder)
        reader = await admit(writer, folder, "DE")
        async with watching(writer, reader):
            scene = Scene(hub, writer, reader)
            scene.write(3)
            await scene.all_arrives()
            yield scene
    finally:
        hub.stop()
