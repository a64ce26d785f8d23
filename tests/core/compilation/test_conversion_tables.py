from decimal import Decimal
from typing import Any

from tests.core.compilation.as_csv import lines, rows
from tests.core.compilation.logs import Log, goods, running, seizure
from vocu.operation import bodies, events


def refer(log: Log, *rules: bodies.ConversionRule, rates: tuple[bodies.Rate, ...] = ()) -> None:
    log.post("PL", events.ReferencePublished(plain=bodies.Reference(rules=rules, rates=rates)))


def rule(name: str, source: str, target: str, factor: str, **fields: Any) -> bodies.ConversionRule:
    return bodies.ConversionRule(name=name, source=source, target=target, factor=factor, **fields)


def test_what_a_rule_reaches_stands_converted_beside_the_raw_quantity_and_the_rest_as_a_gap() -> None:
    log = running("DE")
    log.report("DE", seizure(goods("drugs.khat", "10", "LBR"), goods("drugs.khat", "2", "KGM")))
    log.report("DE", seizure(goods("tobacco.cigarettes", "3", "pack"), goods("tobacco.cigars", "3", "pack")))
    log.report(
        "DE", seizure(goods("drugs.khat", None, "LBR"), goods("cash.banknotes", "5", "currency", currency="EUR"))
    )
    refer(log, rule("Packs of 20", "pack", "stick", "20", commodity="tobacco.cigarettes"))
    assert lines(log, "T03C") == [
        "drugs.khat,1,1,2,KGM,,,,",
        "drugs.khat,1,1,10,LBR,pound-avoirdupois,0.45359237,4.5359237,KGM",
        "drugs.khat,1,1,,LBR,,,,",
        "tobacco.cigarettes,1,1,3,pack,Packs of 20,20,60,stick",
        "tobacco.cigars,1,1,3,pack,,,,",
    ]


def test_a_rule_holds_on_its_days_alone_and_the_organisers_goes_before_the_general_one() -> None:
    log = running("DE")
    for day in ("2024-01-15", "2024-01-16", "2024-01"):
        log.report("DE", seizure(goods("drugs.mdma", "100", "tablet"), seizure_day=day))
    refer(
        log,
        rule("Heavy tablets", "tablet", "KGM", "0.0005", commodity="drugs", valid_from="2024-01-16"),
        rule("Light tablets", "tablet", "KGM", "0.0003", valid_to="2024-01-15"),
    )
    assert [line.split(",", 3)[3] for line in lines(log, "T03C")] == [
        "100,tablet,Heavy tablets,0.0005,0.05,KGM",
        "100,tablet,Light tablets,0.0003,0.03,KGM",
        "100,tablet,,,,",
    ]


def test_goods_are_converted_into_each_unit_that_a_rule_leads_to_by_the_first_one() -> None:
    log = running("DE")
    log.report("DE", seizure(goods(quantity="10", unit="pack")))
    refer(
        log,
        rule("Own packs", "pack", "stick", "25"),
        rule("Packs", "pack", "stick", "20"),
        rule("Weight of packs", "pack", "KGM", "0.02"),
    )
    assert [(row["rule"], row["converted"]) for row in rows(log, "T03C")] == [
        ("Own packs", "250"), ("Weight of packs", "0.2"),
    ]  # fmt: skip


def test_a_conversion_of_the_longest_amounts_is_exact() -> None:
    log = running("DE")
    log.report("DE", seizure(goods("food", "999999999999999.123456789012345678", "LBR")))
    refer(log, rule("odd", "LBR", "head", "123456789012345.000000000000000001"))
    found = {row["rule"]: row["converted"] for row in rows(log, "T03C")}
    exact = 999999999999999123456789012345678 * 123456789012345000000000000000001
    assert found["odd"].replace(".", "").rstrip("0") == str(exact).rstrip("0")


def test_money_is_divided_by_the_rate_of_the_day_or_of_the_last_one_within_a_week() -> None:
    log = running("DE")
    money: dict[str, Any] = {"currency": "PLN", "value_basis": "retail_value"}
    for day in ("2024-01-15", "2024-01-21", "2024-01-22", "2024-01-23", "2024-01"):
        log.report("DE", seizure(goods(value=Decimal("10.01"), **money), seizure_day=day))
    log.report("DE", seizure(goods(value=Decimal(7), duties=Decimal("0.5"), currency="EUR")))
    log.report("DE", seizure(goods("cash.banknotes", "100", "currency", currency="USD")))
    rates = (
        bodies.Rate(day="2024-01-15", currency="PLN", per_euro="4.35"),
        bodies.Rate(day="2024-01-15", currency="USD", per_euro="1.1"),
    )
    refer(log, rates=rates)
    assert lines(log, "T13E") == [
        "EUR,,,1,7,7,0.5,0.5,,,,",
        "PLN,retail_value,,,20.02,,,,,,,",
        "PLN,retail_value,2024-01-15,4.35,30.03,6.9,,,,,,",
        "USD,,2024-01-15,1.1,,,,,,,100,90.91",
    ]
    assert lines(log, "T13") == ["EUR,,1,7,0.5,", "PLN,retail_value,5,50.05,,"]


def test_values_add_up_by_currency_and_basis_and_never_across() -> None:
    log = running("DE")
    money: dict[str, Any] = {"currency": "PLN", "value_basis": "retail_value"}
    log.report(
        "DE", seizure(goods(value=Decimal("0.10"), duties=Decimal(5), **money), goods(value=Decimal("0.20"), **money))
    )
    log.report("DE", seizure(goods(value=Decimal(7), currency="EUR")))
    assert lines(log, "T13") == ["EUR,,1,7,,", "PLN,retail_value,1,0.3,5,"]
