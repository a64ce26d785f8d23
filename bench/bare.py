"""The bare limit: the websockets library's own broadcast. It stores nothing, checks nothing and knows nobody.

What one connection sends goes to all; the sender gets `ACK` once it was handed to every socket.
"""

import json
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

ACK = b"A"


async def main() -> None:
    sockets: set[ServerConnection] = set()

    async def relay(socket: ServerConnection) -> None:
        sockets.add(socket)
        async for post in socket:
            broadcast(sockets, post)
            await socket.send(ACK)
        sockets.discard(socket)

    async with serve(relay, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(json.dumps({"event": "listening", "url": f"http://127.0.0.1:{port}"}), file=sys.stderr, flush=True)
        await server.wait_closed()


if __name__ == "__main__":
    uvloop.run(main())
