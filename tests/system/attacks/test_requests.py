"""Requests over HTTP: too much at once, too slowly, packed into little, for what is nobody's business."""

import asyncio
import gzip
import hashlib
import secrets
import time
from pathlib import Path

import httpx2
import msgspec

from tests.system.attacks.scene import MEBIBYTE, TIMES, Place, attacked, connected, raw, together
from tests.system.rig import admit
from vocu.canonical import b64, encode
from vocu.crypto.keys import SigningKey
from vocu.crypto.opening import OpeningKey
from vocu.crypto.signing import PayloadType, sign
from vocu.operation.statements import DeviceCard
from vocu.protocol.joining import JoinRequest, PostedRequest


def client(place: Place, address: str = "127.0.0.1") -> httpx2.AsyncClient:
    """Who asks from this address of loopback."""
    return httpx2.AsyncClient(
        base_url=place.hub.url, timeout=60, transport=httpx2.AsyncHTTPTransport(local_address=address)
    )


async def test_bombs_are_not_unpacked(place: Place) -> None:
    """A hundred megabytes of JSON in a hundred kilobytes of gzip, and what nests as deep as it is long."""
    bomb = gzip.compress(b"[" * 100 * MEBIBYTE)
    packed = {"Content-Encoding": "gzip"}
    async with attacked(place), client(place) as http, place.open("ES") as es:
        join = f"/v1/operations/{es.settings.op}/join-requests"
        for body, headers, status in (
            (bomb, packed, 413),
            (bomb[:1000], packed, 400),
            (b"[" * 16_000, {}, 400),
            (b'{"a":' * 3_000, {}, 400),
            (b"[" * 250_000, {}, 413),
        ):
            for address, most in ((join, 0), ("/v1/operations", 262_144)):
                answer = await http.post(address, content=body, headers=headers)
                assert answer.status_code == (400 if len(body) <= most else status), (address, len(body))


async def test_uploads_at_once_share_one_quota_and_cost_no_memory(place: Place) -> None:
    """Forty files of 4 MiB each, all begun before any is through: none of it passes the day's quota, none stays."""

    async def attack(number: int) -> None:
        body = secrets.token_bytes(MEBIBYTE) * 4
        async with client(place) as http:
            address = f"/v1/operations/{op}/parts/{hashlib.sha256(body).hexdigest()}"
            answer = await http.put(address, content=body, headers=authorization)
            statuses.append(answer.status_code)

    statuses: list[int] = []
    async with attacked(place, 60), place.open("ES") as es, connected(es) as (_, token):
        op, authorization = es.settings.op, {"Authorization": f"Bearer {token}"}
        await together(40, attack)
    assert set(statuses) == {201, 429}
    assert statuses.count(201) * 4 <= 64
    parts = place.hub.folder / "data" / "parts"
    assert sum(file.stat().st_size for file in parts.rglob("*") if file.is_file()) <= 64 * MEBIBYTE


async def test_an_upload_that_dribbles_in_is_cut_off(place: Place) -> None:
    async def attack(number: int) -> None:
        async with raw(place) as (reader, writer):
            head = f"PUT /v1/operations/{op}/parts/{number:064x} HTTP/1.1\r\nContent-Length: 20000000\r\n"
            writer.write(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
            started = time.monotonic()
            while not reader.at_eof():
                writer.write(b"x")
                assert time.monotonic() - started < 60
                try:
                    await asyncio.wait_for(reader.read(1000), 0.2)
                except TimeoutError:
                    continue

    async with attacked(place), place.open("ES") as es, connected(es) as (_, token):
        op = es.settings.op
        await together(20 * TIMES, attack)


async def test_who_takes_no_answer_is_hung_up_on(place: Place) -> None:
    """Answers that are asked for and not read, by strangers: each request is small, so is each answer."""

    async def attack(_: int) -> None:
        async with raw(place, receives=4096) as (reader, writer):
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            started = time.monotonic()
            while not writer.transport.is_closing():
                assert time.monotonic() - started < 60
                writer.write(b"GET /v1/hub HTTP/1.1\r\n\r\n")
                await asyncio.sleep(0.001)

    async with attacked(place):
        await together(5 * TIMES, attack)


async def test_ranges_and_tricks_with_paths_lead_nowhere(place: Place) -> None:
    paths = (
        "/v1/../health/../../etc/passwd",
        "/..%2f..%2fhub.toml",
        "/v1/operations/..%2f..%2fhub.seed/genesis",
        "/v1/operations/%00/genesis",
        "//v1//hub",
        "/v1/hub/",
        "/v1/operations/" + "A" * 20_000 + "/genesis",
        "/data/hub.seed",
        "/openapi.json",
        "/docs",
        "/metrics",
    )
    async with attacked(place), place.open("ES") as es:
        for path in paths:
            async with raw(place) as (reader, writer):
                writer.write(f"GET {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n".encode())
                status = (await reader.readline()).split()[1]
                assert status in (b"400", b"404", b"307"), (path, status)
        async with client(place) as http:
            whole = await http.get(f"/v1/operations/{es.settings.op}/genesis")
            pieces = {"Range": "bytes=" + ",".join(f"{n}-" for n in range(1000))}
            assert (await http.get(f"/v1/operations/{es.settings.op}/genesis", headers=pieces)).content == whole.content


async def test_a_flood_of_requests_to_join_leaves_the_invited_a_place(place: Place, tmp_path: Path) -> None:
    """Whoever knows the operation can ask to join it. Here somebody does so again and again, with a ticket each."""

    async def attack(_: int) -> None:
        async with client(place, "127.0.0.2") as http:
            for _ in range(30 * TIMES):
                answer = await http.post(f"/v1/operations/{op}/join-requests", content=posted(op))
                statuses.append(answer.status_code)

    statuses: list[int] = []
    async with attacked(place), place.open("PL") as pl:
        op = pl.settings.op
        await together(10, attack)
        assert set(statuses) == {202, 429}
        assert statuses.count(202) <= 20
        (await admit(pl, tmp_path, "FR")).close()


def posted(op: str) -> bytes:
    """A request to join of a desk that nobody invited."""
    key, opening = SigningKey.from_seed(secrets.token_bytes(32)), OpeningKey.from_seed(secrets.token_bytes(32))
    card = DeviceCard(name="nobody", sign=b64(key.public.data), seal=b64(opening.public.data))
    request = encode(JoinRequest(op=op, ncp="XX", salt=b64(secrets.token_bytes(16)), device=card))
    signature = b64(sign(key, PayloadType.JOIN, request))
    return encode(
        PostedRequest(
            ticket=b64(secrets.token_bytes(16)), request=b64(request), sig=signature, mac=b64(secrets.token_bytes(32))
        )
    )


async def test_a_flood_of_refused_requests_does_not_flood_the_log(place: Place) -> None:
    """Each refusal is told, in a line that says nothing of what was sent."""
    size = place.hub.log.stat().st_size
    async with attacked(place), client(place) as http:
        for _ in range(200 * TIMES):
            answer = await http.get("/v1/operations/" + "A" * 43 + "/genesis", headers={"X-Long": "y" * 10_000})
            assert answer.status_code == 404
    assert place.hub.log.stat().st_size - size < 200 * TIMES * 500 + 100_000


async def test_a_poll_that_says_too_much_or_nothing_is_refused(place: Place) -> None:
    async with attacked(place), client(place) as http:
        for body in (b"", b"\xc1", b"\x91" * 900, msgspec.msgpack.encode([0, 0, [bytes(300_000)]]), bytes(2_000_000)):
            for headers in ({}, {"Authorization": "Bearer nobody"}):
                answer = await http.post("/v1/poll", content=body, headers=headers)
                assert answer.status_code in (400, 401, 413)
