from tests.core.compilation.exchanges import warn
from tests.core.compilation.logs import Check, Log, compiled, running, seizure
from vocu.form.returns import NationalReport
from vocu.operation import bodies, events


def test_what_changed_around_the_work_is_told_once_and_nobody_who_still_owes_is_named() -> None:
    log = Log("DE", "LT", "NL")
    log.admit("EUROPOL", "support_agency")
    log.newsletter("2024-01-14")
    since = log.position
    log.admit("SE")
    log.remove("NL")
    log.open("OPERATIONAL")
    log.post("DE", events.ContactPublished())
    log.post("DE", events.ContactPublished())
    log.post("PL", events.AnnouncementPosted())
    log.post("PL", events.AnnouncementPosted())
    log.post("PL", events.ReferencePublished(plain=bodies.Reference()))
    edition = bodies.Edition(name="BALTICA I", starts_day="2023-01-01", ends_day="2023-01-31")
    log.post("PL", events.EditionPublished(stat=edition))
    assert compiled(log, since=since)["notices"] == {
        "announcements": 2,
        "admitted": {"count": 1, "listed": ["SE"]},
        "removed": {"count": 1, "listed": ["NL"]},
        "contacts": {"count": 1, "listed": ["DE"]},
        "phases": ["OPERATIONAL"],
        "reference": True,
        "edition": "BALTICA I",
    }
    assert compiled(log, since=log.position)["notices"] == {"announcements": 0}
    log.open("POST_OPERATIONAL")
    since = log.position
    for _ in range(2):
        log.post("LT", events.NationalReportFiled(stat=NationalReport(seizures=0)))
    assert compiled(log, since=since)["notices"] == {
        "announcements": 0,
        "national_report": {"count": 1, "listed": ["LT"]},
        "national_reports": {"filed": 1, "missing": 3},
    }


def test_indicators_are_told_when_they_come_up_and_when_the_next_issue_has_them_no_more() -> None:
    log = running("DE")
    log.report("DE", seizure(indicators_hit=("R-01", "R-02")))
    log.newsletter("2024-01-15")
    log.report("DE", seizure(indicators_hit=("R-02",)))
    log.file("DE", "2024-01-16", Check(kind="vehicles", checked=1, with_result=0, indicator="R-03"))
    log.newsletter("2024-01-16")
    since = log.ledger.issues[-1].position
    warn(log, "DE", indicators=("R-03", "R-01", "R-09"))
    indicators = compiled(log, day="2024-01-17", since=since)["tomorrow"]["indicators"]
    assert indicators == {"new": ["R-09"], "no_longer": ["R-02"]}
