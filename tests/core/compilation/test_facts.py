from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import reckoning, stream
from tests.core.compilation.logs import Log, goods, seizure
from tests.core.compilation.test_ledger import logs
from tests.core.form.forms import amounts
from vocu.compilation.counting import Goods
from vocu.compilation.facts import TEXTS, Facts
from vocu.compilation.ledger import Ledger
from vocu.compilation.selection import Selection, frame_of
from vocu.compilation.tables import compile_tables
from vocu.errors import MalformedError
from vocu.rendering.csv import cell_text

CIGARETTES = Goods("tobacco.cigarettes", "stick", open=False)


def alive(ledger: Ledger) -> list[tuple[Any, ...]]:
    """What counts, in words, as it came."""
    facts = ledger.facts
    rows = frame_of(facts).rows(named=True)
    return [
        tuple(facts.texts[value] if name in TEXTS else value for name, value in row.items())
        for row in rows
        if row["report"] not in facts.dead
    ]


@settings(max_examples=20, deadline=None)
@given(logs(), st.sets(st.integers(0, 20)))
def test_facts_that_grew_while_tables_were_made_are_those_of_a_ledger_made_anew(log: Log, pauses: set[int]) -> None:
    grown = log.again(lambda index, ledger: compile_tables(ledger) if index in pauses else None)
    again = log.again()
    assert alive(grown) == alive(again)
    assert compile_tables(grown) == compile_tables(again)


@settings(max_examples=80, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=30))
def test_sums_are_exact_to_the_last_digit(quantities: list[Decimal]) -> None:
    facts = Facts()
    for quantity in quantities:
        facts.put(None, "DE", "in_phase", seizure(goods(quantity=quantity, value=quantity, currency="EUR")))
    selection = Selection(facts, "in_phase")
    ((_, found, total),) = selection.by_goods()
    assert found == CIGARETTES
    assert total.quantity is not None
    assert Fraction(total.quantity) == sum(map(Fraction, quantities))
    worth = selection.money()[0][1].amounts["value"]
    assert worth is not None
    assert Fraction(worth) == sum(map(Fraction, quantities))


@pytest.mark.parametrize("quantity", ["1000000000000000", "0.0000000000000000000000001", "-1", "NaN", "Infinity"])
def test_an_amount_that_does_not_fit_is_refused_and_never_rounded(quantity: str) -> None:
    with pytest.raises(MalformedError) as refused:
        Facts().put(None, "DE", "in_phase", seizure(goods(quantity=quantity)))
    assert refused.value.code == "bad-quantity"


def test_counts_beyond_what_64_bits_hold_are_exact() -> None:
    facts = Facts()
    for _ in range(1200):
        facts.put(None, "DE", "in_phase", seizure(seizures=2**53 - 1, persons_involved=2**53 - 1))
    selection = Selection(facts, "in_phase")
    assert selection.seizures == 1200 * (2**53 - 1) > 2**63
    assert selection.persons() == {"DE": (1200 * (2**53 - 1), 0)}
    assert selection.by_goods()[0][2].seizures == 1200 * (2**53 - 1)


def test_rows_that_fill_several_blocks_come_out_as_they_went_in() -> None:
    facts = Facts()
    for number in range(70_000):
        facts.put(None, "DE", "in_phase", seizure(goods(quantity=number)))
    ((_, _, total),) = Selection(facts, "in_phase").by_goods()
    assert (total.reports, total.quantity) == (70_000, sum(range(70_000)))
    facts.put(5, "DE", "withdrawn", seizure(goods(quantity=5)))
    ((_, _, total),) = Selection(facts, "in_phase").by_goods()
    assert (total.reports, total.quantity) == (69_999, sum(range(70_000)) - 5)


def test_a_report_that_does_not_count_leaves_nothing_but_whose_it_is() -> None:
    facts = Facts()
    facts.put(None, "DE", "restricted", None)
    facts.put(None, "LT", "withdrawn", seizure(goods("drugs.cocaine", "1.5", "KGM")))
    assert "drugs.cocaine/KGM" not in facts.texts
    assert Selection(facts, "restricted").by_key("owner")[0][0] == ("DE",)
    assert Selection(facts, "in_phase").by_goods() == []


def test_tables_agree_with_those_reckoned_in_plain_python_from_their_definitions() -> None:
    """Two thousand awkward reports: batches, joint ones, pending amounts, fifteen digits after the point."""
    log = Log(*stream.COUNTRIES[1:])
    log.open("OPERATIONAL")
    facts = log.ledger.facts
    for owner, stat in stream.reports(2000):
        facts.put(None, owner, "in_phase", stat)
    results = compile_tables(log.ledger)
    for name, expected in reckoning.reckon(stream.reports(2000)).items():
        table = results.table(name)
        kept = [place for place, column in enumerate(table.columns) if column.name != "scope"]
        rows = sorted(tuple(cell_text(row[place]) for place in kept) for row in table.rows)
        assert (name, rows) == (name, expected)
