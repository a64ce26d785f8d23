"""Controls today: a nil return in two clicks, controls in three; what is missing; outcomes."""

from typing import Any

import pytest

from tests.client.web.visitor import Visitor, in_order
from tests.core.form.forms import shortest_report
from vocu.form.returns import DailyReturn
from vocu_client.overviews.days import local_day

RETURN, OUTCOME = "/controls/return", "/outcomes/return"
DAY = 24 * 3600 * 1000


def today(visitor: Visitor) -> str:
    return local_day(visitor.desk.view.state.genesis, visitor.site.now())


def filed(visitor: Visitor, day: str) -> DailyReturn | None:
    found = visitor.desk.ledger.returns.get((visitor.desk.settings.ncp, day))
    return found.form if found is not None else None


async def test_nothing_found_is_one_button(de: Visitor) -> None:
    page = await de.get("/controls")
    assert "has filed nothing yet" in page.text
    sent = await de.post("/controls/nil", page.form("/controls/nil"))
    assert sent.address == "/controls"
    assert "has filed nothing yet" not in sent.text  # it waits, as the page says: who reads on does not file again
    await de.sync()
    assert filed(de, today(de)) == DailyReturn(day=today(de), kind="nil", running="well")
    assert in_order((await de.get("/controls")).text, "your country filed: Nil return", "replaces it")


async def test_the_same_button_sent_twice_files_once(fr: Visitor) -> None:
    form = (await fr.get("/controls")).form("/controls/nil")
    before = len(fr.desk.outbox.items())
    await fr.post("/controls/nil", form)
    await fr.post("/controls/nil", form)
    assert len(fr.desk.outbox.items()) == before + 1
    await fr.sync()


async def test_controls_are_entered_and_corrected(pl: Visitor) -> None:
    address = f"{RETURN}?day={today(pl)}"
    form = (await pl.get(address)).form(RETURN)
    assert (form["day"], form["kind"], form["running"]) == (today(pl), "control", "well")
    checks = {"checks-0-kind": "vehicles", "checks-0-checked": "120", "checks-0-with_result": "1"}
    assert (await pl.post(RETURN, form | checks)).address == "/controls"
    await pl.sync()
    assert in_order((await pl.get("/controls")).text, "Control return", "120", "1")
    again = await pl.get(address)
    assert "What you send now replaces it" in again.text
    known = again.form(RETURN)
    assert known["checks-0-checked"] == "120"
    await pl.post(RETURN, known | {"checks-0-checked": "125"})
    await pl.sync()
    form_now = filed(pl, today(pl))
    assert form_now is not None
    assert form_now.checks[0].checked == 125
    assert "corrected 1 time" in (await pl.get("/controls")).text


async def test_a_nil_return_over_controls_asks_once(pl: Visitor) -> None:
    form = (await pl.get("/controls")).form("/controls/nil")
    asked = await pl.post("/controls/nil", form)
    assert asked.status == 409
    assert "Replace the return of that day?" in asked.text
    before = len(pl.desk.outbox.items())
    await pl.post("/controls/nil", asked.form("/controls/nil"))
    assert len(pl.desk.outbox.items()) == before + 1


async def test_controls_without_any_are_faulty_and_what_was_typed_is_kept(de: Visitor) -> None:
    form = (await de.get(RETURN)).form(RETURN)
    empty = {name: value for name, value in form.items() if not name.startswith("checks")}
    page = await de.post(RETURN, empty | {"kind": "control", "_words": "x"})
    assert page.status == 422
    assert "Please correct this" in page.text
    assert page.form(RETURN)["_words"].strip() == "x"


async def test_past_days_without_a_return_are_missing(de: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    now = de.site.now()
    monkeypatch.setattr(de.site, "now", lambda: now + 3 * DAY)
    page = await de.get("/controls")
    assert "For 2 past days your country has filed nothing" in page.text
    assert in_order(page.text, "not yet", "missing", "missing", "Nil return")
    assert f"{RETURN}?day={today(de)}" in page.links


async def test_pending_quantities_are_listed(fr: Visitor) -> None:
    form: dict[str, Any] = {
        "agency": "customs", "seizure_day": today(fr), "place": "FRMRS", "location_type": "seaport",
        "direction": "import", "transport_mode": "maritime", "selection_reason": "routine",
        "goods": [{"commodity": "drugs.cocaine", "unit": "KGM", "quantity_basis": "pending"}],
    }  # fmt: skip
    report = fr.desk.actions.report_seizure(form)
    await fr.sync()
    page = await fr.get("/controls")
    assert "Quantities still to be filled in" in page.text
    assert f"/seizures/{report}" in page.links


async def test_outcomes_are_returned_and_corrected(de: Visitor, fr: Visitor) -> None:
    assert "No outcomes were returned yet" in (await de.get("/outcomes")).text
    form = (await de.get(OUTCOME)).form(OUTCOME)
    filled = form | {"prosecutions": "3", "fines-0-amount": "1200.50", "fines-0-currency": "EUR"}
    assert (await de.post(OUTCOME, filled)).address == "/outcomes"
    await de.sync()
    page = await de.get("/outcomes")
    assert "1,200.5" in page.text
    link = next(link for link in page.links if link.startswith(f"{OUTCOME}?"))
    again = (await de.get(link)).form(OUTCOME)
    assert again["prosecutions"] == "3"
    await de.post(OUTCOME, again | {"prosecutions": "4"})
    await de.sync()
    await fr.sync()
    (form_now,) = fr.desk.ledger.outcomes.values()
    assert form_now.prosecutions == 4
    assert in_order((await fr.get("/outcomes")).text, "Of others", "Germany", "4")


async def test_nothing_found_on_a_day_with_seizures_asks_once_and_says_how_many(fr: Visitor) -> None:
    day = local_day(fr.desk.view.state.genesis, fr.site.now() - DAY)
    fr.desk.actions.report_seizure(shortest_report(seizure_day=day, seizures=2))
    await fr.sync()
    fr.desk.actions.report_seizure(shortest_report(seizure_day=day))  # it waits to be sent
    withdrawn = fr.desk.actions.report_seizure(shortest_report(seizure_day=day, place="CALAIS"))
    fr.desk.actions.withdraw_seizure(withdrawn, "error")
    before = len(fr.desk.outbox.items())
    asked = await fr.post("/controls/nil", {"day": day})
    assert asked.status == 409
    assert "Your country reported 3 seizures that day" in asked.text
    assert "Replace" not in asked.text
    assert len(fr.desk.outbox.items()) == before
    await fr.post("/controls/nil", asked.form("/controls/nil"))
    assert len(fr.desk.outbox.items()) == before + 1
