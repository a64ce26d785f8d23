"""HTTP with the hub: what does not fit a frame, or comes before a desk is admitted (docs/protocol.md §8)."""

import hashlib
from types import TracebackType
from typing import Any, Self

import httpx2

from vocu.canonical import decode_any, encode
from vocu.errors import MalformedError, RefusedError
from vocu_client.transport.address import require_safe_address, trust
from vocu_client.transport.line import OfflineError


class HubHTTP:
    """The hub's HTTP side. Raises OfflineError, or the error that the hub names."""

    def __init__(self, hub: str, token: str = "") -> None:
        require_safe_address(hub)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.AsyncClient(
            base_url=hub.rstrip("/"), headers=headers, timeout=30.0, verify=trust(hub) or False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> Any:
        """The JSON at this path."""
        return decode_any((await self._request("GET", path)).content)

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
        try:
            response = await self._client.request(method, path, **options)
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise OfflineError("offline", f"The hub cannot be reached now ({reason}).") from None
        if response.is_success:
            return response
        raise named_error(response)


def named_error(response: httpx2.Response) -> RefusedError:
    """The error that the hub named in its answer."""
    try:
        named = decode_any(response.content)["error"]
        return RefusedError(named["code"], named["message"], tuple(named.get("details", ())))
    except (MalformedError, KeyError, TypeError):
        return RefusedError("hub-error", f"The hub answered {response.status_code} without saying why.")
