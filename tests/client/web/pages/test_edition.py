"""An earlier operation at the organiser's desk: looked at first, then published; T15 compares."""

from tests.client.web.visitor import Visitor, in_order

HOME = "/operation/edition"
CSV = b"commodity,unit,reports,seizures,quantity\ntobacco.cigarettes,stick,30,31,806000\nspirits.own,LTR,1,1,\n"


async def test_a_table_is_looked_at_named_and_published(pl: Visitor) -> None:
    assert "compared with none yet" in (await pl.get(HOME)).text
    seen = await pl.post(f"{HOME}/look", files={"file": ("GRYPHON.csv", CSV)})
    assert in_order(seen.text, "does not know these codes", "2 totals", "Cigarettes", "806,000")
    form = seen.form(HOME)
    assert form["name"] == "GRYPHON"
    faulty = await pl.post(HOME, form | {"name": "", "starts_day": "2014-03-31", "ends_day": "2013-10-01"})
    assert faulty.status == 422
    assert {"#name", "#starts_day"} <= set(faulty.links)
    assert not pl.desk.outbox.waiting(0, 1)
    days = {"name": "GRYPHON", "starts_day": "2013-10-01", "ends_day": "2014-03-31"}
    await pl.post(HOME, faulty.form(HOME) | days)
    await pl.post(HOME, faulty.form(HOME) | days)
    await pl.sync()
    edition = pl.desk.ledger.edition
    assert edition is not None
    assert (edition.name, len(edition.totals)) == ("GRYPHON", 2)
    assert len([item for item in pl.desk.outbox.items() if item.kind == "edition_published"]) == 1
    assert in_order((await pl.get(HOME)).text, "GRYPHON", "The comparison (T15)")
    assert "GRYPHON" in (await pl.get("/results/T15")).text


async def test_a_faulty_file_is_told_line_by_line_and_nothing_is_published(pl: Visitor) -> None:
    before = len(pl.desk.outbox.items())
    for files in ({"file": ("x.csv", b"commodity,unit,seizures\nx,KGM,many\n")}, {"file": ("x.zip", b"PK")}, None):
        page = await pl.post(f"{HOME}/look", files=files)
        assert page.status == 422
    assert (await pl.post(HOME, {"earlier": "{}", "name": "x"})).status == 400
    assert len(pl.desk.outbox.items()) == before


async def test_the_page_is_the_organisers(de: Visitor) -> None:
    assert "the organiser's" in (await de.get(HOME)).text
