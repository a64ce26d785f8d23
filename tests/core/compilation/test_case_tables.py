from decimal import Decimal

from tests.core.compilation.as_csv import lines
from tests.core.compilation.logs import running, seizure
from vocu.form.messages import CrossCheck
from vocu.form.returns import Money, OutcomeReturn
from vocu.operation import events


def test_cross_checks_are_counted_by_body_with_their_hits() -> None:
    log = running("DE")
    asked = CrossCheck(body="europol", subject="vehicles", result="pending", items=3)
    answered = CrossCheck(body="europol", subject="vehicles", result="hit", hits=2)
    check = log.post("DE", events.CrossCheckAsked(stat=asked))
    log.post("DE", events.CrossCheckAsked(stat=asked))
    log.post("DE", events.CrossCheckAnswered(stat=answered), ref=check)
    assert lines(log, "T12") == ["europol,vehicles,2,6,1,2"]


def test_persons_in_reports_and_in_returns_stand_side_by_side_with_what_courts_made_of_it() -> None:
    log = running("DE", "LT")
    log.report("DE", seizure(persons_involved=3, persons_arrested=2, joint_with=("LT",)))
    log.file("DE", "2024-01-15", persons_involved=4, persons_arrested=1, investigations_opened=1)
    for convictions in (1, 2):  # the last one of a period counts
        outcome = OutcomeReturn(
            country="DE", period_from="2024-01-01", period_to="2024-06-30", prosecutions=2, convictions=convictions,
            fines=(Money(amount=Decimal("12.50"), currency="EUR"), Money(amount=Decimal("7.50"), currency="EUR")),
        )  # fmt: skip
        log.post("DE", events.OutcomeReturned(stat=outcome))
    assert lines(log, "T14") == ["DE,3,2,4,1,1,0,0,2,2,0,0,0"]
    assert lines(log, "T14M") == ["DE,20,EUR"]
