"""Network namespaces: a hub process on a machine of its own, as far as TCP can tell, whose cable can be pulled out."""

import contextlib
import os
import shutil
import subprocess
from types import TracebackType
from typing import Self

import pytest


def require_namespaces() -> None:
    """Skips the test where this machine does not let us make any."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("a partition takes network namespaces: run as root, with iproute2")
    probe = f"vocu-probe-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False).returncode:
        pytest.skip("this machine, a container perhaps, allows no network namespaces")
    _ip("netns", "del", probe)


class Namespace:
    """A namespace with a cable to this machine. `host` is this machine's address at the cable's end."""

    NETWORK = "10.213.0.0/16"

    def __init__(self, number: int) -> None:
        self.name = f"vocu-{os.getpid()}-{number}"
        self._cable = f"v{os.getpid() % 100_000_000}x{number}"
        subnet = f"10.213.{os.getpid() % 250}"
        self.host, self._there = f"{subnet}.{4 * number + 1}", f"{subnet}.{4 * number + 2}"

    def __enter__(self) -> Self:
        _ip("netns", "add", self.name)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "far", "netns", self.name)
        _ip("addr", "add", f"{self.host}/30", "dev", self._cable)
        _ip("link", "set", self._cable, "up")
        _ip("-n", self.name, "addr", "add", f"{self._there}/30", "dev", "far")
        for device in ("far", "lo"):
            _ip("-n", self.name, "link", "set", device, "up")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("link", "del", self._cable)
        _ip("netns", "del", self.name)

    @property
    def entering(self) -> tuple[str, ...]:
        """What runs a program in there."""
        return ("ip", "netns", "exec", self.name)

    def pull_out(self) -> None:
        """From now on every packet is lost, both ways, and nobody is told."""
        _ip("link", "set", self._cable, "down")

    def plug_in(self) -> None:
        _ip("link", "set", self._cable, "up")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
