from vocu.compilation.membership import Membership, eu_members
from vocu.form.codes import countries


def test_a_country_is_a_member_from_its_first_day_to_its_last_one() -> None:
    members = eu_members()
    days = ("1972-12-31", "1973-01-01", "2020-01-31", "2020-02-01")
    assert [members.includes("GB", members.era(day)) for day in days] == [False, True, True, False]
    assert members.includes("HR", members.era("2013-07-01"))
    assert not members.includes("HR", members.era("2013-06-30"))
    assert not members.includes("UA", members.era("2024-01-01"))


def test_there_are_27_members_today_and_all_are_countries() -> None:
    members = eu_members()
    found = {country for country in countries() if members.includes(country, members.era("2024-06-01"))}
    assert len(found) == 27


def test_a_month_or_year_in_which_members_changed_is_of_no_era() -> None:
    members = Membership({"DE": ["1958-01-01"], "GB": ["1973-01-01", "2020-01-31"]})
    assert members.era("2020") == ""
    assert members.era("2020-01") == "1973-01-01"
    assert members.era("2020-02") == "2020-02-01"
