"""The start page: what happened, newest first."""

from tests.client.web.visitor import Visitor
from tests.core.form.forms import shortest_report
from vocu_client.overviews.days import local_day


async def test_an_empty_filter_says_so_and_how_to_go_on(pl: Visitor) -> None:
    page = await pl.get("/?group=newsletters")
    assert "Nothing fits this filter." in page.text
    assert "Show all" in page.text


async def test_what_another_desk_wrote_stands_on_top_unread_until_marked(pl: Visitor, de: Visitor) -> None:
    pl.desk.actions.announce("The briefing begins at nine")
    await pl.sync()
    await de.sync()
    page = await de.get("/")
    assert "The briefing begins at nine" in page.text
    assert 'class="item unread' in page.html
    await de.post("/now/read", size=str(de.desk.view.size))
    assert 'class="item unread' not in (await de.get("/")).html


async def test_new_entries_wait_behind_a_button_that_counts_them(pl: Visitor, de: Visitor) -> None:
    since = de.desk.view.size
    assert "button" not in (await de.get(f"/now/new?since={since}")).html
    pl.desk.actions.announce("One more")
    await pl.sync()
    await de.sync()
    assert (await de.get(f"/now/new?since={since}")).text == "1 new"
    assert "One more" in (await de.get("/now/feed")).text


async def test_the_feed_is_filtered_by_kind_and_country(pl: Visitor, de: Visitor) -> None:
    de.desk.actions.send_message("A word from Berlin")
    await de.sync()
    await pl.sync()
    assert "A word from Berlin" in (await pl.get("/?group=messages&country=DE")).text
    assert "A word from Berlin" not in (await pl.get("/?group=messages&country=FR")).text
    assert "A word from Berlin" not in (await pl.get("/?group=seizures")).text


async def test_a_message_to_one_country_is_on_no_other_desk(pl: Visitor, de: Visitor, fr: Visitor) -> None:
    de.desk.actions.send_message("Between Berlin and Warsaw", to=["PL"])
    for visitor in (de, pl, fr):
        await visitor.sync()
    assert "Between Berlin and Warsaw" in (await pl.get("/")).text
    assert "Between Berlin and Warsaw" not in (await fr.get("/")).html


async def test_hostile_addresses_change_nothing(pl: Visitor) -> None:
    for query in ("before=-1", "before=99999999999999999999", "group=<script>", "commodity=../..", "country=%00"):
        page = await pl.get(f"/?{query}")
        assert page.status == 200
        assert "<script>" not in page.html


async def test_the_desktop_is_told_of_what_concerns_us_without_contents(pl: Visitor, de: Visitor) -> None:
    since = de.desk.view.size
    pl.desk.actions.send_message("Secret words", to=["DE"])
    await pl.sync()
    await de.sync()
    page = await de.get(f"/now/concerning?since={since}")
    assert "Message – Poland" in page.html
    assert "Secret" not in page.html


async def test_reports_are_told_apart_from_seizures_only_where_they_differ(fr: Visitor) -> None:
    day = local_day(fr.desk.view.state.genesis, fr.site.now())
    fr.desk.actions.report_seizure(shortest_report(seizure_day=day))
    await fr.sync()
    page = await fr.get("/now/today")
    assert page.text.startswith("Today 1 seizure")
    assert "report" not in page.text
    fr.desk.actions.report_seizure(shortest_report(seizure_day=day, seizures=3))
    await fr.sync()
    page = await fr.get("/now/today")
    assert "4 seizures 2 reports" in page.text
    assert "One report may tell of several seizures." in page.text
