"""Profiles: what they may say, what they are filled with, and that a gap is listed and never closed by invention."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.client.replicas import Replicated
from tests.core.compilation.logs import Log, goods, seizure
from tests.scenario import Scenario
from vocu.compilation.filtering import EVERYTHING, Filter
from vocu.errors import MalformedError, RefusedError
from vocu.form.report import Person, Route, SeizureNominal, SeizureReport, Stop
from vocu.operation import events
from vocu_client.profiles.files import gap_line, profile_files
from vocu_client.profiles.filling import Filled, Gap, Source, fill
from vocu_client.profiles.gathering import gather
from vocu_client.profiles.profile import Profile, load_profile, read_profile, shipped

CASH = seizure(
    goods("cash.banknotes", "15000", "currency", currency="EUR", declared_quantity=Decimal(5000)),
    goods("cash.counterfeit_notes", "40", "H87"),
    carried_in="luggage",
    direction="export",
)
SHOES = seizure(
    goods("ipr.shoes", "120", "H87", right_type="trade_mark", value=Decimal("9600.50"), currency="EUR"),
    goods("tobacco.cigarettes", "5000", "stick", right_type="trade_mark"),
    goods("tobacco.cigarettes", "7000", "stick"),
    direction="transit",
    route=Route(departure=Stop(country="CN"), transit=(Stop(country="AE"), Stop(country="TR"))),
)


def sources(*stats: SeizureReport, owner: str = "DE") -> list[Source]:
    log = Log("DE", "FR")
    log.open("OPERATIONAL")
    for stat in stats:
        log.report(owner, stat)
    return [Source(report, report.stat, "2024-01-15") for report in log.ledger.reports.values() if report.stat]


def sheet(name: str, sheet_name: str, given: Iterable[Source], **more: Any) -> tuple[list[dict[str, str]], list[Gap]]:
    filled, gaps = fill(load_profile(name), given, more.pop("only", EVERYTHING), **more)
    chosen = next(each for each in filled if each.sheet.name == sheet_name)
    rows = [dict(zip(chosen.names, row, strict=True)) for row in chosen.rows]
    return rows, [gap for gap in gaps if gap.sheet == sheet_name]


def gap(gaps: list[Gap], field: str) -> Gap:
    return next(each for each in gaps if each.field == field)


# --- what a profile may say ---


@pytest.mark.parametrize("name", shipped())
def test_each_shipped_profile_names_its_sources_and_says_that_it_is_not_certified(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert profile.based_on
    assert any(words in profile.notice for words in ("neither", "not the format"))


def read(**changes: str) -> Profile:
    field = {"name": '"A"', "from": '"goods.quantity"'} | changes
    fields = ", ".join(f"{name} = {value}" for name, value in field.items() if value)
    return read_profile(
        f'name = "x"\ntitle = "X"\nnotice = "N"\nbased_on = []\n[[sheets]]\nname = "s"\nfields = [{{ {fields} }}]\n'
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"from": '"goods.colour"'}, "goods.colour is no field of ours"),
        ({"from": '"report.goods.quantity"'}, "is no field of ours"),
        ({"constant": '"x"'}, "one of from, constant and missing"),
        ({"from": ""}, "one of from, constant and missing"),
        ({"name": '"A B"'}, "a name is made of letters"),
        ({"table": '"none"'}, "there is no [tables.none]"),
        ({"label_of": '"none"'}, "there is no code list none"),
        ({"measure": '"sum"'}, "unlike ones stay apart"),
    ],
)
def test_a_profile_that_cannot_be_used_says_where(changes: dict[str, str], said: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read(**changes)
    assert caught.value.code == "bad-profile"
    assert said in str(caught.value)


def test_a_profile_is_a_shipped_one_or_a_file(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(shipped()["eu-cash"].replace('name = "eu-cash"', 'name = "own"'), "utf-8")
    assert load_profile(str(own)).name == "own"
    with pytest.raises(RefusedError, match="cen, eu-cash, eu-ipr"):
        load_profile("afis")
    own.write_text("name = ", "utf-8")
    with pytest.raises(MalformedError, match="cannot be read"):
        load_profile(str(own))


# --- what is filled ---


def test_a_seizure_message_has_a_row_for_each_goods_line_in_their_words() -> None:
    rows, _ = sheet("cen", "seizures", sources(SHOES))
    assert [row["Quantity"] for row in rows] == ["120", "5000", "7000"]
    assert rows[0]["Section"] == "IPR, health and safety"
    assert rows[0]["TransportCode"] == "3"
    assert rows[0]["UnitCode"] == "H87"
    assert rows[0]["TransitCountries"] == "AE; TR"
    assert rows[0]["DepartureCountry"] == "CN"
    assert rows[1]["Section"] == "Revenue"
    assert "PersonNames" not in rows[0]


def test_what_our_form_lacks_or_a_report_does_not_say_is_listed_and_left_empty() -> None:
    rows, gaps = sheet("cen", "seizures", sources(SHOES))
    assert rows[1]["Value"] == ""
    assert (gap(gaps, "Value").why, gap(gaps, "Value").rows, gap(gaps, "Value").of) == ("not_given", 2, 3)
    assert "Coordinates" not in rows[0]
    assert gap(gaps, "Coordinates").why == "not_in_our_form"
    assert rows[1]["UnitCode"] == ""
    assert (gap(gaps, "UnitCode").why, gap(gaps, "UnitCode").detail) == ("no_code_of_theirs", "stick")
    assert gap(gaps, "PersonNames").why == "nominal_left_out"
    assert "sticks" not in gap_line(gap(gaps, "UnitCode"))
    assert gap_line(gap(gaps, "UnitCode")) == (
        "seizures.UnitCode: a code of ours that has none of theirs (stick), in 2 of 3 rows"
    )


def test_cash_is_split_by_its_nature_and_counterfeit_notes_have_none() -> None:
    rows, gaps = sheet("eu-cash", "cases", sources(CASH, SHOES))
    assert [(row["NatureOfCash"], row["AmountFound"], row["Currency"]) for row in rows] == [
        ("currency", "15000", "EUR"),
        ("", "40", ""),
    ]
    assert rows[0]["AmountDeclared"] == "5000"
    assert (rows[0]["Movement"], rows[0]["Accompanied"]) == ("leaving the Union", "accompanied")
    assert gap(gaps, "NatureOfCash").detail == "cash.counterfeit_notes"


def test_statistics_add_up_exactly_and_never_across_units_or_currencies() -> None:
    dollars = seizure(
        goods("cash.banknotes", "20000.10", "currency", currency="USD"), carried_in="luggage", direction="export"
    )
    more = seizure(
        goods("cash.banknotes", "0.2", "currency", currency="EUR"),
        carried_in="on_person",
        direction="export",
        seizures=3,
    )
    rows, gaps = sheet("eu-cash", "statistics", sources(CASH, dollars, more))
    money = {row["Currency"]: (row["Infringements"], row["AmountInvolved"]) for row in rows}
    assert money == {"EUR": ("4", "15000.2"), "USD": ("1", "20000.1"), "": ("1", "40")}
    assert gap(gaps, "Controls").why == "not_in_our_form"


def test_a_pending_amount_is_not_counted_and_said() -> None:
    pending = seizure(goods("ipr.shoes", None, "H87", right_type="trade_mark"), direction="transit")
    same = seizure(goods("ipr.shoes", "7", "H87", right_type="trade_mark"), direction="transit")
    rows, gaps = sheet("eu-ipr", "statistics", sources(pending, same))
    assert [(row["Cases"], row["Articles"]) for row in rows] == [("2", "7")]
    assert (gap(gaps, "Articles").rows, gap(gaps, "Articles").of) == (1, 2)


def test_goods_that_infringe_a_right_are_detentions_whatever_they_were_reported_as() -> None:
    rows, _ = sheet("eu-ipr", "detentions", sources(SHOES, CASH))
    assert [(row["ProductCategory"], row["Articles"]) for row in rows] == [
        ("Shoes, including parts and accessories", "120"),
        ("Tobacco products", "5000"),
    ]


def test_period_commodity_and_mode_restrict_the_rows() -> None:
    given = sources(SHOES, seizure(seizure_day="2024-01-18"), seizure(seizure_day="2024-01"))
    late, _ = sheet("cen", "seizures", given, only=Filter(period_from="2024-01-16", period_to="2024-01-31"))
    assert [row["DateOfSeizure"] for row in late] == ["2024-01-18"]
    tobacco, _ = sheet("cen", "seizures", given, only=Filter(commodities=("tobacco",)))
    assert len(tobacco) == 4


# --- what is gathered ---


def test_tests_withdrawn_and_restricted_reports_are_left_out(scenario: Scenario, de: Replicated) -> None:
    kept = scenario.post("DE", events.SeizureReported(stat=seizure()))
    gone = scenario.post("DE", events.SeizureReported(stat=seizure()))
    from vocu.operation.bodies import Withdrawal

    scenario.post("DE", events.SeizureWithdrawn(stat=Withdrawal(reason="error")), ref=gone)
    scenario.post("DE", events.SeizureReported(stat=seizure()), readers={"stat": ("DE", "PL")})
    scenario.post("FR", events.SeizureReported(stat=seizure()))
    de.catch_up()
    assert [each.report.id for each in gather(de.ledger, de.reading, frozenset({"DE"}), nominal=False)] == [kept]
    assert len(list(gather(de.ledger, de.reading, frozenset(), nominal=False))) == 2


def test_names_are_filled_only_where_asked_for_and_only_those_that_this_desk_can_open(
    scenario: Scenario, de: Replicated
) -> None:
    named = SeizureNominal(persons=(Person(name="=cmd|' /C calc'!A0"), Person(name="Ivanova")))
    scenario.post("DE", events.SeizureReported(stat=CASH, nominal=named))
    scenario.post("FR", events.SeizureReported(stat=CASH, nominal=named), readers={"nominal": ("FR", "PL")})
    scenario.post("FR", events.SeizureReported(stat=CASH))
    de.catch_up()
    given = list(gather(de.ledger, de.reading, frozenset(), nominal=True))
    assert [each.sealed for each in given] == [False, True, False]
    rows, gaps = sheet("eu-cash", "cases", given, nominal=True)
    assert [row["PersonNames"] for row in rows[::2]] == ["=cmd|' /C calc'!A0; Ivanova", "", ""]
    assert (gap(gaps, "nominal.*").rows, gap(gaps, "nominal.*").why) == (2, "sealed_to_others")
    without, _ = sheet("eu-cash", "cases", given)
    assert not any("Ivanova" in text for row in without for text in row.values())


# --- the files ---


def test_all_files_say_the_same_and_no_spreadsheet_runs_what_stands_in_them() -> None:
    evil = Source(sources(CASH)[0].report, CASH, "2024-01-15", SeizureNominal(persons=(Person(name="=1+1\u0007"),)))
    profile = load_profile("eu-cash")
    filled, gaps = fill(profile, [evil], EVERYTHING, nominal=True)
    files = profile_files(profile, filled, gaps, {"operation": "O", "position": 7, "root": "R"})
    assert set(files) == {
        *(f"eu-cash-{sheet}.{form}" for sheet in ("cases", "statistics") for form in ("csv", "json", "xml")),
        "missing.json",
        "missing.txt",
    }
    table = list(csv.DictReader(io.StringIO(files["eu-cash-cases.csv"].decode())))
    whole = json.loads(files["eu-cash-cases.json"])
    tree = ET.fromstring(files["eu-cash-cases.xml"])
    assert table[0]["PersonNames"] == "'=1+1 "
    assert [{name: text.lstrip("'") for name, text in row.items() if text} for row in table] == [
        {name: text.replace("\u0007", " ") for name, text in row.items()} for row in whole["rows"]
    ]
    assert [[(cell.tag, cell.text) for cell in row] for row in tree.iter("row")] == [
        [(name, text.replace("\u0007", " ")) for name, text in row.items()] for row in whole["rows"]
    ]
    assert tree.get("position") == "7"
    assert whole["notice"] == profile.notice
    missing = json.loads(files["missing.json"])["missing"]
    assert {"sheet": "cases", "field": "IntendedUse", "why": "not_in_our_form", "rows": 2, "of": 2,
            "detail": "what the money is for is not in the form"} in missing  # fmt: skip
    assert "IntendedUse: asked for, and our form does not have it" in files["missing.txt"].decode()


def test_no_report_makes_files_with_heads_alone() -> None:
    profile = load_profile("cen")
    filled, gaps = fill(profile, [], EVERYTHING)
    assert [each.rows for each in filled] == [()]
    assert isinstance(filled[0], Filled)
    assert profile_files(profile, filled, gaps, {})["cen-seizures.csv"].startswith(b"MessageType,CaseReference")
