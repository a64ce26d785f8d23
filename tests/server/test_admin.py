"""Where those who watch over the hub ask."""

import socket
from pathlib import Path

from tests.server.conftest import RunningHub
from vocu_server.app import make_server
from vocu_server.settings import Settings


async def test_whoever_asks_as_soon_as_systemd_says_that_the_hub_serves_is_heard(tmp_path: Path) -> None:
    """READY=1 went out before this address took connections: a check right after the start failed."""
    running = RunningHub.new(tmp_path, Settings(port=0, metrics_port=0))
    server, listener = make_server(running.folder)
    assert server.admin is not None
    try:
        assert server.admin.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
    finally:
        server.admin.socket.close()
        listener.close()
        server.hub.close()
