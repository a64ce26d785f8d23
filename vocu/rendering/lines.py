"""The sections of a newsletter that are lines of text, one function each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from vocu.rendering.correcting import correction_lines, goods_text
from vocu.rendering.noticing import notice_lines, outlook_lines, outlook_title
from vocu.rendering.wording import Wording

Figures = dict[str, Any]


class Section(Struct, frozen=True):
    """A heading with its lines."""

    title: str
    lines: tuple[str, ...]


def sections(figures: Figures, notable: Sequence[Figures], wording: Wording) -> Iterator[Section]:
    """Those sections that have something to say, in their order."""
    told: dict[str, Iterable[str]] = {
        "notable": (seizure_line(facts, wording) for facts in notable),
        "new": _first_seen(figures["new"], wording),
        "countries": _countries(figures["countries"], wording),
        "warnings": _warnings(figures["warnings"], wording),
        "questions": _questions(figures["questions"], wording),
        "answers": _answers(figures["questions"]["of_common_interest"], wording),
        "corrections": correction_lines(figures["corrections"], wording),
        "notices": notice_lines(figures["notices"], wording),
        "tomorrow": (*_arrivals(figures["tomorrow"], wording), *outlook_lines(figures, wording)),
        "tests": _tests(figures.get("tests"), wording),
    }
    for name, lines in told.items():
        if found := tuple(lines):
            yield Section(outlook_title(figures, wording) if name == "tomorrow" else wording.say(name), found)


def seizure_line(facts: Figures, wording: Wording) -> str:
    """One notable seizure: what, when, where, how."""
    line = wording.say(
        "notable_line",
        goods=goods_text(facts["goods"], wording),
        day=wording.day(facts["day"]),
        place=facts["place"].title(),
        country=wording.country(facts["country"]),
    )
    how = [
        wording.inside(name, facts[name])
        for name in ("transport_mode", "conveyance", "detection_means", "concealment")
        if facts.get(name, "not_known") not in ("not_known", "other")
    ]
    if len(facts.get("route", ())) > 1:
        how.append(wording.say("route", route=route_text(facts["route"], wording)))
    return f"{line}: {', '.join(how)}." if how else f"{line}."


def route_text(route: Sequence[str], wording: Wording) -> str:
    """The countries of a route, one after the other."""
    return " → ".join(wording.country(code) for code in route)


def _first_seen(new: Figures, wording: Wording) -> Iterator[str]:
    for name, codes in new.items():
        if name == "routes":
            items = "; ".join(route_text(route, wording) for route in codes)
        else:
            items = wording.listed(wording.inside(name, code) for code in codes)
        yield wording.say(f"new_{name}", items=items)


def _countries(countries: Figures, wording: Wording) -> Iterator[str]:
    active, nil = countries["active"], countries["nil"]
    if active["count"]:
        yield wording.say(
            "active",
            countries=wording.count(active["count"], "country"),
            taking_part=wording.number(countries["taking_part"]),
            names=wording.countries([row["country"] for row in active["listed"]]),
        )
    if nil["count"]:
        yield wording.say("nil_countries", names=wording.countries(nil["listed"]))


def _warnings(warnings: Figures, wording: Wording) -> Iterator[str]:
    waiting = warnings["open"]
    if not (waiting["count"] or warnings["closed"]):
        return
    yield wording.say(
        "warnings_line",
        issued=wording.number(warnings["issued_today"]),
        open=wording.number(waiting["count"]),
        closed=wording.number(warnings["closed"]),
    )
    for row in waiting["listed"]:
        yield wording.say(
            "warning_line",
            commodity=wording.label("commodity", row["commodity"]),
            by=wording.country(row["by"]),
            action=wording.inside("warning_action", row["action"]),
            names=_some_countries(row["waiting_for"], row["waiting"], wording),
            age=_age(row["age_days"], wording),
        )


def _questions(questions: Figures, wording: Wording) -> Iterator[str]:
    waiting = questions["open"]
    if waiting["count"] or questions["answered"]:
        yield wording.say(
            "questions_line",
            open=wording.number(waiting["count"]),
            answered=wording.number(questions["answered"]),
        )
    for row in waiting["listed"]:
        yield wording.say(
            "question_line",
            by=wording.country(row["by"]),
            names=_some_countries(row["to"], row["asked"], wording),
            subject=wording.inside("question_subject", row["subject"]),
            age=_age(row["age_days"], wording),
        )


def _answers(answers: Figures, wording: Wording) -> Iterator[str]:
    for row in answers["listed"]:
        yield wording.say(
            "answer_line",
            by=wording.country(row["by"]),
            subject=wording.inside("question_subject", row["subject"]),
            result=wording.inside("answer_result", row["result"]),
        )


def _some_countries(codes: Sequence[str], count: int, wording: Wording) -> str:
    """The first few of so many countries."""
    names = [wording.country(code) for code in codes[:4]]
    more = count - len(names)
    return (
        wording.say("and_more", items=", ".join(names), number=wording.number(more)) if more else wording.listed(names)
    )


def _age(days: int, wording: Wording) -> str:
    return wording.say("age", days=wording.count(days, "day")) if days else wording.say("age_today")


def _arrivals(tomorrow: Figures, wording: Wording) -> Iterator[str]:
    for row in tomorrow["arrivals"]["listed"]:
        where = [row.get("expected_place", "").title(), wording.country(row.get("expected_country", ""))]
        yield wording.say(
            "arrival",
            commodity=wording.label("commodity", row["commodity"]),
            place=", ".join(filter(None, where)) or _some_countries(row["waiting_for"], row["waiting"], wording),
            by=wording.country(row["by"]),
        )


def _tests(tests: Figures | None, wording: Wording) -> Iterator[str]:
    if tests and tests["countries"]:
        yield wording.say(
            "tests_line",
            reports=wording.count(tests["reports"], "test_report"),
            returns=wording.count(tests["returns"], "test_return"),
            names=wording.countries(tests["countries"]),
        )
