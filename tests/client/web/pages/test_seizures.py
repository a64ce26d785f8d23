"""The seizures of an operation in the browser: table, filters, totals, map, exports."""

import asyncio
import csv
import io
from typing import Any

import openpyxl
import pytest

from tests.client.web.conftest import TODAY, Countries
from tests.client.web.visitor import Visitor
from tests.core.form.forms import shortest_report
from tests.system.rig import PASSPHRASE
from vocu.rendering.xlsx import HEAD
from vocu_client import Desk

HOSTILE = "PL-CUSTOMS-2026-9"


def seizure(**fields: Any) -> dict[str, Any]:
    return shortest_report(seizure_day=TODAY.isoformat(), transport_mode="road", location_type="seaport", **fields)


def cigarettes(quantity: str | None) -> dict[str, str]:
    line = {"commodity": "tobacco.cigarettes", "unit": "stick"}
    return line | ({"quantity": quantity} if quantity else {"quantity_basis": "pending"})


@pytest.fixture(scope="module")
def reported(countries: Countries) -> dict[str, str]:
    """Reports of two countries, by what they are."""
    return asyncio.run(_report(countries))


async def _report(countries: Countries) -> dict[str, str]:
    ids: dict[str, str] = {}
    async with Desk.open(countries.home("PL"), PASSPHRASE) as poland:
        post = poland.actions.report_seizure
        route = {"departure": {"country": "CO", "place": "COCTG"}, "destination": {"country": "PL"}}
        ids["plain"] = post(seizure(place="PLGDN", goods=[cigarettes("1000")], report_number=HOSTILE, route=route))
        ids["more"] = post(seizure(place="PLGDN", goods=[cigarettes("2000")]))
        ids["weighed"] = post(
            seizure(place="MEDYKA", goods=[{"commodity": "tobacco.cigarettes", "unit": "KGM", "quantity": "3.5"}])
        )
        ids["pending"] = post(seizure(place="MEDYKA", goods=[cigarettes(None)]))
        ids["behalf"] = post(
            seizure(
                place="FRLEH", on_behalf_of="FR", country="FR", received_by="telephone",
                received_day=TODAY.isoformat(), goods=[{"commodity": "drugs.cocaine", "unit": "KGM", "quantity": "7"}],
            )
        )  # fmt: skip
        assert await poland.sync()
    async with Desk.open(countries.home("DE"), PASSPHRASE) as germany:
        await germany.sync()
        ids["restricted"] = germany.actions.report_seizure(seizure(place="DEHAM"), restricted=True)
        ids["german"] = germany.actions.report_seizure(seizure(place="DEHAM", goods=[cigarettes("5")]))
        assert await germany.sync()
    return ids


@pytest.fixture
async def officer(reported: dict[str, str], fr: Visitor) -> Visitor:
    """An officer of France, who has it all."""
    assert reported
    return fr


async def test_the_table_links_every_report(officer: Visitor, reported: dict[str, str]) -> None:
    page = await officer.get("/seizures")
    assert page.status == 200
    assert {f"/seizures/{report}" for report in reported.values()} <= set(page.links)
    assert "Gdańsk (PLGDN)" in page.text
    assert "7 reports. 6 of them count. 1 is restricted" in page.text
    assert "1 was entered by the organiser" in page.text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=pending", ["pending"]),
        ("status=unconfirmed", ["behalf"]),
        ("status=restricted", ["restricted"]),
        ("country=DE&commodity=tobacco", ["german"]),
        ("place=MEDYKA", ["weighed", "pending"]),
        ("commodity=drugs", ["behalf"]),
        (f"q={HOSTILE}", ["plain"]),
        ("q=Gdansk+cig", ["plain", "more"]),
        ("q=plgdn+cig", ["plain", "more"]),
        (f"from={TODAY}&to={TODAY}&mode=road&country=DE", ["german"]),
        ("to=2020-01-01", []),
        ("status=mine", ["behalf"]),
    ],
)
async def test_the_address_filters(officer: Visitor, reported: dict[str, str], query: str, names: list[str]) -> None:
    links = (await officer.get(f"/seizures?{query}")).links
    assert {name for name, report in reported.items() if f"/seizures/{report}" in links} == set(names)


async def test_an_empty_answer_says_so(officer: Visitor) -> None:
    page = await officer.get("/seizures?q=nowhere")
    assert "No report is like that" in page.text
    assert "/seizures" in page.links


async def test_what_a_form_leaves_blank_is_not_in_the_address(officer: Visitor) -> None:
    page = await officer.get("/seizures?q=&country=PL&from=&page=99")
    assert page.address == "/seizures?country=PL"


async def test_a_set_filter_can_be_taken_away(officer: Visitor) -> None:
    page = await officer.get("/seizures?country=PL&status=pending")
    assert "/seizures?status=pending" in page.links
    assert "/seizures?country=PL" in page.links


async def test_the_table_is_sorted_by_what_the_address_says(officer: Visitor, reported: dict[str, str]) -> None:
    page = await officer.get("/seizures?commodity=tobacco.cigarettes&place=PLGDN&sort=quantity&order=up")
    assert page.links.index(f"/seizures/{reported['plain']}") < page.links.index(f"/seizures/{reported['more']}")
    assert 'aria-sort="ascending"' in page.html


async def test_unlike_units_stand_side_by_side_and_are_never_added_up(officer: Visitor) -> None:
    page = await officer.get("/seizures?country=PL&commodity=tobacco.cigarettes")
    totals = page.text[page.text.rindex("Totals") :]
    assert "3,000 sticks" in totals
    assert "3.5 kg" in totals
    assert "pending (sticks)" in totals
    assert "3,003.5" not in page.text


async def test_the_map_has_places_and_routes_with_the_same_figures_as_a_table(officer: Visitor) -> None:
    page = await officer.get("/seizures/map?country=PL")
    assert '<svg class="map"' in page.html
    assert "Gdańsk (PLGDN): 2" in page.html
    assert "Cartagena (COCTG), Colombia → Poland" in page.text
    assert "/seizures?country=PL&place=PLGDN" in page.links


async def test_the_pages_hold_no_inline_style_or_script(officer: Visitor) -> None:
    for address in ("/seizures", "/seizures/map"):
        html = (await officer.get(address)).html
        assert " style=" not in html
        assert "<script>" not in html


async def test_what_came_in_since_is_offered_and_not_pushed_in(officer: Visitor) -> None:
    size = officer.desk.view.size
    assert "new or" not in (await officer.get(f"/seizures/newer?at={size}", **{"HX-Request": "true"})).text
    page = await officer.get("/seizures/newer?country=DE&at=0", **{"HX-Request": "true"})
    assert "2 reports are new or were changed" in page.text
    assert "/seizures?country=DE" in page.links


async def test_the_table_that_is_shown_can_be_taken_away(officer: Visitor, reported: dict[str, str]) -> None:
    answer = (await officer.get("/seizures.csv?place=MEDYKA&sort=quantity")).response
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["report"] for row in rows} == {reported["weighed"], reported["pending"]}
    assert {row["place_name"] for row in rows} == {"Medyka"}
    assert {(row["quantity"], row["unit"]) for row in rows} == {("3.5", "kg"), ("", "sticks")}
    assert all(row["goods"] == "Cigarettes" for row in rows)


async def test_a_restricted_report_says_no_more_in_an_export(officer: Visitor, reported: dict[str, str]) -> None:
    answer = (await officer.get("/seizures.csv?status=restricted")).response
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["report"], row["reported_by"], row["place"]) == (reported["restricted"], "Germany", "")
    assert "DEHAM" not in answer.text


async def test_the_workbook_holds_the_rows_and_where_they_are_from(officer: Visitor) -> None:
    answer = (await officer.get("/seizures.xlsx?place=PLGDN")).response
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Contents", "Definitions", "seizures"]
    assert book["seizures"].max_row == HEAD + 1 + 2
    assert "Root of the log there" in [cell.value for cell in book["Contents"]["A"]]
