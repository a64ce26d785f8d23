"""Desk processes that serve their pages, and the browser that opens them."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.system.rig import PASSPHRASE
from vocu_client import Home

T = TypeVar("T")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


def chromium_path() -> str | None:
    """Debian's headless Chromium, or the whole one."""
    return next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None)


def launch(playwright: Playwright, *flags: str) -> Browser:
    return playwright.chromium.launch(executable_path=chromium_path(), args=[*FLAGS, *flags])


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: Playwright's loop occupies this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class DeskPages:
    """A `vocu desk` process on the home of one contact point."""

    def __init__(self, home: Home, *options: str, passphrase: bool = True, port: int = 0) -> None:
        self.home = home
        self._options = options
        self._passphrase = passphrase
        self._port = port
        self.errors = ""
        self.process: subprocess.Popen[str] | None = None
        self.address = ""

    def start(self) -> None:
        """Serve, at the same address as before on a restart."""
        command = [str(Path(sys.executable).with_name("vocu")), "--home", str(self.home.path)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        if self._passphrase:
            file = self.home.path.with_suffix(".passphrase")
            file.write_text(PASSPHRASE)
            environment["VOCU_PASSPHRASE_FILE"] = str(file)
        command += ["desk", "--port", str(self._port), "--no-browser", *self._options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout is not None
        link = self.process.stdout.readline().strip()
        self._reading = threading.Thread(target=self._read_errors, daemon=True)
        self._reading.start()
        if not link:
            self.process.wait(10)
            self._reading.join(5)
            raise RuntimeError(f"the desk did not start: {self.errors}")
        self.address = link.partition("/enter")[0]
        self._port = int(self.address.rsplit(":", 1)[1])

    @property
    def link(self) -> str:
        """What lets the next browser in, once."""
        return self.home.link_file.read_text("utf-8")

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        self._wait()

    def interrupt(self) -> int:
        """As Ctrl-C would; gives the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self._wait()
        return self.process.returncode

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self._wait()

    def _wait(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.wait(20)
        self._reading.join(5)
        self.process.stdout.close()
        self.process.stderr.close()

    def _read_errors(self) -> None:
        assert self.process is not None
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors += line


def sign_in(browser: Browser, desk: DeskPages, **options: Any) -> Page:
    """A browser of its own, let in at this desk. Whatever its console complains of fails the test at the end."""
    context: BrowserContext = browser.new_context(**{"locale": "en-GB", "base_url": desk.address} | options)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.goto(desk.link)
    return page
