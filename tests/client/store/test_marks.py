"""What was read, kept small; and who has taken what."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, func, select

from vocu.errors import RefusedError
from vocu_client.store.marks import Marks
from vocu_client.store.sql import metadata, read_exceptions

MOST = 12
STEPS = st.lists(st.tuples(st.sampled_from(["read", "unread", "read_up_to"]), st.integers(0, MOST - 1)), max_size=20)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_the_marks_say_what_was_read_last_of_each_entry(steps: list[tuple[str, int]]) -> None:
    engine = fresh()
    marks, model = Marks(engine), [False] * MOST
    for step, index in steps:
        if step == "read_up_to":
            marks.read_up_to("anna", index)
            model[:index] = [True] * index
        else:
            getattr(marks, step)("anna", [index])
            model[index] = step == "read"
    assert [marks.of("anna").has_read(index) for index in range(MOST)] == model
    assert marks.of("bob").unread(range(MOST)) == list(range(MOST))
    engine.dispose()


def fresh() -> Engine:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    return engine


def test_reading_up_to_an_entry_leaves_one_mark_and_no_exceptions(engine: Engine) -> None:
    marks = Marks(engine)
    marks.read("anna", range(100, 300))
    marks.read_up_to("anna", 50_000)
    with engine.begin() as connection:
        assert connection.execute(select(func.count()).select_from(read_exceptions)).scalar() == 0
    assert marks.of("anna").unread(range(49_990, 50_003)) == [50_000, 50_001, 50_002]


def test_what_one_officer_has_taken_another_does_not_take_unseen(engine: Engine) -> None:
    marks = Marks(engine)
    marks.take("w1", "anna", 1000)
    marks.take("w1", "anna", 2000)
    with pytest.raises(RefusedError) as refused:
        marks.take("w1", "bob", 3000)
    assert refused.value.code == "taken-already"
    assert (marks.taken()["w1"].officer, marks.taken()["w1"].taken_at) == ("anna", 1000)


def test_taking_over_names_from_whom(engine: Engine) -> None:
    marks = Marks(engine)
    marks.take("w1", "anna", 1000)
    marks.take("w1", "bob", 2000, instead_of="anna")
    with pytest.raises(RefusedError):
        marks.take("w1", "carla", 3000, instead_of="anna")
    assert marks.taken()["w1"].officer == "bob"


def test_only_who_has_it_releases_it(engine: Engine) -> None:
    marks = Marks(engine)
    marks.take("w1", "anna", 1000)
    with pytest.raises(RefusedError) as refused:
        marks.release("w1", "bob")
    assert refused.value.code == "not-yours"
    marks.release("w1", "anna")
    marks.release("w1", "anna")
    assert marks.taken() == {}
