"""The results tables as pages show them: compiled in a thread beside the requests, kept by log position and filter."""

import asyncio
import copy
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from msgspec import Struct

from vocu.canonical import b64
from vocu.compilation.filtering import EVERYTHING, Filter
from vocu.compilation.ledger import Ledger
from vocu.compilation.table import Results
from vocu.compilation.tables import compile_tables
from vocu.operation.events import PhaseOpened
from vocu.operation.state import OperationState
from vocu.operation.statements import OpenPhase
from vocu.operation.verified import Accepted
from vocu.rendering.dossier import Dossier, Mapped
from vocu.rendering.findings import Findings, find
from vocu.rendering.wording import Wording
from vocu_client.app import Desk
from vocu_client.results_map import results_map

PATIENCE_SECONDS: Final = 0.15
"""How long a page waits for tables of the newest entries where it has slightly older ones to show."""
KEPT: Final = 8
"""Sets of tables that are kept, each of a position and a filter: the newest, and those that somebody looks at."""


class Compiled(Struct, frozen=True):
    """All tables at one position of the log, with the log's root there. `final`: the operation was closed by then."""

    results: Results
    findings: Findings
    root: str
    final: bool


def dossier_of_page(desk: Desk, compiled: Compiled, words: Wording) -> Dossier:
    """What pages and files say of these tables, without a map."""
    state, results = desk.view.state, compiled.results
    return Dossier(
        results=results,
        root=compiled.root,
        final=compiled.final,
        findings=compiled.findings,
        wording=words,
        names={ncp: member.name for ncp, member in state.members.items()},
        zone=state.genesis.zone,
        handling=state.genesis.handling,
    )


T = TypeVar("T")
Place = tuple[int, Filter]
"""A position of the log, and what is counted there."""


class Tables:
    """The results of one desk. What is asked twice is compiled once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: OrderedDict[Place, Compiled] = OrderedDict()
        self._maps: OrderedDict[tuple[int, Filter, str], Mapped | None] = OrderedDict()
        self._working: dict[Place, asyncio.Task[Compiled]] = {}
        self._newest: OrderedDict[Filter, Compiled] = OrderedDict()
        self._running: dict[Filter, asyncio.Task[Compiled]] = {}
        self._following: _Counting | None = None
        self._looking_back: _Counting | None = None
        self._one_at_a_time = asyncio.Lock()

    async def newest(self, only: Filter = EVERYTHING) -> Compiled:
        """The tables of all entries; of slightly fewer where those that just came are still being counted."""
        running = self._running.get(only)
        if running is None or running.done():
            running = self._running[only] = asyncio.create_task(self.at(self._desk.view.size, only))
        known = self._newest.get(only)
        if known is not None:
            done, _ = await asyncio.wait({running}, timeout=PATIENCE_SECONDS)
            if not done:
                return known
        self._newest[only] = await asyncio.shield(running)
        while len(self._newest) > KEPT:
            gone, _ = self._newest.popitem(last=False)
            self._running.pop(gone, None)
        return self._newest[only]

    async def at(self, position: int, only: Filter = EVERYTHING) -> Compiled:
        """The tables of the entries below this position, which is one that the log has reached."""
        place = position, only
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        if place not in self._working:
            self._working[place] = asyncio.create_task(self._compile(position, only))
        return await asyncio.shield(self._working[place])

    async def map(self, compiled: Compiled, words: Wording) -> Mapped | None:
        """The map of places and routes in these results; None where nothing can be drawn."""
        results = compiled.results
        key = results.position, results.filter, words.language
        if key not in self._maps:
            self._maps[key] = await self.of_ledger(
                results.position, lambda ledger: results_map(ledger, results.filter, words)
            )
            while len(self._maps) > KEPT:
                self._maps.popitem(last=False)
        return self._maps[key]

    async def of_ledger(self, position: int, make: Callable[[Ledger], T]) -> T:
        """What this makes of the ledger as it stood at that position, in a thread; one after the other."""
        async with self._one_at_a_time:
            view = self._desk.view
            counting = self._counting(position)
            await asyncio.to_thread(counting.catch_up, position, copy.copy(view.state))
            return await asyncio.to_thread(make, counting.ledger)

    async def _compile(self, position: int, only: Filter) -> Compiled:
        def make(ledger: Ledger) -> tuple[Results, Findings, bool]:
            return compile_tables(ledger, only), find(ledger, only), ledger.phase == "CLOSED"

        try:
            results, found, final = await self.of_ledger(position, make)
            root = b64(self._desk.view.operation.log.root(position))
            compiled = self._kept[position, only] = Compiled(results, found, root, final)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return compiled
        finally:
            del self._working[position, only]

    def _counting(self, position: int) -> "_Counting":
        """A ledger that has not gone past this position: the one that follows the log, the one that looked back last,
        or a new one, which counts from the beginning."""
        view = self._desk.view
        for counting in (self._following, self._looking_back):
            if counting is not None and counting.acts is view.acts and counting.ledger.position == position:
                return counting
        if position == view.size:
            if self._following is None or self._following.acts is not view.acts:
                self._following = _Counting(view.state, view.acts)
            return self._following
        if (
            self._looking_back is None
            or self._looking_back.acts is not view.acts
            or self._looking_back.ledger.position > position
        ):
            self._looking_back = _Counting(view.state, view.acts)
        return self._looking_back


class _Counting:
    """A ledger of its own: the view's goes on with each entry that comes, also while a thread reads."""

    def __init__(self, state: OperationState, acts: list[Accepted]) -> None:
        self.acts = acts
        self.ledger = Ledger(state.genesis)

    def catch_up(self, position: int, state: OperationState) -> None:
        """Count the entries below this position. `state` is a copy of a later state: that knows all devices, for they
        are never forgotten; its phase is set to the one of each entry."""
        state.phase = self.ledger.phase
        for accepted in self.acts[self.ledger.position : position]:
            if accepted.act is not None and isinstance(accepted.act.event, PhaseOpened):
                state.phase = accepted.act.statement(OpenPhase).phase
            self.ledger.take(accepted.index, accepted.at, accepted.act, state)


def tables_of(desk: Desk) -> Tables:
    """The results of this desk, the same for all of its pages."""
    tables = _OF_DESK.get(desk)
    if tables is None:
        tables = _OF_DESK[desk] = Tables(desk)
    return tables


_OF_DESK: WeakKeyDictionary[Desk, Tables] = WeakKeyDictionary()
