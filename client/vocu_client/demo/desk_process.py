"""A process that holds some desks of the demonstration and does what it is told, one JSON line at a time.

{"id": 7, "ncp": "DE", "do": "act", "with": {"action": "send_message", "arguments": {"text": "..."}}}
{"id": 7, "answer": ...}      or      {"id": 7, "error": [code, message, details]}
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from vocu.canonical import b64
from vocu.compilation.tables import compile_tables
from vocu.crypto.passwords import DEMO
from vocu.errors import VocuError
from vocu.operation import events
from vocu.operation.bodies import Contact, ConversionRule, Reference
from vocu.operation.header import EVERYONE
from vocu.rendering.wording import Wording
from vocu_client.app import Desk
from vocu_client.exports import FORMS, newsletter_file, results_dossier, write_files, write_results
from vocu_client.founding import create_operation, join
from vocu_client.membership import read_invitation
from vocu_client.overviews.own_posts import own_posts
from vocu_client.planning import Plan
from vocu_client.reference_rates import SOURCE, from_the_ecb, occurrences
from vocu_client.settings import Home

RULES = (
    ConversionRule(name="tablet-of-250-mg", source="tablet", target="KGM", factor="0.00025", commodity="drugs.mdma"),
    ConversionRule(name="pack-of-20", source="pack", target="stick", factor="20", commodity="tobacco.cigarettes"),
)
MAX_LINE = 64 * 1024 * 1024


class DemoDesk:
    """One participant's desk: joined or founded here, and plugged in or not."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._home = Home(folder)
        self._passphrase = passphrase
        self._desk: Desk | None = None
        self._connection: asyncio.Task[None] | None = None

    @property
    def desk(self) -> Desk:
        if self._desk is None:
            self._desk = Desk.open(self._home, self._passphrase)
        return self._desk

    async def found(self, hub: str, token: str, plan: dict[str, Any]) -> str:
        return await create_operation(self._home, hub, token, msgspec.convert(plan, Plan), self._passphrase, DEMO)

    async def invite(self, ncp: str, name: str, role: Any) -> str:
        return self.desk.decisions.invite(ncp, name, role).decode()

    async def join(self, invitation: str) -> str:
        opened = read_invitation(invitation.encode())
        return await join(self._home, opened, f"{opened.ncp}-1", self._passphrase, DEMO)

    async def admit(self, numbers: dict[str, str]) -> None:
        for applicant in await self.desk.applicants():
            self.desk.decisions.admit(applicant, numbers[applicant.request.ncp])
        await self.delivered()

    async def open_phase(self, phase: Any) -> None:
        self.desk.decisions.open_phase(phase)
        await self.delivered()

    async def plug(self) -> None:
        """Connect, and wait for the first sight of the operation."""
        if self._connection is None:
            self._connection = asyncio.create_task(self.desk.watch())
        await self.reached(1)

    async def unplug(self) -> None:
        if self._connection is not None:
            self._connection.cancel()
            await asyncio.gather(self._connection, return_exceptions=True)
            self._connection = None

    async def let_go(self) -> None:
        """Close this desk here, so that another process can open it."""
        await self.unplug()
        if self._desk is not None:
            self._desk.close()
            self._desk = None

    async def act(self, action: str, arguments: dict[str, Any]) -> str:
        event_id: str = getattr(self.desk.actions, action)(**arguments)
        return event_id

    async def publish_contact(self, name: str, telephone: str) -> str:
        return self.desk.actions.publish_contacts([Contact(name=name, telephone=telephone, duty_hours="00-24")])

    async def publish_reference(self) -> list[str]:
        """The rates that the reports need, and how cigarettes are packed. Gives the currencies without a rate."""
        ledger = self.desk.ledger
        found = from_the_ecb(occurrences(ledger), ledger.reference.rates)
        self.desk.actions.publish_reference(Reference(rules=RULES, rates=found.rates, source=SOURCE))
        await self.delivered()
        return sorted({each.currency for each in found.missing})

    async def confirm_totals(self, found_since: int) -> None:
        """File the national report: what the own posts add up to, and so many seizures more of the first goods."""
        form = own_posts(self.desk.ledger, self.desk.settings.ncp).form()
        if found_since and "totals" in form:
            form["seizures"] += found_since
            form["totals"][0]["seizures"] += found_since
        self.desk.actions.file_national_report(form)
        await self.delivered()

    async def report(self, reports: list[list[Any]]) -> int:
        """Queue many reports at once: [event id, form]."""
        actions = self.desk.actions
        return actions.queue([actions.draft_report(form, event_id) for event_id, form in reports])

    async def delivered(self) -> None:
        """Wait until nothing waits in the outbox. Raises RefusedError where something was refused."""
        while self.desk.outbox.waiting(0, 1):
            self._require_connection()
            await asyncio.sleep(0.02)
        for item in self.desk.outbox.items("refused"):
            raise VocuError(item.code or "refused", f"{item.kind}: {item.message}")

    async def reached(self, size: int) -> None:
        """Wait until this desk holds so many entries."""
        while self.desk.view.size < size:
            self._require_connection()
            await asyncio.sleep(0.02)

    async def compiled(self, day: str) -> None:
        """Wait until the newsletter of this day is here."""
        while day not in self.desk.view.state.compiled:
            self._require_connection()
            await asyncio.sleep(0.02)

    async def status(self) -> dict[str, Any]:
        view = self.desk.view
        return {"size": view.size, "root": view.operation.log.root().hex(), "outbox": self.desk.outbox.counts()}

    async def readable(self) -> dict[str, int]:
        """What this desk can read and what it only sees the envelope of."""
        lines = list(self.desk.reading.lines((*events.KINDS.values(),)))
        return {
            "words": sum(line.text is not None for line in lines),
            "nominal": sum(bool(line.nominal) for line in lines if line.kind != "contact_published"),
            "sealed": sum(line.sealed is not None for line in lines),
            "bilateral": sum(
                1 for accepted in self.desk.view.acts if accepted.act and accepted.act.header.to != EVERYONE
            ),
        }

    async def finds(self, words: str) -> bool:
        """Whether these words can be read here."""
        return any(line.text is not None and words in line.text.body for line in self.desk.reading.lines())

    async def newsletter(self, day: str, folder: str) -> list[str]:
        """Write the day's newsletter in each form. Returns the paths."""
        figures = self.desk.reading.figures_of(day)
        issued = self.desk.reading.words_of(day)
        words = issued[1].body if issued and issued[1] else None
        forms = {"html": "html", "text": "txt", "json": "json", "pdf": "pdf"}
        files = {f"{day}.{ending}": newsletter_file(form, figures, words, None) for form, ending in forms.items()}
        return [str(path) for path in write_files(Path(folder), files)]

    async def tables(self, folder: str) -> list[str]:
        """Write the results tables as of now. Returns the paths."""
        results = compile_tables(self.desk.ledger)
        root = b64(self.desk.view.operation.log.root(results.position))
        dossier = results_dossier(self.desk.ledger, results, root, Wording())
        return [str(path) for path in write_results(Path(folder), self.desk.ledger, dossier, FORMS)]

    def _require_connection(self) -> None:
        if self._connection is not None and self._connection.done():
            self._connection.result()


async def _serve(folder: Path, passphrase: str) -> None:
    desks: dict[str, DemoDesk] = {}
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=MAX_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks: set[asyncio.Task[None]] = set()
    while line := await reader.readline():
        order = json.loads(line)
        desk = desks.setdefault(order["ncp"], DemoDesk(folder / order["ncp"], passphrase))
        task = asyncio.create_task(_answer(order["id"], getattr(desk, order["do"]), order["with"]))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _answer(number: int, work: Callable[..., Awaitable[Any]], arguments: dict[str, Any]) -> None:
    try:
        said: dict[str, Any] = {"id": number, "answer": await work(**arguments)}
    except VocuError as error:
        said = {"id": number, "error": [error.code, error.message, list(error.details)]}
    except Exception as error:  # the parent must hear of whatever went wrong here, or it would wait for ever
        said = {"id": number, "error": ["broken", repr(error), []]}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2]))
