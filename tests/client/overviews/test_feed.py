"""The live feed: what people want to see, newest first, in pages, filtered, and what concerns one's own country."""

import random
from pathlib import Path

from tests.client.exported_logs import newsletter
from tests.client.overviews.seen import Seen
from tests.client.replicas import Replicated
from tests.core.compilation.logs import goods, seizure
from tests.core.operation.acts import words
from tests.scenario import Scenario
from vocu.form.messages import Answer, Feedback, Question, WarningNotice
from vocu.form.report import Route, SeizureNominal, Stop
from vocu.ids import newsletter_id
from vocu.operation import bodies, events

WARNING = WarningNotice(addressees=("DE",), commodity="drugs.cocaine", action="control")
QUESTION = Question(kind="question", addressees=("PL",), subject="consignment")


def message(scenario: Scenario, by: str = "FR", **more: object) -> str:
    return scenario.post(by, events.MessagePosted(text=words()), **more)


def test_the_newest_come_first_and_pages_go_on_where_the_last_one_ended(scenario: Scenario, de: Seen) -> None:
    sent = [message(scenario) for _ in range(7)]
    feed = de.see().feed
    first = feed.page(group="messages", limit=3)
    second = feed.page(group="messages", limit=3, before=first.older)
    third = feed.page(group="messages", limit=3, before=second.older)
    assert [item.id for item in (*first.items, *second.items, *third.items)] == sent[::-1]
    assert third.older is None


def test_a_page_that_is_just_full_has_nothing_older(scenario: Scenario, de: Seen) -> None:
    for _ in range(3):
        message(scenario)
    assert de.see().feed.page(group="messages", limit=3).older is None


def test_what_is_technical_is_not_shown(scenario: Scenario, de: Seen) -> None:
    scenario.rotate("FR")
    message(scenario, by="PL", to=("FR",))
    scenario.post("FR", events.ReadingConfirmed(text=bodies.Reading(received=3, opened=("A" * 22,))), to=("DE",))
    kinds = {item.kind for item in de.see().feed.page().items}
    assert kinds == {"phase_opened", "participant_admitted"}


def test_new_ones_are_counted_by_group_since_a_place_in_the_log(scenario: Scenario, de: Seen) -> None:
    before = de.desk.view.size
    message(scenario)
    message(scenario)
    scenario.post("PL", events.AnnouncementPosted(text=words()))
    assert de.see().feed.counts(before) == {"messages": 2, "announcements": 1}
    assert [item.kind for item in de.overviews.feed.page(since=before).items] == [
        "announcement_posted", "message_posted", "message_posted",
    ]  # fmt: skip


def test_it_is_filtered_by_country_and_by_commodity_with_what_is_under_it(scenario: Scenario, de: Seen) -> None:
    cigarettes = scenario.post("FR", events.SeizureReported(stat=seizure()))
    cocaine = scenario.post("PL", events.SeizureReported(stat=seizure(goods("drugs.cocaine", 3, "KGM"))))
    warning = scenario.post("PL", events.WarningIssued(stat=WARNING))
    withdrawn = scenario.post("FR", events.SeizureWithdrawn(stat=bodies.Withdrawal(reason="error")), ref=cigarettes)
    feed = de.see().feed

    def found(**filters: str) -> list[str]:
        return [item.id for item in feed.page(**filters).items]  # type: ignore[arg-type]

    assert found(commodity="tobacco") == [withdrawn, cigarettes]
    assert found(commodity="drugs.cocaine") == [warning, cocaine]
    assert found(country="FR", group="seizures") == [withdrawn, cigarettes]
    assert found(country="DE", group="warnings") == [warning]
    assert found(country="FR", commodity="drugs") == []
    assert found(country="XX") == []


def test_filters_that_meet_find_what_a_look_at_everything_would(scenario: Scenario, de: Seen) -> None:
    chance = random.Random(5)
    for _ in range(25):
        by, kind = chance.choice(["DE", "FR", "PL"]), chance.choice(["tobacco.cigars", "drugs.cocaine"])
        scenario.post(by, events.SeizureReported(stat=seizure(goods(kind, 1, "KGM"))))
    feed = de.see().feed
    everything = feed.page(limit=1000).items
    for ncp in ("DE", "FR"):
        expected = [
            item.id for item in everything
            if item.group == "seizures" and item.ncp == ncp and item.stat.goods[0].commodity == "drugs.cocaine"  # type: ignore[union-attr]
        ]  # fmt: skip
        assert [i.id for i in feed.page(group="seizures", country=ncp, commodity="drugs").items] == expected


def test_what_concerns_this_country_is_what_others_say_to_it_and_about_it(scenario: Scenario, de: Seen) -> None:
    before = de.desk.view.size
    message(scenario)
    message(scenario, by="DE")
    scenario.post(
        "PL", events.WarningIssued(stat=WarningNotice(addressees=("FR",), commodity="cash", action="control"))
    )
    scenario.post("FR", events.SeizureReported(stat=seizure()))
    expected = [
        message(scenario, to=("DE",)),
        scenario.post("PL", events.AnnouncementPosted(text=words())),
        scenario.post("PL", events.WarningIssued(stat=WARNING)),
        scenario.post("FR", events.SeizureReported(stat=seizure(joint_with=("DE",)))),
        scenario.post("FR", events.SeizureReported(stat=seizure(route=Route(destination=Stop(country="DE"))))),
        scenario.post("PL", events.SeizureReported(stat=seizure(on_behalf_of="DE"))),
    ]
    asked = scenario.post("DE", events.QuestionAsked(stat=QUESTION, text=words()))
    expected.append(
        scenario.post("PL", events.QuestionAnswered(stat=Answer(result="answered"), text=words()), ref=asked)
    )
    feed = de.see().feed
    assert [item.id for item in feed.page(concerning=True, since=before).items] == expected[::-1]
    assert {item.id for item in feed.page(since=before).items if item.concerns} == set(expected)


def test_an_item_has_its_facts_its_words_and_its_page(scenario: Scenario, de: Seen) -> None:
    warning = scenario.post("PL", events.WarningIssued(stat=WARNING, text=words("a red lorry")))
    scenario.post("DE", events.FeedbackGiven(stat=Feedback(result="seized"), text=words("found")), ref=warning)
    feedback, issued = de.see().feed.page(group="warnings").items
    assert (issued.stat, issued.words, issued.sealed) == (WARNING, words("a red lorry"), None)
    assert (issued.address, feedback.address) == (f"/warnings/{warning}", f"/warnings/{warning}")
    assert feedback.mine
    assert feedback.about is not None
    assert feedback.about.id == warning


def test_the_feed_opens_no_nominal_part_and_says_why_words_are_sealed(scenario: Scenario, de: Seen) -> None:
    scenario.post(
        "FR",
        events.WarningIssued(stat=WARNING, text=words("for PL"), nominal=SeizureNominal(flight="XX1")),
        readers={"text": ("PL",), "nominal": ("DE",)},
    )
    feed = de.see().feed
    opened: list[str] = []
    real = de.desk.view.open
    de.desk.view.open = lambda accepted, part: opened.append(part) or real(accepted, part)  # type: ignore[method-assign,func-returns-value]
    (item,) = feed.page(group="warnings").items
    assert (item.words, item.sealed) == (None, "not-for-us")
    assert opened == ["text"]


def test_a_restricted_report_shows_that_it_is_one_and_nothing_else(scenario: Scenario, de: Seen) -> None:
    scenario.post("FR", events.SeizureReported(stat=seizure()), readers={"stat": ("DE",)})
    (item,) = de.see().feed.page(group="seizures").items
    assert item.restricted
    assert item.stat is None


def test_a_view_that_starts_over_is_taken_in_anew(scenario: Scenario, de: Seen) -> None:
    message(scenario)
    before = de.see().feed.page()
    de.desk.view._start_over()
    assert de.overviews.feed.page() == before
    message(scenario)
    assert len(de.see().feed.page().items) == len(before.items) + 1


def test_a_newsletter_is_shown_when_the_organiser_sends_it(scenario: Scenario, de: Seen) -> None:
    newsletter(scenario, de.desk)
    assert de.see().feed.page(group="newsletters").items == ()
    compiled = newsletter_id(scenario.op, "2024-01-15")
    scenario.post("PL", events.NewsletterIssued(plain=bodies.Issued(number=1)), ref=compiled)
    (item,) = de.see().feed.page(group="newsletters").items
    assert (item.kind, item.address) == ("newsletter_issued", "/newsletters")


def test_where_newsletters_go_out_by_themselves_they_are_shown_when_they_are_compiled(tmp_path: Path) -> None:
    scenario = Scenario("DE", issue="automatic")
    de = Replicated(scenario, "DE", tmp_path)
    newsletter(scenario, de)
    (item,) = Seen(de).see().feed.page(group="newsletters").items
    assert (item.kind, item.address, item.ncp) == ("newsletter_compiled", "/newsletters", "HUB")
