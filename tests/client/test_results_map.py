from tests.core.compilation.logs import Log, seizure
from vocu.compilation.filtering import EVERYTHING, Filter
from vocu.form.report import Route, Stop
from vocu.rendering.wording import Wording
from vocu_client.results_map import results_map


def running() -> Log:
    log = Log("DE", "LT")
    log.open("OPERATIONAL")
    return log


def test_places_are_circles_with_their_seizures_and_routes_are_arrows() -> None:
    log = running()
    way = Route(departure=Stop(country="BY"), destination=Stop(country="DE"))
    log.report("DE", seizure(place="PLGDN", seizures=3, route=way))
    log.report("DE", seizure(place="PLGDN"))
    log.report("LT", seizure(place="NOWHERE IN PARTICULAR"))
    mapped = results_map(log.ledger, EVERYTHING, Wording())
    assert mapped is not None
    assert "4" in mapped.text.split(" · ")[0]
    assert "Lithuania: 1" in mapped.text
    assert "Belarus → Germany" in mapped.text
    assert mapped.svg.count('class="way"') == 1
    assert mapped.svg.count('class="spot about"') == 1


def test_a_filter_leaves_out_what_it_does_not_take() -> None:
    log = running()
    log.report("DE", seizure(place="PLGDN"))
    log.report("LT", seizure(place="NOWHERE IN PARTICULAR"))
    mapped = results_map(log.ledger, Filter(countries=("LT",)), Wording())
    assert mapped is not None
    assert mapped.text == "Lithuania: 1"


def test_without_seizures_there_is_no_map() -> None:
    assert results_map(running().ledger, EVERYTHING, Wording()) is None
