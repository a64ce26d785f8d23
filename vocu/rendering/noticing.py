"""The sections of a newsletter that say what is new around the work, and what comes next."""

from collections.abc import Iterator
from typing import Any, Final

from vocu.compilation.schedule import shifted
from vocu.rendering.wording import N_, Wording

Figures = dict[str, Any]
_WHO: Final = {
    "admitted": N_("Newly taking part: {names}."),
    "changed": N_("Name or role changed: {names}."),
    "removed": N_("No longer taking part: {names}."),
    "contacts": N_("New contact details: {names}."),
    "national_report": N_("National reports received: {names}."),
}


def notice_lines(notices: Figures, wording: Wording) -> Iterator[str]:
    """What was announced and what changed since the last issue."""
    for phase in notices.get("phases", ()):
        yield wording._("The organiser opened the next phase: {phase}.", phase=wording.inside("phase", phase))
    if many := notices["announcements"]:
        yield wording.n_(
            "The organiser made {n} announcement; it is under Messages.",
            "The organiser made {n} announcements; they are under Messages.",
            many,
        )
    for what, sentence in _WHO.items():
        if what in notices:
            yield wording._(sentence, names=_names(notices[what], wording))
    if (filed := notices.get("national_reports")) is not None:
        missing = wording.number(filed["missing"])
        yield wording._(
            "National reports so far: {filed}. Still to come: {missing}.",
            filed=wording.number(filed["filed"]),
            missing=missing,
        )
    if "reference" in notices:
        yield wording._("The organiser published how quantities and money are converted; the tables show both.")
    if "edition" in notices:
        yield wording._("The results are now compared with those of {operation}.", operation=notices["edition"])


def _names(who: Figures, wording: Wording) -> str:
    names = sorted(wording.country(ncp) for ncp in who["listed"])
    if more := who["count"] - len(names):
        return wording.say("and_more", items=", ".join(names), number=wording.number(more))
    return wording.listed(names)


def outlook_title(figures: Figures, wording: Wording) -> str:
    """What the section about the days to come is called."""
    if figures["tomorrow"]["until"] == shifted(figures["header"]["day"], 1):
        return wording.say("tomorrow")
    return wording._("Until the next issue")


def outlook_lines(figures: Figures, wording: Wording) -> Iterator[str]:
    """Deadlines, the last day, and indicators that came up or were not named again."""
    tomorrow = figures["tomorrow"]
    if tomorrow["due"] or tomorrow["overdue"]:
        due, overdue = wording.number(tomorrow["due"]), wording.number(tomorrow["overdue"])
        if tomorrow["until"] == shifted(figures["header"]["day"], 1):
            yield wording.say("deadlines", due=due, overdue=overdue)
        else:
            by = wording.day(tomorrow["until"])
            yield wording._("Answers due by {day}: {due}. Overdue: {overdue}.", day=by, due=due, overdue=overdue)
    if "last_day" in tomorrow:
        yield wording._("The operation ends on {day}.", day=wording.day(tomorrow["until"]))
    indicators = tomorrow["indicators"]
    if indicators["new"]:
        yield wording._("Risk indicators named for the first time: {names}.", names=", ".join(indicators["new"]))
    if indicators["no_longer"]:
        names = ", ".join(indicators["no_longer"])
        yield wording._("Risk indicators of the last issue that were not named again: {names}.", names=names)
