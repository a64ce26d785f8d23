"""HTTP with the hub: what does not fit a frame, or comes before a desk is admitted (docs/protocol.md §8)."""

import hashlib
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2
import msgspec

from vocu.canonical import decode_any, encode
from vocu.errors import MalformedError, RefusedError, VocuError
from vocu_client.transport.address import MAX_REDIRECTS, require_redirect, require_safe_address, trust
from vocu_client.transport.line import OfflineError, unreachable
from vocu_client.transport.proxy import Proxy, refused_by
from vocu_client.transport.way import Way

T = TypeVar("T")


class HubHTTP:
    """The hub's HTTP side, at whichever of its processes answers. Raises OfflineError, or the error that it names."""

    def __init__(self, hub: str, token: str = "", way: Way | None = None) -> None:
        self._proxy = (way or Way()).proxy_to(hub)
        self._address = hub.rstrip("/")
        self._client = http_client(hub, token, self._proxy)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, path: str, kind: type[T]) -> T:
        """What stands at this path. Raises MalformedError (bad-answer) where it is something else than this kind."""
        answer = decode_any((await self._request("GET", path)).content)
        try:
            return msgspec.convert(answer, kind)
        except msgspec.ValidationError as error:
            raise MalformedError("bad-answer", f"The hub answers otherwise than vocu/1 prescribes: {error}.") from None

    async def post(self, path: str, value: Any) -> Any:
        """The hub's answer to this value, posted as canonical JSON."""
        response = await self._request(
            "POST", path, content=encode(value), headers={"Content-Type": "application/json"}
        )
        return decode_any(response.content)

    async def put_part(self, op: str, data: bytes) -> None:
        """Upload a large part, before the event that names it."""
        await self._request("PUT", f"/v1/operations/{op}/parts/{hashlib.sha256(data).hexdigest()}", content=data)

    async def get_part(self, op: str, sha256: bytes) -> bytes:
        data = (await self._request("GET", f"/v1/operations/{op}/parts/{sha256.hex()}")).content
        if hashlib.sha256(data).digest() != sha256:
            raise MalformedError("bad-parts", "The hub sent other bytes than those that were signed.")
        return data

    async def _request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        address = self._address
        for _ in range(MAX_REDIRECTS + 1):
            try:
                response = await self._client.request(method, address + path, **options)
            except httpx2.HTTPError as error:
                raise no_answer(error, self._proxy) from None
            if response.is_success:
                self._address = address
                return response
            if response.status_code != 307:
                raise named_error(response)
            address = _redirected(address, path, response.headers.get("location", ""))
        raise OfflineError(
            "offline", "The hub sends this desk from one of its processes to the other; try again later."
        )


def http_client(hub: str, token: str, proxy: Proxy | None, seconds: float = 30.0) -> httpx2.AsyncClient:
    """Requests to the hub, authorised with this token, through this proxy and no other. Raises RefusedError."""
    require_safe_address(hub)
    return httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=seconds,
        verify=trust(hub) or False,
        proxy=proxy.url if proxy is not None else None,
        trust_env=False,
    )


def no_answer(error: httpx2.HTTPError, proxy: Proxy | None) -> VocuError:
    """Why there was no answer to a request."""
    status = str(error)[:3]
    if proxy is not None and isinstance(error, httpx2.ProxyError) and status.isdecimal():
        return refused_by(proxy, int(status))
    return unreachable(error)


def _redirected(address: str, path: str, location: str) -> str:
    """The address of the process that the hub sends this request to: whoever sends it there has seen the token anyway.

    Raises MalformedError where no hub sends a request there.
    """
    there = location.removesuffix(path)
    if there == location:
        raise MalformedError("bad-frame", f"The hub sends {path} to {location[:100]!r}, which is another request.")
    require_redirect(address, there)
    return there


def named_error(response: httpx2.Response) -> VocuError:
    """The error that the hub named in its answer."""
    try:
        named = decode_any(response.content)["error"]
        family = OfflineError if named["code"] == "not-here" else RefusedError
        return family(named["code"], named["message"], tuple(named.get("details", ())))
    except (MalformedError, KeyError, TypeError):
        return RefusedError("hub-error", f"The hub answered {response.status_code} without saying why.")
