"""The results in the browser: charts, tables, filters, downloads."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.client.web.conftest import TODAY
from tests.client.web.visitor import Visitor
from tests.core.form.forms import shortest_report
from vocu.canonical import b64
from vocu.compilation.tables import compile_tables
from vocu.rendering.wording import Wording
from vocu_client.exports import results_dossier, write_results
from vocu_client.web import making
from vocu_client.web.pages import results as results_page


async def _report(visitor: Visitor, **fields: object) -> str:
    form = shortest_report(seizure_day=TODAY.isoformat(), **fields)
    report = visitor.desk.actions.report_seizure(form)
    await visitor.sync()
    return report


async def test_before_the_first_seizure_the_tables_are_there_and_say_what_they_will_hold(de: Visitor) -> None:
    page = await de.get("/results")
    assert page.status == 200
    assert "T01" in page.text
    assert "Seizures by commodity" in page.text
    empty = await de.get("/results/T08")
    assert "This table has no rows yet." in empty.text
    assert "No seizure has been reported yet." in empty.text


async def test_the_charts_say_in_their_titles_what_they_show(de: Visitor, fr: Visitor) -> None:
    await _report(de)
    await _report(de)
    await _report(fr)
    await de.sync()
    page = await de.get("/results")
    assert "Germany reported most: 2 of 3 seizures" in page.text
    assert "style=" not in page.html


async def test_a_table_shows_labels_and_numbers_of_the_officers_language_and_sorts_by_its_address(
    de: Visitor, fr: Visitor
) -> None:
    await _report(de)
    await _report(fr)
    await de.sync()
    page = await de.get("/results/T02?sort=country&order=down")
    assert page.text.index("Germany") < page.text.index("France")
    assert "Preliminary" in page.text
    assert b64(de.desk.view.operation.log.root(de.desk.view.size)) in page.text
    assert "Cocaine" in page.text
    assert "drugs.cocaine" not in page.text


async def test_the_downloads_are_the_files_that_the_command_line_writes(de: Visitor, tmp_path: Path) -> None:
    await _report(de)
    desk = de.desk
    results = compile_tables(desk.ledger)
    root = b64(desk.view.operation.log.root(results.position))
    dossier = results_dossier(desk.ledger, results, root, Wording())
    written = write_results(tmp_path, desk.ledger, dossier, ("csv", "json", "flat", "xlsx"))
    got = await _files(de)
    for path in written:
        folder, name = path.relative_to(tmp_path).parent.name, path.name
        if folder == "flat":
            data = _unzipped(got["flat-files.zip"])[name]
        elif name.endswith(".csv"):
            assert got[name] == _unzipped(got["tables.zip"])[name]
            data = got[name]
        else:
            data = got[name]
        assert data == path.read_bytes(), name
    assert set(got) - {path.name for path in written} == {
        "flat-files.zip", "tables.zip", "results.pdf", "final-report.docx"
    }  # fmt: skip
    assert got["results.pdf"].startswith(b"%PDF")
    assert got["final-report.docx"].startswith(b"PK")


async def _files(visitor: Visitor, address: str = "/results") -> dict[str, bytes]:
    """What stands behind the links of the page that name a position, by name; what is being made is waited for."""
    found: dict[str, bytes] = {}
    for link in (await visitor.get(address)).links:
        name = link.split("?")[0].rpartition("/")[2]
        if "at=" not in link or "." not in name:
            continue
        answer = (await visitor.get(link)).response
        for _ in range(100):
            if "refresh" not in answer.headers:
                break
            assert "Your file is being made" in answer.text
            answer = (await visitor.get(answer.headers["refresh"].partition("url=")[2])).response
        assert answer.headers["content-disposition"].startswith("attachment;")
        found[name] = answer.content
    return found


def _unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_a_file_that_takes_a_while_is_waited_for_by_a_page_that_comes_back(
    de: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PATIENCE_SECONDS", 0)
    page = await de.get("/results/results.pdf?mode=air")
    assert page.status == 200
    assert "Your file is being made" in page.text
    again = page.response.headers["refresh"].partition("url=")[2]
    assert again.startswith("/results/results.pdf?mode=air&at=")
    monkeypatch.setattr(making, "PATIENCE_SECONDS", 60)
    assert (await de.get(again)).response.content.startswith(b"%PDF")


async def test_a_filter_stands_in_the_address_is_said_and_goes_along(de: Visitor, fr: Visitor) -> None:
    await _report(de)
    await _report(fr, transport_mode="road")
    await de.sync()
    page = await de.get("/results?country=FR&mode=road")
    assert "These results count a part of the operation." in page.text
    assert "Only these countries are counted: France." in page.text
    assert "/results/T03?country=FR&mode=road" in page.links
    assert "/results?mode=road" in page.links  # without France
    assert "France reported most: 1 of 1 seizures" in page.text or "France reported most" in page.text
    table = await de.get("/results/T04?country=FR&mode=road")
    assert "Road" in table.text
    assert "Air" not in table.text.partition("Reports, all modes")[2].partition("How to check")[0]
    certificate = json.loads((await de.get("/results/results.json?country=FR&mode=road")).response.content)
    assert certificate["filter"] == {"countries": ["FR"], "modes": ["road"]}


async def test_the_filter_form_asks_for_just_what_the_address_says(de: Visitor) -> None:
    page = await de.get(f"/results?from={TODAY}&to={TODAY}&country=DE&commodity=drugs&mode=air")
    form = page.form("/results")
    chosen = {"from": TODAY.isoformat(), "to": TODAY.isoformat(), "country": "DE", "mode": "air"}
    assert {name: form[name] for name in chosen} == chosen
    assert "drugs" in form["commodity"]


async def test_a_filter_that_this_operation_does_not_know_is_refused(de: Visitor) -> None:
    for query in ("country=XX", "commodity=spice", "mode=teleport", "from=yesterday", "to=2024-13-01"):
        assert (await de.get(f"/results?{query}")).status == 400, query


async def test_every_table_says_what_it_counts_and_why_it_is_empty(de: Visitor) -> None:
    page = await de.get("/results")
    assert "The organiser has published no earlier operation to compare with." in page.text
    table = await de.get("/results/T15")
    assert "The organiser has published no earlier operation to compare with." in table.text
    assert "One row for each commodity and unit." in (await de.get("/results/T03")).text


async def test_rows_of_a_long_table_are_turned_over_with_the_filter_kept(
    de: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results_page, "ROWS", 5)
    page = await de.get("/results/T18?sort=count&order=down&country=DE")
    after = next(link for link in page.links if "row=5" in link)
    assert "country=DE" in after
    assert "sort=count" in after
    assert "Rows 6 to 10 of 17" in (await de.get(after)).text


async def test_results_of_an_earlier_position_stay_what_they_were(de: Visitor) -> None:
    before = (await de.get("/results/results.json")).response.content
    position = json.loads(before)["position"]
    await _report(de)
    assert (await de.get(f"/results/results.json?at={position}")).response.content == before
    assert (await de.get("/results/results.json")).response.content != before
    hint = await de.get(f"/results/newer?at={position}")
    assert "came in since." in hint.text
    assert (await de.get(f"/results/newer?at={de.desk.view.size}")).text == ""


async def test_there_is_no_table_and_no_position_but_those_of_the_log(de: Visitor) -> None:
    for address in ("/results/T99", "/results?at=0", "/results?at=999999", "/results?at=x", "/results/T99.csv"):
        assert (await de.get(address)).status == 404, address


async def test_headings_and_items_are_in_the_officers_words(de: Visitor) -> None:
    page = await de.get("/results/T18")
    assert "Reports of the operational phase" in page.text
    assert "reports_in_phase" not in page.text
