"""The demonstration goes on: some desks are open in the browser, and the others keep reporting as it happens."""

import asyncio
import contextlib
import os
import random
import sys
import time
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from vocu.errors import VocuError
from vocu_client.demo.generator import Generator
from vocu_client.demo.processes import Desks, HubProcess, end
from vocu_client.web.launching import show_in_browser

PAUSE_SECONDS = (4.0, 11.0)
TICK_SECONDS = 0.5

TEXTS = (
    "The scanner at our main crossing is down until tonight; we control by hand.",
    "Second lorry of the same haulier today, same false wall.",
    "Dog team available for two more hours.",
)
WARNINGS = (
    "Grey trailer, tarpaulin repaired at the left. Departed this morning.",
    "Container due tonight, heavier than declared.",
)
QUESTIONS = (
    "May we hold the driver’s telephone for more than 24 hours?",
    "Whom do we call at the laboratory at night?",
)


class OpenDesk:
    """A `vocu desk` process that serves one contact point's pages."""

    def __init__(self, home: Path, passphrase: Path) -> None:
        self._home, self._passphrase = home, passphrase
        self._process: asyncio.subprocess.Process | None = None
        self.link = ""

    async def start(self) -> None:
        """Serve the pages at any free port. Raises VocuError where that fails."""
        vocu = str(Path(sys.executable).with_name("vocu"))
        with self._home.with_suffix(".log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(vocu, "--home", str(self._home), "desk", "--port", "0", "--no-browser"),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, "VOCU_PASSPHRASE_FILE": str(self._passphrase)},
            )
        assert self._process.stdout is not None  # noqa: S101 - a pipe, as asked for
        self.link = (await self._process.stdout.readline()).decode().strip()
        if not self.link:
            raise VocuError("no-server", f"A desk could not be opened; {self._home.with_suffix('.log')} says why.")

    async def stop(self) -> None:
        await end(self._process)


class Live:
    """A running operation: `opened` are served as pages, the other contact points post by themselves."""

    def __init__(self, hub: HubProcess, desks: Desks, folder: Path, passphrase: str, seed: int, zone: str) -> None:
        self._hub, self._desks, self._folder, self._zone = hub, desks, folder, zone
        self._passphrase = passphrase
        self._generator = Generator(seed + 1)
        self._random = random.Random(seed + 2)  # noqa: S311 - who reports next is no secret
        self.opened: dict[str, OpenDesk] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, ncps: list[str], *, browser: bool) -> dict[str, str]:
        """Take these desks out of the demonstration's hands and serve them. Returns their launch links."""
        file = self._folder / "passphrase"
        file.write_text(self._passphrase)
        for ncp in ncps:
            await self._desks.call(ncp, "let_go")
            self.opened[ncp] = OpenDesk(self._folder / ncp, file)
            await self.opened[ncp].start()
            if browser:
                show_in_browser(self.opened[ncp].link)
        return {ncp: desk.link for ncp, desk in self.opened.items()}

    def begin(self, others: list[str]) -> None:
        """From now on it is today at the hub, and these contact points keep reporting."""
        self._tasks.append(asyncio.create_task(self._tick()))
        if others:
            self._tasks.append(asyncio.create_task(self._report(others)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(desk.stop() for desk in self.opened.values()))

    async def _tick(self) -> None:
        while True:
            self._hub.set_clock(int(time.time() * 1000))
            await asyncio.sleep(TICK_SECONDS)

    async def _report(self, others: list[str]) -> None:
        while True:
            await asyncio.sleep(self._random.uniform(*PAUSE_SECONDS))
            with contextlib.suppress(VocuError):  # who plays the organiser may have closed the operation
                await self._happen(self._random.choice(others))

    async def _happen(self, ncp: str) -> None:
        pick, chance = self._random.choice, self._random.random()
        if chance < 0.75:
            report = [self._generator.event_id(), self._generator.seizure(ncp, self._today())]
            await self._desks.call(ncp, "report", reports=[report])
        elif chance < 0.87:
            await self._act(ncp, "send_message", text=pick(TEXTS))
        elif chance < 0.94:
            warning = {"addressees": [list(self.opened)[-1]], "commodity": "tobacco.cigarettes", "action": "control"}
            await self._act(ncp, "issue_warning", form=warning, text=pick(WARNINGS))
        else:
            question = {"kind": "question", "addressees": ["OCU"], "subject": "legal"}
            await self._act(ncp, "ask", form=question, text=pick(QUESTIONS))

    async def _act(self, ncp: str, action: str, **arguments: object) -> None:
        await self._desks.call(ncp, "act", action=action, arguments=arguments)

    def _today(self) -> date:
        return datetime.now(ZoneInfo(self._zone)).date()
