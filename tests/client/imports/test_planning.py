"""One import is one record; it adds nothing twice, and can be taken back as far as nobody changed it since."""

from collections import Counter
from pathlib import Path

import pytest

from tests.client.imports.desks import HEADER, ImportingDesk, importing_desk, mapping, planned, rows
from tests.scenario import Scenario
from vocu.errors import RefusedError
from vocu.operation.bodies import Withdrawal
from vocu.operation.events import SeizureAmended, SeizureWithdrawn
from vocu_client.imports import planning
from vocu_client.imports.planning import Plan
from vocu_client.imports.undoing import undo


@pytest.fixture
def de(scenario: Scenario, tmp_path: Path) -> ImportingDesk:
    return importing_desk(scenario, tmp_path)


def run(desk: ImportingDesk, text: str) -> int:
    number = planning.run(desk.desk, planned(desk, text))
    assert number is not None
    return number


def counting(desk: ImportingDesk) -> int:
    return sum(report.withdrawn is None for report in desk.ledger.reports.values())


def ids(plan: Plan) -> list[str]:
    return [draft.id for _, draft in plan.fresh]


def test_an_import_is_kept_with_its_file_its_mapping_and_its_reports(de: ImportingDesk) -> None:
    plan = planned(de, rows(3))
    number = planning.run(de.desk, plan)
    (record,) = de.imports.list()
    assert (record.id, record.count, record.undone_at) == (number, 3, None)
    assert (record.source.name, record.source.mapping) == ("seizures.csv", "ours.toml")
    assert record.source == plan.source
    assert len(record.source.sha256) == 64
    assert de.imports.find(record.id)[1] == tuple(ids(plan))


def test_nothing_of_the_record_lies_open_on_the_disk(de: ImportingDesk, tmp_path: Path) -> None:
    run(de, rows(1))
    de.engine.dispose()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("DE.sqlite*"))
    assert b"CREATE TABLE import" in kept
    assert b"seizures.csv" not in kept
    assert b"ours.toml" not in kept


def test_the_second_import_adds_nothing_and_leaves_no_record(de: ImportingDesk) -> None:
    run(de, rows(3))
    for _ in range(2):
        again = planned(de, rows(3))
        assert (len(again.fresh), len(again.known)) == (0, 3)
        assert planning.run(de.desk, again) is None
        de.send()
    assert len(de.imports.list()) == 1
    assert counting(de) == 3


def test_a_plan_that_cannot_be_recorded_queues_nothing(de: ImportingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(de.imports, "add", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        planning.run(de.desk, planned(de, rows(2)))
    assert de.outbox.items() == []


def test_a_desk_of_four_eyes_imports_no_names_without_the_second_pair(de: ImportingDesk) -> None:
    de.four_eyes = True
    with pytest.raises(RefusedError, match="needs-approval"):
        planning.run(de.desk, planned(de, rows(1)))
    assert de.outbox.items() == []
    assert de.imports.list() == []


def test_what_was_not_sent_is_cancelled_and_may_be_imported_again_as_it_was(de: ImportingDesk) -> None:
    plan = planned(de, rows(3))
    number = run(de, rows(3))
    done = undo(de.desk, number)
    assert (sorted(done.cancelled), done.withdrawn, done.amended) == (sorted(ids(plan)), (), ())
    assert de.outbox.items() == []
    assert ids(planned(de, rows(3))) == ids(plan)
    assert de.imports.find(number)[0].undone_at is not None


def test_what_was_sent_is_withdrawn_and_a_second_undo_changes_nothing(de: ImportingDesk) -> None:
    number = run(de, rows(2))
    de.send()
    run(de, rows(1, first=9))
    done = undo(de.desk, number, "duplicate")
    assert (done.cancelled, len(done.withdrawn), done.amended) == ((), 2, ())
    waiting = Counter(item.kind for item in de.outbox.items("queued"))
    assert waiting == {"seizure_reported": 1, "seizure_withdrawn": 2}
    undone_at = de.imports.find(number)[0].undone_at
    for _ in range(2):
        again = undo(de.desk, number)
        assert (again.cancelled, again.withdrawn, again.amended) == ((), (), ())
        de.send()
        assert counting(de) == 1
    assert de.imports.find(number)[0].undone_at == undone_at


def test_after_an_undo_the_same_file_is_imported_anew_as_often_as_one_likes(de: ImportingDesk) -> None:
    seen: set[str] = set()
    for _ in range(3):
        plan = planned(de, rows(2))
        assert not seen & set(ids(plan))
        seen |= set(ids(plan))
        number = run(de, rows(2))
        de.send()
        assert counting(de) == 2
        assert planned(de, rows(2)).fresh == ()
        undo(de.desk, number)
        assert len(planned(de, rows(2)).fresh) == 2, "the withdrawals wait, and are known to come"
        de.send()
        assert counting(de) == 0


def test_an_amended_report_is_left_and_named(de: ImportingDesk, scenario: Scenario) -> None:
    number = run(de, rows(3))
    sent, waiting, third = de.send()
    body = de.ledger.reports[sent].stat
    assert body is not None
    scenario.post("DE", SeizureAmended(stat=body), ref=sent)
    de.catch_up()
    de.actions.amend_seizure(waiting, de.reading.seizure_form(waiting))
    done = undo(de.desk, number)
    assert set(done.amended) == {sent, waiting}
    assert done.withdrawn == (third,)


def test_what_an_officer_withdrew_himself_does_not_come_back_by_an_import(
    de: ImportingDesk, scenario: Scenario
) -> None:
    number = run(de, rows(2))
    first, _ = de.send()
    scenario.post("DE", SeizureWithdrawn(stat=Withdrawal(reason="not_confirmed")), ref=first)
    de.catch_up()
    assert undo(de.desk, number).withdrawn != ()
    de.send()
    again = planned(de, rows(2))
    assert len(again.fresh) == 1
    assert [name for _, name in again.known] == [first]


def test_names_are_sealed_to_the_organiser_or_to_whom_one_says(de: ImportingDesk) -> None:
    text = (HEADER + rows(1)).encode()
    ((_, draft),) = planned(de, rows(1)).fresh
    assert draft.readers == {"nominal": ("PL",)}
    ((_, draft),) = planning.plan_file(de.desk, text, "a.csv", mapping(), readers=("FR", "OCU")).fresh
    assert draft.readers == {"nominal": ("FR", "PL")}


def test_an_import_that_is_not_there_is_one_clear_error(de: ImportingDesk) -> None:
    with pytest.raises(RefusedError, match="unknown-import"):
        undo(de.desk, 7)


def test_a_row_that_the_rules_refuse_is_named_before_anything_is_queued(de: ImportingDesk) -> None:
    plan = planned(de, rows(1) + "1985-01-01,Kehl,tobacco.cigarettes,stick,1,old\n")
    (refusal,) = plan.refused
    assert refusal.line == 3
    assert "1985-01-01" in refusal.reasons[0]
    assert len(plan.fresh) == 1


FAULTY = [
    ("2023-13-01,Kehl,tobacco.cigarettes,stick,1,x", "day", "not on the calendar"),
    ("01/02/2023,Kehl,tobacco.cigarettes,stick,1,x", "day", 'is not of the form "%Y-%m-%d"'),
    (",Kehl,tobacco.cigarettes,stick,1,x", "day", 'is not of the form "%Y-%m-%d"'),
    ("1985-01-01,Kehl,tobacco.cigarettes,stick,1,x", "", "before 1990-01-01"),
    ("2999-01-01,Kehl,tobacco.cigarettes,stick,1,x", "", "in the future"),
    ("2023-12-01,,tobacco.cigarettes,stick,1,x", "place", "is empty"),
    ("2023-12-01,Брест,tobacco.cigarettes,stick,1,x", "place", "letters that have no form in A to Z"),
    (f"2023-12-01,{'K' * 60},tobacco.cigarettes,stick,1,x", "place", "at most 48"),
    ("2023-12-01,K,tobacco.cigarettes,stick,1,x", "place", "a UN/LOCODE"),
    ("2023-12-01,Kehl,,stick,1,x", "goods", "is empty"),
    ("2023-12-01,Kehl,Zigaretten,stick,1,x", "goods", "a commodity of the list"),
    ("2023-12-01,Kehl,tobacco.unheard_of,stick,1,x", "goods", "not a commodity of the list"),
    ("2023-12-01,Kehl,tobacco.cigarettes,,1,x", "unit", "is empty"),
    ("2023-12-01,Kehl,tobacco.cigarettes,Stück,1,x", "unit", "is not one of KGM"),
    ("2023-12-01,Kehl,tobacco.cigarettes,stick,,x", "amount", "is empty"),
    ("2023-12-01,Kehl,tobacco.cigarettes,stick,many,x", "amount", 'not a number with the decimal sign "."'),
    ('2023-12-01,Kehl,tobacco.cigarettes,stick,"1,5",x', "amount", 'not a number with the decimal sign "."'),
    ("2023-12-01,Kehl,tobacco.cigarettes,stick,-4,x", "amount", "not a number"),
    ("2023-12-01,Kehl,tobacco.cigarettes,stick,1e5,x", "amount", "not a number"),
    ("2023-12-01,Kehl,tobacco.cigarettes,stick,0.00000000001,x", "amount", "a decimal number"),
    ("2023-12-01,Kehl,tobacco.cigarettes,currency,5,x", "", "needs the code of the currency"),
]


def test_each_of_twenty_kinds_of_faults_is_one_line_with_its_column_and_what_is_allowed(de: ImportingDesk) -> None:
    before = de.engine.url, de.outbox.items(), de.imports.list()
    plan = planned(de, rows(2) + "".join(f"{row}\n" for row, _, _ in FAULTY))
    assert [refusal.line for refusal in plan.refused] == list(range(4, 4 + len(FAULTY)))
    for refusal, (_, column, why) in zip(plan.refused, FAULTY, strict=True):
        (fault,) = refusal.faults
        assert fault.line == refusal.line
        assert fault.columns == ((column,) if column else ())
        assert why in str(fault)
    assert before == (de.engine.url, de.outbox.items(), de.imports.list())
