"""What a newsletter says of corrections to earlier issues."""

from typing import Any

from vocu.rendering.correcting import correction_lines
from vocu.rendering.wording import Wording


def told(*rows: dict[str, Any], **more: Any) -> list[str]:
    nothing = {"reports": 0, "seizures": 0}
    corrections = {"count": len(rows), "listed": list(rows), "returns_replaced": 0, "effect": nothing} | more
    return list(correction_lines(corrections, Wording()))


def sticks(quantity: str) -> list[dict[str, str]]:
    return [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": quantity}]


REPORT = {"report": "A" * 22, "report_number": "DE-7", "country": "DE", "what": "amended"}


def test_an_amendment_says_before_and_after_what_else_changed_and_why() -> None:
    row = REPORT | {
        "before": sticks("1000"), "after": sticks("900"), "seizures_before": 2, "seizures_after": 1,
        "changed": ["place", "concealment"], "reasons": ["weighed", "error"],
    }  # fmt: skip
    assert told(row) == [
        "Germany, DE-7: Cigarettes (1,000 sticks) is now Cigarettes (900 sticks). Seizures in it: 2, now 1. "
        "Changed: Place and Concealment. Reason: weighed or counted since, error."
    ]


def test_details_alone_leave_the_quantities_as_they_were() -> None:
    assert told(REPORT | {"goods_details": True}) == [
        "Germany, DE-7: details amended, quantities unchanged. Changed: Goods."
    ]


def test_a_withdrawal_has_its_own_reasons_and_a_report_without_a_number_its_id() -> None:
    row = {"report": "B" * 22, "country": "DE", "what": "withdrawn", "before": sticks("5"), "reasons": ["duplicate"]}
    assert told(row) == [f"Germany, report {'B' * 22}: withdrawn (Cigarettes (5 sticks)). Reason: duplicate."]


def test_what_all_corrections_change_is_told_with_its_sign() -> None:
    assert told(effect={"reports": -1, "seizures": 0}) == ["All in all: reports −1, seizures ±0."]
    assert told(effect={"reports": 0, "seizures": "9007199254740993"}) == [
        "All in all: reports ±0, seizures +9,007,199,254,740,993."
    ]
    assert told(REPORT, count=20, returns_replaced=2)[1:] == [
        "19 more; each report shows its revisions.", "2 daily returns replaced."
    ]  # fmt: skip
