"""The results in the browser: charts, tables, downloads."""

import json
from pathlib import Path

from tests.client.web.conftest import TODAY
from tests.client.web.visitor import Visitor
from tests.core.form.forms import shortest_report
from vocu.canonical import b64
from vocu.compilation.tables import compile_tables
from vocu.rendering.wording import Wording
from vocu_client.exports import results_dossier, write_results


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
    written = write_results(tmp_path, desk.ledger, dossier, ("csv", "xlsx"))
    page = await de.get("/results")
    links = [link for link in page.links if link.startswith("/results/") and "at=" in link]
    got = {
        link.split("?")[0].rpartition("/")[2]: (await de.get(link)).response
        for link in links
        if "." in link.split("?")[0]
    }
    assert set(got) == {path.name for path in written}
    for path in written:
        answer = got[path.name]
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.content == path.read_bytes(), path.name


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
