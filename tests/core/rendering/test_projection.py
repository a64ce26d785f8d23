"""From the globe to the sheet."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocu.rendering.projection import EqualArea, EqualEarth, clipped, frame_around

LONGITUDES = st.floats(-180, 180)
EUROPE = st.tuples(st.floats(-10, 40), st.floats(34, 70))


def test_the_official_projection_of_europe_gives_the_published_example() -> None:
    # EPSG guidance note 7-2, 3.2.2: ETRS89-LAEA, 5° E 50° N lies at easting 3962799.45, northing 2999718.85 metres,
    # on an ellipsoid; ours is a sphere, which differs by less than half a percent.
    x, y = EqualArea(10, 52)((5, 50)) or (0, 0)
    degree = 6371007.2 * 3.14159265 / 180
    assert isclose(x * degree, 3962799.45 - 4321000, rel_tol=0.005)
    assert isclose(y * degree, 2999718.85 - 3210000, rel_tol=0.005)


def test_the_whole_world_is_twice_as_wide_as_high() -> None:
    earth = EqualEarth()
    east, north = earth((180, 0)), earth((0, 90))
    assert east is not None
    assert north is not None
    assert isclose(east[0] / north[1], 2.05458, rel_tol=1e-4)  # Šavrič, Patterson, Jenny (2018)


def test_what_lies_behind_the_globe_is_not_placed() -> None:
    assert EqualArea(10, 52)((-170, -52)) is None


@given(st.lists(EUROPE, min_size=1, max_size=20))
def test_all_points_of_a_region_are_in_its_frame(points: list[tuple[float, float]]) -> None:
    frame = frame_around(points, 720, 500)
    for point in points:
        x, y = frame.place(point) or (-1, -1)
        assert 0 < x < 720
        assert 0 < y < 500


@given(st.lists(st.tuples(LONGITUDES, st.floats(-54, 75)), max_size=8))
def test_far_apart_points_are_in_the_frame_of_the_world(points: list[tuple[float, float]]) -> None:
    frame = frame_around([(-120, 40), (140, -30), *points], 720, 350)
    for point in points:
        x, y = frame.place(point) or (-1, -1)
        assert -1 <= x <= 721
        assert 0 <= y <= 350


@pytest.mark.parametrize(
    ("ring", "count"),
    [
        ([(1.0, 1.0), (2.0, 1.0), (2.0, 2.0)], 3),
        ([(20.0, 20.0), (30.0, 20.0), (30.0, 30.0)], 0),
        ([(-5.0, -5.0), (15.0, -5.0), (15.0, 15.0), (-5.0, 15.0)], 4),
    ],
)
def test_a_ring_is_cut_at_the_frame(ring: list[tuple[float, float]], count: int) -> None:
    found = clipped(ring, 0, 0, 10, 10)
    assert len(found) == count
    assert all(0 <= x <= 10 and 0 <= y <= 10 for x, y in found)
