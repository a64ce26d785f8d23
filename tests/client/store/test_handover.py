"""What one shift leaves to the next."""

from sqlalchemy import Engine

from vocu_client.store.handover import Handover, Note, Shift

MASTER = bytes(range(32))


def test_the_next_shift_finds_where_the_last_one_ended(engine: Engine) -> None:
    handover = Handover(engine, MASTER)
    assert handover.last_shift() is None
    handover.end_shift("anna", 120, 1000)
    handover.end_shift("bob", 150, 2000)
    assert handover.last_shift() == Shift("bob", 150, 2000)
    assert handover.last_shift("anna") == Shift("anna", 120, 1000)
    assert handover.last_shift("carla") is None


def test_a_note_stays_until_it_is_taken_down(engine: Engine) -> None:
    handover = Handover(engine, MASTER)
    handover.leave_note("anna", "Ask TERESPOL again at six.", 1000)
    handover.leave_note("bob", "Done.", 2000)
    (first, second) = handover.notes()
    handover.take_down(second)
    assert handover.notes() == {first: Note("anna", 1000, "Ask TERESPOL again at six.")}
    handover.leave_note("carla", "Another.", 3000)
    assert second not in handover.notes()


def test_a_note_is_sealed_on_the_disk(engine: Engine, on_disk: object) -> None:
    Handover(engine, MASTER).leave_note("anna", "Vladislav Example was released", 1000)
    assert "Vladislav" not in on_disk  # type: ignore[operator]
