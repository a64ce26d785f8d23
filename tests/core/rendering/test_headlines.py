"""The sentences of a newsletter about the goods seized most often."""

from typing import Any

from vocu.form.codes import codes
from vocu.rendering.headlines import WAYS, headlines
from vocu.rendering.wording import Wording


def row(seizures: int = 14, by_it: int | None = None, mode: str = "road", **more: Any) -> dict[str, Any]:
    told = {"transport_mode": mode, "by_it": by_it} if by_it is not None else {}
    amounts = [{"unit": "stick", "quantity": "1234567"}]
    return {"commodity": "tobacco.cigarettes", "seizures": seizures, "amounts": amounts, "open": 0} | told | more


def said(*rows: dict[str, Any], language: str = "en") -> tuple[str, ...]:
    figures = {"highlights": {"today": list(rows), "cumulative": [row()]}}
    return headlines(figures, Wording(language)).lines


def test_a_sentence_says_how_much_in_how_many_seizures_and_by_which_way() -> None:
    assert said(row(14, 9)) == ("Cigarettes: 1.2 million sticks in 14 seizures, most by road.",)
    assert said(row(14, 14, "mail")) == ("Cigarettes: 1.2 million sticks in 14 seizures, all by post.",)
    assert said(row(1, 1, "air")) == ("Cigarettes: 1.2 million sticks in 1 seizure, by air.",)
    assert said(row(14)) == ("Cigarettes: 1.2 million sticks in 14 seizures.",)


def test_of_a_way_that_is_not_known_nothing_is_said() -> None:
    assert said(row(14, 14, "not_known")) == said(row(14))
    unsaid = {code.id for code in codes("transport_mode")} - WAYS.keys()
    assert unsaid == {"not_applicable", "other", "not_known"}


def test_unlike_units_stand_side_by_side_and_what_is_open_is_told() -> None:
    amounts = [{"unit": "KGM", "quantity": "1200"}, {"unit": "stick", "quantity": "35"}]
    assert said(row(3, amounts=amounts, open=2)) == (
        "Cigarettes: 1,200 kg and 35 sticks in 3 seizures. In 2 reports the quantity is still open.",
    )
    assert said(row(3, amounts=[], open=3)) == ("Cigarettes: quantity not known yet in 3 seizures.",)


def test_without_a_seizure_in_this_issue_they_are_about_all_since_the_start() -> None:
    figures = {"highlights": {"today": [], "cumulative": [row(2)]}}
    found = headlines(figures, Wording())
    assert (found.title, len(found.lines)) == ("Since the start", 1)
    figures["highlights"]["today"] = [row(1)]
    assert headlines(figures, Wording()).title == "This issue"
