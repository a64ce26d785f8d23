"""Importing a file, page by page: chosen, mapped, checked, imported, undone; and what comes of files that are none."""

import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest
from babel import Locale

from tests.client.web.conftest import TODAY, Countries
from tests.client.web.pages.importing import (
    FIXED,
    HEADER,
    answered,
    begun,
    checked,
    day,
    imported,
    mapping_form,
    row,
    run_form,
    table,
    tail,
)
from tests.client.web.team import DutyRoom
from tests.client.web.untranslated import untranslated
from tests.client.web.visitor import Visitor, in_order
from tests.core.form.forms import shortest_report
from vocu.rendering.catalogue import COMPLETE
from vocu_client.imports.containers import MAX_BYTES
from vocu_client.web.importing import begun as imports


@pytest.fixture
async def de(countries: Countries) -> AsyncIterator[Visitor]:
    """An officer of a participant, who has begun no import yet."""
    async with Visitor(countries.home("DE")) as visitor:
        await visitor.sync()
        for each in imports.listed_at(visitor.desk, 0):
            visitor.desk.drafts.delete(each.id)
        yield visitor


async def test_what_is_recognised_is_filled_in_and_the_rest_is_asked_for(de: Visitor) -> None:
    page = await begun(de, table(row(1), row(2, "Wunderkraut")))
    _, filled = mapping_form(page)
    assert filled["column-0"] == "report.seizure_day"
    assert filled["column-2"] == "goods[0].commodity"
    assert filled["map:goods[0].commodity:Zigaretten"] == "tobacco.cigarettes"
    assert filled["map:goods[0].commodity:Wunderkraut"] == ""
    assert "1 value has no meaning yet" in page.text
    assert in_order(page.text, "Which number is “1.200”?", "1.2 – the decimal sign is a point", "1,200 –")
    page = await answered(de, page, "check")
    assert page.status == 422
    assert in_order(page.text, "Please correct this", "Say which sign is the decimal sign.", "Agency: choose a column")
    page = await answered(de, page, "check", **FIXED, **{"file-decimal": ","})
    assert page.address.endswith("/check")


async def test_a_day_that_can_be_read_in_two_ways_is_asked_for(de: Visitor) -> None:
    page = await begun(de, table(row(1, tag="03/04/2024")))
    assert "which day is “03/04/2024”?" in page.text
    assert in_order(page.text, "3 Apr 2024", "4 Mar 2024")
    assert "format:report.seizure_day" not in mapping_form(page)[1]
    page = await answered(de, page, "check", **FIXED, **{"file-decimal": ","})
    assert page.status == 422
    assert "Day of the seizure: say how the dates are written." in page.text
    page = await answered(de, page, "check", **{"format:report.seizure_day": "%m/%d/%Y"})
    assert "Day of the seizure 4 Mar 2024" in page.text


async def test_the_check_tells_reports_totals_and_faults_and_sends_nothing(de: Visitor) -> None:
    before = de.desk.outbox.counts()
    rows = (
        row(11),
        row(12, menge=""),
        row(13, "Wunderkraut"),
        row(14, "Wunderkraut"),
        row(15, "Kokain", "1.000,5", "kg"),
    )
    page = await checked(de, table(*rows))
    assert in_order(page.text, "3 new reports", "2 refused")
    assert in_order(page.text, "4, 5 Ware Commodity", '"Wunderkraut" is not listed', "Correct the cell in the file.")
    assert in_order(page.text, "Cocaine 1 1,000.5 kg", "Cigarettes 2 1,200 pieces 1 pending")
    assert in_order(page.text, "Line 2", "Place Koln", "Number plates K-AB 11")
    assert de.desk.outbox.counts() == before
    faults = await de.client.get(f"/imports/begun/{tail(page)}/faults.csv")
    assert faults.text.count("Wunderkraut") == 2
    assert "attachment" in faults.headers["content-disposition"]


async def test_rows_with_faults_stay_out_only_where_the_officer_says_so(de: Visitor) -> None:
    page = await checked(de, table(row(21), row(22, "Wunderkraut")))
    before = de.desk.imports.list()
    action, filled = run_form(page)
    page = await de.post(action, filled)
    assert "Rows have faults." in page.text
    assert de.desk.imports.list() == before
    page = await de.post(action, run_form(page)[1], leave_out="yes")
    assert "1 is queued" in page.text
    assert de.desk.imports.list()[0].count == 1


async def test_an_import_is_delivered_then_undone_and_a_file_imported_twice_adds_nothing(
    de: Visitor, fr: Visitor
) -> None:
    data = table(*(row(number) for number in range(30, 34)))
    page = await imported(de, data)
    where = page.address
    assert "4 are queued" in page.text
    await de.sync()
    assert "All 4 reports are delivered." in (await de.get(where)).text
    assert in_order((await de.get("/imports")).text, "fund.csv", "4", "4 delivered")
    page = await checked(de, data)
    assert "There is nothing new to import in this file." in page.text
    assert "4 reports of this file were imported before" in page.text
    reports = de.desk.imports.find(int(where.rpartition("/")[2]))[1]
    await fr.sync()
    assert all(fr.desk.ledger.reports[report].withdrawn is None for report in reports)

    page = await de.get(f"{where}/undo")
    assert in_order(
        page.text, "Undo this import?", "All others will see", "4 reports are withdrawn: they stay in the log"
    )
    page = await de.post(f"{where}/undo", reason="duplicate")
    assert in_order(page.text, "4 reports are withdrawn.", "This import was undone")
    await de.sync()
    await fr.sync()
    assert {fr.desk.ledger.reports[report].withdrawn is None for report in reports} == {False}
    assert "undone already" in (await de.get(f"{where}/undo")).text
    assert in_order((await checked(de, data)).text, "4 new reports")


async def test_what_was_not_sent_yet_is_taken_back_by_an_undo(de: Visitor) -> None:
    page = await imported(de, table(row(41), row(42)))
    page = await de.get(f"{page.address}/undo")
    assert "2 reports were not sent yet and are taken back" in page.text
    page = await de.post(page.address, reason="error")
    assert "2 reports were taken back before they were sent." in page.text
    assert not de.desk.outbox.ids("queued") & set(de.desk.imports.find(de.desk.imports.list()[0].id)[1])


async def test_a_reason_that_is_none_undoes_nothing(de: Visitor) -> None:
    page = await imported(de, table(row(45)))
    page = await de.post(f"{page.address}/undo", reason="nonsense")
    assert page.status == 400
    assert de.desk.imports.list()[0].undone_at is None


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


async def test_a_mapping_is_saved_taken_away_removed_taken_in_and_used_for_the_next_file(de: Visitor) -> None:
    page = await checked(de, table(row(71)))
    page = await de.post(f"/imports/begun/{tail(page)}/save", name="Köln, daily")
    assert page.status == 400
    draft = tail(await checked(de, table(row(71))))
    page = await de.post(f"/imports/begun/{draft}/save", name="Köln daily")
    assert "is saved" in page.text
    page = await de.post(f"/imports/begun/{draft}/save", name="Köln daily")
    assert "There is a mapping of that name" in page.text
    file = await de.client.get("/imports/mappings/K%C3%B6ln%20daily.toml")
    assert 'column = "Ware"' in file.text
    assert "Köln daily" in (await de.get("/imports/new")).text
    await de.post("/imports/mappings/remove", name="Köln daily")
    assert (await de.client.get("/imports/mappings/K%C3%B6ln%20daily.toml")).status_code == 404
    page = await de.post("/imports/mappings", files={"mapping": ("other.toml", file.content, "application/toml")})
    assert "“other” is saved" in page.text
    page = await begun(de, table(row(72), row(73)), mapping="other")
    assert page.address.endswith("/check")
    assert "2 new reports" in page.text


async def test_a_mapping_file_that_is_none_is_said_to_be_so(de: Visitor) -> None:
    for content in (b"\xff\xfe", b"report = ", b'[file]\ndecimal = "."\n'):
        page = await de.post("/imports/mappings", files={"mapping": ("bad.toml", content, "application/toml")})
        assert page.status == 400
        assert "This mapping cannot be used" in page.text
    assert "bad" not in (await de.get("/imports")).text


async def test_a_saved_mapping_whose_columns_the_file_lacks_is_shown_without_them(de: Visitor) -> None:
    draft = tail(await checked(de, table(row(75))))
    await de.post(f"/imports/begun/{draft}/save", name="of seven columns")
    page = await begun(de, table(f"{day()};Bonn;Kokain;2", header="Datum;Ort;Ware;Gewicht"), mapping="of seven columns")
    assert "cannot be imported as it is" in page.text
    page = await de.get(page.address.removesuffix("/check"))
    assert in_order(page.text, "The mapping names columns that this file does not have", "Menge")
    _, filled = mapping_form(page)
    assert filled["column-3"] == "goods[0].quantity"
    assert filled["fixed_agency"] == "customs"


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


async def test_what_was_queued_when_the_desk_was_killed_does_not_come_twice(
    de: Visitor, countries: Countries, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await checked(de, table(row(81), row(82)))
    draft = tail(page)
    monkeypatch.setattr(de.desk.drafts, "delete", lambda _draft: None)
    action, filled = run_form(page)
    await de.post(action, filled)
    count = len(de.desk.outbox.ids())
    async with Visitor(countries.home("DE")) as restarted:
        assert "Not finished" in (await restarted.get("/imports")).text
        page = await restarted.get(f"/imports/begun/{draft}/check")
        assert in_order(page.text, "2 reports of this file were imported before", "nothing new to import")
        assert len(restarted.desk.outbox.ids()) == count
        await restarted.post(f"/imports/begun/{draft}/discard")


async def test_two_columns_cannot_give_one_field_and_the_page_says_which_does(de: Visitor) -> None:
    page = await begun(de, table(row(91)))
    page = await answered(de, page, **{"column-5": "report.place"})
    assert "Place can come from one column only: it comes from “Kennzeichen” now." in page.text
    _, filled = mapping_form(page)
    assert (filled["column-1"], filled["column-5"]) == ("", "report.place")


async def test_a_country_that_is_none_is_said_beside_its_value(de: Visitor) -> None:
    header = "Datum;Ort;Ware;Menge;Einheit;Herkunft"
    page = await begun(de, table(f"{day()};Köln;Kokain;2;kg;Utopia", header=header))
    page = await answered(de, page, **{"column-5": "route.departure", "map:route.departure:Utopia": "Utopia"})
    page = await answered(de, page, **{"map:route.departure:Utopia": "Utopia"})
    assert "no country that we know" in page.text
    page = await answered(de, page, "check", **FIXED, **{"map:route.departure:Utopia": "Colombia"})
    assert "Departure Colombia" in page.text


async def test_another_sheet_of_a_workbook_is_read_anew(de: Visitor) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Notes", "Nothing"])  # type: ignore[union-attr]
    book.active.append(["a", "b"])  # type: ignore[union-attr]
    sheet = book.create_sheet("Funde")
    sheet.append(["Datum", "Ort", "Ware", "Menge", "Einheit"])
    sheet.append([TODAY, "Köln", "Kokain", 2.5, "kg"])
    out = io.BytesIO()
    book.save(out)
    page = await begun(de, out.getvalue(), "funde.xlsx")
    page = await answered(de, page, **{"file-sheet": "Funde"})
    _, filled = mapping_form(page)
    assert filled["column-2"] == "goods[0].commodity"
    page = await answered(de, page, "check", **FIXED)
    assert "Cocaine 1 2.5 kg" in page.text, page.text


async def test_in_a_duty_room_who_reads_imports_nothing_and_the_officer_is_recorded(room: DutyRoom) -> None:
    await room.officer("anna", "administrator")
    poster, reader = await room.officer("bert", "poster"), await room.officer("carl", "reader")
    assert (await reader.get("/imports")).status == 403
    assert "Import a file" not in (await reader.get("/")).text
    page = await imported(poster, table(row(101)))
    assert "Officer Bert" in page.text
    assert room.desk.imports.list()[0].source.officer == "bert"


async def test_where_four_eyes_are_asked_for_a_second_officer_approves_an_import(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    poster, second = await room.officer("bert", "poster"), await room.officer("dora", "approver")
    await anna.post("/officers/four-eyes", four_eyes="yes")
    assert room.desk.team.four_eyes
    before = len(room.desk.outbox.ids())
    page = await checked(poster, table(row(111)))
    action, filled = run_form(page)
    page = await poster.post(action, filled)
    assert in_order(page.text, "A colleague who may approve is asked", "you need not do anything")
    assert not [action for action, _ in page.forms if action.endswith("/run")]
    page = await poster.post(action, filled)
    assert len(room.desk.outbox.ids()) == before
    assert "Import of fund.csv" in (await second.get("/approvals")).text
    page = await second.get(action.removesuffix("/run") + "/check")
    assert in_order(page.text, "Bert asks for your approval", "Approve and import 1 report")
    await second.post(action, run_form(page)[1])
    assert len(room.desk.outbox.ids()) == before + 1
    assert room.desk.imports.list()[0].source.officer == "bert"


async def test_the_check_that_was_changed_since_is_read_again(de: Visitor) -> None:
    page = await checked(de, table(row(121)))
    action, filled = run_form(page)
    await answered(de, await de.get(action.removesuffix("/run")), fixed_agency="police")
    page = await de.post(action, filled)
    assert "It was changed since you read it; read it again." in page.text
    assert "Agency Police" in page.text


def test_no_template_of_imports_holds_a_style_or_a_handler() -> None:
    folder = Path(__file__).parents[4] / "client" / "vocu_client" / "web" / "templates"
    for template in folder.glob("import*.html"):
        assert not re.search(r'\sstyle="|\son[a-z]+="|<script', template.read_text().replace("<script src", "")), (
            template
        )


COMPLETE_NAMES = [str(Locale(code).get_display_name(code)).capitalize() for code in COMPLETE]


class _Everything:
    """A catalogue that has every text."""

    def __contains__(self, _key: object) -> bool:
        return True


async def test_every_word_of_each_step_goes_through_the_catalogue(de: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    good = [row(number) for number in range(136, 146)]
    data = table(row(131), row(132, "Wunderkraut"), row(133, menge=""), row(134, tag="soon"), *good)
    draft = tail(await checked(de, data))
    record = (await imported(de, table(row(135)))).address
    monkeypatch.setattr("vocu.rendering.wording.message_keys", _Everything)
    de.site.language_of = lambda *_: "qps"  # type: ignore[method-assign]
    data_words = [*HEADER.split(";"), "Zigaretten", "Wunderkraut", "Kokain", "soon", "Köln", "gefunden im Kofferraum"]
    english = Locale("en", "GB")
    data_words += [*english.territories.values(), *english.currencies.values(), *english.currencies, *COMPLETE_NAMES]
    data_words += [*english.months["format"]["abbreviated"].values(), "Snus"]
    data_words += ["Stück", "kg", "fund.csv", "BALTICA II", "vocu", "qps", "utf-8", "cp1252", "Koln", "AB", "DE-1"]
    faults = []
    for address in (
        "/imports",
        "/imports/new",
        f"/imports/begun/{draft}",
        f"/imports/begun/{draft}/check",
        f"/imports/begun/{draft}/discard",
        record,
        f"{record}/undo",
    ):
        shown = await de.get(address)
        assert shown.status == 200, address
        faults += [f"{address}: {text!r}" for text in untranslated(shown.html, data_words)]
    assert sorted(set(faults)) == []
