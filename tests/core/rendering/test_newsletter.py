"""A newsletter as HTML and as text, from the same figures."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.core.compilation.logs import START, Check, Log, compiled, goods, seizure
from vocu.compilation.newsletter import notable_facts
from vocu.form.codes import codes
from vocu.form.messages import Answer, Question, WarningNotice
from vocu.form.report import Route, Stop
from vocu.operation import events
from vocu.rendering.english import NOUNS, SENTENCES, UNITS
from vocu.rendering.html import newsletter_html
from vocu.rendering.text import newsletter_text
from vocu.rendering.wording import Wording

HOSTILE = '<script>alert(1)</script> & "<img src=x onerror=alert(1)>" {{ 7*7 }} \x1b[31m\u202eevil'


class Page(HTMLParser):
    """The elements of a page, and whether they are closed in order."""

    VOID = frozenset({"meta", "br", "link", "img", "rect"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += f" {data}"


def busy() -> tuple[Log, dict[str, Any]]:
    log = Log("DE", "LT", "NL")
    log.open("OPERATIONAL")
    way = Route(departure=Stop(country="BY"), transit=(Stop(country="LT"),), destination=Stop(country="GB"))
    corrected = log.report("DE", seizure(goods(quantity="1000"), report_number="DE-CUSTOMS-2024-7"))
    notice = WarningNotice(addressees=("DE", "NL"), commodity="tobacco.cigarettes", action="control",
                           expected_day="2024-01-17", expected_place="ROTTERDAM", expected_country="NL")  # fmt: skip
    log.post("LT", events.WarningIssued(stat=notice))
    question = log.post("PL", events.QuestionAsked(stat=Question(kind="question", addressees=("NL",), subject="legal")))
    log.newsletter("2024-01-15")
    since, start = log.position, log.state.at
    log.amend("DE", corrected, seizure(goods(quantity="900"), report_number="DE-CUSTOMS-2024-7"))
    log.report(
        "LT", seizure(goods(quantity="806000"), goods(quantity=None, unit="KGM"), concealment="fuel_tank", route=way)
    )
    log.report("DE", restricted=True)
    log.file("NL", "2024-01-16")
    log.file("LT", "2024-01-16", Check(kind="vehicles", checked=1200, with_result=3))
    log.post("NL", events.QuestionAnswered(stat=Answer(result="answered", of_common_interest=True)), ref=question)
    return log, compiled(log, since=since, number=2, window_from=start, window_to=log.state.at)


SAID = [
    "BALTICA II", "Newsletter no. 2", "Tuesday 16 January 2024, day 2 of 5", "TLP:AMBER", "Europe/Warsaw",
    "In this issue: 1 report, 1 seizure, from 1 country.",
    "1,200 controls, 3 with a result (0.2 %)",
    "1 report with a quantity still pending.", "1 report restricted and not counted until released.",
    "806,900 sticks", "806,000 sticks", "pending (kg)",
    "Belarus → Lithuania → United Kingdom", "Concealment: fuel tank.",
    "1 country active of 4 taking part: Lithuania.",
    "Checked and found nothing: Netherlands.",
    "Lithuania: Cigarettes (control). Waiting for Germany and Netherlands (less than a day).",
    "Netherlands answered on “legal” (answered).", "Answers of common interest",
    "Germany, DE-CUSTOMS-2024-7: Cigarettes (1,000 sticks) is now Cigarettes (900 sticks).",
    "Expected: Cigarettes in Rotterdam, Netherlands (Lithuania’s warning).",
]  # fmt: skip


def test_both_say_everything_that_the_figures_hold() -> None:
    _, figures = busy()
    page = " ".join(Page(newsletter_html(figures)).words.split())
    text = " ".join(newsletter_text(figures).split())
    for sentence in SAID:
        assert sentence in page
        assert sentence in text


def test_without_news_both_stay_short_and_say_so() -> None:
    log = Log("DE")
    log.open("OPERATIONAL")
    figures = compiled(log)
    for rendered in (newsletter_html(figures), newsletter_text(figures)):
        assert "No seizure was reported for this issue." in rendered
        assert "No seizure has been counted yet." in rendered
        assert "Corrections" not in rendered
        assert "Warnings" not in rendered


def test_a_trial_and_a_closing_issue_say_what_they_are() -> None:
    log = Log("DE")
    log.report("DE")
    trial = " ".join(newsletter_text(compiled(log, day="2024-01-14")).split())
    assert "TRIAL ISSUE" in trial
    assert "1 test report and 0 test returns from 1 country" in trial
    log.open("OPERATIONAL")
    log.open("POST_OPERATIONAL")
    log.report("DE", seizure(goods(quantity="8900000")))
    closing = newsletter_html(compiled(log, day="2024-02-18"))
    assert "Closing issue" in closing
    assert "Follow-ups reported since: 1 report, 1 seizure." in closing
    assert "8,900,000 sticks" in closing


def test_what_people_wrote_is_text_and_never_markup_or_a_command() -> None:
    _, figures = busy()
    figures["header"]["operation"] = HOSTILE
    page = Page(newsletter_html(figures, words=HOSTILE))
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert page.words.count("<script>alert(1)</script>") >= 2
    for rendered in (page.words, newsletter_text(figures, words=HOSTILE)):
        assert "{{ 7*7 }}" in rendered
        assert "\x1b" not in rendered
        assert "\u202e" not in rendered


def test_the_page_is_well_formed_loads_nothing_and_speaks_to_screen_readers() -> None:
    _, figures = busy()
    source = newsletter_html(figures)
    page = Page(source)
    assert page.open == []
    assert ("lang", "en") in page.attributes
    assert not {"src", "href", "srcset", "action"} & {name for name, _ in page.attributes}
    assert "url(" not in source
    assert "@import" not in source
    assert page.tags.count("h1") == 1
    label = next(value for name, value in page.attributes if name == "aria-label")
    assert label == "Seizures by issue: 15 Jan 1, 16 Jan 1"
    drawings = re.findall("<svg[^>]*>", source)
    assert len(drawings) == 4
    assert all('aria-hidden="true"' in drawing or 'role="img"' in drawing for drawing in drawings)


def test_a_long_course_is_drawn_bar_by_bar_and_told_in_figures() -> None:
    log, _ = busy()
    for day in range(1, 29):
        log.report("DE", seizure(seizures=day))
        log.newsletter(f"2024-02-{day:02d}")
    source = newsletter_html(compiled(log, day="2024-03-01", since=log.position))
    assert source.count("<rect") >= 30
    assert "The figures of this chart" in source
    assert "28 Feb: 28" in source


def test_the_text_keeps_to_eighty_columns() -> None:
    log, _ = busy()
    log.report("LT", seizure(goods("cites.ivory", "123456789012345.123456789012345678", "KGM")))
    log.report("LT", seizure(goods("ipr", "5", "H87")))
    text = newsletter_text(compiled(log), words="word " * 90 + "\n\n" + "x" * 70)
    assert max(map(len, text.splitlines())) <= 80


def test_the_organisers_choice_takes_the_place_of_the_candidates() -> None:
    log, figures = busy()
    chosen = notable_facts(log.ledger, [next(iter(log.ledger.reports))])
    text = newsletter_text(figures, notable=chosen)
    notable = text.split("Notable seizures")[1].split("\n\n")[0]
    assert "900 sticks" in notable
    assert "806,000" not in notable
    assert "Notable seizures" not in newsletter_text(figures, notable=[])


def test_other_languages_have_their_own_numbers_days_and_countries() -> None:
    _, figures = busy()
    page = newsletter_html(figures, language="de")
    assert '<html lang="de">' in page
    assert "806.900" in page
    assert "Dienstag" in page
    assert "Niederlande" in page
    assert '<html lang="en">' in newsletter_html(figures, language="nonsense")


def test_the_catalogue_is_whole() -> None:
    wording = Wording()
    assert all(wording.unit(unit.id) != unit.id for unit in _units())
    assert all(len(forms) == 2 for forms in (*NOUNS.values(), *UNITS.values()))
    assert all(sentence == sentence.strip() for sentence in SENTENCES.values())


def _units() -> list[Any]:
    return [unit for unit in codes("unit") if unit.id not in ("currency", "head")]


@pytest.mark.parametrize(
    ("amount", "unit", "shown"),
    [
        ("1", "stick", "1 stick"),
        ("0.5", "KGM", "0.5 kg"),
        ("62.2019605348380", "LBR", "62.202 lb"),
        ("9933.8427658905363799", "LBR", "9,933.843 lb"),
        ("0.000066", "KGM", "0.000066 kg"),
        ("0.0000663821", "KGM", "0.0000664 kg"),
        ("1200", "KGM", "1,200 kg"),
        ("0", "KGM", "0 kg"),
        ("123456789012345.123456789012345678", "EUR", "123,456,789,012,345.123 EUR"),
    ],
)
def test_amounts_are_rounded_for_reading_but_never_to_nothing(amount: str, unit: str, shown: str) -> None:
    assert Wording().quantity(amount, unit) == shown


def test_codes_read_as_words() -> None:
    wording = Wording()
    assert wording.inside("detection_means", "xray") == "X-ray"
    assert wording.inside("concealment", "fuel_tank") == "fuel tank"
    assert wording.label("commodity", "tobacco.own_brand") == "Own brand"
    assert wording.country("XK") == "Kosovo"
    assert wording.country("EUROPOL") == "EUROPOL"
    assert wording.day("2024-02") == "February 2024"
    assert wording.share(1, 0) == "–"
    assert wording.instant(START, "Europe/Warsaw") == "12 Jan 2024, 11:00"


def test_what_did_not_open_for_the_compiler_is_said() -> None:
    log = Log("DE")
    log.open("OPERATIONAL")
    figures = compiled(log)
    assert "did not open" not in newsletter_text(figures)
    figures["header"]["unopened"] = {"count": 2, "entries": "A" * 43}
    for rendered in (newsletter_html(figures), newsletter_text(figures)):
        assert "2 sealed entries did not open for the desk that compiled this" in " ".join(rendered.split())
