"""What the hub tells those who watch over it, on an address of its own: figures, whether it lives, whether it is ready
(docs/monitoring.md)."""

import time

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vocu_server import metrics
from vocu_server.api import answer, refuse_address
from vocu_server.channel import Channel
from vocu_server.readiness import Condition, Readiness
from vocu_server.sequencer.operations import Operations


class Admin:
    """The endpoints, each a method. They name no device and no operation."""

    def __init__(self, channel: Channel, operations: Operations, readiness: Readiness) -> None:
        self._channel = channel
        self._operations = operations
        self._readiness = readiness

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/health", self.health, methods=["GET"]),
                Route("/ready", self.ready, methods=["GET"]),
                Route("/metrics", self.metrics, methods=["GET"]),
            ],
            exception_handlers={HTTPException: refuse_address},
        )

    async def health(self, _request: Request) -> Response:
        return answer({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        reasons = (await self._look()).reasons()
        if reasons:
            return answer({"status": "not-ready", "reasons": reasons}, 503)
        return answer({"status": "ready"})

    async def metrics(self, _request: Request) -> Response:
        self._measure(await self._look())
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    async def _look(self) -> Condition:
        return await self._readiness.look(stopping=self._channel.stopping)

    def _measure(self, found: Condition) -> None:
        feeds = [sequencer.feed for sequencer in self._operations]
        metrics.desks.set(self._channel.connected)
        metrics.strangers.set(self._channel.strangers)
        metrics.operations.set(len(feeds))
        metrics.entries.set(sum(feed.size for feed in feeds))
        metrics.waiting.set(sum(sequencer.waiting for sequencer in self._operations))
        metrics.behind.set(sum(feed.behind for feed in feeds))
        metrics.feed_bytes.set(sum(feed.ring_bytes for feed in feeds))
        metrics.database_up.set(found.database_writes)
        metrics.disk_free.set(found.free_bytes)
        if found.certificate_expires is not None:
            metrics.certificate_left.set(found.certificate_expires - time.time())
