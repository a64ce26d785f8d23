from tests.core.compilation.as_csv import lines
from tests.core.compilation.logs import Check, goods, running, seizure
from vocu.compilation.filtering import Filter
from vocu.compilation.tables import compile_tables


def test_what_the_last_newsletter_counted_and_changed_since_is_listed_with_its_reason() -> None:
    log = running("DE", "LT")
    first = log.report("DE", seizure(goods(quantity="1000"), report_number="DE-1-2024-1"))
    second, third = log.report("LT"), log.report("LT")
    log.file("LT", "2024-01-15")
    assert lines(log, "T18C") == []
    log.newsletter("2024-01-15")
    log.amend("DE", first, seizure(goods(quantity="900"), report_number="DE-1-2024-1", amendment_reason="weighed"))
    log.amend("LT", second, seizure(place="VILNIUS", concealment="tyre"))
    log.withdraw("LT", third, "duplicate")
    log.file("LT", "2024-01-15", Check(kind="vehicles", checked=2, with_result=0))
    later = log.report("LT")
    log.amend("LT", later, seizure(place="KAUNAS"))
    before, after = "tobacco.cigarettes 1000 stick", "tobacco.cigarettes 900 stick"
    assert lines(log, "T18C") == [
        f"DE,amended,2024-01-15,DE-1-2024-1,{first},weighed,,goods,{before},{after}",
        f"LT,amended,2024-01-15,,{second},,,place concealment,,",
        "LT,replaced,2024-01-15,,,,,,,",
        f"LT,withdrawn,2024-01-15,,{third},,duplicate,,{before},",
    ]
    log.newsletter("2024-01-16")
    assert lines(log, "T18C") == []


def test_the_status_of_one_country_counts_its_reports_alone() -> None:
    log = running("DE", "LT")
    log.report("DE", restricted=True)
    log.withdraw("DE", log.report("DE"))
    log.amend("LT", log.report("LT", seizure(goods(quantity=None))), seizure(goods(quantity=None)))
    log.report("PL", seizure(on_behalf_of="LT"))
    whole, lithuania = (
        dict(compile_tables(log.ledger, only).table("T18").rows) for only in (Filter(), Filter(countries=("LT",)))
    )
    names = ("in_phase", "restricted", "withdrawn", "amended", "unconfirmed", "pending")
    assert [whole[f"reports_{name}"] for name in names] == [2, 1, 1, 1, 1, 1]
    assert [lithuania[f"reports_{name}"] for name in names] == [2, 0, 0, 1, 1, 1]
