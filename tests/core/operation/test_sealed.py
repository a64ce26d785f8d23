"""Composing and reading together: who can open what, and that a part opens only where it belongs."""

from typing import Any

import msgspec
import pytest

from tests.core.compilation.logs import seizure
from tests.core.operation.acts import refused, resigned, slips, words
from tests.scenario import Scenario
from tests.simulated import Desk
from vocu.crypto.sealing import part_context, seal_part
from vocu.errors import MalformedError, RefusedError, SealedError, UntrustedError
from vocu.form.report import Person, SeizureNominal
from vocu.operation import events
from vocu.operation.admission import SignedEvent
from vocu.operation.composing import Draft
from vocu.operation.header import MAX_READERS, WRAP_SIZE, read_header
from vocu.operation.reading import open_body, open_epoch

NOMINAL = SeizureNominal(persons=(Person(name="Jan Kowalski"),))


def reread(desk: Desk, event_id: str, signed: SignedEvent, part: str = "text") -> Any:
    """Open a part of these bytes as if they were that entry."""
    act = desk.seen(event_id).act
    assert act is not None
    header = read_header(signed.header)
    moved = msgspec.structs.replace(act, header=header)
    return open_body(moved, signed, part, desk.keyring, frozenset())


def test_words_to_all_open_at_every_desk_that_may_read_them() -> None:
    scenario = Scenario("DE", "FR")
    scenario.admit("CH", "observer")
    scenario.admit("OLAF", "analyst")
    said = scenario.post("DE", events.MessagePosted(text=words("To all.")))
    for name in ("PL", "DE", "FR", "CH"):
        assert scenario.desks[name].open(said, "text") == words("To all.")
    refused("before-us", lambda: scenario.desks["OLAF"].open(said, "text"), SealedError)


def test_words_to_some_open_there_at_the_senders_own_desks_and_nowhere_else() -> None:
    scenario = Scenario("DE", "FR", "IT")
    scenario.add_desk("DE-2", "DE")
    said = scenario.post("DE", events.MessagePosted(text=words("To FR.")), to=("FR",))
    for name in ("DE", "DE-2", "FR"):
        assert scenario.desks[name].open(said, "text") == words("To FR.")
    with pytest.raises(LookupError):
        scenario.desks["IT"].seen(said)


def test_particulars_are_sealed_to_fewer_than_see_the_report() -> None:
    scenario = Scenario("DE", "FR", "IT")
    report = scenario.post("DE", events.SeizureReported(stat=seizure(), nominal=NOMINAL), readers={"nominal": ("FR",)})
    assert scenario.desks["FR"].open(report, "nominal") == NOMINAL
    refused("not-for-us", lambda: scenario.desks["IT"].open(report, "nominal"), SealedError)
    assert scenario.desks["IT"].seen(report).act.event.stat == seizure()  # type: ignore[union-attr]


def test_each_direct_part_has_its_own_readers_and_finds_its_own_wraps() -> None:
    scenario = Scenario("DE", "FR", "IT")
    event = events.SeizureReported(stat=seizure(), nominal=NOMINAL)
    report = scenario.post("DE", event, readers={"stat": ("FR", "PL"), "nominal": ("IT", "FR")})
    assert scenario.desks["FR"].open(report, "stat") == seizure()
    assert scenario.desks["FR"].open(report, "nominal") == NOMINAL
    assert scenario.desks["IT"].open(report, "nominal") == NOMINAL
    refused("not-for-us", lambda: scenario.desks["IT"].open(report, "stat"), SealedError)
    refused("not-for-us", lambda: scenario.desks["PL"].open(report, "nominal"), SealedError)


def test_a_removed_country_cannot_open_what_is_sealed_after_its_removal() -> None:
    scenario = Scenario("DE", "FR")
    before = scenario.post("DE", events.MessagePosted(text=words("before")))
    removed = scenario.desks["FR"]
    scenario.remove("FR")
    after = scenario.post("DE", events.MessagePosted(text=words("after")))
    assert removed.open(before, "text") == words("before")
    # Even one whom the hub goes on to serve learns nothing: there is no wrap for it.
    removed.catch_up(scenario.hub)
    refused("before-us", lambda: removed.open(after, "text"), SealedError)


def test_a_revoked_desk_cannot_open_what_is_sealed_after_its_revocation() -> None:
    scenario = Scenario("DE", "FR")
    second = scenario.add_desk("FR-2", "FR")
    scenario.post("DE", events.MessagePosted(text=words("before")))
    scenario.revoke("FR-2")
    said = scenario.post("DE", events.MessagePosted(text=words("after")))
    direct = scenario.post("DE", events.MessagePosted(text=words("direct")), to=("FR",))
    second.catch_up(scenario.hub)
    refused("before-us", lambda: second.open(said, "text"), SealedError)
    refused("not-for-us", lambda: second.open(direct, "text"), SealedError)
    assert scenario.desks["FR"].open(direct, "text") == words("direct")


def test_a_late_joiner_cannot_open_what_was_sealed_earlier_and_sees_all_figures() -> None:
    scenario = Scenario("DE")
    said = scenario.post("DE", events.MessagePosted(text=words("early")))
    report = scenario.post("DE", events.SeizureReported(stat=seizure()))
    late = scenario.admit("FR")
    refused("before-us", lambda: late.open(said, "text"), SealedError)
    assert late.seen(report).act.event.stat == seizure()  # type: ignore[union-attr]
    said = scenario.post("DE", events.MessagePosted(text=words("late")))
    assert late.open(said, "text") == words("late")


def test_an_erased_part_is_not_here() -> None:
    scenario = Scenario("DE", "FR")
    said = scenario.post("DE", events.MessagePosted(text=words()), to=("FR",))
    desk = scenario.desks["FR"]
    signed = desk.seen(said).signed
    assert signed is not None
    for gone in ((None, signed.parts[1]), (signed.parts[0], None)):
        erased = SignedEvent(signed.header, signed.signature, gone)
        refused("not-here", lambda erased=erased: reread(desk, said, erased), SealedError)  # type: ignore[misc]
    refused("no-such-part", lambda: desk.open(said, "nominal"), SealedError)


@pytest.mark.parametrize("to", [(), ("FR",)], ids=["epoch", "direct"])
@pytest.mark.parametrize("field", ["id", "type", "from"])
def test_a_colleagues_ciphertext_under_another_name_does_not_open(field: str, to: tuple[str, ...]) -> None:
    scenario = Scenario("DE", "FR")
    said = scenario.post("DE", events.MessagePosted(text=words()), to=to)
    desk = scenario.desks["FR"]
    signed = desk.seen(said).signed
    assert signed is not None
    other = {"id": "A" * 22, "type": "announcement_posted", "from": scenario.desks["PL"].id}[field]
    moved = resigned(scenario, "PL", signed, **{field: other})
    with pytest.raises((UntrustedError, SealedError)) as caught:
        reread(desk, said, moved)
    # Whose type changed keeps the key of its id; its context is another. Otherwise the very key is.
    assert caught.value.code in ("tampered-part", "cannot-open")
    assert reread(desk, said, signed) == words()


def test_a_part_sealed_to_more_than_it_says_does_not_open() -> None:
    scenario = Scenario("DE", "FR")
    said = scenario.post("DE", events.MessagePosted(text=words()), to=("FR",))
    desk = scenario.desks["FR"]
    signed = desk.seen(said).signed
    assert signed is not None
    text, wraps = slips(signed)
    own = [desk.id]
    at = text["devices"].index(desk.id) * WRAP_SIZE
    wrap = (signed.parts[1] or b"")[at : at + WRAP_SIZE]
    narrowed = resigned(scenario, "DE", signed, parts=[text | {"devices": own}, wraps | {"size": WRAP_SIZE}])
    moved = SignedEvent(narrowed.header, narrowed.signature, (signed.parts[0], wrap))
    refused("tampered-part", lambda: reread(desk, said, moved), UntrustedError)


def test_what_opens_to_something_else_than_the_kind_has_is_refused() -> None:
    scenario = Scenario("DE", "FR")
    said = scenario.post("DE", events.MessagePosted(text=words()))
    desk = scenario.desks["FR"]
    signed = desk.seen(said).signed
    assert signed is not None
    header = read_header(signed.header)
    slip = header.parts[0]
    from vocu.crypto.sealing import class_key, part_key

    key = part_key(class_key(desk.keyring.epochs[slip.epoch or 0], "text"), header.id)
    context = part_context(
        op=header.op, event_id=header.id, type=header.type, sender=header.sender, part="text", audience=slip.audience
    )
    sealed = seal_part(key, context, b'{"body":7}')
    odd = SignedEvent(signed.header, signed.signature, (sealed,))
    refused("bad-value", lambda: reread(desk, said, odd), MalformedError)


# --- epochs ---


def test_an_epoch_opens_for_its_readers_and_for_nobody_else() -> None:
    scenario = Scenario("DE")
    scenario.admit("OLAF", "analyst")
    index = scenario.rotate("DE")
    assert {name for name, desk in scenario.desks.items() if index in desk.keyring.epochs} == {"PL", "DE"}
    assert scenario.desks["PL"].keyring.epochs[index] == scenario.desks["DE"].keyring.epochs[index]


def test_a_wrap_that_is_missing_or_of_another_secret_is_a_fault_of_the_epoch() -> None:
    scenario = Scenario("DE")
    desk = scenario.desks["DE"]
    scenario.rotate("PL")
    accepted = desk.accepted[-1]
    act, signed = accepted.act, accepted.signed
    assert act is not None
    assert signed is not None
    for wrap in (None, bytes(WRAP_SIZE), b""):
        bad = SignedEvent(signed.header, signed.signature, (signed.parts[0], wrap))
        refused("epoch-fault", lambda bad=bad: open_epoch(act, bad, desk.keyring), UntrustedError)  # type: ignore[misc]
    committed = msgspec.structs.replace(act.event.plain, commit="A" * 43)  # type: ignore[attr-defined]
    other = msgspec.structs.replace(act, event=events.EpochRotated(plain=committed))
    refused("epoch-fault", lambda: open_epoch(other, signed, desk.keyring), UntrustedError)


# --- what cannot be composed ---


def test_nothing_is_sealed_before_there_is_an_epoch() -> None:
    scenario = Scenario("DE")
    draft = scenario.draft("DE", events.MessagePosted(text=words()))
    refused("no-epoch", lambda: scenario.desks["DE"].compose(draft))


def test_nothing_is_sealed_to_who_may_not_or_no_longer_read() -> None:
    scenario = Scenario("DE", "FR")
    scenario.admit("OLAF", "analyst")
    scenario.remove("FR")
    for nobody in ("FR", "OLAF", "HUB", "XX"):
        draft = Draft(id="A" * 22, event=events.MessagePosted(text=words()), ts=0, readers={"text": (nobody,)})
        refused("no-reader", lambda draft=draft: scenario.desks["DE"].compose(draft))  # type: ignore[misc]


def test_a_part_has_no_more_readers_than_the_protocol_allows() -> None:
    countries = [f"X{number:02}" for number in range(MAX_READERS)]
    scenario = Scenario(*countries, deliver=False)
    desk = scenario.desks["PL"]
    desk.catch_up(scenario.hub)
    assert desk.compose(scenario.draft("PL", events.MessagePosted(text=words()), to=tuple(countries[:-1])))
    draft = scenario.draft("PL", events.MessagePosted(text=words()), to=tuple(countries))
    refused("too-many-readers", lambda: desk.compose(draft), RefusedError)
