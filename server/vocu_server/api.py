"""The hub's HTTP side (docs/protocol.md §8): what does not fit a frame, or comes before a desk is admitted."""

import re
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from vocu.canonical import b64, decode, encode
from vocu.errors import MalformedError, RefusedError, UntrustedError, VocuError
from vocu.operation.admission import MAX_SEALED
from vocu.operation.header import MIN_BLOB
from vocu.operation.statements import Envelope, read_signatures
from vocu.protocol.frames import INLINE_PART, VERSION
from vocu.protocol.joining import MAX_POSTED, open_posted, read_posted
from vocu_server.arrivals import Visits
from vocu_server.clock import Clock
from vocu_server.fanout.audience import decode_audience
from vocu_server.login import Login, Session
from vocu_server.sequencer.operations import Operations
from vocu_server.sequencer.ownership import NotHereError
from vocu_server.settings import Limits
from vocu_server.store import directory, log
from vocu_server.store.attachments.attachments import Attachments
from vocu_server.store.attachments.place import new_key
from vocu_server.store.attachments.records import Upload
from vocu_server.store.keys import HubKeys
from vocu_server.store.sql import Database

MAX_GENESIS = 256 * 1024
SHA256_HEX = re.compile("[0-9a-f]{64}")

events = structlog.get_logger()


class NewOperation(Struct, frozen=True, forbid_unknown_fields=True):
    genesis: Envelope
    token: str


_new_operation: msgspec.json.Decoder[NewOperation] = msgspec.json.Decoder(NewOperation)


class API:
    """The endpoints, each a method. Bodies and answers are canonical JSON, but for the bytes of parts."""

    def __init__(
        self,
        keys: HubKeys,
        database: Database,
        files: Attachments,
        operations: Operations,
        login: Login,
        clock: Clock,
        limits: Limits,
        visits: Visits,
    ) -> None:
        self._keys = keys
        self._database = database
        self._files = files
        self._operations = operations
        self._login = login
        self._clock = clock
        self._limits = limits
        self._visits = visits

    def routes(self) -> list[Route]:
        operation = "/v1/operations/{op}"
        return [
            Route("/v1/hub", self.hub, methods=["GET"]),
            Route("/v1/operations", self.create, methods=["POST"]),
            Route(f"{operation}/genesis", self.genesis, methods=["GET"]),
            Route(f"{operation}/join-requests", self.ask_to_join, methods=["POST"]),
            Route(f"{operation}/join-requests", self.waiting, methods=["GET"]),
            Route(f"{operation}/parts/{{sha256}}", self.put_part, methods=["PUT"]),
            Route(f"{operation}/parts/{{sha256}}", self.get_part, methods=["GET"]),
        ]

    async def hub(self, _request: Request) -> Response:
        keys = {"hub": b64(self._keys.hub.public.data), "compiler": b64(self._keys.compiler.public.data)}
        return answer(keys | {"time": self._clock(), "version": VERSION})

    async def create(self, request: Request) -> Response:
        new = decode(await _body(request, MAX_GENESIS), _new_operation)
        op = await self._operations.create(new.genesis, new.token)
        return answer({"op": op}, 201)

    async def genesis(self, request: Request) -> Response:
        entry = await self._operations.genesis(request.path_params["op"])
        return answer(Envelope(b64(entry.header or b""), read_signatures(entry.signature or b"")))

    async def ask_to_join(self, request: Request) -> Response:
        op = request.path_params["op"]
        await self._operations.require_known(op)
        self._visits.require_few(request.client.host if request.client else "")
        body = await _body(request, MAX_POSTED)
        posted = read_posted(body)
        _, device = open_posted(posted, op)
        now, most = self._clock(), self._limits.join_requests_waiting

        def keep(connection: Connection) -> None:
            directory.add_join_request(connection, op, posted.ticket, device, body, now=now, most=most)

        await self._database.write(keep)
        events.info("join-requested", op=op, device=device)
        return answer({}, 202)

    async def waiting(self, request: Request) -> Response:
        session = await self._session(request)
        bodies = await self._database.read(lambda connection: directory.join_requests(connection, session.op))
        return answer([read_posted(body) for body in bodies])

    async def put_part(self, request: Request) -> Response:
        session = await self._session(request)
        sha256 = _sha256(request)
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or not MIN_BLOB <= int(length) <= MAX_SEALED:
            raise MalformedError("bad-part-size", f"What is uploaded has {MIN_BLOB} to {MAX_SEALED} bytes.")
        if await self._files.has(session.op, sha256, int(length)):
            return answer({})
        counted = max(int(length), INLINE_PART)  # or one could fill the disk with the smallest of files
        most = self._limits.upload_mib_per_participant_and_day * 1024 * 1024
        new = Upload(new_key(session.op, sha256), session.op, sha256, int(length), session.ncp, counted)
        await self._files.keep(new, most, _limited(request, MAX_SEALED))
        events.info("uploaded", op=session.op, device=session.device, size=int(length))
        return answer({}, 201)

    async def get_part(self, request: Request) -> Response:
        session, sha256 = await self._session(request), _sha256(request)
        places = await self._database.read(lambda connection: log.entries_with(connection, session.op, sha256))
        seen = any(
            audience is None or decode_audience(audience).sees_part(session.ncp, part) for part, audience in places
        )
        if not seen:
            raise RefusedError("unknown-part", "No entry shows this part to your country.")
        size, pieces = await self._files.open(session.op, sha256)
        events.info("downloaded", op=session.op, device=session.device)
        length = {"content-length": str(size)} if size else {}
        return StreamingResponse(pieces, media_type="application/octet-stream", headers=length)

    async def _session(self, request: Request) -> Session:
        """Of a desk that is connected to this process. Raises NotHereError where another serves its operation."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise RefusedError("not-authenticated", "Connect to the channel first, and use the token of its welcome.")
        op = request.path_params["op"]
        await self._operations.find(op)
        return self._login.bearer(op, token)


def answer(value: Any, status: int = 200) -> Response:
    return Response(encode(value), status, media_type="application/json")


STATUS = {
    "not-authenticated": 401,
    "bad-token": 403,
    "not-admitted": 403,
    "unknown-operation": 404,
    "unknown-part": 404,
    "operation-exists": 409,
    "invitation-answered": 409,
    "invitation-used": 409,
    "body-too-large": 413,
    "part-too-large": 413,
    "quota": 429,
    "too-many-requests": 429,
    "hub-error": 503,
    "not-here": 503,
}


async def refuse(request: Request, error: Exception) -> Response:
    """A VocuError in HTTP: 400 where something is malformed, 403 where it is not trusted, 409 where a rule refuses."""
    assert isinstance(error, VocuError)  # noqa: S101  registered for these alone
    family = 400 if isinstance(error, MalformedError) else 403 if isinstance(error, UntrustedError) else 409
    address = request.client.host if request.client else ""
    events.info("request-refused", code=error.code, address=address)
    named = {"code": error.code, "message": error.message, "details": list(error.details)}
    refusal = answer({"error": named}, STATUS.get(error.code, family))
    if isinstance(error, NotHereError) and error.url:
        refusal.status_code = 307
        refusal.headers["location"] = error.url.rstrip("/") + request.url.path
    return refusal


async def refuse_for_now(request: Request, error: Exception) -> Response:
    """The database cannot be used, or not now."""
    events.error("database-failed", error=type(error).__name__)
    return await refuse(request, NotHereError())


async def refuse_address(_request: Request, error: Exception) -> Response:
    """No such address, or not with this method."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    named = {"code": "no-such-address", "message": "The hub has nothing at this address.", "details": []}
    return answer({"error": named}, status)


async def _body(request: Request, most: int) -> bytes:
    return b"".join([chunk async for chunk in _limited(request, most)])


async def _limited(request: Request, most: int) -> AsyncIterator[bytes]:
    taken = 0
    try:
        async for chunk in request.stream():
            taken += len(chunk)
            if taken > most:
                raise MalformedError("body-too-large", f"The hub takes at most {most} bytes here.")
            yield chunk
    except ClientDisconnect:
        raise MalformedError("incomplete", "The request broke off; send it again.") from None


def _sha256(request: Request) -> str:
    text = str(request.path_params["sha256"])
    if not SHA256_HEX.fullmatch(text):
        raise MalformedError("bad-address", "A part's address ends in the SHA-256 of its bytes, in lower-case hex.")
    return text
