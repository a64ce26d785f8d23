"""The results tables as the pages show them: compiled in a thread beside the requests, and kept by log position."""

import asyncio
import copy
from collections import OrderedDict
from typing import Final
from weakref import WeakKeyDictionary

from msgspec import Struct

from vocu.canonical import b64
from vocu.compilation.ledger import Ledger
from vocu.compilation.table import Results
from vocu.compilation.tables import compile_tables
from vocu.operation.events import PhaseOpened
from vocu.operation.state import OperationState
from vocu.operation.statements import OpenPhase
from vocu.operation.verified import Accepted
from vocu.rendering.dossier import Dossier
from vocu.rendering.findings import Findings, find
from vocu.rendering.wording import Wording
from vocu_client.app import Desk
from vocu_client.results_map import results_map

PATIENCE_SECONDS: Final = 0.15
"""How long a page waits for tables of the newest entries where it has slightly older ones to show."""
KEPT: Final = 6
"""Positions whose tables are kept: the newest, and those that somebody looks at."""


class Compiled(Struct, frozen=True):
    """All tables at one position of the log, with the log's root there. `final`: the operation was closed by then."""

    results: Results
    findings: Findings
    root: str
    final: bool


def dossier_of_page(desk: Desk, compiled: Compiled, words: Wording, *, mapped: bool = False) -> Dossier:
    """What files of these tables are made of; `mapped`: with a map, where they are of the newest entries."""
    state, ledger, results = desk.view.state, desk.ledger, compiled.results
    mapped = mapped and ledger.position == results.position
    return Dossier(
        results=results,
        root=compiled.root,
        final=compiled.final,
        findings=compiled.findings,
        wording=words,
        names={ncp: member.name for ncp, member in state.members.items()},
        zone=state.genesis.zone,
        handling=state.genesis.handling,
        map=results_map(ledger, results.filter, words) if mapped else None,
    )


class Tables:
    """The results of one desk. What is asked twice is compiled once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: OrderedDict[int, Compiled] = OrderedDict()
        self._working: dict[int, asyncio.Task[Compiled]] = {}
        self._newest: Compiled | None = None
        self._running: asyncio.Task[Compiled] | None = None
        self._following: _Counting | None = None
        self._one_at_a_time = asyncio.Lock()

    async def newest(self) -> Compiled:
        """The tables of all entries; of slightly fewer where those that just came are still being counted."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self.at(self._desk.view.size))
        if self._newest is None:
            self._newest = await asyncio.shield(self._running)
        else:
            done, _ = await asyncio.wait({self._running}, timeout=PATIENCE_SECONDS)
            if done:
                self._newest = self._running.result()
        return self._newest

    async def at(self, position: int) -> Compiled:
        """The tables of the entries below this position, which is one that the log has reached."""
        if position in self._kept:
            self._kept.move_to_end(position)
            return self._kept[position]
        if position not in self._working:
            self._working[position] = asyncio.create_task(self._compile(position))
        return await asyncio.shield(self._working[position])

    async def _compile(self, position: int) -> Compiled:
        try:
            async with self._one_at_a_time:
                view = self._desk.view
                counting = self._following
                if counting is None or counting.acts is not view.acts or counting.ledger.position > position:
                    counting = _Counting(view.state, view.acts)
                if position == view.size:
                    self._following = counting
                await asyncio.to_thread(counting.catch_up, position, copy.copy(view.state))
                results, found = await asyncio.to_thread(counting.compiled)
                root = b64(view.operation.log.root(position))
                compiled = Compiled(results, found, root, counting.ledger.phase == "CLOSED")
            self._kept[position] = compiled
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return compiled
        finally:
            del self._working[position]


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

    def compiled(self) -> tuple[Results, Findings]:
        return compile_tables(self.ledger), find(self.ledger)


def tables_of(desk: Desk) -> Tables:
    """The results of this desk, the same for all of its pages."""
    tables = _OF_DESK.get(desk)
    if tables is None:
        tables = _OF_DESK[desk] = Tables(desk)
    return tables


_OF_DESK: WeakKeyDictionary[Desk, Tables] = WeakKeyDictionary()
