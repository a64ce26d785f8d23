"""The demonstration's plot: an operation from its founding to its final tables."""

import asyncio
import hashlib
import shutil
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from vocu.errors import RefusedError
from vocu_client.demo.generator import Generator
from vocu_client.demo.material import Material, name_of
from vocu_client.demo.processes import Desks, HubProcess

ORGANISER = "OCU-PL"
ZONE = "Europe/Warsaw"
HOUR = 18
MARKER = ".vocu-demo"
OBJECTIVES = [
    {"measure": "seizures", "threshold": "40"},
    {"measure": "countries", "threshold": "6"},
    {"measure": "quantity", "threshold": "5000000", "unit": "stick", "commodity": "tobacco.cigarettes"},
]
PASSPHRASE = "demonstration, nothing is secret here"  # noqa: S105 - all that it guards is made up

Step = Callable[[str], None]
"""Told what happens next, in words; called once per step."""


class Outcome(Struct, kw_only=True):
    """What was done, for the telling at the end."""

    participants: int
    desk_processes: int
    days: int
    reports: int = 0
    messages: int = 0
    written_offline: int = 0
    unplugged: str = ""
    amended: str = ""
    withdrawn: str = ""
    entries: int = 0
    root: str = ""
    roots_agree: bool = False
    late_joiner: str = ""
    late_joiner_agrees: bool = False
    readable: dict[str, dict[str, int]] = field(default_factory=dict)
    marker_seen_by: list[str] = field(default_factory=list)
    words_in_hub: int = 0
    newsletters: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Story:
    """One run. `steps` is how often `tell` will be called."""

    def __init__(self, out: Path, material: Material, seed: int, tell: Step, days_more: int = 0) -> None:
        self.out = out
        self._days_more = days_more
        self._material = material
        self._generator = Generator(seed)
        self._tell = tell
        self.hub = HubProcess(out / "hub")
        self.desks = Desks(out / "desks", PASSPHRASE)
        self._all = [ORGANISER, *material.ncps]
        self.secret = f"The lorry goes on to you tonight; only you and we can read this ({self._generator.event_id()})."
        self.outcome = Outcome(participants=len(self._all), desk_processes=0, days=len(material.by_day))

    @property
    def steps(self) -> int:
        return (4 if self._days_more else 6) + 2 * len(self._material.by_day)

    async def run(self) -> Outcome:
        """Play it all. The processes go on afterwards, until `stop`."""
        await self._begin()
        await self._end()
        self._tell("Looking at what each side could see")
        await self._look()
        return self.outcome

    async def run_until_today(self) -> Outcome:
        """Play the days that are over, and leave the operation running."""
        await self._begin()
        self._tell("Looking at what each side could see")
        await self._look()
        return self.outcome

    async def _begin(self) -> None:
        await self._found()
        await self._admit()
        await self._talk()
        for number, reports in enumerate(self._material.by_day):
            await self._day(number, reports)

    async def stop(self) -> None:
        await self.desks.stop()
        await self.hub.stop()

    # --- acts ---

    async def _found(self) -> None:
        self._tell("Starting the hub, and a desk for each contact point")
        prepare_folder(self.out)
        await self.hub.start(self._instant(-1, time(9)))
        await self.desks.start(self._all)
        self.outcome.desk_processes = self.desks.process_count
        days = len(self._material.by_day) + self._days_more
        last = self._material.first_day + timedelta(days=days - 1)
        plan = {
            "name": self._material.name,
            "kind": "JCO",
            "organiser": ORGANISER,
            "organiser_name": "OCU Poland",
            "starts_day": self._material.first_day.isoformat(),
            "ends_day": last.isoformat(),
            "retention_day": (last + timedelta(days=5 * 365)).isoformat(),
            "zone": ZONE,
            "compile_hour": HOUR,
            "objectives": [] if self._material.source else OBJECTIVES,
        }
        await self.desks.call(ORGANISER, "found", hub=self.hub.url, token=self.hub.token, plan=plan)
        await self.desks.call(ORGANISER, "plug")

    async def _admit(self) -> None:
        self._tell(f"Inviting and admitting {len(self._material.ncps)} contact points, safety number by safety number")
        await self._bring_in(self._material.ncps)

    async def _bring_in(self, ncps: list[str]) -> None:
        async def join(ncp: str) -> str:
            who = {"ncp": ncp, "name": name_of(ncp), "role": "participant"}
            number: str = await self.desks.call(
                ncp, "join", invitation=await self.desks.call(ORGANISER, "invite", **who)
            )
            return number

        # The demonstration reads the numbers from the joining desks; people read them out by telephone.
        numbers = await asyncio.gather(*map(join, ncps))
        await self.desks.call(ORGANISER, "admit", numbers=dict(zip(ncps, numbers, strict=True)))
        await self.desks.all(ncps, "plug")

    async def _talk(self) -> None:
        self._tell("Publishing contacts, opening the operational phase, exchanging sealed messages")
        first, second = self._material.ncps[:2]
        for ncp in self._all:
            await self.desks.call(ncp, "publish_contact", name=f"Officer of {ncp} (made up)", telephone="+00 555 0100")
        await self._settle()
        self.hub.set_clock(self._instant(-1, time(HOUR, 0, 1)))
        eve = self._material.first_day - timedelta(days=1)
        await self.desks.all(self._all, "compiled", day=eve.isoformat())  # a trial issue, with nothing to count
        await self.desks.call(ORGANISER, "open_phase", phase="OPERATIONAL")
        await self._say(ORGANISER, "Good luck to all. Report as it happens; ask, and you will be answered.")
        await self._say(first, self.secret, to=[second])
        await self._settle()

    async def _day(self, number: int, reports: dict[str, list[list[Any]]]) -> None:
        day = self._material.first_day + timedelta(days=number)
        self._tell(f"{day}: reporting seizures and controls")
        self.hub.set_clock(self._instant(number, time(8)))
        offline = max(reports, key=lambda ncp: len(reports[ncp])) if number == min(1, self.outcome.days - 1) else None
        if offline is not None:
            await self.desks.call(offline, "unplug")
            self.outcome.unplugged, self.outcome.written_offline = offline, len(reports[offline]) + 1
        await asyncio.gather(*(self._report(ncp, day, reports[ncp]) for ncp in self._material.ncps))
        if offline is not None:
            await self.desks.call(offline, "plug")
        await self._settle()
        if number == 0 and not self._material.source:
            await self._warn_and_ask()
            await self._correct(reports)
        self._tell(f"{day}: closing the day with a newsletter")
        self.hub.set_clock(self._instant(number, time(HOUR, 0, 1)))
        await self.desks.all(self._all, "compiled", day=day.isoformat())
        words = f"Day {number + 1} is done. Thank you all; stay in touch tonight."
        await self.desks.call(
            ORGANISER, "act", action="issue_newsletter", arguments={"day": day.isoformat(), "words": words}
        )
        await self._settle()
        files = await self.desks.call(
            self._material.ncps[0], "newsletter", day=day.isoformat(), folder=str(self.out / "newsletters")
        )
        self.outcome.newsletters += files

    async def _report(self, ncp: str, day: date, reports: list[list[Any]]) -> None:
        new = await self.desks.call(ncp, "report", reports=reports)
        self.outcome.reports += new
        daily = self._generator.daily_return(day, bool(reports))
        await self.desks.call(ncp, "act", action="file_daily_return", arguments={"form": daily})

    async def _warn_and_ask(self) -> None:
        first, second = self._material.ncps[:2]
        warning = {"addressees": [second], "commodity": "tobacco.cigarettes", "action": "control"}
        warned = await self._act(first, "issue_warning", form=warning, text="White lorry, due tonight.")
        question = {"kind": "question", "addressees": ["OCU"], "subject": "legal"}
        asked = await self._act(second, "ask", form=question, text="May we open sealed transit loads?")
        await self._settle()
        await self._act(second, "give_feedback", warning=warned, form={"result": "nothing_found"}, text="Empty.")
        answer = {"result": "answered", "of_common_interest": True}
        await self._act(ORGANISER, "answer", question=asked, form=answer, text="Yes, with the guarantor informed.")
        await self._settle()

    async def _correct(self, reports: dict[str, list[list[Any]]]) -> None:
        first, second = self._material.ncps[:2]
        (wrong_id, form), (double_id, _) = reports[first][-1], reports[second][-1]
        amended = {**form, "goods": [{**form["goods"][0], "quantity": "1200", "quantity_basis": "counted"}]}
        await self._act(first, "amend_seizure", report=wrong_id, form=amended)
        await self._act(second, "withdraw_seizure", report=double_id, reason="duplicate")
        self.outcome.amended, self.outcome.withdrawn = first, second
        await self._settle()

    async def _end(self) -> None:
        self._tell("Admitting one more desk, late, which rebuilds everything from the log")
        late = "LATE-DESK"
        await self.desks.adopt(late)
        await self._bring_in([late])
        self.outcome.late_joiner = late
        self._tell("National reports, the end of the operation, and its results")
        await self.desks.call(ORGANISER, "open_phase", phase="POST_OPERATIONAL")
        await self.desks.call(ORGANISER, "publish_reference")
        await self._settle()
        await asyncio.gather(
            *(
                self.desks.call(ncp, "confirm_totals", found_since=int(ncp == self._material.ncps[0]))
                for ncp in self._material.ncps
            )
        )
        await self._settle()
        await self.desks.call(ORGANISER, "open_phase", phase="CLOSED")
        self._all.append(late)
        await self._settle()
        self.outcome.tables = await self.desks.call(ORGANISER, "tables", folder=str(self.out / "tables"))
        theirs = await self.desks.call(late, "tables", folder=str(self.out / "tables-of-late-desk"))
        self.outcome.late_joiner_agrees = _same_files(self.outcome.tables, theirs)

    async def _look(self) -> None:
        outcome = self.outcome
        statuses = await self.desks.all(self._all, "status")
        outcome.entries, outcome.root = statuses[0]["size"], statuses[0]["root"]
        outcome.roots_agree = len({(status["size"], status["root"]) for status in statuses}) == 1
        for ncp in (ORGANISER, *self._material.ncps[:3]):
            outcome.readable[ncp] = await self.desks.call(ncp, "readable")
        found = await self.desks.all(self._all, "finds", words=self.secret)
        outcome.marker_seen_by = [ncp for ncp, seen in zip(self._all, found, strict=True) if seen]
        outcome.words_in_hub = _occurrences(self.out / "hub", self.secret)
        outcome.refused = [
            f"line {', '.join(map(str, refusal.lines))}: {'; '.join(refusal.reasons)}"
            for refusal in self._material.refused
        ]

    # --- shared ---

    async def _say(self, ncp: str, text: str, **to: Any) -> None:
        await self._act(ncp, "send_message", text=text, **to)
        self.outcome.messages += 1

    async def _act(self, ncp: str, action: str, **arguments: Any) -> str:
        event_id: str = await self.desks.call(ncp, "act", action=action, arguments=arguments)
        await self.desks.call(ncp, "delivered")
        return event_id

    async def _settle(self) -> None:
        """Everything sent, and everybody at the same size of the log."""
        await self.desks.all(self._all, "delivered")
        sizes = [status["size"] for status in await self.desks.all(self._all, "status")]
        await self.desks.all(self._all, "reached", size=max(sizes))

    def _instant(self, day: int, at: time) -> int:
        local = datetime.combine(self._material.first_day + timedelta(days=day), at, ZoneInfo(ZONE))
        return int(local.timestamp() * 1000)


def prepare_folder(out: Path) -> None:
    """An empty folder; what an earlier demonstration left is cleared, anything else is not touched."""
    if out.exists() and any(out.iterdir()):
        if not (out / MARKER).exists():
            raise RefusedError("folder-in-use", f"{out} holds something else; name another folder with --out.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).touch()


def _same_files(ours: list[str], theirs: list[str]) -> bool:
    def exact(files: list[str]) -> dict[str, str]:
        paths = [Path(file) for file in files if not file.endswith(".xlsx")]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    return exact(ours) == exact(theirs)


def _occurrences(folder: Path, words: str) -> int:
    forms = [words.encode(), words.encode("utf-16-le"), words.encode().hex().encode()]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.read_bytes().count(form) for path in files for form in forms)
