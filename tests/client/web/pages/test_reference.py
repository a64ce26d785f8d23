"""Rules and rates at the organiser's desk: nothing is sent before a check page."""

from decimal import Decimal

import pytest

from tests.client.web.conftest import TODAY
from tests.client.web.test_requests import VALUES
from tests.client.web.visitor import Visitor, in_order
from tests.core.form.forms import shortest_report

HOME = "/operation/reference"
RATES, RULES = f"{HOME}/rates", f"{HOME}/rules"


async def cash(visitor: Visitor, currency: str, day: str) -> None:
    goods = [{"commodity": "cash.banknotes", "quantity": "5000", "unit": "currency", "currency": currency}]
    visitor.desk.actions.report_seizure(shortest_report(seizure_day=day, goods=goods))
    await visitor.sync()


async def test_the_page_is_the_organisers(de: Visitor) -> None:
    assert "the organiser's" in (await de.get(HOME)).text


async def test_rates_are_looked_up_shown_and_published_and_what_has_none_is_listed(de: Visitor, pl: Visitor) -> None:
    await cash(de, "USD", "2024-01-16")
    await cash(de, "RSD", "2024-01-16")
    await pl.sync()
    page = await pl.get(HOME)
    assert in_order(page.text, "RSD", "0 of 1", "USD", "0 of 1", "What that list does not have", "RSD on 16 Jan 2024")
    check = await pl.post(RATES, {"from": "ecb"})
    assert in_order(check.text, "1 rate", "16 Jan 2024", "USD", "1.0882", "No rate found", "RSD on 16 Jan 2024")
    assert not pl.desk.ledger.reference.rates
    assert not pl.desk.outbox.waiting(0, 1)
    await pl.post(HOME, check.form(HOME))
    await pl.post(HOME, check.form(HOME))
    await pl.sync()
    assert pl.desk.ledger.reference.rates == {("2024-01-16", "USD"): Decimal("1.0882")}
    assert "European Central Bank" in str(pl.desk.ledger.reference.source)
    assert len([item for item in pl.desk.outbox.items() if item.kind == "reference_published"]) == 1


async def test_a_rate_that_is_known_from_elsewhere_is_typed(pl: Visitor) -> None:
    check = await pl.post(RATES, {"rate-2024-01-16-RSD": "117,25", "origins": "National Bank of Serbia"})
    assert in_order(check.text, "National Bank of Serbia", "RSD", "117.25")
    await pl.post(HOME, check.form(HOME))
    await pl.sync()
    assert pl.desk.ledger.reference.rates["2024-01-16", "RSD"] == Decimal("117.25")
    assert "Every amount has a rate." in (await pl.get(HOME)).text


async def test_faulty_rates_are_said_by_their_field(pl: Visitor) -> None:
    for fields in (
        {"day": TODAY.isoformat(), "currency": "XYZ", "per_euro": "1.5"},
        {"day": "", "currency": "USD", "per_euro": "1.5"},
        {"day": TODAY.isoformat(), "currency": "USD", "per_euro": "1.234"},
        {"day": TODAY.isoformat(), "currency": "USD", "per_euro": "0"},
    ):
        page = await pl.post(RATES, fields)
        assert page.status == 422
        assert "#per_euro" in page.links
    assert (await pl.post(RATES, {})).status == 422


async def test_rules_are_adopted_added_and_given_up_each_after_a_check(pl: Visitor) -> None:
    own = {
        "name": "MDMA tablet", "source": "tablet", "target": "KGM", "factor": "0.00025", "commodity": "drugs.mdma",
        "valid_from": "2024-01-01", "valid_to": "2024-12-31",
    }  # fmt: skip
    check = await pl.post(RULES, {"keep": "pack-of-20"} | own)
    assert in_order(check.text, "2 rules of this operation", "pack-of-20 1 pack = 20", "1 tablet = 0.00025 kg")
    await pl.post(HOME, check.form(HOME))
    await pl.sync()
    assert [rule.name for rule in pl.desk.ledger.reference.rules] == ["pack-of-20", "MDMA tablet"]
    page = await pl.get(HOME)
    assert page.form(RULES)["keep"] == ["pack-of-20", "MDMA tablet"]
    check = await pl.post(RULES, {"keep": "MDMA tablet"})
    assert in_order(check.text, "1 rule of this operation", "No longer in force:", "pack-of-20")


async def test_a_faulty_rule_is_not_taken_and_what_was_typed_stays(pl: Visitor) -> None:
    for changed in ({"factor": "0"}, {"source": "KGM"}, {"name": ""}, {"factor": "much"}):
        page = await pl.post(RULES, {"name": "x", "source": "tablet", "target": "KGM", "factor": "2"} | changed)
        assert page.status == 422, changed
        assert page.form(RULES)["target"] == "KGM"


async def test_a_form_that_was_tampered_with_publishes_nothing(pl: Visitor) -> None:
    before = len(pl.desk.outbox.items())
    assert (await pl.post(HOME, {"id": "", "reference": '{"rules":1}'})).status == 400
    assert len(pl.desk.outbox.items()) == before


@pytest.mark.parametrize("value", VALUES)
async def test_no_value_brings_the_pages_down(pl: Visitor, value: str) -> None:
    before = len(pl.desk.outbox.items())
    rate = {"day": value, "currency": value, "per_euro": value, "origins": value, f"rate-{value}": value}
    rule = dict.fromkeys(("name", "source", "target", "factor", "commodity", "valid_from", "valid_to", "keep"), value)
    for address, fields in (
        (RATES, rate),
        (RATES, {"day": TODAY.isoformat(), "currency": "USD", "per_euro": value}),
        (RULES, rule),
        (RULES, {"name": value, "source": "tablet", "target": "KGM", "factor": "2"}),
        (HOME, {"id": value, "reference": value}),
        ("/operation/edition", {"id": value, "earlier": value, "name": value, "starts_day": value}),
        ("/operation/edition/look", {"file": value}),
    ):
        assert (await pl.post(address, fields)).status < 500, address
    assert len(pl.desk.outbox.items()) == before
