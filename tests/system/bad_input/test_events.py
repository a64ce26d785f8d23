"""Events that the hub must not take, each with the hub's word for it."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.core.form.forms import shortest_report
from tests.system.bad_input.forging import Hand, slip
from tests.system.bad_input.scene import Place, refusal
from tests.system.rig import PASSPHRASE
from vocu.canonical import b64, encode
from vocu.crypto.keys import SigningKey
from vocu.crypto.signing import PayloadType
from vocu.ids import newsletter_id
from vocu.operation import bodies, events
from vocu.operation.admission import SignedEvent, Vantage, examine, identify
from vocu.operation.header import MAX_HEADER, WRAP_SIZE
from vocu.operation.statements import OpenPhase, seal_off
from vocu_client import Desk, Home
from vocu_client.keyring import load_root_key
from vocu_client.membership import new_salt, now_ms


def _to_who_was_removed(hand: Hand) -> SignedEvent:
    spanish = hand.device_of("ES")
    words, wraps = bytes(2000), bytes(2 * WRAP_SIZE)
    sealed = slip("text", words) | {"devices": sorted([spanish, hand.desk.settings.device]), "enc": "direct"}
    slips = [sealed, slip("wraps", wraps)]
    return hand.bend(hand.message(), lambda header: header.update(parts=slips), text=words, wraps=wraps)


def _phase_by_one_root(hand: Hand) -> SignedEvent:
    root = load_root_key(hand.desk.home.root_files()[0], PASSPHRASE)
    return hand.carry(events.PhaseOpened, _phase(hand, [root]))


def _phase(hand: Hand, roots: list[Any], phase: Any = "OPERATIONAL") -> Any:
    return seal_off(PayloadType.ROOT, OpenPhase(op=hand.op, salt=new_salt(), phase=phase), roots)


def _phase_out_of_order(hand: Hand) -> SignedEvent:
    roots = [load_root_key(file, PASSPHRASE) for file in hand.desk.home.root_files()]
    return hand.carry(events.PhaseOpened, _phase(hand, roots, "CLOSED"))


def _phase_by_a_country_key(hand: Hand) -> SignedEvent:
    return hand.carry(events.PhaseOpened, _phase(hand, [SigningKey.from_seed(bytes(32))]))


def _statement_again(hand: Hand) -> SignedEvent:
    old = next(a.act.event for a in hand.desk.view.acts if a.act and isinstance(a.act.event, events.ParticipantRemoved))
    return hand.compose(old)


def _newsletter(hand: Hand) -> SignedEvent:
    day = hand.state.genesis.starts_day
    root = b64(hand.desk.view.operation.log.root())
    plain = bodies.Compiled(day=day, number=1, position=hand.state.size, root=root)
    event = events.NewsletterCompiled(plain=plain, stat=bodies.Figures(figures={}))
    return hand.compose(event, id=newsletter_id(hand.op, day))


def _wrong_epoch(hand: Hand) -> SignedEvent:
    return hand.composer().compose_epoch(new_salt(), now_ms(), bytes(32))


def _bare_wraps(hand: Hand) -> SignedEvent:
    event = _wrong_epoch(hand)
    return hand.sign(event.header, (event.parts[0], (event.parts[1] or b"")[:-1]))


def _of_another(hand: Hand, kind: str) -> str:
    """The id of Germany's event of this kind."""
    return next(event_id for event_id in hand.state.register if hand.state.register.kind(event_id) == kind)


def _carried(hand: Hand, ncp: str) -> SignedEvent:
    """Another desk's event, on our connection."""
    desk = Desk.open(Home(hand.desk.home.path.parent / ncp), PASSPHRASE)
    try:
        return hand.bend(hand.honest(), lambda header: header.update({"from": desk.settings.device}))
    finally:
        desk.close()


class Bad(NamedTuple):
    """An event that the hub must not take, who sends it, and the hub's word for it."""

    what: str
    make: Callable[[Hand], SignedEvent]
    code: str
    by: str = "DE"


OUTCOME = {"country": "DE", "period_from": "2022-10-17", "period_to": "2022-10-18"}

EVENTS = [
    Bad("whose header has more than 64 KiB", lambda h: h.sign(bytes(MAX_HEADER + 1), (b"",)), "header-too-large"),
    Bad("whose header is no JSON", lambda h: h.sign(b"\x00" * 100, (b"",)), "not-json"),
    Bad("whose header is ten thousand deep", lambda h: h.sign(b'{"v":' + b"[" * 10_000, (b"",)), "bad-value"),
    Bad(
        "whose header is not canonical",
        lambda h: h.sign(h.honest().header.replace(b",", b", ", 1), h.honest().parts),
        "not-canonical",
    ),
    Bad(
        "whose header has a key twice",
        lambda h: h.sign(h.honest().header.replace(b'"v":', b'"v":"vocu/1","v":'), (b"",)),
        "not-canonical",
    ),
    Bad("whose header has a field too many", lambda h: h.changed(colour="blue"), "bad-value"),
    Bad("of another version", lambda h: h.changed(v="vocu/2"), "bad-value"),
    Bad("of another operation", lambda h: h.changed(op=b64(bytes(32))), "wrong-operation"),
    Bad("of a kind that there is not", lambda h: h.changed(type="gossip_spread"), "unknown-kind"),
    Bad("with an id that is none", lambda h: h.changed(id="../../etc/passwd"), "bad-value"),
    Bad("with a negative time", lambda h: h.changed(ts=-1), "bad-value"),
    Bad("for nobody", lambda h: h.changed(to=[]), "bad-value"),
    Bad("for everybody twice", lambda h: h.changed(to="everybody"), "bad-value"),
    Bad("for participants out of order", lambda h: h.changed(to=["FR", "DE"]), "bad-value"),
    Bad(
        "for others without its sender",
        lambda h: h.bend(
            h.message(to=("DE", "PL"), readers={"text": ("PL",)}), lambda header: header.update(to=["PL"], dseq=0)
        ),
        "sender-not-in-audience",
    ),
    Bad(
        "for a country that does not take part",
        lambda h: h.bend(
            h.message(to=("DE", "PL"), readers={"text": ("PL",)}), lambda header: header.update(to=["DE", "XX"], dseq=0)
        ),
        "unknown-participant",
    ),
    Bad(
        "for one country alone that is for all",
        lambda h: h.changed(to=["DE", "PL"], dseq=0, prev=b64(hashlib.sha256(b"").digest())),
        "must-be-to-all",
    ),
    Bad("out of its turn", lambda h: h.changed(dseq=77), "stale-prev"),
    Bad("that skips what came before", lambda h: h.changed(prev=b64(bytes(32))), "stale-prev"),
    Bad("that saw another log", lambda h: h.changed(head={"n": 3, "root": b64(bytes(32))}), "split-view"),
    Bad("that saw a longer log", lambda h: h.changed(head={"n": 999_999, "root": b64(bytes(32))}), "split-view"),
    Bad("of a device that was never admitted", lambda h: h.changed(**{"from": b64(bytes(16))}), "unknown-device"),
    Bad("in another's name", lambda h: _carried(h, "PL"), "bad-signature"),
    Bad("of a device that was revoked", lambda h: _carried(h, "ES"), "revoked-device"),
    Bad(
        "with another key's signature",
        lambda h: SignedEvent(h.honest().header, bytes(64), h.honest().parts),
        "bad-signature",
    ),
    Bad("without a signature", lambda h: SignedEvent(h.honest().header, b"", h.honest().parts), "bad-signature"),
    Bad("with a signature of 100 KB", lambda h: SignedEvent(h.honest().header, bytes(100_000), ()), "bad-signature"),
    Bad("with the id of another's event", lambda h: h.changed(id=_of_another(h, "announcement_posted")), "id-in-use"),
    Bad(
        "with the id of a newsletter to come",
        lambda h: h.changed(id=newsletter_id(h.op, h.state.genesis.ends_day)),
        "reserved-id",
    ),
    Bad("whose part was changed", lambda h: h.sign(h.honest().header, (h.honest().parts[0],)), "bad-parts"),
    Bad("whose part is not there", lambda h: h.sign(h.honest().header, (None,)), "bad-parts"),
    Bad("with a part too many", lambda h: h.sign(h.honest().header, (*h.honest().parts, b"more")), "bad-parts"),
    Bad("without its parts", lambda h: h.sign(h.honest().header, ()), "bad-parts"),
    Bad("with seven parts in its header", lambda h: h.changed(parts=[slip("stat", b"")] * 7), "bad-value"),
    Bad("with the same part twice", lambda h: h.changed(parts=[slip("stat", b"")] * 2), "bad-value"),
    Bad("with a part of another kind", lambda h: h.bend(h.honest(), lambda _: None, plain=b"{}"), "unexpected-part"),
    Bad(
        "with a clear part of 140 KiB",
        lambda h: h.report(encode({"body": shortest_report(place="A" * 140_000), "salt": new_salt()})),
        "bad-form",
    ),
    Bad(
        "with words in the clear",
        lambda h: h.bend(h.message(), lambda _: None, text=encode({"body": {"body": "words"}, "salt": new_salt()})),
        "must-be-sealed",
    ),
    Bad("sealed to an epoch that is over", lambda h: h.message(), "stale-epoch"),
    Bad(
        "sealed to an epoch that never was",
        lambda h: h.bend(h.message(), lambda header: header["parts"][0].update(epoch=3)),
        "stale-epoch",
    ),
    Bad("sealed to a device that was revoked", _to_who_was_removed, "inactive-device"),
    Bad(
        "sealed to more desks than may be",
        lambda h: h.changed(
            parts=[
                slip("text", b"")
                | {"enc": "direct", "devices": sorted(b64(hashlib.sha256(bytes([n])).digest()[:16]) for n in range(56))}
            ]
        ),
        "bad-value",
    ),
    Bad("with wraps that are too short", _bare_wraps, "bad-parts"),
    Bad(
        "in the wrong phase",
        lambda h: h.compose(events.OutcomeReturned(stat=h.desk.actions._read("outcome_return", OUTCOME))),
        "wrong-phase",
    ),
    Bad(
        "that takes back another country's report",
        lambda h: h.compose(
            events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="duplicate")), ref=_of_another(h, "seizure_reported")
        ),
        "not-your-report",
        "PL",
    ),
    Bad(
        "about nothing",
        lambda h: h.compose(events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="duplicate"))),
        "missing-ref",
    ),
    Bad(
        "about what there is not",
        lambda h: h.compose(events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="duplicate")), ref=new_salt()),
        "unknown-ref",
    ),
    Bad("that compiles a newsletter", _newsletter, "not-your-role"),
    Bad(
        "that a participant may not post",
        lambda h: h.compose(events.AnnouncementPosted(text=bodies.Text(body="I am the organiser"))),
        "not-your-role",
    ),
    Bad("with a decision that was carried out before", _statement_again, "statement-used", "PL"),
    Bad("with a decision of one root where two must sign", _phase_by_one_root, "too-few-signatures", "PL"),
    Bad("with a decision out of order", _phase_out_of_order, "phase-order", "PL"),
    Bad("with a decision of a key that has no say", _phase_by_a_country_key, "unknown-key", "PL"),
]


@pytest.mark.parametrize("bad", EVENTS, ids=lambda bad: bad.what)
async def test_the_hub_refuses_an_event(place: Place, bad: Bad) -> None:
    async with place.open(bad.by) as desk:
        assert (await refusal(desk, bad.make(Hand(desk)))).code == bad.code


async def test_what_is_made_by_hand_is_good_but_for_what_is_bad(place: Place, tmp_path: Path) -> None:
    """Else every refusal above could have another reason."""
    async with place.open("DE") as desk:
        honest = Hand(desk).honest()
        stale = Hand(desk).bend(honest, lambda header: header.update(dseq=header["dseq"] + 1))
        assert (await refusal(desk, stale)).code == "stale-prev"
    shutil.copytree(place.folder / "DE", tmp_path / "DE")
    async with Desk.open(Home(tmp_path / "DE"), PASSPHRASE) as copy:
        copy.view.accept([], copy.replica.checkpoint() or "")
        act = examine(identify(honest, copy.view.state), copy.view.state, now_ms(), _anywhere(copy))
        assert act.header.type == "seizure_reported"


def _anywhere(desk: Desk) -> Vantage:
    return Vantage(desk.view.operation.log.root, lambda _: False)
