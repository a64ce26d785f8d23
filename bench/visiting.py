"""A `vocu desk` process, and who asks it for pages over HTTP."""

import http.client
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psutil

from bench import processes
from bench.operation import PASSPHRASE
from vocu_client import Home

DOWNLOADS = (".csv", ".xlsx", ".json", ".pdf", ".docx", ".zip")


@dataclass(frozen=True)
class Answers:
    """How long one page took, milliseconds at the browser's end of a loopback connection."""

    address: str
    ms: list[float]
    kib: float

    @property
    def download(self) -> bool:
        return urlsplit(self.address).path.endswith(DOWNLOADS)

    def at(self, share: float) -> float:
        return sorted(self.ms)[min(len(self.ms) - 1, int(len(self.ms) * share))]


class DeskProcess:
    """`vocu desk` on this home, pinned as servers are. Use it in a `with`."""

    def __init__(self, home: Home) -> None:
        passphrase, self._log = home.path.with_suffix(".passphrase"), home.path.with_suffix(".log")
        passphrase.write_text(PASSPHRASE)
        vocu = str(Path(sys.executable).with_name("vocu"))
        command = [vocu, "--home", str(home.path), "--passphrase-file", str(passphrase)]
        with self._log.open("wb") as log:
            self._popen = subprocess.Popen(
                [*command, "desk", "--port", "0", "--no-browser"], stdout=subprocess.PIPE, stderr=log, text=True
            )
        self._home = home
        self._process = psutil.Process(self._popen.pid)
        processes.pin(self._process, processes.SERVER_CORE)
        assert self._popen.stdout is not None
        self.address = self._popen.stdout.readline().partition("/enter")[0]
        if not self.address:
            raise RuntimeError(f"no desk: {self._log.read_text()[-2000:]}")

    @property
    def link(self) -> str:
        """What lets the next browser in, once."""
        return self._home.link_file.read_text("utf-8")

    def cpu_seconds(self) -> float:
        """Spent so far."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def memory_mib(self) -> float:
        return float(self._process.memory_info().rss) / 2**20

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._popen.terminate()
        self._popen.wait(30)


class Visitor:
    """A browser's connection, without the browser: signed in, kept alive."""

    def __init__(self, desk: DeskProcess) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(desk.address).netloc, timeout=60)
        self._cookie = ""
        parts = urlsplit(desk.link)
        response = self._ask(f"{parts.path}?{parts.query}")[0]
        self._cookie = (response.getheader("set-cookie") or "").partition(";")[0]

    def get(self, address: str) -> tuple[float, bytes]:
        """Milliseconds until the whole page was here, and the page. Raises RuntimeError where it is no page."""
        begin = time.perf_counter()
        response, body = self._ask(address)
        ms = (time.perf_counter() - begin) * 1000
        if response.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{address}: {response.status} {response.getheader('location') or body[:500]!r}")
        return ms, body

    def _ask(self, address: str) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request("GET", address, headers={"Cookie": self._cookie, "Accept-Language": "en"})
        response = self._connection.getresponse()
        return response, response.read()
