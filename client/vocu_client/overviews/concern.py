"""Which countries and goods an event is about, whether it concerns one country, and the page where it is read."""

from collections.abc import Iterator

from vocu.form.messages import Answer, Question, WarningNotice
from vocu.form.report import SeizureReport
from vocu.form.returns import OutcomeReturn
from vocu.operation import events
from vocu.operation.act import Act
from vocu.operation.header import EVERYONE
from vocu_client.view import View

TO_ALL = (events.AnnouncementPosted, events.PhaseOpened)
"""What concerns every country."""


def countries_of(act: Act, view: View) -> set[str]:
    """The participants and countries by which the event is looked for: who says it, to whom, and about whom."""
    state = view.state
    found = {state.devices[act.header.sender].ncp, *(() if act.header.to == EVERYONE else act.header.to)}
    ref = act.header.ref or act.header.id
    if (report := state.reports.get(ref)) is not None:
        found.add(report.owner)
    if (posed := view.posed.get(ref)) is not None:
        found |= {posed.asker, *posed.addressees}
    match getattr(act.event, "stat", None):
        case SeizureReport(on_behalf_of=owner, country=country, joint_with=others):
            found |= {ncp for ncp in (owner, country, *others) if ncp}
        case WarningNotice(expected_country=str(country)) | OutcomeReturn(country=str(country)):
            found.add(country)
    return found


def commodities_of(act: Act, view: View) -> set[str]:
    """The commodities that the event, or what it answers or changes, is about; empty where that is sealed."""
    match getattr(act.event, "stat", None):
        case SeizureReport(goods=goods):
            return {line.commodity for line in goods}
        case WarningNotice(commodity=commodity):
            return {commodity}
    ledger, ref = view.ledger, act.header.ref
    if ledger is None or ref is None:
        return set()
    if (report := ledger.reports.get(ref)) is not None and report.stat is not None:
        return {line.commodity for line in report.stat.goods}
    warned = ledger.warnings.get(ref)
    return {warned.form.commodity} if warned is not None else set()


def concerns(ncp: str, act: Act, view: View) -> bool:
    """Whether somebody else says something that this country should see now: to it, about it, or on its way there."""
    state = view.state
    if state.devices[act.header.sender].ncp == ncp:
        return False
    if act.header.to != EVERYONE or isinstance(act.event, TO_ALL):
        return True
    ref = act.header.ref
    if ref is not None and ref in state.posed and state.posed[ref].asker == ncp:
        return True
    if (report := state.reports.get(ref or act.header.id)) is not None and report.owner == ncp:
        return True
    stat = getattr(act.event, "stat", None)
    if isinstance(stat, Answer):
        return stat.of_common_interest
    if isinstance(stat, Question | WarningNotice) and ncp in stat.addressees:
        return True
    return ncp in set(_on_the_way(stat))


def _on_the_way(stat: object) -> Iterator[str | None]:
    match stat:
        case WarningNotice():
            yield from (
                stat.expected_country,
                stat.departure_country,
                *stat.transit_countries,
                stat.destination_country,
            )
        case SeizureReport(route=route):
            yield from stat.joint_with
            if route is not None:
                yield from (stop.country for stop in route.stops)


def address_of(act: Act) -> str | None:
    """The desk's page on which this is read whole; None where there is none."""
    subject = act.header.ref or act.header.id
    match act.event:
        case events.MessagePosted() | events.AnnouncementPosted():
            return f"/messages/{act.header.id}"
        case events.WarningIssued() | events.FeedbackGiven():
            return f"/warnings/{subject}"
        case (
            events.QuestionAsked() | events.QuestionAnswered() | events.CrossCheckAsked() | events.CrossCheckAnswered()
        ):
            return f"/questions/{subject}"
        case (
            events.SeizureReported()
            | events.SeizureAmended()
            | events.SeizureWithdrawn()
            | events.SeizureReleased()
            | events.SeizureConfirmed()
        ):
            return f"/seizures/{subject}"
        case events.DailyReturnFiled():
            return "/controls"
        case events.OutcomeReturned():
            return "/outcomes"
        case events.NationalReportFiled():
            return f"/national-report/{act.header.id}"
        case events.EditionPublished():
            return "/results/T15"
        case events.NewsletterIssued() | events.NewsletterCompiled():
            return "/newsletters"
    return None
