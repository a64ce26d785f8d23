from tests.core.compilation.logs import Check, compiled, goods, running, seizure


def test_a_report_amended_or_withdrawn_since_it_was_counted_is_a_correction() -> None:
    log = running("DE", "LT")
    amended = log.report("DE", seizure(goods(quantity="1000"), report_number="DE-CUSTOMS-2024-1", seizures=2))
    withdrawn, twice = log.report("LT"), log.report("DE")
    log.amend("DE", twice, seizure(goods(quantity="3")))  # before the issue: no correction
    detailed, same = log.report("LT"), log.report("DE")
    since = log.position
    log.amend("DE", amended, seizure(goods(quantity="900"), report_number="DE-CUSTOMS-2024-1"))
    log.withdraw("LT", withdrawn)
    log.amend("LT", detailed, seizure(concealment="tyre", amendment_reason="laboratory"))
    log.amend("LT", detailed, seizure(goods(brand="X"), concealment="tyre", place="KAUNAS", amendment_reason="error"))
    log.amend("DE", same, seizure(amendment_reason="other"))
    new = log.report("LT")
    log.amend("LT", new, seizure(goods(quantity="1")))
    log.withdraw("LT", log.report("LT"))
    corrections = compiled(log, since=since)["corrections"]

    def sticks(quantity: str) -> list[dict[str, str]]:
        return [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": quantity}]

    assert corrections["count"] == 3
    assert corrections["listed"] == [
        {
            "report": amended, "country": "DE", "report_number": "DE-CUSTOMS-2024-1", "what": "amended",
            "before": sticks("1000"), "after": sticks("900"), "seizures_before": 2, "seizures_after": 1,
        },
        {"report": withdrawn, "country": "LT", "what": "withdrawn", "before": sticks("1000"), "reasons": ["error"]},
        {
            "report": detailed, "country": "LT", "what": "amended", "reasons": ["laboratory", "error"],
            "goods_details": True, "changed": ["place", "concealment"],
        },
    ]  # fmt: skip
    assert corrections["effect"] == {"reports": -1, "seizures": -2}


def test_an_issue_that_was_corrected_needs_no_correction_again() -> None:
    log = running("DE")
    report = log.report("DE")
    log.withdraw("DE", report)
    assert compiled(log, since=log.position)["corrections"]["count"] == 0


def test_returns_replaced_since_they_were_counted_are_told() -> None:
    log = running("DE")
    log.file("DE", "2024-01-15")
    since = log.position
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=1, with_result=0))
    log.file("DE", "2024-01-16")
    log.file("DE", "2024-01-16")
    assert compiled(log, since=since)["corrections"]["returns_replaced"] == 1
