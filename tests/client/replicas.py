"""A desk as the client keeps it, with the keys and the log of a desk of `tests.scenario`: no hub process, no sockets.

scenario = Scenario("DE", "FR")
de = Replicated(scenario, "DE", tmp_path)
scenario.post("FR", ...)
de.catch_up()                     # de.view, de.reading, de.ledger … are the client's own
"""

from pathlib import Path

from tests.scenario import Scenario
from vocu.canonical import b64
from vocu.compilation.ledger import Ledger
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Draft
from vocu.operation.header import digest, read_header
from vocu_client.keyring import DeskKeys
from vocu_client.reading import Reading
from vocu_client.settings import DeskSettings
from vocu_client.store.outbox import Outbox
from vocu_client.store.replica import Replica
from vocu_client.store.sql import open_database
from vocu_client.view import View


class Replicated:
    """The client's view of the desk `name`, its outbox, and what reads and writes them."""

    def __init__(self, scenario: Scenario, name: str, folder: Path) -> None:
        self.scenario, self.name = scenario, name
        desk = scenario.desks[name]
        self.keys = DeskKeys.generate()
        self.keys.sign, self.keys.opening = desk.sign, desk.opening
        self.settings = DeskSettings(
            hub="http://127.0.0.1:1", hub_key=b64(scenario.hub.key.public.data), op=scenario.op, ncp=desk.ncp,
            device=desk.id, name=name,
        )  # fmt: skip
        self._file = folder / f"{name}.sqlite"
        self.start()

    def start(self) -> None:
        """As a new process of this desk would, from what is on its disk."""
        self.engine = open_database(self._file)
        self.replica = Replica(self.engine, self.keys.master)
        self.outbox = Outbox(self.engine, self.keys.master)
        self.view = View(self.settings, self.keys, self.replica)
        self.reading = Reading(self.view)
        self.catch_up()

    @property
    def ledger(self) -> Ledger:
        assert self.view.ledger is not None
        return self.view.ledger

    def catch_up(self) -> None:
        """Verify what the hub has and this desk has not."""
        desk, hub = self.scenario.desks[self.name], self.scenario.hub
        desk.catch_up(hub)
        new = [hub.shown(index, desk.ncp, desk.id) for index in range(self.view.size, hub.tree.size)]
        for entry in new[1:] if self.view.size == 0 else new:
            if entry.header is not None and entry.signature is not None:
                header = read_header(entry.header)
                if header.sender == desk.id:  # signed by the scenario, with this desk's own key
                    known = header.id, SignedEvent(b"", b"", ()), digest(entry.header, entry.signature)
                    self.outbox.keep_signed([known])
        if new:
            self.view.accept(new, hub.checkpoint())

    def send(self) -> list[str]:
        """Have the hub admit what waits in the outbox; the ids."""
        sent = {}
        for item in self.outbox.items("queued"):
            sent[item.id] = self.scenario.send(self._compose(self.outbox.draft(item)))
        self.catch_up()
        self.outbox.delivered(sent)
        return list(sent)

    def _compose(self, draft: Draft) -> SignedEvent:
        desk = self.scenario.desks[self.name]
        desk.catch_up(self.scenario.hub)
        if not desk.state.epoch_is_current(self.scenario.hub.now):
            self.scenario.rotate(self.name)
        return desk.compose(draft)
