"""The address of the seizures' pages says what is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from vocu_client.web.seizures.query import Query, read

NAMES = ("country", "commodity", "place", "mode", "from", "to", "q", "status", "sort", "order", "page", "other")
VALUES = st.text(max_size=12) | st.sampled_from(
    ["DE", "2026-11-02", "2026-02-30", "pending", "mine", "day", "place", "up", "down", "0", "3", "٣", "  ", "9" * 30]
)


def asked(query: str) -> Query:
    return read(QueryParams(query), "en")


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8))
def test_what_was_understood_is_understood_again(pairs: list[tuple[str, str]]) -> None:
    understood = read(QueryParams(pairs), "en")
    assert read(QueryParams(understood.pairs()), "en") == understood


def test_every_filter_is_in_the_address() -> None:
    address = "country=DE&commodity=drugs&place=DEHAM&mode=road&from=2026-11-02&to=2026-11-03&q=red+lorry"
    query = asked(f"{address}&status=pending&status=mine&sort=day&order=up&page=3")
    assert (query.filter.country, query.filter.first_day, query.filter.text) == ("DE", "2026-11-02", "red lorry")
    assert query.filter.statuses == ("pending", "mine")
    assert (query.sort, query.ascending, query.offset) == ("day", True, 100)
    assert query.address() == f"/seizures?{address}&status=pending&status=mine&sort=day&order=up&page=3"


@pytest.mark.parametrize("nothing", ["", "q=", "from=2026-02-30", "from=soon", "sort=colour", "status=x", "page=0"])
def test_what_means_nothing_is_left_out(nothing: str) -> None:
    assert asked(nothing).address() == "/seizures"


def test_a_column_is_sorted_the_other_way_round_the_second_time() -> None:
    once = asked("page=4").sorted_by("place")
    assert once.address() == "/seizures?sort=place"
    assert once.sorted_by("place").address() == "/seizures?sort=place&order=down"
    assert once.sorted_by("place").sorted_by("place") == once


def test_one_filter_is_taken_away_and_the_others_stay() -> None:
    query = asked("country=DE&q=lorry&status=mine&status=pending")
    assert query.without("country", "DE").address() == "/seizures?q=lorry&status=pending&status=mine"
    assert query.without("q", "lorry").address() == "/seizures?country=DE&status=pending&status=mine"
    assert query.without("status", "mine").address() == "/seizures?country=DE&q=lorry&status=pending"
