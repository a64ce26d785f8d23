"""The map of places and routes."""

import itertools
import re
from xml.etree import ElementTree

from vocu.rendering.map import Spot, Stop, Way, map_svg

SVG = "{http://www.w3.org/2000/svg}"


def spot(name: str, latitude: float, longitude: float, count: int = 1) -> Spot:
    return Spot(name=name, latitude=latitude, longitude=longitude, count=count, text=str(count))


ROTTERDAM, VARNA, VALLETTA = (
    spot("Rotterdam", 51.9, 4.5, 40),
    spot("Varna", 43.2, 27.9, 10),
    spot("Valletta", 35.9, 14.5),
)
BEIRUT = Stop("Beirut", 33.9, 35.5)


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def of_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [element for element in drawn(svg).iter() if name in element.get("class", "").split()]


def test_every_place_has_its_circle_and_a_label_with_its_count() -> None:
    svg = map_svg("Places", "", [ROTTERDAM, VARNA, VALLETTA])
    assert len(of_class(svg, "spot")) == 3
    labels = {"".join(text.itertext()) for text in drawn(svg).iter(f"{SVG}text")}
    assert labels == {"Rotterdam 40", "Varna 10", "Valletta 1"}


def test_circles_have_areas_in_proportion_to_their_counts() -> None:
    radii = [float(circle.get("r", 0)) for circle in of_class(map_svg("", "", [ROTTERDAM, VARNA]), "spot")]
    assert radii == [17.0, 8.5]


def test_everything_is_within_the_picture() -> None:
    svg = map_svg("", "", [ROTTERDAM, VARNA, VALLETTA])
    _, _, width, height = map(float, drawn(svg).get("viewBox", "").split())
    for circle in of_class(svg, "spot"):
        assert 0 < float(circle.get("cx", -1)) < width
        assert 0 < float(circle.get("cy", -1)) < height


def test_a_route_is_an_arrow_per_leg_and_its_stops_are_named() -> None:
    way = Way((BEIRUT, Stop("Valletta", 35.9, 14.5), Stop("Rotterdam", 51.9, 4.5)), 3)
    svg = map_svg("", "", [ROTTERDAM, VALLETTA], [way])
    assert len(of_class(svg, "way")) == 2
    assert len(of_class(svg, "stop")) == 1
    assert ">Beirut<" in svg


def test_a_route_that_stays_where_it_is_has_no_arrow() -> None:
    assert not of_class(map_svg("", "", [], [Way((BEIRUT, BEIRUT), 1)]), "way")


def test_a_place_that_is_only_known_by_its_country_looks_different() -> None:
    about = Spot(name="France", latitude=47, longitude=2, count=1, text="1", exact=False)
    assert len(of_class(map_svg("", "", [about, VARNA]), "about")) == 1


def test_the_names_of_places_are_text() -> None:
    hostile = spot('<script>alert("x")</script>&\u202egnp', 50, 10)
    svg = map_svg("<b>", "a & b", [hostile])
    assert "<script" not in svg
    assert drawn(svg).findtext(f"{SVG}desc") == "a & b"


def test_no_style_script_or_address_stands_in_it() -> None:
    svg = map_svg("Places", "", [ROTTERDAM], [Way((BEIRUT, Stop("Rotterdam", 51.9, 4.5)), 1)])
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href|url\(|\sid=", svg)


def test_it_is_an_image_with_a_title() -> None:
    root = drawn(map_svg("Places of seizures", "So and so", [ROTTERDAM]))
    assert (root.get("role"), root.get("aria-label")) == ("img", "Places of seizures")
    assert root.findtext(f"{SVG}title") == "Places of seizures"


def test_europe_stays_under_150_kilobytes_and_the_world_too() -> None:
    assert len(map_svg("", "", [spot("A", 70, 28), spot("B", 35, -9), spot("C", 36, 34)])) < 150_000
    assert len(map_svg("", "", [spot("A", 40, -120), spot("B", -30, 150)])) < 150_000


def test_nothing_to_show_is_still_a_map() -> None:
    assert of_class(map_svg("", "", []), "land")


def box(text: ElementTree.Element) -> tuple[float, float, float, float]:
    """About what the letters of a label cover: left, top, right, bottom."""
    size = float(text.get("font-size", 0))
    x, y, width = float(text.get("x", 0)), float(text.get("y", 0)), 0.5 * size * len("".join(text.itertext()))
    left = x - {"start": 0, "middle": width / 2, "end": width}[text.get("text-anchor", "")]
    return left, y - 0.7 * size, left + width, y


def test_labels_of_a_crowd_do_not_cover_one_another() -> None:
    crowd = [spot(f"Place {number}", 50 + number % 9 / 5, 4 + number // 9 / 5) for number in range(80)]
    texts = list(drawn(map_svg("", "", crowd)).iter(f"{SVG}text"))
    assert 5 < len(texts) <= 40
    for one, other in itertools.combinations(map(box, texts), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
