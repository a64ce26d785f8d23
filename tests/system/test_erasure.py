"""What is erased is gone at the hub and at every desk that had it, and each of them says so in the log."""

from pathlib import Path

from tests.system.logs import lay_open
from tests.system.rig import Hub, admit, found
from vocu.operation.events import ErasureConfirmed
from vocu_client import Desk


def confirmations(desk: Desk) -> list[str]:
    """Who confirmed an erasure, in the order of the log."""
    acts = (accepted.act for accepted in desk.view.acts)
    return [
        desk.view.state.devices[act.header.sender].ncp
        for act in acts
        if act and isinstance(act.event, ErasureConfirmed)
    ]


def holds(folder: Path, data: bytes) -> bool:
    return any(data in path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_erased_words_are_gone_everywhere_and_every_holder_confirms(tmp_path: Path) -> None:
    hub = Hub(tmp_path / "hub")
    hub.start()
    try:
        async with (
            await found(hub, tmp_path) as organiser,
            await admit(organiser, tmp_path, "DE") as german,
            await admit(organiser, tmp_path, "NL") as dutch,
        ):
            assert await german.sync()
            german.actions.send_message("gone tomorrow", to=["NL"])
            for desk in (german, dutch, organiser):
                assert await desk.sync()
            index = german.view.size - 1
            sealed = german.view.signed(index).parts[0]
            assert sealed is not None
            lay_open(hub)
            assert holds(tmp_path / "hub", sealed)
            assert holds(tmp_path / "NL", sealed)

            german.actions.erase(index, ["text", "wraps"])
            for desk in (german, dutch, organiser, german):
                assert await desk.sync()
            assert sorted(confirmations(german)) == ["DE", "NL"]
            for desk in (german, dutch):
                assert [line.text for line in desk.reading.lines()] == [None]
            await organiser.sync()
            assert organiser.view.operation.log.root() == german.view.operation.log.root()
        lay_open(hub)
        for folder in ("hub", "DE", "NL"):
            assert not holds(tmp_path / folder, sealed), folder
    finally:
        hub.stop()
