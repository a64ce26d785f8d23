"""The operation as this desk sees it: verified, kept on disk, and with the keys to open what is sealed to it."""

import time
from collections.abc import Sequence

from msgspec import Struct
from vocu.compilation.checking import check_newsletter

from vocu.canonical import unb64
from vocu.compilation.ledger import Ledger
from vocu.crypto.keys import HubVerifyKey
from vocu.errors import SealedError, UntrustedError
from vocu.operation.admission import SignedEvent
from vocu.operation.events import EpochRotated, NewsletterCompiled
from vocu.operation.header import PartSlip
from vocu.operation.reading import Keyring, open_body, open_epoch
from vocu.operation.state import OperationState
from vocu.operation.verified import Accepted, VerifiedOperation
from vocu.protocol.frames import INLINE_PART, Entry
from vocu_client.keyring import DeskKeys
from vocu_client.settings import DeskSettings
from vocu_client.store.replica import Replica


class View:
    """Everything this desk has verified. `accept` is the only way in."""

    def __init__(self, settings: DeskSettings, keys: DeskKeys, replica: Replica) -> None:
        self.settings = settings
        self.keys = keys
        self._replica = replica
        hub_key = HubVerifyKey.from_bytes(unb64(settings.hub_key))
        self.operation = VerifiedOperation(settings.op, settings.ncp, settings.device, hub_key)
        self.keyring = Keyring(settings.device, keys.opening, {})
        self.ledger: Ledger | None = None
        self.acts: list[Accepted] = []
        self.faulty_epochs: list[int] = []
        self.catch_up_from_disk()

    @property
    def state(self) -> OperationState:
        """Raises RefusedError (nothing-yet) before the first connection."""
        return self.operation.state

    @property
    def size(self) -> int:
        return self.operation.size

    def catch_up_from_disk(self) -> None:
        """Take in what another process of this desk has verified and kept meanwhile."""
        checkpoint = self._replica.checkpoint()
        if checkpoint is not None:
            for accepted in self.operation.restore(self._replica.entries(self.size), checkpoint):
                self._take(accepted)
            self.keyring.epochs.update(self._replica.secrets())

    @property
    def alarmed(self) -> bool:
        """Whether an alarm is open: then this desk reads, and seals nothing."""
        return bool(self._replica.alarms())

    def accept(self, entries: Sequence[Entry], checkpoint: str) -> list[Accepted]:
        """Verify the next entries, keep them, then show them.

        Raises UntrustedError; the alarm is kept with its evidence, and what came with it is not.
        """
        secrets: dict[int, bytes] = {}
        try:
            accepted = self.operation.accept(entries, checkpoint, self._check_and_take)
            for entry in accepted:
                self._require_ours(entry)
                self._open_epoch(entry, secrets)
        except UntrustedError as error:
            self.raise_alarm(error)
            raise
        self._replica.append(entries, checkpoint, secrets)
        self.keyring.epochs.update(secrets)
        return accepted

    def has_signed(self, digest: bytes) -> bool:
        """Whether this desk itself signed the event of this digest."""
        return self._replica.has_signed(digest)

    def large_parts_missing(self) -> list[tuple[int, int, PartSlip]]:
        """Sealed parts that travel by HTTP and are not here yet: (index, place in the event, slip)."""
        missing = []
        for accepted in self.acts:
            for place, slip in enumerate(accepted.act.header.parts if accepted.act else ()):
                if (
                    slip.size > INLINE_PART
                    and self._may_open(slip)
                    and self.signed(accepted.index).parts[place] is None
                ):
                    missing.append((accepted.index, place, slip))
        return missing

    def _may_open(self, slip: PartSlip) -> bool:
        return slip.enc == "epoch" or self.settings.device in (slip.devices or ())

    def keep_part(self, index: int, place: int, data: bytes) -> None:
        """Keep a large part that was fetched and has the hash that was signed."""
        parts = list(self.signed(index).parts)
        parts[place] = data
        self._replica.replace_parts(index, tuple(parts))

    def raise_alarm(self, error: UntrustedError) -> None:
        """Keep an alarm with its evidence; sealing stops from now on."""
        self._replica.raise_alarm(error, int(time.time() * 1000))

    def open(self, accepted: Accepted, part: str) -> Struct:
        """The body of a sealed part of an entry. Raises SealedError where it is not for this desk."""
        if accepted.act is None:
            raise SealedError("not-for-us", "This entry is addressed to others.")
        signed = self.signed(accepted.index)
        return open_body(accepted.act, signed, part, self.keyring, self.state.added_commodities)

    def signed(self, index: int) -> SignedEvent:
        """The event at this index as it travelled."""
        entry = self._replica.entry(index)
        return SignedEvent(entry.header or b"", entry.signature or b"", entry.parts)

    def _check_and_take(self, accepted: Accepted) -> None:
        if self.ledger is not None and accepted.act is not None and isinstance(accepted.act.event, NewsletterCompiled):
            check_newsletter(self.ledger, accepted.act, self.operation.log.root)
        self._take(accepted)

    def _take(self, accepted: Accepted) -> None:
        if self.ledger is None:
            self.ledger = Ledger(self.state.genesis)
        self.ledger.take(accepted.index, accepted.at, accepted.act, self.state)
        # The bytes are on disk; what stays in memory is what they mean.
        self.acts.append(Accepted(accepted.index, accepted.at, accepted.leaf_data, None, accepted.act))

    def _require_ours(self, accepted: Accepted) -> None:
        act = accepted.act
        if act is not None and act.header.sender == self.settings.device and not self._replica.has_signed(act.digest):
            raise UntrustedError(
                "not-mine",
                f"Entry {accepted.index} was signed with this desk's key, but not by this desk: its key was copied. "
                "Have this device revoked now.",
            )

    def _open_epoch(self, accepted: Accepted, secrets: dict[int, bytes]) -> None:
        act, signed = accepted.act, accepted.signed
        if act is None or signed is None or not isinstance(act.event, EpochRotated):
            return
        try:
            secret = open_epoch(act, signed, self.keyring)
        except UntrustedError:
            self.faulty_epochs.append(accepted.index)
            return
        if secret is not None:
            secrets[accepted.index] = secret
