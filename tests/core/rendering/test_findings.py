"""The charts of the results, and the titles that say what they show."""

from tests.core.compilation.logs import Log, goods, seizure
from vocu.rendering.findings import by_day, charts, find
from vocu.rendering.wording import Wording

ENGLISH = Wording("en")


def _log() -> Log:
    log = Log("DE", "FR")
    log.open("OPERATIONAL")
    log.report("DE", seizure(goods("drugs.cocaine", 5, "KGM"), goods("drugs.heroin", 5, "KGM"), joint_with=("FR",)))
    log.report("DE", seizure(goods("drugs.cocaine", 5, "KGM"), transport_mode="air", seizures=3))
    log.report("FR", seizure(goods("drugs.cocaine", 5, "H87"), seizure_day="2024-01-16", concealment="fuel_tank"))
    log.report("FR", seizure(goods("drugs.heroin", 5, "KGM"), seizure_day="2024-01"))
    return log


def test_seizures_are_counted_whole_whatever_the_units_and_credited_to_all_who_made_them() -> None:
    found = find(_log().ledger)
    assert found.seizures == 6
    assert found.countries == {"DE": 4, "FR": 3}
    assert found.commodities == {"drugs.cocaine": 5, "drugs.heroin": 2}
    assert found.modes == {"air": 3, "road": 3}
    assert found.concealments == {"fuel_tank": 1}


def test_each_title_says_the_finding_and_the_first_bar_is_the_longest() -> None:
    drawn = list(charts(find(_log().ledger), ENGLISH, ENGLISH.country))
    titles = [chart.title for chart in drawn]
    assert titles[0] == "Germany reported most: 4 of 6 seizures"
    assert titles[1] == "Found most often: Cocaine, in 5 of 6 seizures"
    assert "50.0 %" in titles[2].replace("\u00a0", " ")
    for chart in drawn:
        assert chart.bars[0].share == 1
        assert [bar.share for bar in chart.bars] == sorted((bar.share for bar in chart.bars), reverse=True)


def test_days_stand_in_their_order_and_what_is_known_to_the_month_alone_is_left_out() -> None:
    course = by_day(find(_log().ledger), ENGLISH)
    assert course is not None
    assert [bar.text for bar in course.bars] == ["4", "1"]
    assert course.title == "The day with most seizures: 15 Jan 2024, 4"


def test_there_is_no_chart_of_nothing() -> None:
    found = find(Log("DE").ledger)
    assert list(charts(found, ENGLISH, ENGLISH.country)) == []
    assert by_day(found, ENGLISH) is None
