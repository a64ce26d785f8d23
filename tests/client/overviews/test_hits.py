"""The same container, seal, vehicle, bill or party in different reports, as far as this desk may open them."""

from typing import Any

from tests.client.overviews.seen import Seen
from tests.core.compilation.logs import seizure
from tests.scenario import Scenario
from vocu.form.report import Company, Person, SeizureNominal
from vocu.operation import bodies, events
from vocu_client.overviews.hits import marks


def report(scenario: Scenario, by: str, to: str = "PL", **nominal: Any) -> str:
    event = events.SeizureReported(stat=seizure(), nominal=SeizureNominal(**nominal))
    return scenario.post(by, event, readers={"nominal": (to,)})


def found(seen: Seen) -> dict[tuple[str, str], tuple[str, ...]]:
    return {tuple(hit.mark): hit.reports for hit in seen.see().hits.found()}  # type: ignore[misc]


def test_the_organiser_sees_what_stands_in_reports_of_different_countries(scenario: Scenario, pl: Seen) -> None:
    first = report(scenario, "DE", containers=("MSCU1234565",), seals=("S 0000-01",), plates=("AA 1",))
    second = report(scenario, "FR", containers=("MSCU1234565",), seals=("s000001",), plates=("AA 1",))
    report(scenario, "FR", containers=("MSCU7654321",))
    assert found(pl) == {("container", "MSCU1234565"): (first, second), ("seal", "S000001"): (first, second)}
    assert set(pl.overviews.hits.of(first)) == set(pl.overviews.hits.found())


def test_parties_are_the_same_in_any_order_case_and_accent(scenario: Scenario, pl: Seen) -> None:
    first = report(scenario, "DE", companies=(Company(name="Müller Transporte"),), persons=(Person(name="Ana López"),))
    second = report(
        scenario, "FR", companies=(Company(name="TRANSPORTE, MULLER"),), persons=(Person(name="LOPEZ Ana"),)
    )
    assert found(pl) == {("company", "muller transporte"): (first, second), ("person", "ana lopez"): (first, second)}
    written = {hit.mark.kind: hit.written for hit in pl.overviews.hits.found()}
    assert written == {"company": "Müller Transporte", "person": "Ana López"}  # as people read it


def test_every_kind_of_number_is_compared_within_its_kind() -> None:
    nominal = SeizureNominal(
        containers=("A123",), seals=("A123",), vins=("A123",), airway_bills=("020-12345675",), parcels=("RR 123 PL",)
    )
    assert [tuple(mark) for mark in marks(nominal)] == [
        ("container", "A123"), ("seal", "A123"), ("vin", "A123"), ("bill", "02012345675"), ("parcel", "RR123PL"),
    ]  # fmt: skip
    assert list(marks(SeizureNominal(seals=("-", "12"), persons=(Person(note="x"),)))) == []


def test_a_desk_sees_no_hit_with_what_is_sealed_to_others(scenario: Scenario, de: Seen) -> None:
    report(scenario, "DE", seals=("S000001",))
    report(scenario, "FR", seals=("S000001",))
    assert found(de) == {}
    seen = report(scenario, "FR", to="DE", seals=("S000001",))
    assert list(found(de)) == [("seal", "S000001")]
    assert seen in found(de)["seal", "S000001"]


def test_one_report_alone_is_no_hit_however_often_it_is_amended(scenario: Scenario, pl: Seen) -> None:
    first = report(scenario, "DE", vins=("XXX00000000000000",))
    again = events.SeizureAmended(stat=seizure(), nominal=SeizureNominal(vins=("XXX00000000000000",)))
    scenario.post("DE", again, ref=first, readers={"nominal": ("PL",)})
    assert found(pl) == {}


def test_an_amendment_takes_its_hits_along_and_a_withdrawal_ends_them(scenario: Scenario, pl: Seen) -> None:
    first, second = (report(scenario, by, parcels=("RR123456785PL",)) for by in ("DE", "FR"))
    assert len(found(pl)) == 1
    corrected = events.SeizureAmended(stat=seizure(), nominal=SeizureNominal(parcels=("RR000000000PL",)))
    scenario.post("DE", corrected, ref=first, readers={"nominal": ("PL",)})
    assert found(pl) == {}
    third = report(scenario, "DE", parcels=("RR123456785PL",))
    assert found(pl) == {("parcel", "RR123456785PL"): (second, third)}
    scenario.post("FR", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), ref=second)
    assert found(pl) == {}
    assert pl.overviews.hits.of(third) == ()
