"""What the columns mean: recognised, asked for, saved and used for the next file."""

import io

import openpyxl

from tests.client.web.conftest import TODAY
from tests.client.web.pages.importing import (
    FIXED,
    answered,
    begun,
    checked,
    day,
    mapping_form,
    row,
    table,
    tail,
)
from tests.client.web.visitor import Visitor, in_order


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
