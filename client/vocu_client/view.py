"""The operation as this desk sees it: verified, kept on disk, and with the keys to open what is sealed to it."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from msgspec import Struct

from vocu.canonical import unb64
from vocu.compilation.checking import check_newsletter
from vocu.compilation.ledger import Ledger
from vocu.crypto.keys import HubVerifyKey
from vocu.errors import MalformedError, SealedError, UntrustedError, VocuError
from vocu.operation.act import Act
from vocu.operation.admission import SignedEvent
from vocu.operation.bodies import EpochKeys, Erasure
from vocu.operation.events import OCU, EntryErased, EpochRotated, EpochsGranted, NewsletterCompiled
from vocu.operation.header import PartSlip
from vocu.operation.proving import Prover
from vocu.operation.reading import Keyring, open_body, open_epoch, open_grant
from vocu.operation.state import OperationState, Posed
from vocu.operation.unsealing import Unsealing
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
        self._prover = Prover(_cores())
        self._start_over()

    def _start_over(self) -> None:
        """Know what is on disk, and nothing else."""
        settings = self.settings
        hub_key = HubVerifyKey.from_bytes(unb64(settings.hub_key))
        self.operation = VerifiedOperation(settings.op, settings.ncp, settings.device, hub_key, self._prover)
        self.keyring = Keyring(settings.device, self.keys.opening, {}, self._replica.granted())
        self._unsealing = Unsealing(self.keyring)
        self.epochs: dict[int, EpochKeys] = {}
        self.ledger: Ledger | None = None
        self.acts: list[Accepted] = []
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
        if self._replica.granted().keys() != self.keyring.granted.keys():
            self._start_over()
            return
        checkpoint, size = self._replica.newest()
        if checkpoint is not None:
            self.keyring.epochs.update(self._replica.secrets())
            for accepted in self.operation.restore(self._replica.entries(self.size, size), checkpoint):
                self._take(accepted)

    @property
    def alarmed(self) -> bool:
        """Whether an alarm is open: then this desk reads, and seals nothing."""
        return bool(self._replica.alarms())

    @property
    def posed(self) -> Mapping[str, Posed]:
        """The warnings, questions and cross-checks, and whom they are addressed to, as far as this desk can read it."""
        return self._unsealing.posed if self.state.seals_stat else self.state.posed

    @property
    def compiles(self) -> bool:
        """Whether this desk is one that compiles newsletters: where the statistical part is sealed, every desk of the
        organiser or a co-organiser does. It waits where it lacks what was sealed before it came, and not for what
        nobody sealed to it although it was here: somebody could stop all newsletters by that."""
        if self.ledger is None or not self.state.seals_stat or any(map(self._before_us, self.ledger.unopened_at)):
            return False
        device = self.state.devices[self.settings.device]
        return device.active and self.state.role_of(device) in OCU

    def _before_us(self, index: int) -> bool:
        act = self.acts[index].act
        slip = act.header.slip("stat") if act is not None else None
        epoch = self.epochs.get(slip.epoch or 0) if slip is not None else None
        return epoch is not None and self.settings.device not in dict(epoch.wraps)

    @property
    def epoch_at_fault(self) -> int | None:
        """The newest epoch's index where this desk is one of its readers, and yet got no key that opens it."""
        epoch = self.state.epoch
        if epoch is None or epoch.faulty or epoch.index in self.keyring.epochs:
            return None
        return epoch.index if self.settings.device in epoch.devices else None

    @contextmanager
    def alarming(self) -> Iterator[None]:
        """Where the hub lies in here, or speaks otherwise than prescribed: keep the alarm with its evidence.

        From then on this desk seals nothing. Raises UntrustedError, also for what is malformed.
        """
        try:
            yield
        except (UntrustedError, MalformedError) as error:
            alarm = UntrustedError(error.code, error.message, error.details)
            self._replica.raise_alarm(alarm, int(time.time() * 1000))
            raise alarm from error

    def accept(self, entries: Sequence[Entry], checkpoint: str) -> list[Accepted]:
        """Verify the next entries, keep them, then show them.

        Raises UntrustedError or MalformedError; then nothing of what came is kept.
        """
        try:
            accepted = self.operation.accept(entries, checkpoint, self._check_and_take)
        except VocuError:
            self._start_over()
            raise
        since = accepted[0].index if accepted else self.size
        secrets = {index: secret for index, secret in self.keyring.epochs.items() if index >= since}
        granted = self._granted(accepted)
        self._replica.append(entries, checkpoint, secrets, granted)
        if granted:
            self._start_over()  # What was closed until now is read from the beginning on.
        return accepted

    def erasures(self) -> Iterator[tuple[str, Erasure]]:
        """What was erased and had been addressed to this desk: the id of the event that says so, and what."""
        for accepted in self.acts:
            if accepted.act is not None and isinstance(accepted.act.event, EntryErased):
                erasure = accepted.act.body(Erasure)
                if self.acts[erasure.index].act is not None:
                    yield accepted.act.header.id, erasure

    def forget(self, erasure: Erasure) -> None:
        """Delete this desk's own copy of what was erased."""
        act = self.acts[erasure.index].act
        if act is not None:
            kept = zip(act.header.parts, self.signed(erasure.index).parts, strict=True)
            parts = tuple(None if slip.p in erasure.parts else data for slip, data in kept)
            self._replica.replace_parts(erasure.index, parts)

    def signed_as(self, digest: bytes) -> str | None:
        """The id of the event of this digest, if this desk itself signed it."""
        return self._replica.signed_as(digest)

    def large_parts_missing(self) -> list[tuple[int, int, PartSlip]]:
        """Sealed parts that travel by HTTP and are not here yet: (index, place in the event, slip)."""
        missing = []
        for accepted in self.acts:
            for place, slip in enumerate(accepted.act.header.parts if accepted.act else ()):
                if (
                    slip.size > INLINE_PART
                    and not slip.inside
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
        self._require_ours(accepted)
        self._require_stat(accepted)
        if (epoch := self._open_epoch(accepted)) is not None:
            self.keyring.epochs.update((epoch,))
        self._take(accepted, check=True)

    def _take(self, accepted: Accepted, *, check: bool = False) -> None:
        act = self._read(accepted)
        if self.ledger is None:
            self.ledger = Ledger(self.state.genesis)
        if act is not None and isinstance(act.event, EpochRotated) and self.state.seals_stat:
            self.epochs[accepted.index] = act.body(EpochKeys)
        if check and act is not None and isinstance(act.event, NewsletterCompiled):
            check_newsletter(self.ledger, act, self.operation.log.root, accepted.at)
        self.ledger.take(accepted.index, accepted.at, act, self.state)
        # The bytes are on disk; what stays in memory is what they mean.
        self.acts.append(Accepted(accepted.index, accepted.at, accepted.leaf_data, None, act))

    def _read(self, accepted: Accepted) -> Act | None:
        """The act with its statistical part opened where that is sealed: nowhere else a desk opens what counts."""
        act, signed = accepted.act, accepted.signed
        if act is None or signed is None:
            return act
        return self._unsealing.read(act, signed, self.state, accepted.at)

    def _granted(self, accepted: Iterable[Accepted]) -> dict[int, bytes]:
        """What opens statistical parts from before this desk joined, where that was sealed to it in these entries."""
        keys: dict[int, bytes] = {}
        for each in accepted:
            if each.act is not None and each.signed is not None and isinstance(each.act.event, EpochsGranted):
                with suppress(SealedError, UntrustedError, MalformedError):
                    keys |= open_grant(each.act, each.signed, self.keyring, self.epochs)
        return {index: key for index, key in keys.items() if index not in self.keyring.granted}

    def _require_stat(self, accepted: Accepted) -> None:
        """A sealed statistical part travels inside its entry: a hub that keeps it back would falsify our figures."""
        act, signed = accepted.act, accepted.signed
        if act is not None and signed is not None and act.sealed_stat:
            slip = act.header.slip("stat")
            if slip is not None and signed.parts[act.header.parts.index(slip)] is None:
                raise UntrustedError(
                    "withheld", f"The hub keeps back the sealed statistical part of entry {accepted.index}."
                )

    def _require_ours(self, accepted: Accepted) -> None:
        act = accepted.act
        if (
            act is not None
            and act.header.sender == self.settings.device
            and self.signed_as(act.digest) != act.header.id
        ):
            raise UntrustedError(
                "not-mine",
                f"Entry {accepted.index} was signed with this desk's key, but this desk does not know it: its key was "
                "copied, or its folder was put back from an older copy. Have this device revoked now.",
            )

    def _open_epoch(self, accepted: Accepted) -> tuple[int, bytes] | None:
        """The epoch that begins here, and its secret. Where ours does not open, `epoch_at_fault` will say so."""
        act, signed = accepted.act, accepted.signed
        if act is None or signed is None or not isinstance(act.event, EpochRotated):
            return None
        try:
            secret = open_epoch(act, signed, self.keyring)
        except UntrustedError:
            return None
        return None if secret is None else (accepted.index, secret)


def _cores() -> int:
    """How many this process may use; not every system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
