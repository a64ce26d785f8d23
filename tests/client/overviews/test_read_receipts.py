"""Who has received and opened what, as each desk says so itself."""

from tests.client.overviews.seen import Seen
from tests.core.operation.acts import words
from tests.scenario import Scenario
from vocu.form.messages import WarningNotice
from vocu.operation import bodies, events
from vocu_client.overviews.read_receipts import Reader, Readers


def confirm(scenario: Scenario, by: str, to: str, *opened: str) -> int:
    """When the hub admitted it."""
    reading = bodies.Reading(received=scenario.hub.tree.size, opened=opened)
    scenario.post(by, events.ReadingConfirmed(text=reading), to=(to,))
    return scenario.hub.state.at


def of(seen: Seen, event_id: str) -> Readers:
    overviews = seen.see()
    return overviews.receipts.of(seen.desk.reading.entry(event_id))


def test_an_event_is_sent_then_received_then_opened(scenario: Scenario, de: Seen) -> None:
    message = scenario.post("DE", events.MessagePosted(text=words()), to=("FR", "PL"))
    sent_at = scenario.hub.state.at
    assert of(de, message) == Readers(sent_at, (Reader("FR", None, None), Reader("PL", None, None)))
    confirmed_at = confirm(scenario, "FR", "DE", message)
    readers = of(de, message)
    assert readers.readers == (Reader("FR", confirmed_at, confirmed_at), Reader("PL", None, None))
    assert (readers.received, readers.opened) == (1, 1)


def test_whatever_a_participant_posts_later_shows_that_it_has_received(scenario: Scenario, de: Seen) -> None:
    before = scenario.post("FR", events.MessagePosted(text=words()))
    message = scenario.post("DE", events.MessagePosted(text=words()))
    scenario.post("FR", events.MessagePosted(text=words()))
    at = scenario.hub.state.at
    assert of(de, message).readers[0] == Reader("FR", at, None)
    assert before


def test_what_a_desk_posted_without_having_seen_an_entry_shows_nothing_of_it(scenario: Scenario, de: Seen) -> None:
    scenario.delivers = False
    late = scenario.desks["FR"].compose(scenario.draft("FR", events.MessagePosted(text=words()), to=("DE",)))
    message = scenario.post("DE", events.MessagePosted(text=words()), to=("FR",))
    scenario.send(late)
    assert of(de, message).readers == (Reader("FR", None, None),)


def test_a_confirmation_counts_from_its_first_time_only(scenario: Scenario, de: Seen) -> None:
    message = scenario.post("DE", events.MessagePosted(text=words()), to=("FR",))
    first = confirm(scenario, "FR", "DE", message)
    confirm(scenario, "FR", "DE", message)
    assert of(de, message).readers == (Reader("FR", first, first),)


def test_a_warning_is_for_its_addressees_and_an_announcement_for_all_who_read(scenario: Scenario, pl: Seen) -> None:
    scenario.admit("IT", "analyst")
    notice = WarningNotice(addressees=("FR",), commodity="cash", action="control")
    warning = scenario.post("PL", events.WarningIssued(stat=notice))
    announced = scenario.post("PL", events.AnnouncementPosted(text=words()))
    assert [reader.ncp for reader in of(pl, warning).readers] == ["FR"]
    assert [reader.ncp for reader in of(pl, announced).readers] == ["DE", "FR"]


def test_nobody_but_the_author_learns_who_opened_it(scenario: Scenario, pl: Seen) -> None:
    message = scenario.post("DE", events.MessagePosted(text=words()), to=("FR", "PL"))
    confirm(scenario, "FR", "DE", message)
    assert of(pl, message).readers[0] == Reader("FR", None, None)


def test_the_last_sign_of_life_is_known(scenario: Scenario, de: Seen) -> None:
    message = scenario.post("DE", events.MessagePosted(text=words()), to=("FR",))
    at = confirm(scenario, "FR", "DE", message)
    scenario.post("DE", events.MessagePosted(text=words()))
    assert de.see().receipts.seen_at("FR") == at
    assert de.overviews.receipts.seen_at("XX") is None
