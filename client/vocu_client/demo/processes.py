"""Starting and stopping the demonstration's processes, and talking to its desks."""

import asyncio
import itertools
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, cast

from vocu.errors import VocuError
from vocu_client.demo.desk_process import MAX_LINE

MAX_DESK_PROCESSES = 8
"""With more desks than this, a process holds several of them."""


class HubProcess:
    """A `vocu-hub serve` of its own, whose clock is a file that the demonstration sets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.token = ""
        self._clock = folder / "clock"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, now: int) -> None:
        """Make the hub, set its clock (UTC milliseconds), and wait until it listens."""
        hub = str(Path(sys.executable).with_name("vocu-hub"))
        making = await asyncio.create_subprocess_exec(
            hub, "init", str(self.folder), "--port", "0", "--rehearsal-clock", "clock", stdout=asyncio.subprocess.PIPE
        )
        out, _ = await making.communicate()
        self.token = out.decode().split()[-1]
        self.set_clock(now)
        log = (self.folder / "hub.log").open("wb")
        self._process = await asyncio.create_subprocess_exec(hub, "serve", str(self.folder), stdout=log, stderr=log)
        self.url = await self._listening()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def set_clock(self, now: int) -> None:
        draft = self._clock.with_suffix(".new")
        draft.write_text(str(now))
        draft.replace(self._clock)

    async def _listening(self) -> str:
        for _ in range(600):
            for line in (self.folder / "hub.log").read_bytes().splitlines():
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if event.get("event") == "listening":
                    return str(event["url"])
            if self._process is None or self._process.returncode is not None:
                break
            await asyncio.sleep(0.05)
        raise VocuError("no-hub", f"The hub did not start; {self.folder / 'hub.log'} says why.")

    async def stop(self) -> None:
        await end(self._process)


class DeskProcess:
    """One process with the desks of some participants."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._orders = cast(asyncio.StreamWriter, process.stdin)
        self._answers = cast(asyncio.StreamReader, process.stdout)
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, folder: Path, passphrase: str) -> "DeskProcess":
        log = (folder / "desks.log").open("ab")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "vocu_client.demo.desk_process",
            str(folder),
            passphrase,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            limit=MAX_LINE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        return cls(process)

    async def call(self, desk: str, do: str, **arguments: Any) -> Any:
        """What that desk answers. Raises VocuError with what it says went wrong."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        order = {"id": number, "ncp": desk, "do": do, "with": arguments}
        self._orders.write(json.dumps(order).encode() + b"\n")
        await self._orders.drain()
        return await answer

    async def _read(self) -> None:
        while line := await self._answers.readline():
            said = json.loads(line)
            answer = self._waiting.pop(said["id"])
            if "error" in said:
                code, message, details = said["error"]
                answer.set_exception(VocuError(code, message, tuple(details)))
            else:
                answer.set_result(said["answer"])
        for answer in self._waiting.values():
            answer.set_exception(VocuError("desk-gone", "A desk's process ended; desks.log says why."))

    async def stop(self) -> None:
        self._reading.cancel()
        await end(self._process)


class Desks:
    """All desks of the demonstration, by participant."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._folder, self._passphrase = folder, passphrase
        self._processes: list[DeskProcess] = []
        self._home_of: dict[str, DeskProcess] = {}

    async def start(self, ncps: list[str]) -> None:
        """One process per desk, or a few processes that share them."""
        self._folder.mkdir(parents=True, exist_ok=True)
        count = min(len(ncps), MAX_DESK_PROCESSES)
        self._processes = [await DeskProcess.start(self._folder, self._passphrase) for _ in range(count)]
        self._home_of = {ncp: self._processes[i % count] for i, ncp in enumerate(ncps)}

    @property
    def process_count(self) -> int:
        return len(self._processes)

    async def adopt(self, ncp: str) -> None:
        """One more participant, in the last process."""
        self._home_of[ncp] = self._processes[-1]

    async def call(self, desk: str, do: str, **arguments: Any) -> Any:
        return await self._home_of[desk].call(desk, do, **arguments)

    async def all(self, ncps: list[str], do: str, **arguments: Any) -> list[Any]:
        """The same of each of these desks, at the same time."""
        return await asyncio.gather(*(self.call(ncp, do, **arguments) for ncp in ncps))

    async def stop(self) -> None:
        await asyncio.gather(*(process.stop() for process in self._processes))


async def end(process: asyncio.subprocess.Process | None) -> None:
    """Ask a process to stop; after ten seconds it is not asked any more."""
    if process is None or process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(10):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
