"""Requests that no client sends: half of two protocols, lengths that are none, other people's addresses."""

import pytest

from tests.system.attacks.scene import Place, attacked, raw

UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
STRANGE = {
    "ws elsewhere": b"GET /v1/hub HTTP/1.1\r\nHost: h\r\n" + UPGRADE + b"\r\n",
    "ws poll": b"POST /v1/channel HTTP/1.1\r\nHost: h\r\n" + UPGRADE + b"\r\n",
    "ws unicode path": "GET /v1/chännel\u0000 HTTP/1.1\r\nHost: h\r\n".encode() + UPGRADE + b"\r\n",
    "ws bad version": b"GET /v1/channel HTTP/1.1\r\nHost: h\r\n" + UPGRADE.replace(b"13", b"99") + b"\r\n",
    "ws 1.0": b"GET /v1/channel HTTP/1.0\r\nHost: h\r\n" + UPGRADE + b"\r\n",
    "ws with body": b"GET /v1/channel HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n" + UPGRADE + b"\r\nhello",
    "ws latin1 header": b"GET /v1/channel HTTP/1.1\r\nHost: h\r\nX: \xff\xfe\r\n" + UPGRADE + b"\r\n",
    "h2c": b"GET /v1/hub HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "h2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "smuggle": b"POST /v1/poll HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /",
    "negative length": b"POST /v1/poll HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n",
    "huge length": b"POST /v1/poll HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    "huge chunk": b"POST /v1/poll HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "expect": b"POST /v1/poll HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "expect nonsense": b"POST /v1/operations HTTP/1.1\r\nHost: h\r\nExpect: tea\r\nContent-Length: 3\r\n\r\nabc",
    "options": b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
    "connect": b"CONNECT evil:443 HTTP/1.1\r\nHost: h\r\n\r\n",
    "absolute": b"GET http://evil/v1/hub HTTP/1.1\r\nHost: h\r\n\r\n",
    "pct nul": b"GET /v1/operations/%00%0d%0aX:%20y/genesis HTTP/1.1\r\nHost: h\r\n\r\n",
    "bad pct": b"GET /v1/operations/%ff%fe%zz/genesis HTTP/1.1\r\nHost: h\r\n\r\n",
    "bearer junk": b"DELETE /v1/poll HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \xff\xfe\xfd\r\n\r\n",
    "bearer twice": b"PUT /v1/operations/"
    + b"A" * 43
    + b"/parts/"
    + b"0" * 64
    + b" HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\nContent-Length: 0\r\n\r\n",
    "length unicode": "PUT /v1/poll HTTP/1.1\r\nHost: h\r\nContent-Length: \u0663\r\n\r\n".encode(),
    "trailers": b"POST /v1/operations HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n"
    + b"".join(b"T%d: x\r\n" % i for i in range(500))
    + b"\r\n",
    "chunk ext": b"POST /v1/operations HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;"
    + b"x" * 60000
    + b"\r\n{\r\n0\r\n\r\n",
}


@pytest.mark.timeout(180)
async def test_strange_requests_are_answered_or_hung_up_on_and_the_hub_does_not_fail(place: Place) -> None:
    async with attacked(place):
        for name, data in STRANGE.items():
            async with raw(place) as (reader, writer):
                writer.write(data)
                try:
                    said = await reader.readline()
                except ConnectionError:
                    said = b""
                assert not said or said.startswith(b"HTTP/1.1 "), name
                assert not said.startswith(b"HTTP/1.1 5"), name
