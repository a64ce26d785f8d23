"""Reducing TopoJSON: neighbours keep their common border, and merged neighbours lose it."""

import pytest

from vocu_schemas.geography.topology import (
    area,
    centre,
    cut_at_180,
    decoded_arcs,
    inside,
    joined,
    merged,
    rings_of,
    simplified,
)

# Two squares side by side: arc 0 is the border between them, 1 the rest of the left one, 2 the rest of the right one.
ARCS = [
    [(1.0, 0.0), (1.0, 1.0)],
    [(1.0, 1.0), (0.0, 1.0), (0.0, 0.0), (1.0, 0.0)],
    [(1.0, 1.0), (2.0, 1.0), (2.0, 0.0), (1.0, 0.0)],
]
LEFT, RIGHT = [0, 1], [~0, ~2]


def test_arcs_are_decoded_from_differences() -> None:
    topology = {"transform": {"scale": [0.5, 2], "translate": [-180, -90]}, "arcs": [[[2, 1], [4, -1]]]}
    assert decoded_arcs(topology) == [[(-179, -88), (-177, -90)]]


def test_a_polygon_and_several_give_their_rings() -> None:
    assert rings_of({"type": "Polygon", "arcs": [[0, 1]]}) == [[0, 1]]
    assert rings_of({"type": "MultiPolygon", "arcs": [[[0]], [[1], [2]]]}) == [[0], [1], [2]]


def test_merged_squares_have_no_border_between_them() -> None:
    (ring,) = merged([LEFT, RIGHT], ARCS)
    assert area(joined(ring, ARCS)) == pytest.approx(2, rel=0.01)
    assert 0 not in ring
    assert ~0 not in ring


def test_a_ring_alone_stays_as_it_is() -> None:
    (ring,) = merged([LEFT], ARCS)
    assert sorted(ring) == LEFT


def test_a_straight_line_keeps_its_ends_only() -> None:
    assert simplified([(0, 0), (1, 0.001), (2, 0), (3, 0.001), (4, 0)], 0.01) == [(0, 0), (4, 0)]


def test_a_corner_stays() -> None:
    assert simplified([(0, 0), (1, 0), (2, 0), (2, 1), (2, 2)], 0.01) == [(0, 0), (2, 0), (2, 2)]


def test_a_ring_across_the_180th_meridian_is_cut_in_two() -> None:
    ring = [(179.0, 0.0), (-179.0, 0.0), (-179.0, 1.0), (179.0, 1.0), (179.0, 0.0)]
    parts = cut_at_180(ring)
    assert len(parts) == 2
    assert sum(map(area, parts)) == pytest.approx(2, rel=0.01)


def test_the_centre_lies_inside_a_horseshoe() -> None:
    shoe = [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (8.0, 9.0), (8.0, 1.0), (1.0, 1.0), (1.0, 9.0), (0.0, 9.0), (0.0, 0.0)]
    assert inside(centre(shoe), shoe)
    assert not inside((4.5, 5.0), shoe)
