"""An operation after five busy days: a real hub, thirty countries with real keys and seals, and the organiser's desk.

Every entry was sealed and signed by the desk that posted it, admitted by the hub, and verified and kept by the
organiser's desk, which takes in what is posted as it comes. Until the last day the hub goes by a rehearsal's clock.
"""

import asyncio
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from websockets.frames import Opcode

from bench import processes
from bench.busy_days import BusyDays, Letter
from bench.desks import LightDesk, connect, frame_at
from bench.operation import CHEAP, ORGANISER, PASSPHRASE, Founding, Member, Operation, client_frame
from bench.processes import Server
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Composer, Draft, LogView
from vocu.operation.header import digest
from vocu.operation.state import Chained
from vocu.protocol.frames import Append, Failure, Receipt, Receipts, Refusal, read_from_hub
from vocu_client import Desk, Home, Plan, create_operation
from vocu_client.demo.generator import COUNTRIES
from vocu_client.keyring import DeskKeys

PARTICIPANTS, DAYS, ROUNDS = 30, 5, 20
"""Countries; days that are over; and how often on each people post before the organiser's desk takes it in."""
ZONE, COMPILE_HOUR = "Europe/Brussels", 18
PATIENCE_SECONDS = 120
ANSWER = re.compile(rb"receipts|refusal|failure")


@dataclass
class LargeLog:
    """A hub that is stopped, and the home of the organiser's desk, which has all of its log.

    `view` and `epoch` are what it takes to compose what comes next; `newsletter` is the day of the newest one.
    """

    hub: Path
    home: Home
    operation: Operation
    story: BusyDays
    view: LogView
    epoch: bytes
    entries: int
    seizures: int
    newsletter: str
    seconds: float

    def serve(self) -> Server:
        """The hub, at the machine's own time; the organiser's desk knows where it is."""
        server = processes.hub(self.hub)
        self.home.write_settings(msgspec.structs.replace(self.home.read_settings(), hub=server.url))
        return server


class Posting:
    """One participant's connection: it signs and sends. `receipts`: of what is durable, in the order it was sent."""

    def __init__(self, member: Member, desk: LightDesk) -> None:
        self.member, self._desk = member, desk
        self.receipts: list[Receipt] = []
        self._rest = b""
        self._tails: dict[str | tuple[str, ...], Chained] = {}

    @classmethod
    async def begin(cls, server: Server, operation: Operation, member: Member, size: int) -> "Posting":
        """Connected, and shown what comes after so many entries."""
        desk = await connect(server)
        await desk.authenticate(operation, member, size)
        posting = cls(member, desk)
        desk.listen(posting._take)
        return posting

    def post(self, letter: Letter, view: LogView, epoch: bytes, now: int) -> None:
        """Seal and sign it, as the successor of what this desk wrote to the same audience before, and send it."""
        draft = Draft(id=letter.id, event=letter.event, ts=now, to=letter.to, ref=letter.ref, readers=letter.readers)
        log = LogView(view.state, view.root, self._tails)
        signed: SignedEvent = Composer(self.member.keys.author, log, secrets.token_bytes).compose(draft, epoch)
        last = self._tails.get(letter.to) or view.state.last_in_chain(self.member.device, letter.to)
        self._tails[letter.to] = Chained(last.dseq + 1, digest(signed.header, signed.signature))
        self._desk.send(Append(signed.header, signed.signature, signed.parts))

    def close(self) -> None:
        self._desk.close()

    def _take(self, data: bytes) -> None:
        data, at = self._rest + data, 0
        while found := frame_at(data, at):
            opcode, payload, at = found
            if opcode == Opcode.PING:
                self._desk.write(client_frame(payload, Opcode.PONG))
            elif opcode == Opcode.CLOSE:
                raise ConnectionError(f"the hub said goodbye: {payload!r}")
            elif ANSWER.search(payload, 0, 16):
                self._take_answer(payload)
        self._rest = data[at:]

    def _take_answer(self, payload: bytes) -> None:
        match read_from_hub(payload):
            case Receipts(receipts=receipts):
                self.receipts += receipts
            case Refusal(code=code, message=message) | Failure(code=code, message=message):
                raise RuntimeError(f"{code}: {message}")


class Crowd:
    """All participants' connections, beside the desk that takes in what they post."""

    def __init__(self, desk: Desk, postings: list[Posting]) -> None:
        self._desk = desk
        self._postings = {posting.member.ncp: posting for posting in postings}
        self._sent = 0

    def post(self, letters: list[Letter], now: int) -> None:
        """Each by its author, for the log as the desk has verified it."""
        view = self._desk.view
        assert view.state.epoch is not None
        log, epoch = LogView(view.state, view.operation.log.root()), view.keyring.epochs[view.state.epoch.index]
        for letter in letters:
            self._postings[letter.member.ncp].post(letter, log, epoch, now)
        self._sent += len(letters)

    async def settle(self) -> None:
        """All of it durable, and at the desk."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while sum(len(posting.receipts) for posting in self._postings.values()) < self._sent:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
        if not await self._desk.sync(PATIENCE_SECONDS):
            raise RuntimeError("the organiser's desk does not get on")

    def close(self) -> None:
        for posting in self._postings.values():
            posting.close()


class RehearsalClock:
    """The file that tells the hub what time it is."""

    def __init__(self, hub: Path) -> None:
        self._hub = hub
        self._file = hub / "clock"

    def install(self) -> None:
        settings = self._hub / "hub.toml"
        settings.write_text('rehearsal_clock = "clock"\n' + settings.read_text("utf-8"), "utf-8")

    def set(self, now: int) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_text(str(now))
        draft.replace(self._file)

    def remove(self) -> None:
        settings = self._hub / "hub.toml"
        settings.write_text(settings.read_text("utf-8").partition("\n")[2], "utf-8")


async def make(folder: Path, entries: int) -> LargeLog:
    """Fill a log up to about so many entries, a tenth of them seizures; two more days are to come."""
    begin = time.monotonic()
    hub, home = folder / "hub", Home(folder / "organiser")
    token = processes.new_hub(hub)
    clock = RehearsalClock(hub)
    clock.install()
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=DAYS - number) for number in range(DAYS)]
    clock.set(instant(days[0], 5))
    with processes.hub(hub) as server:
        plan = Plan(
            name="BENCH", kind="JCO", organiser=ORGANISER, organiser_name="Organiser", starts_day=str(days[0]),
            ends_day=str(today + timedelta(days=2)), retention_day=str(today + timedelta(days=400)), zone=ZONE,
            compile_hour=COMPILE_HOUR,
        )  # fmt: skip
        await create_operation(home, server.url, token, plan, PASSPHRASE, CHEAP)
        members = [Member(ncp, DeskKeys.generate()) for ncp in COUNTRIES[:PARTICIPANTS]]
        story, founding = BusyDays(members), Founding(home)
        async with Desk.open(home, PASSPHRASE) as desk:
            await desk.sync()
            for member in members:
                desk.actions.carry(founding.admission(member))
            desk.decisions.open_phase("OPERATIONAL")
            await desk.sync()
            view = desk.view
            operation = Operation(hub, view.settings, view.operation.hub_key, members, view.state, desk.ledger)
            crowd = Crowd(desk, [await Posting.begin(server, operation, each, view.size) for each in members])
            for day in days:
                count = (entries - view.size) // (days[-1] - day + timedelta(days=1)).days
                await _play(desk, crowd, story, clock, day, count)
            crowd.close()
            assert view.state.epoch is not None
            found = LargeLog(
                hub, home, operation, story, LogView(view.state, view.operation.log.root()),
                view.keyring.epochs[view.state.epoch.index], view.size, len(desk.ledger.reports), str(days[-1]),
                time.monotonic() - begin,
            )  # fmt: skip
    clock.remove()
    return found


async def _play(desk: Desk, crowd: Crowd, story: BusyDays, clock: RehearsalClock, day: date, count: int) -> None:
    for number in range(ROUNDS):
        now = instant(day, 6) + number * 30 * 60_000
        clock.set(now)
        if number == 0:  # which also begins the day's epoch
            desk.actions.announce(f"Good morning. This is {day}.")
            await desk.sync()
            crowd.post(story.returns(day), now)
        crowd.post(story.letters(day, count // ROUNDS), now)
        await crowd.settle()
        for question in story.to_answer():
            desk.actions.answer(question, {"result": "answered"}, "As it was last week.")
    clock.set(instant(day, COMPILE_HOUR) + 1)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while str(day) not in desk.view.state.compiled:
            await asyncio.sleep(0.2)
            await desk.sync()
    desk.actions.issue_newsletter(str(day), "Thank you all; stay in touch tonight.")
    await desk.sync()


def instant(day: date, hour: int) -> int:
    """UTC milliseconds of this hour in the operation's zone."""
    return int(datetime.combine(day, day_time(hour), ZoneInfo(ZONE)).timestamp()) * 1000
