"""Who opened what names persons, when and why: asked once, kept, shown to the administrator alone."""

import csv
import io

from tests.client.web.pages.reporting import sent
from tests.client.web.team import DutyRoom
from tests.client.web.visitor import Visitor


async def test_a_nominal_part_is_shown_only_after_a_reason_that_is_kept(room: DutyRoom) -> None:
    anna = await room.officer("anna", "administrator")
    bob = await room.officer("bob", "poster")
    report = await sent(bob, vessel_name="Vladislav Example")
    page = await anna.get(f"/seizures/{report}")
    assert page.status == 200
    assert "Vladislav" not in page.html
    page = await anna.post(f"/consultations/{report}", reason="")
    assert page.status == 400
    page = await anna.post(f"/consultations/{report}", reason="=HYPERLINK(1) of our own", back=f"/seizures/{report}")
    assert page.address == f"/seizures/{report}"
    assert "Vladislav Example" in page.text
    assert "Vladislav" not in (await bob.get(f"/seizures/{report}")).html
    page = await anna.get("/consultations")
    assert "=HYPERLINK(1) of our own" in page.text
    assert page.text.count(report) == 1
    assert "Nothing fits" in (await anna.get("/consultations?officer=bob")).text
    answer = await anna.get("/consultations.csv")
    assert "attachment" in answer.response.headers["content-disposition"]
    header, row = csv.reader(io.StringIO(answer.response.text))
    assert header == ["opened_at", "officer", "name", "case", "reason"]
    assert row[1:] == ["anna", "Anna", report, "'=HYPERLINK(1) of our own"]


async def test_where_one_officer_works_alone_nobody_is_asked(de: Visitor) -> None:
    report = await sent(de, vessel_name="Vladislav Example")
    assert "Vladislav Example" in (await de.get(f"/seizures/{report}")).text
    assert (await de.post(f"/consultations/{report}", reason="x")).status == 400
    assert de.desk.consultations.all() == []
