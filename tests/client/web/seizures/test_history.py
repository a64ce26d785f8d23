"""What a new revision changed, field by field."""

from tests.core.form.forms import shortest_report
from vocu.rendering.wording import Wording
from vocu_client.web.seizures.history import changed

WORDS = Wording("en")


def changes(before: dict[str, object], after: dict[str, object]) -> list[tuple[str, str, str]]:
    return [(change.label, change.before, change.after) for change in changed(before, after, WORDS)]


def goods(**fields: str) -> dict[str, str]:
    return {"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "1000"} | fields


def test_what_reads_the_same_is_not_listed() -> None:
    assert changes(shortest_report(), shortest_report()) == []


def test_a_changed_field_stands_with_its_label_before_and_after() -> None:
    found = changes(shortest_report(place="NLRTM"), shortest_report(place="MEDYKA"))
    assert found == [("Place", "Rotterdam (NLRTM)", "Medyka")]


def test_amounts_are_told_with_their_units() -> None:
    found = changes(shortest_report(goods=[goods()]), shortest_report(goods=[goods(quantity="2000")]))
    assert [change[1:] for change in found] == [("1,000 sticks", "2,000 sticks")]


def test_a_second_line_of_goods_is_all_that_changed() -> None:
    found = changes(shortest_report(goods=[goods()]), shortest_report(goods=[goods(), goods(quantity="5")]))
    assert [before for _, before, _ in found] == ["", ""]
    assert [after for _, _, after in found] == ["Cigarettes", "5 sticks"]
    assert all("2" in label for label, _, _ in found)


def test_a_field_that_was_taken_away_has_nothing_after() -> None:
    found = changes(shortest_report(concealment="fuel_tank"), shortest_report())
    assert [change[1:] for change in found] == [("Fuel tank", "")]


def test_a_stop_of_a_route_is_told_in_one() -> None:
    before = shortest_report(route={"transit": [{"country": "BG", "place": "KAPITAN ANDREEVO"}]})
    after = shortest_report(route={"transit": [{"country": "BG"}, {"country": "RO"}]})
    texts = {after for _, _, after in changes(before, after)}
    assert "Romania" in texts


def test_nominal_fields_are_marked_as_sealed() -> None:
    (change,) = changed(shortest_report(), shortest_report(free_text="Found behind the seat"), WORDS)
    assert change.sealed
    assert (change.before, change.after) == ("", "Found behind the seat")


def test_nothing_is_compared_with_what_cannot_be_read() -> None:
    assert changes({}, shortest_report()) == []
