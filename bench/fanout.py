"""One post to a hundred desks: how many a second, how soon, and what a delivery costs the server."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

import psutil

from bench import processes
from bench.desks import LightDesk, connect_all
from bench.operation import Operation
from bench.processes import Server
from bench.tally import Tally

PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Round:
    """What a number of posts came to. Times are in milliseconds: (median, 99th percentile)."""

    posts_per_second: float
    cpu_us_per_delivery: float
    server_cores: float
    client_cores: float
    ack_ms: tuple[float, float]
    all_ms: tuple[float, float]
    desks: int

    @property
    def deliveries_per_second(self) -> float:
        return self.posts_per_second * self.desks


class Stage:
    """A server with its crowd of desks, all connected."""

    def __init__(self, server: Server, operation: Operation, tally: Tally, desks: list[LightDesk]) -> None:
        self.server = server
        self.tally = tally
        self._desks = desks
        self._posts = [iter(posts) for posts in operation.posts]

    @classmethod
    async def set(
        cls, server: Server, operation: Operation, *, desks: int | None = None, authenticate: bool = True
    ) -> "Stage":
        """`desks`: connect no more than so many, publishers first."""
        authors = [member.device.encode() for member in operation.members[: len(operation.posts)]]
        tally = Tally(desks or len(operation.members), authors)
        crowd = await connect_all(server, operation, tally, authenticate=authenticate)
        await asyncio.sleep(0.5)
        return cls(server, operation, tally, crowd)

    def close(self) -> None:
        for desk in self._desks:
            desk.close()

    async def at_rate(self, per_second: int, seconds: float) -> Round:
        """Posts at even intervals, whatever became of those before."""
        meter = Meter(self)
        begin = time.perf_counter()
        for number in range(int(per_second * seconds)):
            await asyncio.sleep(max(0.0, begin + number / per_second - time.perf_counter()))
            self._post()
        await self._until_quiet()
        return meter.read()

    async def saturated(self, posts: int, window: int) -> Round:
        """As many posts as the server takes with so many outstanding; the first tenth warms up and is not counted."""
        tally, last = self.tally, self.tally.sent + posts
        warm, counted = tally.sent + posts // 10, asyncio.get_running_loop().create_future()
        meters: list[Meter] = []

        def fill() -> None:
            while tally.sent < last and tally.outstanding < window:
                self._post()
            if not meters and len(tally.all_seconds) >= warm:
                meters.append(Meter(self))
            if tally.sent == last and len(tally.all_seconds) >= last - window and not counted.done():
                counted.set_result(meters[0].read())

        tally.on_progress = fill
        fill()
        async with asyncio.timeout(PATIENCE_SECONDS):
            result: Round = await counted
        await self._until_quiet()
        return result

    def _post(self) -> None:
        publisher = self.tally.sent % len(self._posts)
        self.tally.send(publisher)
        self._desks[publisher].write(next(self._posts[publisher]))

    async def _until_quiet(self) -> None:
        quiet = asyncio.Event()

        def look() -> None:
            if not self.tally.outstanding:
                quiet.set()

        self.tally.on_progress = look
        look()
        await asyncio.wait_for(quiet.wait(), PATIENCE_SECONDS)


class Meter:
    """Reads clocks and counts, now and again at the end."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._before = self._now()

    def read(self) -> Round:
        before, now = self._before, self._now()
        tally = self._stage.tally
        seconds, server, client, posts = (b - a for a, b in zip(before[:4], now[:4], strict=True))
        return Round(
            posts_per_second=posts / seconds,
            cpu_us_per_delivery=server / (posts * tally.desks) * 1e6,
            server_cores=server / seconds,
            client_cores=client / seconds,
            ack_ms=_quantiles(tally.ack_seconds[int(before[4]) :]),
            all_ms=_quantiles(tally.all_seconds[int(before[3]) :]),
            desks=tally.desks,
        )

    def _now(self) -> tuple[float, ...]:
        tally, own = self._stage.tally, psutil.Process().cpu_times()
        return (
            time.perf_counter(),
            self._stage.server.cpu_seconds(),
            own.user + own.system,
            len(tally.all_seconds),
            len(tally.ack_seconds),
        )


def _quantiles(seconds: list[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    return ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.99)] * 1000


@dataclass
class Contestant:
    """One server's rounds: at 20 posts a second, then saturated. Memory in MiB."""

    idle_mib: float
    at_rate: list[Round] = field(default_factory=list)
    saturated: list[Round] = field(default_factory=list)
    after_mib: float = 0.0


BARE, HUB, UNCHECKED = "bare broadcast", "hub", "hub, signatures not checked"
RATE = 20


async def compare(
    operation: Operation, *, rounds: int, seconds: float, posts: int, window: int
) -> dict[str, Contestant]:
    """The servers in turns, round by round, so that whatever disturbs this machine disturbs them alike."""
    async with contextlib.AsyncExitStack() as open_until_end:
        stages = {}
        for name, server in (
            (BARE, processes.bare(operation.folder.parent)),
            (HUB, processes.hub(operation.copy("checked"))),
            (UNCHECKED, processes.hub(operation.copy("unchecked"), "unchecked")),
        ):
            open_until_end.enter_context(server)
            stages[name] = await Stage.set(server, operation, authenticate=name != BARE)
            open_until_end.callback(stages[name].close)
        found = {name: Contestant(stage.server.memory_mib()) for name, stage in stages.items()}
        for _ in range(rounds):
            for name, stage in stages.items():
                found[name].at_rate.append(await stage.at_rate(RATE, seconds))
                found[name].saturated.append(await stage.saturated(posts, window))
        for name, stage in stages.items():
            found[name].after_mib = stage.server.memory_mib()
    return found
