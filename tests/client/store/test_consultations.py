"""Who opened which nominal part, when and why, and that nobody takes a line out unnoticed."""

import pytest
from sqlalchemy import Engine, delete, update

from vocu.errors import RefusedError, UntrustedError
from vocu_client.store.consultations import AGAIN, Consultations
from vocu_client.store.sql import consultations as rows

MASTER = bytes(range(32))


@pytest.fixture
def log(engine: Engine) -> Consultations:
    log = Consultations(engine, MASTER)
    log.give_reason("anna", "Anna Kowalska", "r1", "Cross-check asked  by DE", 1000)
    return log


def test_a_case_opens_only_after_a_reason_and_for_that_officer_alone(log: Consultations) -> None:
    assert log.may_open("anna", "r1", 2000)
    assert not log.may_open("anna", "r2", 2000)
    assert not log.may_open("bob", "r1", 2000)


@pytest.mark.parametrize("reason", ["", " \n\t", "x" * 501])
def test_a_reason_must_be_given(log: Consultations, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        log.give_reason("bob", "Bob", "r1", reason, 2000)
    assert refused.value.code == "no-reason"
    assert not log.may_open("bob", "r1", 2000)


def test_every_opening_is_kept_and_a_reload_is_none(log: Consultations) -> None:
    for at in (1001, 1000 + AGAIN - 1, 1000 + AGAIN, 1000 + AGAIN + 1, 1000 + 3 * AGAIN):
        assert log.may_open("anna", "r1", at)
    kept = log.all()
    assert [line.opened_at for line in kept] == [1000, 1000 + AGAIN, 1000 + 3 * AGAIN]
    assert {(line.officer, line.name, line.case, line.reason) for line in kept} == {
        ("anna", "Anna Kowalska", "r1", "Cross-check asked by DE")
    }


def test_a_reason_is_sealed_on_the_disk(log: Consultations, on_disk: object) -> None:
    assert log.all()
    assert "Cross-check" not in on_disk  # type: ignore[operator]


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_line_taken_out_is_noticed(log: Consultations, engine: Engine, gone: int) -> None:
    log.give_reason("bob", "Bob", "r1", "Answering", 2000)
    log.give_reason("bob", "Bob", "r2", "Answering", 2000)
    with engine.begin() as connection:
        connection.execute(delete(rows).where(rows.c.seq == gone))
    with pytest.raises(UntrustedError) as refused:
        log.all()
    assert refused.value.code == "consultations-missing"
    log.give_reason("carla", "Carla", "r2", "Answering", 3000)
    with pytest.raises(UntrustedError):
        log.all()


def test_a_line_put_in_another_s_place_is_noticed(log: Consultations, engine: Engine) -> None:
    log.give_reason("bob", "Bob", "r1", "Answering", 2000)
    with engine.begin() as connection:
        sealed = connection.execute(rows.select().where(rows.c.seq == 1)).one().sealed
        connection.execute(update(rows).where(rows.c.seq == 2).values(sealed=sealed))
    with pytest.raises(UntrustedError):
        log.all()
