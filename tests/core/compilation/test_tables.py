import csv
import io
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.compilation.logs import Check, Log, goods, seizure
from tests.core.form.forms import reports as any_reports
from tests.shared import shared_file
from vocu.compilation.filtering import Filter
from vocu.compilation.tables import compile_tables
from vocu.form.messages import CrossCheck, Feedback, WarningNotice
from vocu.form.quantities import quantity_of
from vocu.form.report import Route, Stop
from vocu.form.returns import Money, OutcomeReturn
from vocu.operation import events
from vocu.rendering.csv import table_csv


def running(*countries: str, **fields: Any) -> Log:
    log = Log(*countries, **fields)
    log.open("OPERATIONAL")
    return log


def rows(log: Log, table: str) -> list[dict[str, str]]:
    """A table as somebody reads it who has nothing but its CSV."""
    text = table_csv(compile_tables(log.ledger).table(table)).decode()
    return list(csv.DictReader(io.StringIO(text)))


def lines(log: Log, table: str) -> list[str]:
    return table_csv(compile_tables(log.ledger).table(table)).decode().splitlines()[1:]


def test_a_small_operation_comes_to_the_figures_that_were_worked_out_by_hand() -> None:
    log = running("DE", "LT")
    log.report("DE", seizure(goods(quantity="1000"), goods("drugs.cocaine", "1.5", "KGM")))
    log.report("DE", seizure(goods(quantity="200"), goods(quantity="40"), seizures=3))
    log.report("LT", seizure(goods(quantity="5"), goods(quantity="0.25", unit="KGM"), transport_mode="air"))
    assert lines(log, "T02") == [
        "DE,drugs.cocaine,1,1,1.5,KGM",
        "DE,tobacco.cigarettes,2,4,1240,stick",
        "LT,tobacco.cigarettes,1,1,0.25,KGM",
        "LT,tobacco.cigarettes,1,1,5,stick",
    ]
    assert lines(log, "T03") == [
        "drugs.cocaine,1,1,1.5,KGM",
        "tobacco.cigarettes,1,1,0.25,KGM",
        "tobacco.cigarettes,3,5,1245,stick",
    ]
    assert lines(log, "T04") == ["air,1,1,3,5", "road,2,4,3,5"]
    assert lines(log, "T04G")[-1] == "road,tobacco.cigarettes,2,4,1240,stick,3,5"


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


def test_a_pending_quantity_has_a_row_of_its_own_and_hides_in_no_total() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="12", unit="KGM"), goods(quantity=None, unit="KGM")))
    log.report("DE", seizure(goods(quantity=None, unit="KGM")))
    assert lines(log, "T03") == ["tobacco.cigarettes,1,1,12,KGM", "tobacco.cigarettes,2,2,,KGM"]


def test_amounts_of_another_or_unknown_unit_are_counted_and_not_added_up() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="12", unit="other"), goods(quantity="3", unit="other")))
    assert lines(log, "T03") == ["tobacco.cigarettes,1,1,,other"]


def test_a_quantity_of_zero_counts_like_any_other() -> None:
    log = running("DE")
    log.report("DE", seizure(goods("drugs.khat", "0", "LBR"), seizures=34))
    assert lines(log, "T03") == ["drugs.khat,1,34,0,LBR"]


def test_money_is_tabled_under_its_currency() -> None:
    log = running("DE")
    log.report("DE", seizure(goods("cash.banknotes", "9000", "currency", currency="EUR")))
    log.report("DE", seizure(goods("cash.banknotes", "500.50", "currency", currency="PLN")))
    assert lines(log, "T03") == ["cash.banknotes,1,1,9000,EUR", "cash.banknotes,1,1,500.5,PLN"]


def test_a_joint_seizure_is_counted_once_and_credited_to_each() -> None:
    log = running("DE", "LT")
    log.report("DE", seizure(joint_with=("DE", "LT", "LT")))
    assert lines(log, "T03") == ["tobacco.cigarettes,1,1,1000,stick"]
    assert [row["country"] for row in rows(log, "T02")] == ["DE", "LT"]
    assert {row["country"]: row["reports"] for row in rows(log, "T01")} == {"DE": "1", "LT": "1", "PL": "0"}


def test_tests_restricted_and_withdrawn_reports_stand_in_the_data_status_only() -> None:
    log = Log("DE")
    log.report("DE")
    log.open("OPERATIONAL")
    log.report("DE", restricted=True)
    log.withdraw("DE", log.report("DE"))
    assert lines(log, "T02") == lines(log, "T03") == lines(log, "T19") == []
    status = {row["item"]: row["count"] for row in rows(log, "T18")}
    assert (status["reports_test"], status["reports_restricted"], status["reports_withdrawn"]) == ("1", "1", "1")
    assert status["reports_in_phase"] == "0"


def test_follow_ups_are_tabled_apart_and_only_once_there_are_any() -> None:
    log = running("DE")
    log.report("DE")
    log.open("POST_OPERATIONAL")
    assert "T02F" not in {table.id for table in compile_tables(log.ledger).tables}
    log.report("DE", seizure(goods(quantity="8900000")))
    assert lines(log, "T03") == ["tobacco.cigarettes,1,1,1000,stick"]
    assert lines(log, "T03F") == ["tobacco.cigarettes,1,1,8900000,stick"]
    assert lines(log, "T02F") == ["DE,tobacco.cigarettes,1,1,8900000,stick"]


def test_of_an_amended_report_the_newest_wording_is_tabled() -> None:
    log = running("DE")
    log.amend("DE", log.report("DE"), seizure(goods(quantity="7"), seizure_day="2024-01"))
    assert lines(log, "T19") == ["2024-01,tobacco.cigarettes,1,1,7,stick"]


def test_routes_name_departure_transit_and_destination() -> None:
    log = running("DE")
    route = Route(
        departure=Stop(country="CO"), transit=(Stop(country="PA"), Stop(country="NL")), destination=Stop(country="DE")
    )
    log.report("DE", seizure(route=route))
    log.report("DE", seizure(route=Route(departure=Stop(country="BY"))))
    assert [line.split(",tobacco")[0] for line in lines(log, "T05")] == ["BY,,,", "CO,PA NL,DE,extra_eu"]


def test_methods_are_cross_tabled_and_what_a_report_does_not_say_stays_empty() -> None:
    log = running("DE")
    log.report("DE", seizure(detection_means="dog", concealment="tyre", carried_in="vehicle_body"))
    log.report("DE", seizure(seizures=2))
    assert lines(log, "T07") == ["routine,,1,2", "routine,dog,1,1"]
    assert lines(log, "T08") == [",,1,2", "tyre,vehicle_body,1,1"]
    assert lines(log, "T06") == ["land_border,import,2,3"]


def test_controls_stand_against_their_results() -> None:
    log = running("DE")
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=100, with_result=2, transport_mode="road"))
    log.file("DE", "2024-01-16", Check(kind="vehicles", checked=50, with_result=1, transport_mode="road"))
    log.file("PL", "2024-01-16", Check(kind="parcels", checked=4000, with_result=0, indicator="R-07"))
    assert lines(log, "T10") == ["DE,vehicles,road,,,,150,3", "PL,parcels,,,,R-07,4000,0"]


def test_the_clock_of_a_warning_runs_to_the_first_feedback_and_to_the_seizure_report() -> None:
    log = running("DE", "LT")
    warning = log.post(
        "PL", events.WarningIssued(stat=WarningNotice(addressees=("DE", "LT"), commodity="food", action="control"))
    )
    at = log.state.at
    log.post("DE", events.FeedbackGiven(stat=Feedback(result="not_arrived")), ref=warning, at=at + 90_000)
    report = log.report("DE", at=at + 600_000)
    form = Feedback(result="seized", seizure_report=report)
    log.post("DE", events.FeedbackGiven(stat=form), ref=warning, at=at + 700_000)
    assert [line.split(",", 1)[1] for line in lines(log, "T11")] == [
        f"2024-01-12T14:00:00Z,PL,food,DE,seized,,1,10,{report},no",
        "2024-01-12T14:00:00Z,PL,food,LT,,,,,,no",
    ]


def test_cross_checks_are_counted_by_body_with_their_hits() -> None:
    log = running("DE")
    asked = CrossCheck(body="europol", subject="vehicles", result="pending", items=3)
    answered = CrossCheck(body="europol", subject="vehicles", result="hit", hits=2)
    check = log.post("DE", events.CrossCheckAsked(stat=asked))
    log.post("DE", events.CrossCheckAsked(stat=asked))
    log.post("DE", events.CrossCheckAnswered(stat=answered), ref=check)
    assert lines(log, "T12") == ["europol,vehicles,2,6,1,2"]


def test_values_add_up_by_currency_and_basis_and_never_across() -> None:
    log = running("DE")
    money: dict[str, Any] = {"currency": "PLN", "value_basis": "retail_value"}
    log.report(
        "DE", seizure(goods(value=Decimal("0.10"), duties=Decimal(5), **money), goods(value=Decimal("0.20"), **money))
    )
    log.report("DE", seizure(goods(value=Decimal(7), currency="EUR")))
    assert lines(log, "T13") == ["EUR,,1,7,,", "PLN,retail_value,1,0.3,5,"]


def test_persons_in_reports_and_in_returns_stand_side_by_side_with_what_courts_made_of_it() -> None:
    log = running("DE", "LT")
    log.report("DE", seizure(persons_involved=3, persons_arrested=2, joint_with=("LT",)))
    log.file("DE", "2024-01-15", persons_involved=4, persons_arrested=1, investigations_opened=1)
    for convictions in (1, 2):  # the last one of a period counts
        outcome = OutcomeReturn(
            country="DE", period_from="2024-01-01", period_to="2024-06-30", prosecutions=2, convictions=convictions,
            fines=(Money(amount=Decimal("12.50"), currency="EUR"), Money(amount=Decimal("7.50"), currency="EUR")),
        )  # fmt: skip
        log.post("DE", events.OutcomeReturned(stat=outcome))
    assert lines(log, "T14") == ["DE,3,2,4,1,1,0,0,2,2,0,0,0"]
    assert lines(log, "T14M") == ["DE,20,EUR"]


def test_days_without_a_return_are_counted_up_to_the_newest_issue() -> None:
    log = running("DE", "LT")
    log.admit("EUROPOL", "observer")
    log.file("DE", "2024-01-15")
    log.file("DE", "2024-01-16", Check(kind="vehicles", checked=1, with_result=0))
    assert {row["missing_days"] for row in rows(log, "T01")} == {"0"}
    log.newsletter("2024-01-16")
    log.file("LT", "2024-01-16")
    found = {row["country"]: (row["control_days"], row["nil_days"], row["missing_days"]) for row in rows(log, "T01")}
    assert found == {"DE": ("1", "1", "0"), "EUROPOL": ("0", "0", "0"), "LT": ("0", "1", "1"), "PL": ("0", "0", "2")}
    status = {row["item"]: row["count"] for row in rows(log, "T18")}
    assert (status["returns_late"], status["returns_missing"]) == ("1", "3")


def test_days_before_a_participant_came_in_are_not_missing() -> None:
    log = running("DE")
    log.newsletter("2024-01-16")
    log.admit("LT")
    assert {row["country"]: row["missing_days"] for row in rows(log, "T01")} == {"DE": "2", "LT": "0", "PL": "2"}
    log.newsletter("2024-01-17")
    assert {row["country"]: row["missing_days"] for row in rows(log, "T01")} == {"DE": "3", "LT": "1", "PL": "3"}


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


def test_a_real_month_comes_to_its_published_totals() -> None:
    """Customs and Border Protection, October 2022: one report per line, pounds with binary noise, zeros included."""
    drugs = {
        "Cocaine": "drugs.cocaine", "Ecstasy": "drugs.mdma", "Fentanyl": "drugs.fentanyl", "Heroin": "drugs.heroin",
        "Ketamine": "drugs.ketamine", "Khat (Catha Edulis)": "drugs.khat", "Lsd": "drugs.lsd",
        "Marijuana": "drugs.cannabis_herb", "Methamphetamine": "drugs.methamphetamine", "Other Drugs**": "drugs.other",
    }  # fmt: skip
    log = running("US-CBP", starts_day="2022-10-01", ends_day="2022-10-31")
    text = shared_file("data/cbp_drugs_us/nationwide-drugs-fy20-fy23.csv").read_text("utf-8")
    month = [row for row in csv.DictReader(io.StringIO(text)) if (row["FY"], row["Month (abbv)"]) == ("2023", "OCT")]
    for row in month:
        line = goods(drugs[row["Drug Type"]], row["Sum Qty (lbs)"], "LBR")
        log.report("US-CBP", seizure(line, seizure_day="2022-10", seizures=int(row["Count of Event"])))
    assert len(month) == 187
    found = {row["commodity"]: (int(row["seizures"]), round(Decimal(row["quantity"]), 3)) for row in rows(log, "T03")}
    assert found == {
        "drugs.cocaine": (235, Decimal("4993.639")),
        "drugs.mdma": (62, Decimal("62.202")),
        "drugs.fentanyl": (115, Decimal("1939.568")),
        "drugs.heroin": (32, Decimal("135.743")),
        "drugs.ketamine": (131, Decimal("1049.556")),
        "drugs.khat": (15, Decimal("2763.057")),
        "drugs.lsd": (38, Decimal("1.887")),
        "drugs.cannabis_herb": (1384, Decimal("9933.843")),
        "drugs.methamphetamine": (310, Decimal("11479.011")),
        "drugs.other": (1913, Decimal("4981.119")),
    }


def test_indicators_are_held_against_controls_and_reports_that_hit_none_stand_by_themselves() -> None:
    log = running("DE")
    log.report("DE", seizure(indicators_hit=("R-07", "R-01", "R-07")))
    log.report("DE", seizure(indicators_hit=("R-07",)))
    log.report("DE")
    checks = (
        Check(kind="vehicles", checked=50, with_result=2, transport_mode="road", indicator="R-07"),
        Check(kind="parcels", checked=9, with_result=0, transport_mode="mail", indicator="R-09"),
        Check(kind="parcels", checked=4, with_result=1),
    )
    log.file("DE", "2024-01-15", *checks)
    assert lines(log, "T09") == [
        ",,0,4,1,",
        ",road,1,0,0,",
        "R-01,road,1,0,0,yes",
        "R-07,road,2,50,2,yes",
        "R-09,mail,0,9,0,no",
    ]


def test_routes_within_the_union_are_told_by_the_day_of_seizure() -> None:
    log = running("DE")
    route = Route(departure=Stop(country="GB"), destination=Stop(country="DE"))
    for day in ("2020-01-31", "2020-02-01", "2020"):
        log.report("DE", seizure(route=route, seizure_day=day))
    assert [(row["scope"], row["reports"]) for row in rows(log, "T05")] == [
        ("", "1"), ("extra_eu", "1"), ("intra_eu", "1"),
    ]  # fmt: skip


def test_annexes_count_each_attribute_of_goods_and_currencies_of_money_alone() -> None:
    log = running("DE")
    jin = goods(quantity="100", brand="JIN LING", origin_kind="cheap_white", value=Decimal(3), currency="PLN")
    log.report("DE", seizure(jin, jin, goods("cash.banknotes", "9", "currency", currency="EUR"), seizures=4))
    log.report(
        "DE", seizure(goods(quantity=None, brand="JIN LING"), goods("cites.live", "2", "head", species="TESTUDO"))
    )
    assert lines(log, "T20") == [
        "cash.banknotes,currency,EUR,1,4,9,EUR",
        "cites.live,species,TESTUDO,1,1,2,head",
        "tobacco.cigarettes,brand,JIN LING,1,4,200,stick",
        "tobacco.cigarettes,brand,JIN LING,1,1,,stick",
        "tobacco.cigarettes,origin_kind,cheap_white,1,4,200,stick",
    ]


# --- filters ---

MORE = st.lists(
    st.tuples(
        st.sampled_from(["DE", "LT", "PL"]), any_reports, st.lists(st.sampled_from(["DE", "LT", "PL"]), max_size=2)
    ),
    max_size=6,
)
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
@given(MORE)
def test_the_results_of_one_country_are_its_rows_of_the_whole(filed: list[Any]) -> None:
    log = running("DE", "LT")
    for country, stat, joint in filed:
        log.report(country, replace(stat, joint_with=tuple(joint)))
    whole, own = compile_tables(log.ledger), compile_tables(log.ledger, Filter(countries=("LT",)))
    for table in ("T01", "T02", "T02J"):
        assert own.table(table).rows == tuple(row for row in whole.table(table).rows if row[0] == "LT")
    assert [row[1:] for row in own.table("T02").rows] == list(own.table("T03").rows)


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
