"""The register knows what dictionaries would know."""

from hypothesis import given
from hypothesis import strategies as st

from vocu.canonical import b64
from vocu.operation.register import Register

DEVICES = ("a device", "another")
KINDS = ("message_posted", "seizure_reported", "question_asked")
ids = st.binary(min_size=16, max_size=16).map(b64)
events = st.tuples(ids, st.integers(0, 3), st.sampled_from(KINDS), st.sampled_from(DEVICES))


@given(st.lists(events, unique_by=lambda event: event[0], max_size=60), ids)
def test_the_register_knows_what_dictionaries_would_know(rows: list[tuple[str, int, str, str]], stranger: str) -> None:
    register, known, place = Register(), {}, 0
    for event_id, skipped, kind, device in rows:
        assert register.place(event_id) is None
        place += 1 + skipped
        register.add(place, event_id, kind, device)
        known[event_id] = place, kind, device
    assert list(register) == list(known)
    for event_id, (at, kind, device) in known.items():
        assert (register.place(event_id), register.kind(event_id), register.device_at(at)) == (at, kind, device)
        assert [register.sent_by(each, event_id) for each in DEVICES] == [
            at if each == device else None for each in DEVICES
        ]
    taken = {at for at, _, _ in known.values()}
    assert all(register.device_at(at) is None for at in range(place + 2) if at not in taken)
    assert (stranger in register) == (stranger in known)
    assert stranger in known or register.kind(stranger) is None


def test_ids_are_told_apart_by_every_character() -> None:
    """Two texts may stand for the same sixteen bytes, and are two ids all the same."""
    register = Register()
    register.add(1, "A" * 21 + "A", "message_posted", "a device")
    assert "A" * 21 + "B" not in register
    assert "" not in register


def test_thousands_of_events_are_found_again() -> None:
    register = Register()
    ids = [b64(number.to_bytes(16)) for number in range(5000)]
    for place, event_id in enumerate(ids, 1):
        register.add(place, event_id, "message_posted", "a device")
    assert [register.place(event_id) for event_id in ids] == list(range(1, 5001))
