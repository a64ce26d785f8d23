from collections import defaultdict
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.compilation.as_csv import rows
from tests.core.compilation.logs import Check, Log, running
from tests.core.form.forms import reports as any_reports
from vocu.compilation.tables import compile_tables
from vocu.form.quantities import quantity_of

MORE = st.lists(
    st.tuples(
        st.sampled_from(["DE", "LT", "PL"]), any_reports, st.lists(st.sampled_from(["DE", "LT", "PL"]), max_size=2)
    ),
    max_size=6,
)


def test_the_columns_that_others_rely_on_stay_as_they_are() -> None:
    tables = {table.id: [column.name for column in table.columns] for table in compile_tables(Log().ledger).tables}
    assert tables["T02"] == ["country", "commodity", "reports", "seizures", "quantity", "unit"]
    assert tables["T03"] == ["commodity", "reports", "seizures", "quantity", "unit"]
    assert list(tables) == [
        "T00", "T01", "T01N", "T02", "T02J", "T02N", "T03", "T03C", "T04", "T04G", "T05", "T06", "T07", "T08", "T09",
        "T10", "T11", "T12", "T13", "T13E", "T14", "T14M", "T15", "T16", "T17", "T18", "T18C", "T19", "T20",
    ]  # fmt: skip


def test_every_table_says_what_it_counts_and_an_empty_one_why_it_is() -> None:
    for table in compile_tables(Log().ledger).tables:
        assert len(table.definition) > 60
        assert bool(table.missing) == (not table.rows)
    filled = running("DE")
    filled.report("DE")
    assert compile_tables(filled.ledger).table("T03").missing == ""


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["DE", "LT", "PL"]), any_reports), max_size=6))
def test_tables_agree_with_an_independent_count_and_with_each_other(filed: list[Any]) -> None:
    log = running("DE", "LT")
    expected: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [0, 0, Fraction(0)])
    for country, stat in filed:
        log.report(country, stat)
        seen = set()
        for line in stat.goods:
            if (quantity := quantity_of(line)) is not None:
                found = expected[line.commodity, quantity.unit]
                if (line.commodity, quantity.unit) not in seen:
                    found[0] += 1
                    found[1] += stat.seizures
                found[2] += Fraction(quantity.amount)
                seen.add((line.commodity, quantity.unit))
    tabled = {
        (row["commodity"], row["unit"]): [int(row["reports"]), int(row["seizures"]), Fraction(row["quantity"])]
        for row in rows(log, "T03")
        if row["quantity"]
    }
    assert tabled == expected
    for other in ("T04G", "T05", "T19"):  # partitions of the same reports
        totals: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [0, 0, Fraction(0)])
        for row in rows(log, other):
            if row["quantity"]:
                found = totals[row["commodity"], row["unit"]]
                found[0] += int(row["reports"])
                found[1] += int(row["seizures"])
                found[2] += Fraction(row["quantity"])
        assert totals == expected
    for other in ("T04", "T06", "T07", "T08"):
        assert sum(int(row["seizures"]) for row in rows(log, other)) == sum(stat.seizures for _, stat in filed)


@settings(max_examples=20, deadline=None)
@given(MORE)
def test_countries_less_joint_credits_are_the_total(filed: list[Any]) -> None:
    log = running("DE", "LT")
    for country, stat, joint in filed:
        log.report(country, replace(stat, joint_with=tuple(joint)))
    sums: dict[tuple[str, str, bool], list[Any]] = defaultdict(lambda: [0, 0, Fraction(0)])
    for table, sign in (("T02", 1), ("T02J", -1)):
        for row in rows(log, table):
            found = sums[row["commodity"], row["unit"], row["quantity"] == ""]
            found[0] += sign * int(row["reports"])
            found[1] += sign * int(row["seizures"])
            found[2] += sign * Fraction(row["quantity"] or 0)
    assert sums == {
        (row["commodity"], row["unit"], row["quantity"] == ""): [
            int(row["reports"]), int(row["seizures"]), Fraction(row["quantity"] or 0),
        ]
        for row in rows(log, "T03")
    }  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(MORE, st.randoms(use_true_random=False))
def test_any_interleaving_of_what_countries_post_gives_the_same_tables(filed: list[Any], chance: Any) -> None:
    """But for T18C, which names entries of the log; T11 is in its order."""
    by_country = {country: [each for each in filed if each[0] == country] for country in ("DE", "LT", "PL")}
    mixed = [by_country[country].pop(0) for country in chance.sample([each[0] for each in filed], len(filed))]
    found = []
    for order in (filed, mixed):
        log = running("DE", "LT")
        for country, stat, joint in order:
            report = log.report(country, replace(stat, joint_with=tuple(joint)))
            if len(joint) == 2:
                log.withdraw(country, report)
            elif joint:
                log.amend(country, report, stat)
            log.file(country, "2024-01-15", Check(kind="parcels", checked=stat.seizures, with_result=0))
        found.append([table for table in compile_tables(log.ledger).tables if table.id != "T18C"])
    assert found[0] == found[1]
