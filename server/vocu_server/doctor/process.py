"""The hub as a process: its address, and how many files it may have open."""

import resource
import socket
from collections.abc import Iterator

from vocu.errors import RefusedError
from vocu_server.doctor.finding import Finding, bad, ok, warn
from vocu_server.settings import HubFolder
from vocu_server.store.keys import claim

ENOUGH_FILES = 4096
"""Open files: each connected desk needs one or two."""


def process(hub: HubFolder) -> Iterator[Finding]:
    """It runs and answers, or could start; and may have enough files open."""
    yield _address(hub)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)  # `serve` takes what it may
    if most != resource.RLIM_INFINITY and most < ENOUGH_FILES:
        do = "set LimitNOFILE=65536 in the hub's unit, or `ulimit -Hn 65536`: each desk that is connected needs one"
        yield warn("open files", f"{most} at most, in this shell", do)
    else:
        yield ok("open files", f"{most} at most, in this shell")


def _address(hub: HubFolder) -> Finding:
    host, port = hub.settings.host, hub.settings.port
    where = f"{host}:{port}"
    runs = _runs(hub)
    taken = port and _answers(host, port)
    if runs and not taken:
        return warn(
            "address", f"a hub runs in this folder, and nothing answers at {where}", "it may serve another port"
        )
    if taken and not runs:
        return bad("address", f"another program has {where}, and the hub is not running", "stop it, or set `port`")
    return ok("address", f"the hub runs and answers at {where}" if runs else f"the hub is not running; {where} is free")


def _runs(hub: HubFolder) -> bool:
    try:
        claim(hub.data_dir).close()
    except RefusedError:
        return True
    return False


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False
