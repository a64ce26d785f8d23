"""Messages as conversations, by whom they are for; unread marks; search without case and accents."""

import pytest

from tests.client.overviews.seen import Seen, nobody_read
from tests.core.operation.acts import words
from tests.scenario import Scenario
from vocu.errors import RefusedError
from vocu.operation import bodies, events


def message(scenario: Scenario, by: str = "FR", text: str = "hello", **more: object) -> str:
    return scenario.post(by, events.MessagePosted(text=words(text)), **more)


def test_replies_stand_under_what_they_answer_and_bring_it_to_the_top(scenario: Scenario, de: Seen) -> None:
    first, second = message(scenario, text="one"), message(scenario, text="two")
    reply = message(scenario, "DE", "to one", ref=first)
    answer = message(scenario, "PL", "to the reply", ref=reply)
    page = de.see().threads.page(nobody_read)
    assert [(summary.root, summary.messages) for summary in page.threads] == [(first, 3), (second, 1)]
    assert page.threads[0].newest.id == answer
    _, posts = de.overviews.threads.thread(answer, nobody_read)
    assert [post.words and post.words.body for post in posts] == ["one", "to one", "to the reply"]


def test_an_answer_to_what_this_desk_was_not_shown_begins_its_own(scenario: Scenario, de: Seen) -> None:
    hidden = message(scenario, to=("PL",))
    shown = message(scenario, "PL", ref=hidden, to=("DE",))
    assert [summary.root for summary in de.see().threads.page(nobody_read).threads] == [shown]


def test_each_conversation_has_its_scope(scenario: Scenario, de: Seen) -> None:
    found = {
        message(scenario): "all",
        message(scenario, "DE", to=("PL",)): "ocu",
        message(scenario, "PL", to=("DE",)): "ocu",
        message(scenario, to=("DE",)): "countries",
        message(scenario, to=("DE", "PL")): "countries",
        message(scenario, "DE", to=("DE",)): "national",
        scenario.post("PL", events.AnnouncementPosted(text=words())): "all",
    }
    threads = de.see().threads
    assert {summary.root: summary.scope for summary in threads.page(nobody_read).threads} == found
    (national,) = threads.page(nobody_read, scope="national").threads
    assert national.to == ("DE",)


def test_national_messages_are_bare_leaves_elsewhere(scenario: Scenario, pl: Seen) -> None:
    message(scenario, "DE", to=("DE",))
    assert pl.see().threads.page(nobody_read).threads == ()


def test_pages_go_on_by_the_newest_message_and_can_be_of_one_country(scenario: Scenario, de: Seen) -> None:
    roots = [message(scenario) for _ in range(3)] + [message(scenario, "PL") for _ in range(2)]
    threads = de.see().threads
    first = threads.page(nobody_read, limit=2)
    rest = threads.page(nobody_read, before=first.older)
    assert [summary.root for summary in (*first.threads, *rest.threads)] == roots[::-1]
    assert rest.older is None
    assert [summary.root for summary in threads.page(nobody_read, ncp="PL").threads] == roots[:2:-1]


def test_unread_is_what_others_wrote_and_this_officer_has_not_read(scenario: Scenario, de: Seen) -> None:
    first = message(scenario)
    message(scenario, "DE", ref=first)
    last = message(scenario, "PL", ref=first)
    threads = de.see().threads
    (summary,) = threads.page(nobody_read).threads
    assert (summary.unread, threads.unread(nobody_read)) == (2, 2)
    index = de.desk.reading.line(last).index
    assert threads.unread(lambda each: each == index) == 1
    _, posts = threads.thread(first, lambda each: each == index)
    assert [post.unread for post in posts] == [True, False, False]


def test_an_unknown_conversation_is_refused(de: Seen) -> None:
    with pytest.raises(RefusedError, match="holds no event"):
        de.overviews.threads.thread("A" * 22, nobody_read)


@pytest.mark.parametrize("query", ["Łódź", "lodz", "LODZ", "camión rojo", "CAMION", "cam roj", "straße", "STRASSE"])
def test_search_knows_neither_case_nor_accents_and_takes_beginnings(query: str, scenario: Scenario, de: Seen) -> None:
    wanted = message(scenario, text="Un camión rojo de Łódź, Lange Straße 3")
    message(scenario, text="nothing of the kind")
    assert [post.id for post in de.see().threads.search(query, nobody_read)] == [wanted]


def test_every_word_has_to_be_there_and_the_newest_come_first(scenario: Scenario, de: Seen) -> None:
    old, new = message(scenario, text="red lorry"), message(scenario, text="lorry, red")
    message(scenario, text="red car")
    threads = de.see().threads
    assert [post.id for post in threads.search("red lorry", nobody_read)] == [new, old]
    assert [post.id for post in threads.search("red lorry", nobody_read, limit=1)] == [new]
    assert threads.search("", nobody_read) == ()


def test_search_finds_no_words_that_are_sealed_to_others_or_were_erased(scenario: Scenario, de: Seen) -> None:
    message(scenario, text="secret", to=("PL",))
    erased = message(scenario, text="secret")
    index = de.see().feed.page(group="messages").items[0].index
    assert [post.id for post in de.overviews.threads.search("secret", nobody_read)] == [erased]
    scenario.post("FR", events.EntryErased(plain=bodies.Erasure(index=index, parts=("text",))))
    assert de.see().threads.search("secret", nobody_read) == ()


def test_the_index_is_built_in_slices_and_says_how_far_it_is(scenario: Scenario, de: Seen) -> None:
    for number in range(5):
        message(scenario, text=f"number {number}")
    de.desk.catch_up()
    search = de.overviews.search
    assert search.progress == (0, 5)
    assert not search.index_some(0)
    assert search.progress == (0, 5)
    assert search.index_some(1000)
    assert search.progress == (5, 5)
