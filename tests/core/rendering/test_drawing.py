from xml.etree import ElementTree

import pytest

from vocu.rendering.charts import Bar, Chart
from vocu.rendering.drawing import chart_svg, chart_text, map_print
from vocu.rendering.map import Spot, map_svg

SVG = "{http://www.w3.org/2000/svg}"
CHART = Chart("Seizures <by> day", (Bar("1 Jan", "3", 0.5), Bar("2 Jan & after", "6", 1.0)))


def drawn(chart: Chart, *, upright: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(chart_svg(chart, alt=chart_text(chart), upright=upright))


@pytest.mark.parametrize("upright", [False, True])
def test_a_chart_says_in_words_what_it_shows(upright: bool) -> None:
    svg = drawn(CHART, upright=upright)
    assert svg.findtext(f"{SVG}title") == "Seizures <by> day"
    assert svg.findtext(f"{SVG}desc") == "Seizures <by> day: 1 Jan 3, 2 Jan & after 6"
    texts = {text.text for text in svg.iter(f"{SVG}text")}
    assert texts == {"1 Jan", "3", "2 Jan & after", "6"}


def test_bars_are_as_long_and_columns_as_high_as_their_shares() -> None:
    widths = [float(bar.attrib["width"]) for bar in drawn(CHART).iter(f"{SVG}rect")]
    heights = [float(bar.attrib["height"]) for bar in drawn(CHART, upright=True).iter(f"{SVG}rect")]
    assert widths[1] == pytest.approx(2 * widths[0])
    assert heights[1] == pytest.approx(2 * heights[0])


def test_a_course_of_many_days_names_only_as_many_as_there_is_room_for() -> None:
    year = Chart("Days", tuple(Bar(f"Day {day}", str(day), 1.0 if day == 180 else 0.1) for day in range(366)))
    texts = [text.text for text in drawn(year, upright=True).iter(f"{SVG}text")]
    assert texts == ["0", "Day 0", "180", "Day 180", "365", "Day 365"]


def test_a_long_name_is_cut_and_stands_whole_in_its_title() -> None:
    name = "A commodity of which there is very much to say indeed, more than fits"
    (text,) = [each for each in drawn(Chart("C", (Bar(name, "1", 1.0),))).iter(f"{SVG}text") if "…" in _own(each)]
    assert text.findtext(f"{SVG}title") == name


def _own(element: ElementTree.Element) -> str:
    return "".join(element.itertext())


def test_nothing_to_show_is_no_drawing() -> None:
    assert chart_svg(Chart("C", ()), alt="") == ""


def test_a_map_for_print_has_the_letters_of_the_page() -> None:
    spot = Spot(name="Warsaw", latitude=52.2, longitude=21.0, count=1, text="1")
    assert "Libertinus Serif" in map_print(map_svg("Map", "Warsaw: 1", [spot]))
