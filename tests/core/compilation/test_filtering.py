import pytest

from vocu.compilation.filtering import EVERYTHING, Filter
from vocu.errors import MalformedError


@pytest.mark.parametrize(
    ("day", "inside"),
    [("2024-01-15", True), ("2024-01-20", True), ("2024-01-14", False), ("2024-01-21", False), ("2024-01", False)],
)
def test_both_ends_of_a_period_belong_to_it(day: str, inside: bool) -> None:
    assert Filter(period_from="2024-01-15", period_to="2024-01-20").covers(day) is inside


def test_a_period_that_ends_before_it_begins_is_refused_and_not_counted_as_nothing() -> None:
    with pytest.raises(MalformedError) as refused:
        Filter(period_from="2024-01-20", period_to="2024-01-15")
    assert refused.value.code == "bad-filter"


def test_a_month_lies_in_a_period_where_all_of_it_does() -> None:
    assert Filter(period_from="2024-01-01", period_to="2024-01-31").covers("2024-01")
    assert not Filter(period_from="2024-01-02").covers("2024-01")
    assert Filter(period_from="2024-01-01").covers("2024")
    assert not Filter(period_to="2024-12-30").covers("2024")


def test_an_instant_is_taken_by_its_utc_day() -> None:
    midnight = 1_705_363_200_000  # 2024-01-16T00:00:00Z
    only = Filter(period_from="2024-01-16")
    assert only.covers_instant(midnight)
    assert not only.covers_instant(midnight - 1)
    assert EVERYTHING.covers_instant(-(10**15))


def test_a_commodity_includes_all_below_it_and_no_namesake() -> None:
    only = Filter(commodities=("drugs", "tobacco.cigarettes"))
    assert only.takes("drugs.cocaine")
    assert only.takes("drugs")
    assert only.takes("tobacco.cigarettes.slim")
    assert not only.takes("tobacco")
    assert not only.takes("drugstore")


def test_what_does_not_say_its_mode_is_in_no_mode() -> None:
    assert Filter(modes=("road",)).goes_by("road")
    assert not Filter(modes=("road",)).goes_by(None)
    assert EVERYTHING.goes_by(None)


def test_a_filter_names_the_parts_that_restrict_anything_and_leaves_them_out_one_by_one() -> None:
    only = Filter(period_to="2024-01-20", countries=("DE",), modes=("road",))
    assert only.parts == ("period", "countries", "modes")
    assert only.without("period", "modes") == Filter(countries=("DE",))
    assert EVERYTHING.parts == ()
