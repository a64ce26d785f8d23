"""The outlines that come with vocu."""

import itertools

import pytest

from vocu.form.codes import countries
from vocu.rendering.outlines import centre, outlines
from vocu_schemas.geography import topology

POINTS = {"MT": (14.4, 35.9), "LU": (6.1, 49.7), "XK": (20.9, 42.6), "PL": (19.0, 52.0), "CY": (33.3, 35.3)}


def inside(point: tuple[float, float], country: str) -> bool:
    (outline,) = [outline for outline in outlines() if outline.code == country]
    return sum(topology.inside(point, [*ring, ring[0]]) for ring in outline.rings) % 2 == 1


def test_every_country_has_a_point_to_be_labelled_at() -> None:
    assert {code for code in countries() if centre(code) is None} == set()


def test_what_is_no_country_has_none() -> None:
    assert centre("EUROPOL") is None


@pytest.mark.parametrize("country", POINTS)
def test_a_point_in_a_country_is_inside_its_outline(country: str) -> None:
    assert inside(POINTS[country], country)
    assert not inside((POINTS[country][0] + 30, POINTS[country][1]), country)


def test_nearly_all_countries_and_territories_are_drawn() -> None:
    assert len(outlines()) > 230


def test_crimea_belongs_to_ukraine_and_cyprus_is_whole() -> None:
    assert inside((34.2, 45.2), "UA")
    assert not inside((34.2, 45.2), "RU")
    assert inside((33.8, 35.3), "CY")


def test_no_line_leaps_across_the_world() -> None:
    leaps = [
        outline.code
        for outline in outlines()
        for ring in outline.rings
        for one, other in itertools.pairwise(ring)
        if abs(one[0] - other[0]) > 90
    ]
    assert leaps == []
