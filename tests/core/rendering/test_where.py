"""The map of a newsletter."""

from typing import Any

from tests.core.rendering.test_newsletter import busy
from vocu.rendering.html import newsletter_html
from vocu.rendering.where import where
from vocu.rendering.wording import Wording


def figures(routes: list[list[str]], **seizures: int) -> dict[str, Any]:
    """The figures that the map is made of."""
    active = [{"country": country, "reports": 1, "seizures": str(count)} for country, count in seizures.items()]
    ways = [{"route": route, "seizures": 2} for route in routes]
    places = [{"place": "GDANSK", "country": "PL", "seizures": 7}] if active else []
    return {
        "countries": {"active": {"count": len(active), "listed": active}},
        "where": {"places": places, "routes": ways},
    }


def test_countries_with_seizures_are_circles_and_routes_are_arrows() -> None:
    found = where(figures([["TR", "BG", "DE"]], DE=12, BG=3), Wording())
    assert "<title>Germany: 12</title>" in found.svg
    assert found.svg.count('class="way"') == 2
    assert found.figures == "Germany: 12 · Bulgaria: 3 · Türkiye → Bulgaria → Germany: 2"
    assert found.places == "Places with most seizures: Gdansk (Poland): 7."


def test_bodies_and_countries_without_seizures_are_not_drawn() -> None:
    found = where(figures([], EUROPOL=4, FR=0, ES=1), Wording())
    assert found.figures == "Spain: 1"


def test_without_seizures_and_routes_there_is_no_map() -> None:
    assert where(figures([]), Wording()).svg == ""
    assert where(figures([], FR=0), Wording()).svg == ""


def test_countries_have_their_names_in_the_reader_s_language() -> None:
    assert "Niemcy: 2" in where(figures([], DE=2), Wording("pl")).svg


def test_a_newsletter_with_its_map_stays_below_what_mail_programs_cut_off() -> None:
    _, compiled = busy()
    assert len(newsletter_html(compiled).encode()) < 100_000
    far = where(figures([["CO", "NL"], ["CN", "SG", "PL"]], DE=2, AU=1), Wording())
    assert len(far.svg) < 60_000
