from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.compilation.logs import Check, goods, running, seizure
from tests.core.compilation.test_tables import MORE
from vocu.compilation.filtering import Filter
from vocu.compilation.tables import compile_tables
from vocu.form.messages import WarningNotice
from vocu.operation import events

FILTERS = st.builds(
    Filter,
    period_from=st.none() | st.sampled_from(["1999-01-01", "2024-02-01"]),
    period_to=st.none() | st.sampled_from(["2024-02-28", "2030-12-31"]),
    commodities=st.sampled_from([(), ("drugs",), ("drugs", "tobacco", "waste"), ("medicines", "ipr.toys")]),
    modes=st.sampled_from([(), ("road", "air"), ("maritime", "rail", "mail")]),
)


@settings(max_examples=20, deadline=None)
@given(MORE, FILTERS)
def test_a_filtered_table_is_that_of_an_operation_in_which_nothing_else_was_reported(
    filed: list[Any], only: Filter
) -> None:
    log, alone = running("DE", "LT"), running("DE", "LT")
    for country, stat, joint in filed:
        report = replace(stat, joint_with=tuple(joint))
        log.report(country, report)
        kept = tuple(line for line in report.goods if only.takes(line.commodity))
        if kept and only.covers(report.seizure_day) and only.goes_by(report.transport_mode):
            alone.report(country, replace(report, goods=kept))
    filtered, expected = compile_tables(log.ledger, only), compile_tables(alone.ledger)
    assert filtered.filter == only
    for table in filtered.tables:
        if not table.unfiltered:
            assert (table.id, table.rows) == (table.id, expected.table(table.id).rows)


@settings(max_examples=20, deadline=None)
@given(MORE)
def test_the_results_of_one_country_are_its_rows_of_the_whole(filed: list[Any]) -> None:
    log = running("DE", "LT")
    for country, stat, joint in filed:
        log.report(country, replace(stat, joint_with=tuple(joint)))
    whole, own = compile_tables(log.ledger), compile_tables(log.ledger, Filter(countries=("LT",)))
    for table in ("T01", "T02", "T02J"):
        assert own.table(table).rows == tuple(row for row in whole.table(table).rows if row[0] == "LT")
    assert [row[1:] for row in own.table("T02").rows] == list(own.table("T03").rows)


def test_a_table_says_which_parts_of_a_filter_it_does_not_follow() -> None:
    only = Filter(period_from="2024-01-15", countries=("DE",), commodities=("drugs",), modes=("road",))
    tables = {table.id: table.unfiltered for table in compile_tables(running("DE").ledger, only).tables}
    assert tables["T03"] == ()
    assert tables["T10"] == ("commodities",)
    assert tables["T15"] == ("period", "countries", "modes")
    assert all(table.unfiltered == () for table in compile_tables(running("DE").ledger).tables)


def test_returns_and_warnings_are_filtered_by_day_country_and_mode() -> None:
    log = running("DE", "LT")
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=10, with_result=2, transport_mode="road"))
    log.file("DE", "2024-01-16", Check(kind="vehicles", checked=1, with_result=0, transport_mode="road"))
    log.file("LT", "2024-01-15", Check(kind="parcels", checked=7, with_result=0, transport_mode="mail"))
    for addressee, commodity in (("DE", "food"), ("LT", "drugs.khat")):
        notice = WarningNotice(addressees=(addressee,), commodity=commodity, action="control")
        log.post("PL", events.WarningIssued(stat=notice))

    def first(table: str, **parts: Any) -> list[Any]:
        return [
            row[4] if table == "T11" else row[-2]
            for row in compile_tables(log.ledger, Filter(**parts)).table(table).rows
        ]

    assert first("T10", period_to="2024-01-15", countries=("DE",)) == [10]
    assert first("T10", modes=("mail",)) == [7]
    assert first("T11", countries=("LT",)) == ["LT"]
    assert first("T11", commodities=("food",)) == ["DE"]
    assert first("T11", modes=("road",)) == []


def test_a_report_counts_though_the_filter_leaves_out_its_first_goods() -> None:
    log = running("DE")
    for _ in range(3):
        log.report(
            "DE", seizure(goods("food", "1", "KGM"), goods("drugs.khat", "2", "KGM"), goods("drugs.mdma", "3", "KGM"))
        )
    log.report("DE", seizure(goods("food", "1", "KGM")))
    results = compile_tables(log.ledger, Filter(commodities=("drugs",)))
    assert results.table("T04").rows == (("road", 3, 3, 3, 3),)
    assert [row[:4] for row in results.table("T03").rows] == [("drugs.khat", 3, 3, 6), ("drugs.mdma", 3, 3, 9)]
