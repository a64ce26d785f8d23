"""An operation with something of everything that the files of its results must get right."""

from typing import Any

from tests.core.compilation.logs import Check, Log, goods, seizure
from vocu.compilation.tables import compile_tables
from vocu.form.report import Route, Stop
from vocu.rendering.dossier import Dossier, Mapped, dossier_of
from vocu.rendering.map import Spot, map_svg
from vocu.rendering.wording import Wording

HOSTILE = "=HYPERLINK(1)"
MANY_LETTERS = "Ħal Qormi, Łódź, Αθήνα, София"


def busy_log() -> Log:
    log = Log("DE", "LT")
    log.admit("XX", name=HOSTILE)
    log.admit("EUROPOL", "support_agency", name=MANY_LETTERS)
    log.open("OPERATIONAL")
    way = Route(departure=Stop(country="BY"), destination=Stop(country="DE"))
    log.report("DE", seizure(goods(quantity="806000"), goods("drugs.cocaine", "12.345678", "KGM"), concealment="tyre"))
    log.report("LT", seizure(goods("drugs.cocaine", "123456789012345.123456789", "KGM"), seizures=2**53, route=way))
    log.report("LT", seizure(goods(quantity=None), seizure_day="2024-01-16", transport_mode="air"))
    log.file("DE", "2024-01-15", Check(kind="vehicles", checked=10, with_result=1))
    log.file("LT", "2024-01-15")
    return log


def dossier(log: Log | None = None, language: str = "en", **how: Any) -> Dossier:
    """The dossier of that log's results, with a map."""
    log = log or busy_log()
    spot = Spot(name="Terespol", latitude=52.08, longitude=23.6, count=3, text="3")
    title = "Map of places and routes"
    mapped = Mapped(title, map_svg(title, "Terespol: 3", [spot]), "Terespol: 3")
    results = compile_tables(log.ledger, **how)
    return dossier_of(log.ledger, results, "the root", Wording(language), mapped)
