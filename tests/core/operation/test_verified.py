"""A hub that lies about an operation, and a desk that must say so, with the code that names the lie."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.core.compilation.logs import seizure
from tests.core.operation.acts import refused, resigned, words
from tests.scenario import Scenario
from tests.simulated import Desk
from vocu.crypto.keys import HubSigningKey
from vocu.crypto.signing import PayloadType
from vocu.errors import RefusedError, UntrustedError
from vocu.log.checkpoint import Checkpoint, origin, sign_checkpoint
from vocu.log.entry import NARROWER, WHOLE_OPERATION, leaf_data
from vocu.operation import events
from vocu.operation.admission import SignedEvent
from vocu.operation.statements import Genesis, seal_off
from vocu.operation.verified import VerifiedOperation, verify_genesis
from vocu.protocol.frames import Entry

Lie = Callable[[Scenario], None]
SEIZED = events.SeizureReported(stat=seizure())


def compose(scenario: Scenario, by: str = "DE", event: Any = SEIZED, **more: Any) -> SignedEvent:
    scenario.desks[by].catch_up(scenario.hub)
    return scenario.desks[by].compose(scenario.draft(by, event, **more))


def place(scenario: Scenario, signed: SignedEvent, kind: int = WHOLE_OPERATION) -> None:
    """The hub writes into the log what it never examined."""
    scenario.hub.place(kind, signed, None)


def hidden(s: Scenario) -> None:
    show = s.hub.shown
    s.post("DE", SEIZED)
    s.hub.shown = lambda index, ncp, device: (  # type: ignore[method-assign]
        Entry(index, s.hub.entries[index].leaf_data) if index == s.hub.tree.size - 1 else show(index, ncp, device)
    )


def swapped(s: Scenario) -> None:
    s.post("DE", SEIZED)
    s.post("DE", SEIZED)
    one, two = s.hub.entries[-2:]
    s.hub.entries[-2:] = [Entry(one.index, one.leaf_data, two.header, two.signature, two.parts), two]


def misnumbered(s: Scenario) -> None:
    s.post("DE", SEIZED)
    last = s.hub.entries[-1]
    s.hub.entries[-1] = Entry(last.index + 1, last.leaf_data, last.header, last.signature, last.parts)


def as_somebody_elses_message(s: Scenario) -> None:
    place(s, compose(s), NARROWER)


def to_others(s: Scenario) -> None:
    place(s, compose(s, "DE", events.MessagePosted(text=words()), to=("IT",)), NARROWER)


def dropped_bilateral(s: Scenario) -> None:
    """Of two messages to FR the first is shown as if it were for others."""
    for _ in range(2):
        s.post("DE", events.MessagePosted(text=words()), to=("FR",))
    first = s.hub.entries[-2]
    s.hub.entries[-2] = Entry(first.index, first.leaf_data)


def twice(s: Scenario) -> None:
    place(s, SignedEvent(*(getattr(s.hub.entries[-1], name) for name in ("header", "signature", "parts"))))


def same_id(s: Scenario) -> None:
    taken = s.post("FR", SEIZED)
    place(s, compose(s, "DE", id=taken))


def another_log(s: Scenario) -> None:
    place(s, resigned(s, "DE", compose(s), head={"n": 1, "root": "A" * 43}))


def forged(s: Scenario) -> None:
    signed = compose(s)
    place(s, SignedEvent(signed.header, bytes(64), signed.parts))


def from_a_revoked_desk(s: Scenario) -> None:
    signed = compose(s)
    s.revoke("DE")
    place(s, signed)


def from_a_ghost(s: Scenario) -> None:
    ghost = Desk("ghost", "DE", s.random)
    signed = compose(s)
    s.desks["ghost"] = ghost
    place(s, resigned(s, "ghost", signed, **{"from": ghost.id}))
    del s.desks["ghost"]


def against_the_rules(s: Scenario) -> None:
    place(s, announced(s))


def announced(s: Scenario) -> SignedEvent:
    return compose(s, "DE", events.AnnouncementPosted(text=words()), readers={"text": ("FR",)})


def other_part(s: Scenario) -> None:
    signed, other = compose(s), compose(s)
    place(s, SignedEvent(signed.header, signed.signature, other.parts))


def no_clear_part(s: Scenario) -> None:
    signed = compose(s)
    place(s, SignedEvent(signed.header, signed.signature, (None,)))


def of_another_operation(s: Scenario) -> None:
    place(s, compose(Scenario("DE", seed=1)))


def another_wrap(s: Scenario) -> None:
    s.rotate("DE")
    last = s.hub.entries[-1]
    blob = last.parts[-1] or b""
    s.hub.entries[-1] = Entry(last.index, last.leaf_data, last.header, last.signature, (last.parts[0], blob[::-1]))


def stale_epoch(s: Scenario) -> None:
    s.rotate("DE")
    signed = compose(s, "DE", events.MessagePosted(text=words()))
    s.rotate("PL")
    place(s, signed)


def back_in_time(s: Scenario) -> None:
    s.hub.now -= 3600_000
    place(s, compose(s))


def unreadable_leaf(s: Scenario) -> None:
    s.post("DE", SEIZED)
    last = s.hub.entries[-1]
    s.hub.entries[-1] = Entry(last.index, last.leaf_data[:-1], last.header, last.signature, last.parts)


@pytest.mark.parametrize(
    ("code", "lie"),
    [
        ("hidden-entry", hidden),
        ("wrong-leaf", swapped),
        ("reordered", misnumbered),
        ("wrong-leaf", as_somebody_elses_message),
        ("misdelivered", to_others),
        ("withheld", dropped_bilateral),
        ("double-id", same_id),
        ("split-view", another_log),
        ("bad-signature", forged),
        ("revoked-device", from_a_revoked_desk),
        ("unknown-device", from_a_ghost),
        ("not-your-role", against_the_rules),
        ("bad-parts", other_part),
        ("bad-parts", no_clear_part),
        ("wrong-operation", of_another_operation),
        ("bad-parts", another_wrap),
        ("stale-epoch", stale_epoch),
        ("time-ran-back", back_in_time),
    ],
)
def test_a_desk_raises_the_alarm_when_the_hub_lies(code: str, lie: Lie) -> None:
    scenario = Scenario("DE", "FR", "IT", deliver=False)
    scenario.post("FR", SEIZED)
    scenario.post("DE", SEIZED)
    scenario.deliver()
    lie(scenario)
    refused(code, lambda: scenario.desks["FR"].catch_up(scenario.hub), UntrustedError)


def test_an_entry_shown_twice_is_not_taken_for_two() -> None:
    scenario = Scenario("DE", "FR", deliver=False)
    scenario.post("DE", SEIZED)
    scenario.deliver()
    twice(scenario)
    refused("double-id", lambda: scenario.desks["FR"].catch_up(scenario.hub), UntrustedError)


def test_a_leaf_of_another_form_is_an_alarm_and_nothing_is_taken() -> None:
    scenario = Scenario("DE", deliver=False)
    scenario.deliver()
    desk = scenario.desks["PL"]
    size = desk.view.size
    unreadable_leaf(scenario)
    refused("bad-leaf", lambda: desk.catch_up(scenario.hub), UntrustedError)
    assert (desk.view.size, desk.state.size) == (size, size)


def test_two_histories_of_one_size_are_a_fork() -> None:
    scenario = Scenario("DE", "FR")
    desk = scenario.desks["FR"]
    false = Checkpoint(origin=origin(scenario.op), size=desk.view.size, root=bytes(32))
    note = sign_checkpoint(false, scenario.hub.key, post_quantum=False)
    refused("forked", lambda: desk.accept([], note), UntrustedError)


def test_a_log_that_shrank_is_rolled_back() -> None:
    scenario = Scenario("DE", "FR")
    note = scenario.hub.checkpoint(2)
    refused("rolled-back", lambda: scenario.desks["FR"].accept([], note), UntrustedError)


def test_a_checkpoint_of_another_hub_is_not_believed() -> None:
    scenario = Scenario("DE")
    desk = scenario.desks["DE"]
    own = Checkpoint(origin=origin(scenario.op), size=desk.view.size, root=desk.view.log.root())
    note = sign_checkpoint(own, HubSigningKey.from_seed(bytes(64)), post_quantum=True)
    refused("bad-checkpoint", lambda: desk.accept([], note), UntrustedError)


# --- the genesis ---


def begin(scenario: Scenario, first: Entry, checkpoint: str | None = None) -> VerifiedOperation:
    desk = scenario.desks["PL"]
    view = VerifiedOperation(scenario.op, "PL", desk.id, scenario.hub.key.public)
    view.accept([first], checkpoint or scenario.hub.checkpoint(1))
    return view


def test_a_view_begins_with_the_genesis_that_hashes_to_the_operation() -> None:
    scenario = Scenario()
    assert begin(scenario, scenario.hub.entries[0]).state.genesis.name == "BALTICA II"


def test_a_log_that_begins_with_something_else_is_not_this_operation() -> None:
    scenario, other = Scenario(), Scenario(seed=1)
    first, strange = scenario.hub.entries[0], other.hub.entries[0]
    refused(
        "wrong-genesis",
        lambda: begin(scenario, Entry(0, first.leaf_data, strange.header, strange.signature)),
        UntrustedError,
    )
    refused("wrong-genesis", lambda: begin(scenario, Entry(0, first.leaf_data)), UntrustedError)


def test_a_genesis_under_another_leaf_is_not_believed() -> None:
    scenario = Scenario()
    first = scenario.hub.entries[0]
    header, signature = first.header or b"", first.signature or b""
    refused("wrong-leaf", lambda: begin(scenario, Entry(0, first.leaf_data, header, signature, (b"",))), UntrustedError)
    refused("wrong-leaf", lambda: begin(scenario, Entry(0, first.leaf_data, header, signature + b" ")), UntrustedError)


def test_a_genesis_that_names_another_hub_is_refused() -> None:
    scenario = Scenario()
    first = scenario.hub.entries[0]
    stranger = HubSigningKey.from_seed(bytes(64)).public
    refused("wrong-hub", lambda: verify_genesis(first.header or b"", first.signature or b"", stranger), UntrustedError)


def test_a_genesis_needs_the_signatures_of_its_own_roots() -> None:
    scenario, other = Scenario(roots=3, threshold=2), Scenario(seed=1)
    payload = scenario.hub.entries[0].header or b""
    genesis = msgspec.json.decode(payload, type=Genesis)

    def signed_by(*roots: Any) -> bytes:
        return msgspec.json.encode(seal_off(PayloadType.GENESIS, genesis, roots).signatures, order="sorted")

    key = scenario.hub.key.public
    assert verify_genesis(payload, signed_by(*scenario.roots[1:]), key) == genesis
    refused("too-few-signatures", lambda: verify_genesis(payload, signed_by(scenario.roots[0]), key), RefusedError)
    refused("unknown-key", lambda: verify_genesis(payload, signed_by(*other.roots), key), UntrustedError)
    as_root = seal_off(PayloadType.ROOT, genesis, scenario.roots[:2]).signatures
    refused(
        "bad-signature",
        lambda: verify_genesis(payload, msgspec.json.encode(as_root, order="sorted"), key),
        UntrustedError,
    )


def test_before_the_genesis_there_is_no_state() -> None:
    scenario = Scenario()
    view = VerifiedOperation(scenario.op, "PL", scenario.desks["PL"].id, scenario.hub.key.public)
    refused("nothing-yet", lambda: view.state)


def test_the_taker_is_told_of_each_entry_before_the_next_one_is_looked_at() -> None:
    scenario = Scenario("DE", "FR", deliver=False)
    scenario.post("DE", SEIZED)
    place(scenario, announced(scenario))
    desk = scenario.desks["PL"]
    desk.connect(scenario.hub)
    shown = [scenario.hub.shown(index, "PL", desk.id) for index in range(scenario.hub.tree.size)]
    told: list[tuple[int, int]] = []
    with pytest.raises(UntrustedError):
        desk.view.accept(shown, scenario.hub.checkpoint(), lambda entry: told.append((entry.index, desk.state.size)))
    assert told == [(index, index + 1) for index in range(scenario.hub.tree.size - 1)]


def test_what_is_for_others_counts_and_tells_nothing() -> None:
    scenario = Scenario("DE", "FR")
    scenario.post("DE", events.MessagePosted(text=words()), to=("FR",))
    last = scenario.desks["PL"].accepted[-1]
    assert (last.act, last.signed) == (None, None)
    assert last.leaf_data == leaf_data(
        NARROWER, last.at, scenario.hub.entries[-1].header or b"", scenario.hub.entries[-1].signature or b""
    )
