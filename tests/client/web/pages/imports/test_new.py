"""Choosing a file, whole or in pieces: what one says by itself, and what comes of one that is no table."""

import io
import json
import zipfile

import openpyxl
import pytest

from tests.client.web.conftest import TODAY
from tests.client.web.pages.importing import (
    begun,
    day,
    row,
    table,
    tail,
)
from tests.client.web.visitor import Visitor, in_order
from tests.core.form.forms import shortest_report
from vocu_client.imports.containers import MAX_BYTES
from vocu_client.web.importing import begun as imports


async def test_a_file_comes_in_pieces_and_goes_on_where_it_broke_off(de: Visitor) -> None:
    data = table(*(row(number) for number in range(61, 67)))
    announced = {"name": "gross.csv", "size": str(len(data))}
    first = (await de.post("/imports/files", announced)).response.json()
    where = f"/imports/files/{first['file']}"
    half = len(data) // 2
    kept = (await de.post(where, {"offset": "0"}, files={"piece": data[:half]})).response.json()
    assert kept["received"] == half
    again = (await de.post("/imports/files", announced)).response.json()
    assert (again["file"], again["received"]) == (first["file"], half)
    assert (await de.get(f"/imports/begun/{first['file']}")).status == 400
    last = (await de.post(where, {"offset": str(half)}, files={"piece": data[half:]})).response.json()
    assert last["go"] == f"/imports/begun/{first['file']}"
    assert "6 rows" in (await de.get(last["go"])).text


async def test_the_file_lies_sealed_and_goes_with_the_import_or_after_a_day(
    de: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = "WW-OB 4711"
    page = await begun(de, table(f"{day()};Köln;Zigaretten;1.200;Stück;{marker};im Kofferraum"))
    home = de.desk.home.path
    for file in home.rglob("*"):
        assert file.is_dir() or marker.encode() not in file.read_bytes(), file
    draft = tail(page)
    page = await de.post(f"/imports/begun/{draft}/discard")
    assert "thrown away" in page.text
    assert de.desk.drafts.files.of(draft) == []

    page = await begun(de, table(row(51)))
    draft, now = tail(page), de.site.now()
    assert "fund.csv" in (await de.get("/imports")).text
    monkeypatch.setattr(de.site, "now", lambda: now + imports.DAY_MS + 1)
    page = await de.get(f"/imports/begun/{draft}")
    assert page.status == 404
    assert "Choose the file again" in page.text
    imports.clear(de.site)
    assert de.desk.drafts.files.of(draft) == []


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("rubbish.csv", bytes(range(256)) * 20_000, "This file holds no table"),
        ("nothing.csv", b"", "This file is empty"),
        ("letter.csv", b"Dear colleague\nno table here\n", "no sign stands between cells"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), "a workbook with a password"),
        ("form.xlsx", b"%PDF-1.7\n", "This is a PDF file"),
        ("cut.xlsx", b"PK\x03\x04" + bytes(3000), "This workbook is damaged or was cut off"),
        ("big.csv", b"a;b\n" + b"x" * MAX_BYTES, "A table has at most 50 MB"),
    ],
)
async def test_a_file_that_is_no_table_gets_one_clear_sentence(de: Visitor, name: str, data: bytes, said: str) -> None:
    before = len(imports.listed_at(de.desk, de.site.now()))
    page = await begun(de, data, name)
    assert page.status == 400
    assert said in page.text
    assert page.html.count('role="alert"') == 1
    if not page.address.startswith("/imports/begun/"):
        assert len(imports.listed_at(de.desk, de.site.now())) == before


async def test_one_row_too_many_is_said_at_once(de: Visitor) -> None:
    page = await begun(de, b"a;b\n" + b"1;2\n" * 1_000_001)
    assert "more than 1,000,000 rows" in page.text


async def test_no_desk_keeps_more_files_than_it_can_hold(de: Visitor) -> None:
    for number in range(imports.MOST):
        assert (await begun(de, table(row(number)))).status == 200
    page = await begun(de, table(row(99)))
    assert "20 imports are not finished" in page.text


async def test_an_archive_that_is_no_workbook_is_refused(de: Visitor) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "but no workbook" in (await begun(de, packed.getvalue(), "a.xlsx")).text


async def test_the_template_is_given_out_filled_in_and_recognised(de: Visitor) -> None:
    answer = await de.client.get("/imports/template.xlsx")
    assert answer.headers["content-disposition"].startswith("attachment")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book["Seizures"]
    keys = {sheet.cell(1, column).value: column for column in range(1, sheet.max_column + 1)}
    first = next(number for number in range(2, 12) if not any(cell.value for cell in sheet[number]))
    filled = {
        "report.seizure_day": TODAY,
        "report.place": "TERESPOL",
        "report.location_type": "Land border",
        "report.direction": "Import",
        "report.transport_mode": "Road",
        "report.selection_reason": "Risk profile",
        "report.agency": "Customs",
        "goods.quantity": 806000,
        "goods.unit": "Sticks (cigarettes)",
    }
    for key, value in filled.items():
        sheet.cell(first, keys[key]).value = value
    sheet.cell(first, keys["goods.commodity"]).value = "Tobacco: Cigarettes"
    out = io.BytesIO()
    book.save(out)
    page = await begun(de, out.getvalue(), "template.xlsx")
    assert page.address.endswith("/check"), page.text
    assert in_order(
        page.text, "it says by itself what its columns mean", "1 new report", "Cigarettes 1 806,000 sticks"
    ), page.text


async def test_json_in_the_terms_of_the_form_needs_no_mapping(de: Visitor) -> None:
    reports = [shortest_report(seizure_day=TODAY.isoformat()), {"place": "TERESPOL"}]
    page = await begun(de, json.dumps(reports).encode(), "national.json")
    assert page.address.endswith("/check"), page.text
    assert in_order(page.text, "1 new report", "1 refused"), page.text
