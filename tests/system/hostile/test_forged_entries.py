"""Somebody helps the hub, or the hub's own keys sign what they may not."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.hostile_hub import History, entry_of
from tests.system.hostile.forging import Forge, Ghost, daily_return
from tests.system.hostile.scene import Scene, caught, now
from tests.system.rig import PASSPHRASE
from vocu.canonical import b64, encode
from vocu.crypto.keys import RootSigningKey, SigningKey
from vocu.crypto.signing import PayloadType
from vocu.ids import device_id, newsletter_id
from vocu.log.checkpoint import origin
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Author
from vocu.operation.header import WRAP_SIZE
from vocu.operation.statements import Admit, AdmitDevice, ChangeRoots, Participant, Roots, seal_off
from vocu_client.keyring import load_country_key, load_root_key
from vocu_client.membership import new_salt


def _admission(forge: Forge, statement: Any, ghost: Ghost) -> SignedEvent:
    admit_device = AdmitDevice(op=forge.op, salt=new_salt(), ncp=ghost.ncp, device=ghost.card)
    device = seal_off(PayloadType.COUNTRY, admit_device, [ghost.country])
    return forge.event(events.ParticipantAdmitted(plain=bodies.Admission(statement=statement, device=device)))


def _admit(forge: Forge, ghost: Ghost) -> Admit:
    newcomer = Participant(ncp=ghost.ncp, name="Ghost", role="participant", key=b64(ghost.country.public.data))
    return Admit(op=forge.op, salt=new_salt(), participant=newcomer)


def ghost_country(forge: Forge) -> SignedEvent:
    ghost = Ghost("XK")
    return _admission(forge, forge.by_made_up_roots(_admit(forge, ghost)), ghost)


def ghost_country_by_one_root(forge: Forge) -> SignedEvent:
    ghost = Ghost("XK")
    root = load_root_key(forge.desk.home.root_files()[0], PASSPHRASE)
    return _admission(forge, seal_off(PayloadType.ROOT, _admit(forge, ghost), [root]), ghost)


def ghost_device(forge: Forge, signed_by: SigningKey) -> SignedEvent:
    ghost = Ghost("FR")
    statement = AdmitDevice(op=forge.op, salt=new_salt(), ncp="FR", device=ghost.card)
    envelope = seal_off(PayloadType.COUNTRY, statement, [signed_by])
    return forge.event(events.DeviceAdmitted(plain=bodies.Carried(statement=envelope)))


def ghost_device_by_its_own_key(forge: Forge) -> SignedEvent:
    return ghost_device(forge, SigningKey.from_seed(secrets.token_bytes(32)))


def ghost_device_by_another_country(forge: Forge) -> SignedEvent:
    return ghost_device(forge, load_country_key(forge.desk.home.country_file, PASSPHRASE))


def _epoch(forge: Forge, change: Callable[[Any], Any]) -> SignedEvent:
    """An epoch of the present readers, bent before it is signed, as France is shown it."""
    state = forge.state
    readers, roster, epoch = state.readers, state.roster_hash, state.epoch
    try:
        change(state)
        event = forge.composer().compose_epoch(new_salt(), now(), secrets.token_bytes(32))
        devices = [device.id for device in state.readers()]
    finally:
        state.readers, state.roster_hash, state.epoch = readers, roster, epoch  # type: ignore[method-assign]
    ours = forge.scene.fr.settings.device
    at = devices.index(ours) * WRAP_SIZE if ours in devices else None
    wrap = None if at is None else (event.parts[1] or b"")[at : at + WRAP_SIZE]
    return SignedEvent(event.header, event.signature, (event.parts[0], wrap))


def epoch_with_a_ghost(forge: Forge) -> SignedEvent:
    readers = sorted([*forge.state.readers(), Ghost("FR").device], key=lambda device: device.id)
    return _epoch(forge, lambda state: setattr(state, "readers", lambda: readers))


def epoch_without_france(forge: Forge) -> SignedEvent:
    readers = [device for device in forge.state.readers() if device.ncp != "FR"]
    return _epoch(forge, lambda state: setattr(state, "readers", lambda: readers))


def epoch_with_who_was_removed(forge: Forge) -> SignedEvent:
    removed = [device for device in forge.state.devices.values() if device.ncp == "ES"]
    readers = sorted([*forge.state.readers(), *removed], key=lambda device: device.id)
    return _epoch(forge, lambda state: setattr(state, "readers", lambda: readers))


def epoch_of_another_roster(forge: Forge) -> SignedEvent:
    return _epoch(forge, lambda state: setattr(state, "roster_hash", b64(bytes(32))))


def epoch_out_of_turn(forge: Forge) -> SignedEvent:
    return _epoch(forge, lambda state: setattr(state, "epoch", None))


def old_admission(forge: Forge) -> SignedEvent:
    """The very event that once admitted Spain."""
    return forge.scene.fr.view.signed(_index_of_spain(forge))


def old_statement_in_a_new_event(forge: Forge) -> SignedEvent:
    old = forge.scene.fr.view.acts[_index_of_spain(forge)].act
    assert old is not None
    return forge.event(old.event)


def _index_of_spain(forge: Forge) -> int:
    admitted = [a.index for a in forge.scene.fr.view.acts if a.act and a.act.header.type == "participant_admitted"]
    return admitted[-1]


def in_polands_name(forge: Forge) -> SignedEvent:
    author = Author(forge.scene.pl.settings.device, forge.scene.hub.keys.compiler)
    return forge.event(events.DailyReturnFiled(stat=daily_return(forge)), author)


def in_the_compilers_name(forge: Forge) -> SignedEvent:
    compiler = forge.scene.hub.keys.compiler
    return forge.event(
        events.DailyReturnFiled(stat=daily_return(forge)), Author(device_id(compiler.public.data, b""), compiler)
    )


def in_frances_name(forge: Forge) -> SignedEvent:
    return forge.event(events.DailyReturnFiled(stat=daily_return(forge)), forge.scene.fr.keys.author)


def by_who_was_removed(forge: Forge) -> SignedEvent:
    return forge.event(events.DailyReturnFiled(stat=daily_return(forge)), forge.scene.desk("ES").keys.author)


def by_who_was_never_admitted(forge: Forge) -> SignedEvent:
    ghost = Ghost("FR")
    return forge.event(events.DailyReturnFiled(stat=daily_return(forge)), Author(ghost.id, ghost.key))


def another_countrys_report(forge: Forge) -> SignedEvent:
    (report,) = forge.state.reports
    return forge.event(events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="duplicate")), ref=report)


def clear_words(forge: Forge) -> SignedEvent:
    data = encode({"body": {"body": "for all to read"}, "salt": new_salt()})
    slip = {"enc": "clear", "p": "text", "sha256": _sha256(data), "size": len(data)}
    return forge.clear(
        events.MessagePosted(text=bodies.Text(body="x")), lambda header: header.update(parts=[slip]), data
    )


def of_another_operation(forge: Forge) -> SignedEvent:
    event = forge.event(events.DailyReturnFiled(stat=daily_return(forge)))
    return forge.clear(
        events.DailyReturnFiled(stat=daily_return(forge)),
        lambda header: header.update(op=b64(bytes(32))),
        event.parts[0] or b"",
    )


def sealed_to_an_old_epoch(forge: Forge) -> SignedEvent:
    return forge.event(events.MessagePosted(text=bodies.Text(body="also for Spain")))


def sealed_to_who_was_removed(forge: Forge) -> SignedEvent:
    removed = next(device for device in forge.state.devices.values() if device.ncp == "ES")
    removed.revoked, forge.state.members["ES"].active = None, True
    return forge.event(
        events.MessagePosted(text=bodies.Text(body="for Spain")),
        to=("DE", "FR"),
        readers={"text": ("ES", "FR")},
    )


def new_roots_by_nobody(forge: Forge) -> SignedEvent:
    keys = [RootSigningKey.from_seed(secrets.token_bytes(64)) for _ in range(2)]
    roots = Roots(keys=tuple(b64(key.public.data) for key in keys), threshold=2)
    envelope = seal_off(PayloadType.ROOT, ChangeRoots(op=forge.op, salt=new_salt(), roots=roots), keys)
    return forge.event(events.RootsChanged(plain=bodies.Carried(statement=envelope)))


def rates_of_a_participant(forge: Forge) -> SignedEvent:
    rate = bodies.Rate(day="2022-10-17", currency="PLN", per_euro="1")
    return forge.event(events.ReferencePublished(plain=bodies.Reference(rates=(rate,))))


def edition_that_nobody_compiled(forge: Forge) -> SignedEvent:
    day = forge.state.genesis.starts_day
    return forge.event(events.NewsletterIssued(plain=bodies.Issued(number=1)), ref=newsletter_id(forge.op, day))


def erasure_of_anothers_words(forge: Forge) -> SignedEvent:
    (index,) = [a.index for a in forge.desk.view.acts if a.act and a.act.header.type == "announcement_posted"]
    return forge.event(events.EntryErased(plain=bodies.Erasure(index=index, parts=("text",))))


def keys_of_old_epochs(forge: Forge) -> SignedEvent:
    grant = bodies.Grant(keys=((1, b64(bytes(32))),))
    return forge.event(events.EpochsGranted(text=grant), to=("DE", "FR"), readers={"text": ("DE", "FR")})


def _sha256(data: bytes) -> str:
    return b64(hashlib.sha256(data).digest())


class Forged(NamedTuple):
    """What the hub shows that it should never have admitted, whose keys helped, and what France's desk calls that."""

    lie: str
    helper: str
    forge: Callable[[Forge], SignedEvent]
    code: str


FORGED = [
    Forged("a participant whom no root admitted", "PL", ghost_country, "unknown-key"),
    Forged("a participant whom one root of two admitted", "PL", ghost_country_by_one_root, "too-few-signatures"),
    Forged("a device of ours that nobody admitted", "DE", ghost_device_by_its_own_key, "not-your-country"),
    Forged("a device of ours that another country admitted", "DE", ghost_device_by_another_country, "not-your-country"),
    Forged("an epoch with a ghost", "DE", epoch_with_a_ghost, "wrong-readers"),
    Forged("an epoch without us", "DE", epoch_without_france, "wrong-readers"),
    Forged("an epoch with who was removed", "DE", epoch_with_who_was_removed, "wrong-readers"),
    Forged("an epoch of another roster", "DE", epoch_of_another_roster, "stale-roster"),
    Forged("an epoch out of turn", "DE", epoch_out_of_turn, "stale-epoch"),
    Forged("an old admission after the removal", "PL", old_admission, "double-id"),
    Forged("an old statement in a new event", "PL", old_statement_in_a_new_event, "statement-used"),
    Forged("an event in another's name", "PL", in_polands_name, "bad-signature"),
    Forged("a report of its own compiler's", "PL", in_the_compilers_name, "not-your-role"),
    Forged("an event made with a copy of our key", "DE", in_frances_name, "not-mine"),
    Forged("an event of who was removed", "DE", by_who_was_removed, "revoked-device"),
    Forged("an event of who was never admitted", "DE", by_who_was_never_admitted, "unknown-device"),
    Forged("that one country withdrew another's report", "PL", another_countrys_report, "not-your-report"),
    Forged("words in the clear", "DE", clear_words, "must-be-sealed"),
    Forged("an event of another operation", "DE", of_another_operation, "wrong-operation"),
    Forged("new roots that the old ones did not sign", "DE", new_roots_by_nobody, "unknown-key"),
    Forged("a participant's exchange rates", "DE", rates_of_a_participant, "not-your-role"),
    Forged("the edition of a newsletter that nobody compiled", "PL", edition_that_nobody_compiled, "unknown-ref"),
    Forged("that one country erased another's words", "DE", erasure_of_anothers_words, "not-your-country"),
    Forged("keys of old epochs where nobody has any to give", "DE", keys_of_old_epochs, "nothing-to-grant"),
    Forged("words sealed to an epoch that is over", "DE", sealed_to_an_old_epoch, "stale-epoch"),
    Forged("words sealed to who was removed", "DE", sealed_to_who_was_removed, "inactive-device"),
]


@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: forged.lie)
async def test_a_desk_raises_the_alarm_where_the_hub_admitted(scene: Scene, forged: Forged) -> None:
    helper = {"PL": scene.pl, "DE": scene.de}[forged.helper]
    event = forged.forge(Forge(scene, helper))
    invented = entry_of(event, scene.fr.view.size, now())
    scene.hub.tell(scene.fr, History(scene.hub.keys.hub, scene.fr, invented=[invented]))
    evidence = await caught(scene, forged.code)
    assert origin(scene.fr.settings.op) in evidence, "what the hub signed is kept"
    assert b64(event.header) in evidence, "and what it signed for"
