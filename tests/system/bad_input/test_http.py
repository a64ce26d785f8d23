"""Requests over HTTP that are too large, misdirected, malformed or nobody's."""

import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from tests.system.bad_input.scene import Place, connected
from tests.system.rig import found
from vocu.canonical import decode_any
from vocu.errors import RefusedError
from vocu_client import Desk

MEBIBYTE = 1024 * 1024


class Request(NamedTuple):
    """A bad request, its status, and the hub's word for it. `{op}` stands for the operation."""

    method: str
    path: str
    status: int
    code: str
    body: bytes | Callable[[], Any] = b""
    token: str | None = "good"


def _chunks() -> Any:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(60):
            yield bytes(MEBIBYTE)

    return chunks()


OTHER = hashlib.sha256(b"other bytes").hexdigest()
LARGE = bytes(100_000)
OP = "/v1/operations/{op}"
REQUESTS: dict[str, Request] = {
    "a part of 26 MB": Request("PUT", f"{OP}/parts/{OTHER}", 400, "bad-part-size", bytes(26 * MEBIBYTE)),
    "a part of no stated size": Request("PUT", f"{OP}/parts/{OTHER}", 400, "bad-part-size", _chunks),
    "a part that belongs into the event": Request("PUT", f"{OP}/parts/{OTHER}", 400, "bad-part-size", b"small"),
    "other bytes than the hash": Request("PUT", f"{OP}/parts/{OTHER}", 400, "bad-parts", LARGE),
    "a part at no address": Request("PUT", f"{OP}/parts/..%2F..%2Fhub.seed", 404, "no-such-address", LARGE),
    "a part at a bad address": Request("PUT", f"{OP}/parts/{OTHER.upper()}", 400, "bad-address", LARGE),
    "a part without a token": Request("PUT", f"{OP}/parts/{OTHER}", 401, "not-authenticated", LARGE, None),
    "a part with a wrong token": Request("PUT", f"{OP}/parts/{OTHER}", 401, "not-authenticated", LARGE, "wrong"),
    "a part for another operation": Request(
        "PUT", f"/v1/operations/{'A' * 43}/parts/{OTHER}", 404, "unknown-operation", LARGE
    ),
    "a part that nobody sent": Request("GET", f"{OP}/parts/{OTHER}", 404, "unknown-part"),
    "a part to be read without a token": Request("GET", f"{OP}/parts/{OTHER}", 401, "not-authenticated", b"", None),
    "the applicants without a token": Request("GET", f"{OP}/join-requests", 401, "not-authenticated", b"", None),
    "the genesis of an unknown operation": Request(
        "GET", f"/v1/operations/{'A' * 43}/genesis", 404, "unknown-operation"
    ),
    "a request to join of 50 MB": Request("POST", f"{OP}/join-requests", 413, "body-too-large", bytes(50_000_000)),
    "a request to join without end": Request("POST", f"{OP}/join-requests", 413, "body-too-large", _chunks),
    "a request to join that is no JSON": Request("POST", f"{OP}/join-requests", 400, "not-json", b"\x00"),
    "a request to join that is another thing": Request("POST", f"{OP}/join-requests", 400, "bad-value", b"{}"),
    "a request to join ten thousand deep": Request("POST", f"{OP}/join-requests", 400, "bad-value", b"[" * 10_000),
    "a request to join an unknown operation": Request(
        "POST", f"/v1/operations/{'A' * 43}/join-requests", 404, "unknown-operation", b"{}"
    ),
    "an operation that is none": Request("POST", "/v1/operations", 400, "bad-value", b"{}"),
    "an operation of 50 MB": Request("POST", "/v1/operations", 413, "body-too-large", bytes(50_000_000)),
    "a path that there is not": Request("GET", "/v1/heapdump", 404, "no-such-address"),
    "a way to ask that there is not": Request("DELETE", f"{OP}/genesis", 405, "no-such-address"),
}


@pytest.mark.parametrize("bad", REQUESTS.values(), ids=REQUESTS)
async def test_the_hub_refuses_over_http(de: Desk, bad: Request) -> None:
    status, code = await ask(de, bad)
    assert (status, code) == (bad.status, bad.code)


async def ask(desk: Desk, bad: Request) -> tuple[int, str]:
    async with connected(desk) as (_, fresh), httpx2.AsyncClient(base_url=desk.settings.hub, timeout=30) as client:
        token = fresh if bad.token == "good" else bad.token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = bad.body() if callable(bad.body) else bad.body
        path = bad.path.replace("{op}", desk.settings.op)
        for _ in range(3):
            try:
                response = await client.request(bad.method, path, content=body, headers=headers)
            except (httpx2.WriteError, httpx2.ReadError):  # the hub had answered and hung up before all was sent
                continue
            error = decode_any(response.content)["error"]
            assert error["message"]
            return response.status_code, error["code"]
    return 0, "hung up"


async def test_a_token_that_was_spent_begins_no_other_operation(place: Place, tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        await found(place.hub, tmp_path)
    assert refused.value.code == "bad-token"
    assert not list((tmp_path / "PL").glob("*.vocu"))
