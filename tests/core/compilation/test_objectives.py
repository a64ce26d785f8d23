from tests.core.compilation.logs import Check, Log, compiled, goods, seizure
from vocu.operation.statements import Objective


def test_objectives_are_measured_against_their_thresholds_exactly() -> None:
    wanted = (
        Objective(measure="quantity", threshold="1000.5", commodity="tobacco", unit="stick", name="Cigarettes"),
        Objective(measure="seizures", threshold="3"),
        Objective(measure="reports", threshold="2", commodity="drugs"),
        Objective(measure="controls", threshold="100"),
        Objective(measure="countries", threshold="2"),
        Objective(measure="quantity", threshold="1", unit="EUR"),
    )
    log = Log("DE", "LT", objectives=wanted)
    log.report("DE", seizure(seizures=100))  # a test
    log.open("OPERATIONAL")
    log.report("DE", seizure(goods(quantity="1000.4"), goods("tobacco_like", 9), goods(quantity="3", unit="KGM")))
    log.report("DE", seizure(goods("drugs.heroin", None, "KGM"), joint_with=("LT",), seizures=4))
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=99, with_result=0))
    reached = [(row["reached"], row["met"]) for row in compiled(log)["objectives"]]
    assert reached == [("1000.4", False), ("5", True), ("1", False), ("99", False), ("2", True), ("0", False)]
    log.report("DE", seizure(goods(quantity="0.1"), goods(quantity=None)))
    first = compiled(log)["objectives"][0]
    assert first == {
        "measure": "quantity", "threshold": "1000.5", "reached": "1000.5", "met": True, "pending": 1,
        "name": "Cigarettes", "commodity": "tobacco", "unit": "stick",
    }  # fmt: skip
