"""The sections of a newsletter that are about who takes part, and what countries ask and tell each other."""

from collections import Counter
from datetime import UTC, datetime
from typing import Final

from vocu.compilation.counting import Counted, credited, returns
from vocu.compilation.ledger import Asked, Ledger, Relation, Warned
from vocu.compilation.limits import COUNTRIES, LISTED, Figures, listing, number
from vocu.compilation.notices import indicators
from vocu.compilation.schedule import calendar_date, next_issue, shifted
from vocu.compilation.seizure_sections import today

FILED: Final[tuple[Relation, ...]] = ("in_phase", "follow_up")
DAY_MS: Final = 24 * 3600 * 1000


def countries(ledger: Ledger, reports: list[Counted], since: int) -> Figures:
    """Those active today, with what they are credited with, and those who checked and found nothing. The silent ones
    are the organiser's business and not named."""
    new = today(reports, since)
    filed = [item for kind in FILED for item in returns(ledger, kind) if item.received.index >= since]
    reported = Counter(ncp for entry in new for ncp in credited(entry))
    seizures: Counter[str] = Counter()
    for entry in new:
        seizures.update(dict.fromkeys(credited(entry), entry.stat.seizures))
    controls: Counter[str] = Counter()
    for item in filed:
        if item.form.kind == "control":
            controls[item.ncp] += sum(check.checked for check in item.form.checks)
    active = [
        {
            "country": ncp,
            "reports": reported[ncp],
            "seizures": number(seizures[ncp]),
            "controls": number(controls[ncp]),
        }
        for ncp in sorted(reported.keys() | controls.keys())
    ]
    nil = sorted({item.ncp for item in filed if item.form.kind == "nil"} - reported.keys() - controls.keys())
    return {
        "taking_part": sum(party.active for party in ledger.parties.values()),
        "active": listing(active, COUNTRIES),
        "nil": listing(nil, COUNTRIES),
    }


def tests(ledger: Ledger) -> Figures:
    """What arrived while everybody tries the system out; it is counted nowhere else."""
    reports = [report for report in ledger.reports.values() if report.relation == "test"]
    filed = returns(ledger, "test")
    return {
        "reports": len(reports),
        "returns": len(filed),
        "countries": sorted({report.owner for report in reports} | {item.ncp for item in filed})[:COUNTRIES],
    }


def waiting_for(ledger: Ledger, warned: Warned) -> list[str]:
    """The addressees whose feedback a warning waits for; nobody once one of them has seized the goods."""
    if any(reply.form.result == "seized" for reply in warned.replies):
        return []
    answered = {reply.ncp for reply in warned.replies}
    return sorted(ncp for ncp in set(warned.form.addressees) - answered if ledger.parties[ncp].active)


def is_answered(asked: Asked) -> bool:
    """Whether somebody answered, and not only passed the question on."""
    return any(reply.form.result != "forwarded" for reply in asked.replies)


def warnings(ledger: Ledger, since: int, until: int) -> Figures:
    """Warnings open and closed, the oldest open ones first."""
    waiting = [(warned, waiting_for(ledger, warned)) for warned in ledger.warnings.values()]
    rows = [_warning(warned, ncps) | {"age_days": _age(warned.received.at, until)} for warned, ncps in waiting if ncps]
    return {
        "issued_today": sum(warned.received.index >= since for warned in ledger.warnings.values()),
        "closed": len(waiting) - len(rows),
        "open": listing(rows),
    }


def _warning(warned: Warned, ncps: list[str]) -> Figures:
    notice = warned.form
    row: Figures = {"warning": warned.id, "by": warned.author, "commodity": notice.commodity, "action": notice.action}
    row |= {"waiting": len(ncps), "waiting_for": ncps[:LISTED]}
    for name in ("expected_day", "expected_country", "expected_place", "transport_mode", "answer_due_at"):
        if (told := getattr(notice, name)) is not None:
            row[name] = told
    return row


def questions(ledger: Ledger, since: int, until: int) -> Figures:
    """Unanswered questions, the oldest first, and the answers of today that are of common interest."""
    rows = [
        {
            "question": asked.id,
            "by": asked.author,
            "asked": len(asked.form.addressees),
            "to": sorted(asked.form.addressees)[:LISTED],
            "kind": asked.form.kind,
            "subject": asked.form.subject,
            "age_days": _age(asked.received.at, until),
        }
        for asked in ledger.questions.values()
        if not is_answered(asked)
    ]
    answers = [
        {"question": asked.id, "by": reply.ncp, "subject": asked.form.subject, "result": reply.form.result}
        for asked in ledger.questions.values()
        for reply in asked.replies
        if reply.form.of_common_interest and reply.received.index >= since
    ]
    return {
        "open": listing(rows),
        "answered": len(ledger.questions) - len(rows),
        "of_common_interest": listing(answers),
    }


def tomorrow(ledger: Ledger, day: str, until: int, since: int) -> Figures:
    """What the days up to the next issue's bring: warnings expected, answers due within as many times 24 hours, those
    overdue, and the operation's last day. After the last regular issue, the next day alone."""
    following = next_issue(ledger.genesis, day)
    last = following if following is not None and following <= ledger.genesis.ends_day else shifted(day, 1)
    waiting = [(warned, waiting_for(ledger, warned)) for warned in ledger.warnings.values()]
    open_warnings = [(warned, ncps) for warned, ncps in waiting if ncps]
    arrivals = [
        _warning(warned, ncps) for warned, ncps in open_warnings if day < (warned.form.expected_day or day) <= last
    ]
    deadlines = [warned.form.answer_due_at for warned, _ in open_warnings]
    deadlines += [asked.form.answer_due_at for asked in ledger.questions.values() if not is_answered(asked)]
    due = [text for text in deadlines if text is not None]
    days = (calendar_date(last) - calendar_date(day)).days
    now, later = instant(until), instant(until + days * DAY_MS)
    return {
        "until": last,
        "arrivals": listing(arrivals),
        "due": sum(now < text <= later for text in due),
        "overdue": sum(text <= now for text in due),
        "indicators": indicators(ledger, since),
        **({"last_day": True} if day < ledger.genesis.ends_day <= last else {}),
    }


def _age(at: int, until: int) -> int:
    return max(0, until - at) // DAY_MS


def instant(at: int) -> str:
    """An instant as the forms write it, so that instants compare as texts do."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
