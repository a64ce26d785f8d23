"""Places and routes of reports as a map with its figures."""

from vocu.form.report import Stop
from vocu.rendering.wording import Wording
from vocu_client.map_marks import MOST_PLACES
from vocu_client.overviews.seizures import Point, Way
from vocu_client.web.seizures.mapping import mapped

WORDS = Wording("en")
ROTTERDAM = Point("NL", "NLRTM", ("a", "b"))


def test_a_place_is_drawn_and_listed_with_its_reports() -> None:
    found = mapped([ROTTERDAM], [], WORDS)
    assert [(row.name, row.reports, row.exact) for row in found.places] == [("Rotterdam (NLRTM)", 2, True)]
    assert "Rotterdam (NLRTM): 2" in found.svg


def test_places_that_the_map_does_not_know_share_the_middle_of_their_country() -> None:
    found = mapped([Point("PL", "HERE", ("a",)), Point("PL", "THERE", ("b", "c"))], [], WORDS)
    assert "Poland: 3" in found.svg
    assert [(row.name, row.exact) for row in found.places] == [("Here", False), ("There", False)]


def test_a_place_without_a_country_is_listed_but_not_drawn() -> None:
    found = mapped([Point("EUROPOL", "SOMEWHERE", ("a",))], [], WORDS)
    assert len(found.places) == 1
    assert "Somewhere" not in found.svg


def test_a_route_is_told_with_places_and_countries() -> None:
    way = Way((Stop(country="CO", place="COCTG"), Stop(country="NL")), ("a",))
    found = mapped([ROTTERDAM], [way], WORDS)
    assert [row.name for row in found.ways] == ["Cartagena (COCTG), Colombia → Netherlands"]
    assert 'class="way"' in found.svg


def test_what_is_too_much_for_a_map_is_said() -> None:
    many = [Point("PL", f"PLACE {number}", ("a",)) for number in range(MOST_PLACES + 7)]
    found = mapped(many, [], WORDS)
    assert len(found.places) == MOST_PLACES
    assert found.places_left == 7
