"""The figures of a newsletter (docs/tables.md, "The newsletter"): what the hub compiles and every desk compiles again.

Figures are plain values of canonical JSON, at most six lists and objects deep: codes, days, exact decimals as texts.
Nothing in them depends on a library's data (time zones, labels), so that installations of different age agree.
*Cumulative* covers all entries below the position, *today* those since the previous issue's. Every list is capped and
says how many there are, so that the figures fit into a part, whatever was reported.
"""

import hashlib
from typing import Any

from vocu.canonical import b64, encode
from vocu.compilation.corrections import corrections
from vocu.compilation.counting import counted
from vocu.compilation.exchange_sections import countries, questions, tests, tomorrow, warnings
from vocu.compilation.highlights import highlights
from vocu.compilation.ledger import Ledger
from vocu.compilation.notices import notices
from vocu.compilation.objectives import objectives
from vocu.compilation.schedule import calendar_date
from vocu.compilation.seizure_sections import (
    commodities,
    first_seen,
    issues,
    most_seized,
    notable_candidates,
    notable_facts,
    today,
    totals,
    whereabouts,
)
from vocu.errors import RefusedError

__all__ = ["compile_newsletter", "notable_facts"]


def compile_newsletter(
    ledger: Ledger, *, day: str, number: int, position: int, root: str, window_from: int, window_to: int, since: int
) -> dict[str, Any]:
    """The figures of the issue `number` for `day`, from a ledger that stands exactly at `position`.

    `root` is the log's at that position; `since` is the position of the previous issue, 0 if there is none; the window
    is the time (UTC milliseconds) that *today* spans. Raises RefusedError where the ledger stands elsewhere.
    """
    if ledger.position != position or not 0 <= since <= position:
        raise RefusedError(
            "wrong-position",
            f"The ledger stands at {ledger.position}, not at the issue's {position}.",
        )
    reports, follow_ups = counted(ledger), counted(ledger, "follow_up")
    figures: dict[str, Any] = {
        "header": _header(ledger, day, number, root, since) | {"window": {"from": window_from, "to": window_to}},
        "totals": totals(ledger, reports, "in_phase", since, day),
        "objectives": objectives(ledger),
        "commodities": commodities(reports, since),
        "highlights": {"today": highlights(today(reports, since)), "cumulative": highlights(reports)},
        "most_seized": most_seized(reports),
        "notable": notable_candidates(reports + follow_ups, since),
        "new": first_seen(reports + follow_ups, since),
        "where": whereabouts(reports + follow_ups, since),
        "countries": countries(ledger, reports + follow_ups, since),
        "warnings": warnings(ledger, since, window_to),
        "questions": questions(ledger, since, window_to),
        "corrections": corrections(ledger, since),
        "notices": notices(ledger, since),
        "tomorrow": tomorrow(ledger, day, window_to, since),
        "issues": issues(ledger, reports, day, position),
    }
    if follow_ups:
        figures["follow_ups"] = {
            "totals": totals(ledger, follow_ups, "follow_up", since, day),
            "commodities": commodities(follow_ups, since),
        }
    if ledger.phase == "PRE_OPERATIONAL":
        figures["tests"] = tests(ledger)
    return figures


def _header(ledger: Ledger, day: str, number: int, root: str, since: int) -> dict[str, Any]:
    genesis = ledger.genesis
    starts, ends, at = map(calendar_date, (genesis.starts_day, genesis.ends_day, day))
    header: dict[str, Any] = {
        "operation": genesis.name,
        "kind": genesis.kind,
        "op": ledger.op,
        "number": number,
        "day": day,
        "days": (ends - starts).days + 1,
        "zone": genesis.zone,
        "handling": genesis.handling,
        "phase": ledger.phase,
        "position": ledger.position,
        "since": since,
        "root": root,
        "preliminary": True,
    }
    if starts <= at <= ends:
        header["day_number"] = (at - starts).days + 1
    if ledger.phase == "PRE_OPERATIONAL":
        header["trial"] = True
    if at > ends:
        header["closing"] = True
    if (left_out := unopened(ledger)) is not None:
        header["unopened"] = left_out
    return header


def unopened(ledger: Ledger) -> dict[str, Any] | None:
    """How many sealed entries did not open, and the SHA-256 of their indexes; None where all did."""
    if not ledger.unopened:
        return None
    digest = hashlib.sha256(encode(ledger.unopened_at)).digest()
    return {"count": ledger.unopened, "entries": b64(digest)}
