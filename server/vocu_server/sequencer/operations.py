"""The operations that this process of the hub serves, each with its sequencer."""

import asyncio
from collections.abc import Iterator

import structlog
from msgspec import Struct
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from vocu.canonical import b64, encode, unb64
from vocu.compilation.schedule import due_day
from vocu.errors import RefusedError, VocuError
from vocu.ids import operation_id
from vocu.log.checkpoint import Checkpoint, origin, sign_checkpoint
from vocu.log.entry import WHOLE_OPERATION, leaf_data
from vocu.log.merkle import MerkleTree, leaf_hash
from vocu.operation.statements import Envelope, open_genesis
from vocu.protocol.frames import Entry, encode_entry
from vocu_server.clock import Clock
from vocu_server.fanout.audience import decode_entry
from vocu_server.fanout.feed import FAILING
from vocu_server.sequencer.ownership import NotHereError, Ownership
from vocu_server.sequencer.replica import Replica
from vocu_server.sequencer.sequencer import Sequencer
from vocu_server.settings import Limits
from vocu_server.store import directory, log
from vocu_server.store.attachments.attachments import Attachments
from vocu_server.store.keys import HubKeys
from vocu_server.store.log import StoredEntry
from vocu_server.store.sql import Database

LOOK_SECONDS = 2.0
"""How often a process looks whether its locks still hold, and whether there is an operation that nobody serves."""
SECONDS_AFTER_DAMAGE = 60.0

events = structlog.get_logger()


class Served(Struct):
    """An operation that this process owns, and the task that admits its events."""

    sequencer: Sequencer
    task: asyncio.Task[None] | None = None


class Operations:
    """Every operation that this process owns: all that the hub holds, where it is alone on its database.

    `load`, then `start` with the event loop running.
    """

    def __init__(
        self,
        keys: HubKeys,
        database: Database,
        attachments: Attachments,
        clock: Clock,
        limits: Limits,
        url: str = "",
    ) -> None:
        self._keys = keys
        self._database = database
        self._attachments = attachments
        self._clock = clock
        self._limits = limits
        self.address = url if database.shared else ""
        """Where desks reach this very process; empty where it is alone, or they cannot."""
        self._ownership = Ownership(database, url)
        self._served: dict[str, Served] = {}
        self._taking: dict[str, asyncio.Task[Sequencer]] = {}
        self._not_before: dict[str, float] = {}
        self._looking: asyncio.Task[None] | None = None
        self._living: asyncio.Task[None] | None = None
        self._stopping = False

    def __iter__(self) -> Iterator[Sequencer]:
        return iter([served.sequencer for served in self._served.values()])

    # --- who asks for an operation ---

    def get(self, op: str) -> Sequencer:
        """An operation that was found here a moment ago. Raises NotHereError where it is no longer."""
        served = self._served.get(op)
        if served is None:
            raise NotHereError
        return served.sequencer

    async def find(self, op: str) -> Sequencer:
        """The operation's sequencer, taken over now if no process owns it.

        Raises NotHereError where another one does, RefusedError where this hub does not hold it, UntrustedError where
        its log is damaged, SQLAlchemyError where the database cannot be reached.
        """
        if op in self._served:
            return self._served[op].sequencer
        if self._stopping:
            raise NotHereError
        taking = self._taking.get(op)
        if taking is None:
            taking = self._taking[op] = asyncio.create_task(self._take(op))
            taking.add_done_callback(lambda done: self._taken(op, done))
        return await asyncio.shield(taking)

    async def require_known(self, op: str) -> None:
        """Raises RefusedError where this hub does not hold the operation, in whichever process."""
        if op not in self._served:
            await self._ownership.require_known(op)

    async def genesis(self, op: str) -> Entry:
        """Entry 0: the payload as header, the canonical signatures as signature."""
        await self.require_known(op)
        return decode_entry(await self._database.read(lambda connection: log.body(connection, op, 0)))

    async def create(self, genesis: Envelope, token: str) -> str:
        """Begin an operation whose genesis names this hub, and return its id.

        Raises RefusedError: wrong-hub, bad-token, operation-exists; UntrustedError or MalformedError for its form.
        """
        payload = unb64(genesis.payload)
        parsed = open_genesis(payload, genesis.signatures)
        if (parsed.hub, parsed.compiler) != (b64(self._keys.hub.public.data), b64(self._keys.compiler.public.data)):
            raise RefusedError("wrong-hub", "This genesis names another hub's keys; ask this hub for its own.")
        op, at = operation_id(payload), self._clock()
        due_day(parsed, at, None)  # raises where the zone or a day does not exist
        signature = encode(genesis.signatures)
        leaf = leaf_data(WHOLE_OPERATION, at, payload, signature)
        entry = StoredEntry(0, leaf, None, encode_entry(Entry(0, leaf, payload, signature)))
        tree = MerkleTree()
        tree.append(leaf_hash(leaf))
        first = Checkpoint(origin=origin(op), size=1, root=tree.root())
        checkpoint = sign_checkpoint(first, self._keys.hub, post_quantum=True)

        def begin(connection: Connection) -> None:
            directory.use_token(connection, token, op)
            log.begin(connection, op)
            log.append(connection, op, [entry], checkpoint)

        try:
            await self._database.write(begin)
        except IntegrityError:
            raise RefusedError("operation-exists", "This hub holds that operation already.") from None
        events.info("operation-created", op=op)
        return op

    # --- from start to stop ---

    def load(self) -> None:
        """Where this process is alone on its database: own everything, and read every log from the disk.

        Raises UntrustedError where one is damaged.
        """
        if self._database.shared:
            return
        for op in self._database.read_now(log.operations):
            self._database.try_lock_now(op)
            replica = Replica(op, self._keys.hub)
            self._database.read_now(replica.rebuild)
            self._served[op] = Served(self._sequencer(replica))

    def start(self) -> None:
        """Admit events, from now until `stop`, and take over what no other process serves."""
        for served in self._served.values():
            self._start(served)
        if self._database.shared:
            self._living = asyncio.create_task(self._show_life())
            self._looking = asyncio.create_task(self._look_around())

    async def stop(self) -> None:
        """Let go of everything at once, so that another process can go on; what is being written is still written."""
        self._stopping = True
        tasks = [task for task in (*self._taking.values(), self._looking, self._living) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        owned = list(self._served)
        for op in owned:
            self._let_go(op)
        for op in owned:
            await self._ownership.release(op)

    async def _show_life(self) -> None:
        """Beside all else, for to take an operation over may last longer than the database waits."""
        while True:
            await self._ownership.show_life()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_around(self) -> None:
        while True:
            try:
                await self._keep()
                await self._take_one()
            except (SQLAlchemyError, OSError) as error:
                events.warning("look-failed", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep(self) -> None:
        """Take locks again that a broken connection has lost, where no other process was quicker."""
        for sequencer in self:
            if not self._database.holds(sequencer.op):
                await sequencer.resume()

    async def _take_one(self) -> None:
        """Take over one operation that nobody serves: one at a time, so that those of a process that died spread."""
        now = asyncio.get_running_loop().time()
        for op in await self._database.read(log.operations):
            if op in self._served or self._not_before.get(op, 0) > now:
                continue
            try:
                await self.find(op)
                return
            except NotHereError:
                continue
            except VocuError as error:
                events.error("taking-failed", op=op, code=error.code)
                self._not_before[op] = now + SECONDS_AFTER_DAMAGE

    async def _take(self, op: str) -> Sequencer:
        replica = Replica(op, self._keys.hub)
        try:
            await self._ownership.claim(op)
            await self._database.read(replica.rebuild)  # nobody else writes to it now
        except BaseException:
            await self._ownership.release(op)
            raise
        served = self._served[op] = Served(self._sequencer(replica))
        self._start(served)
        events.info("operation-taken", op=op, size=replica.tree.size)
        return served.sequencer

    def _taken(self, op: str, taking: asyncio.Task[Sequencer]) -> None:
        self._taking.pop(op, None)
        if not taking.cancelled():
            taking.exception()  # whoever waited for it was told; perhaps nobody did any more

    def _let_go(self, op: str) -> None:
        """Serve the operation no more: its desks are to look for who does."""
        served = self._served.pop(op, None)
        if served is None:
            return
        if served.task is not None:
            served.task.cancel()
        feed = served.sequencer.feed
        feed.dismiss(feed.readers, FAILING, "This process of the hub no longer serves the operation; connect again.")
        events.info("operation-let-go", op=op)

    def _sequencer(self, replica: Replica) -> Sequencer:
        feed_bytes = self._limits.feed_mib * 1024 * 1024
        return Sequencer(replica, self._database, self._attachments, self._clock, feed_bytes, self._let_go)

    def _start(self, served: Served) -> None:
        served.task = asyncio.create_task(served.sequencer.run(), name=f"sequencer-{served.sequencer.op}")
