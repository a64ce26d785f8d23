"""Flat files for analysts: one row per report, goods line, check, warning, confirmed total, with a codebook.

They hold what counts in the operational phase and after it, told apart by `counted_as`, in the newest wording, and the
clear parts alone. Codes are codes, amounts exact decimals, instants UTC: the same bytes wherever they are made.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from vocu.compilation.counting import Counted, counted, returns
from vocu.compilation.exchange_sections import instant
from vocu.compilation.ledger import Ledger, Reply, Return, Warned
from vocu.form.messages import Feedback, WarningNotice
from vocu.form.report import GoodsLine, SeizureReport, Stop
from vocu.form.returns import Check, ConfirmedTotal, DailyReturn, NationalReport
from vocu.rendering.codebook import HEAD, FlatColumn, code_rows, codebook_rows, form_columns
from vocu.rendering.csv import rows_csv

PARTICIPANTS: Final = "participants of the operation"


class _Line(NamedTuple):
    """A goods line, with its report and its place there."""

    entry: Counted
    number: int
    line: GoodsLine


class _Checked(NamedTuple):
    """A check of a daily return; None where it has none."""

    filed: Return
    number: int
    check: Check | None


class _Addressed(NamedTuple):
    """A warning as one of its addressees has it, with that one's feedbacks."""

    warned: Warned
    addressee: str
    replies: list[Reply]


class _Confirmed(NamedTuple):
    """A confirmed total of a national report; None where it has none."""

    reply: Reply
    number: int
    total: ConfirmedTotal | None


def flat_files(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """Each file's name and its bytes; the codebook and the codes come last."""
    reports = sorted((*counted(ledger), *counted(ledger, "follow_up")), key=lambda entry: entry.report.received.index)
    filed = (*returns(ledger), *returns(ledger, "follow_up"))
    rows: dict[str, Iterable[Any]] = {
        "reports.csv": reports,
        "goods.csv": (_Line(entry, *line) for entry in reports for line in enumerate(entry.stat.goods, start=1)),
        "returns.csv": chain.from_iterable(map(_checks, filed)),
        "warnings.csv": chain.from_iterable(map(_addressed, ledger.warnings.values())),
        "national_reports.csv": chain.from_iterable(map(_totals, ledger.national_reports.values())),
    }
    for name, columns in COLUMNS.items():
        yield (
            name,
            rows_csv(
                [column.name for column in columns], ([column.cell(of) for column in columns] for of in rows[name])
            ),
        )
    yield "codebook.csv", rows_csv(HEAD, codebook_rows(COLUMNS))
    yield "codes.csv", rows_csv(("list", "code", "parent", "label"), code_rows(COLUMNS))


def _checks(filed: Return) -> Iterator[_Checked]:
    checks: tuple[Check | None, ...] = filed.form.checks or (None,)
    return (_Checked(filed, number, check) for number, check in enumerate(checks, start=1))


def _addressed(warned: Warned) -> Iterator[_Addressed]:
    for ncp in sorted(warned.form.addressees):
        yield _Addressed(warned, ncp, [reply for reply in warned.replies if reply.ncp == ncp])


def _totals(reply: Reply) -> Iterator[_Confirmed]:
    totals: tuple[ConfirmedTotal | None, ...] = reply.form.totals or (None,)
    return (_Confirmed(reply, number, total) for number, total in enumerate(totals, start=1))


# --- reports and their goods ---


def _route_columns() -> Iterator[FlatColumn]:
    for name, title in (("departure", "Departure"), ("transit", "Transit"), ("destination", "Destination")):
        for part, what in (("country", "country"), ("place", "place")):
            yield FlatColumn(
                name=f"{name}_{part}",
                meaning=f"{title}: {what}." + (" Several in their order." if name == "transit" else ""),
                kind="code" if part == "country" else "text",
                codes="ISO 3166-1 alpha-2" if part == "country" else "",
                value=partial(_of_stops, name, part),
                source=f"seizure.route.{name}.{part}",
            )
    yield FlatColumn(
        name="declared_origin",
        meaning="Declared country of origin. The country of origin that the papers state.",
        kind="code",
        codes="ISO 3166-1 alpha-2",
        value=lambda entry: entry.stat.route and entry.stat.route.declared_origin,
        source="seizure.route.declared_origin",
    )


def _of_stops(name: str, part: str, entry: Counted) -> tuple[str, ...]:
    found: tuple[Stop, ...] | Stop | None = getattr(entry.stat.route, name, None)
    stops = found if isinstance(found, tuple) else (found,) if found else ()
    return tuple(getattr(stop, part) or "" for stop in stops)


_REPORT: Final = (
    FlatColumn("report", "The report's id; joins the files.", "text", lambda entry: entry.report.id),
    FlatColumn(
        "participant", "Whose report it is.", "code", lambda entry: entry.report.owner, codes=PARTICIPANTS
    ),
    FlatColumn(
        "counted_as",
        "in_phase: of the operational phase; follow_up: reported after it.",
        "code",
        lambda entry: entry.report.relation,
    ),
)  # fmt: skip

_REPORTS: Final = (
    *_REPORT,
    FlatColumn("entry", "Its place in the log.", "count", lambda entry: entry.report.received.index),
    FlatColumn("received_at", "When the hub admitted it.", "instant", lambda entry: instant(entry.report.received.at)),
    FlatColumn(
        "counted_at",
        "When it began to count: when it was admitted, or released if it was restricted.",
        "instant",
        lambda entry: instant(entry.report.counted.at),
    ),
    FlatColumn(
        "author", "Who posted it.", "code", lambda entry: entry.report.author, codes=PARTICIPANTS
    ),
    FlatColumn(
        "unconfirmed",
        "Entered by the organiser for a country that has yet to confirm it.",
        "yes/no",
        lambda entry: entry.report.unconfirmed,
    ),
    FlatColumn("revisions", "How many wordings it had; this is the last.", "count", lambda e: len(e.report.revisions)),
    FlatColumn(
        "changed_at",
        "When its last wording was admitted.",
        "instant",
        lambda entry: instant(entry.report.revisions[-1].received.at),
    ),
    *form_columns("seizure", SeizureReport, lambda entry: entry.stat),
    *_route_columns(),
    FlatColumn("goods_lines", "How many lines it has in goods.csv.", "count", lambda entry: len(entry.stat.goods)),
)  # fmt: skip


def _of_report(column: FlatColumn, of: _Line) -> Any:
    return column.value(of.entry)


_GOODS: Final = (
    *(replace(each, value=partial(_of_report, each)) for each in _REPORT),
    FlatColumn("line", "The line's number within its report.", "count", lambda of: of.number),
    FlatColumn(
        "seizure_day",
        "Day of the seizure, as in reports.csv.",
        "day, month or year",
        lambda of: of.entry.stat.seizure_day,
        source="seizure.seizure_day",
    ),
    *form_columns("seizure", GoodsLine, lambda of: of.line, within="goods"),
)

# --- returns, warnings, national reports ---

_ONCE: Final = " It stands in the first row of its form alone, so that it can be added up."


def _once(columns: Iterable[FlatColumn]) -> Iterator[FlatColumn]:
    """Figures of the whole form, in the first of its rows alone."""
    for each in columns:
        once = each.kind == "count"
        yield replace(each, meaning=each.meaning + _ONCE, value=partial(_if_first, each)) if once else each


def _if_first(column: FlatColumn, of: _Checked | _Confirmed) -> Any:
    return column.value(of) if of.number == 1 else None


_RETURNS: Final = (
    FlatColumn("participant", "Whose return it is.", "code", lambda of: of.filed.ncp, codes=PARTICIPANTS),
    FlatColumn("line", "The check's number within its return.", "count", lambda of: of.number),
    FlatColumn("counted_as", _REPORT[2].meaning, "code", lambda of: of.filed.relation),
    FlatColumn("received_at", "When the first return for that day was admitted.", "instant",
               lambda of: instant(of.filed.received.at)),
    *_once(
        [
            FlatColumn("replaced", "How often it was filed again; this is the last.", "count",
                       lambda of: len(of.filed.replaced)),
            *form_columns("daily_return", DailyReturn, lambda of: of.filed.form, renamed={"kind": "return_kind"}),
        ]
    ),
    *form_columns("daily_return", Check, lambda of: of.check, within="checks", renamed={"kind": "check_kind"}),
)  # fmt: skip

_WARNINGS: Final = (
    FlatColumn("warning", "The warning's id.", "text", lambda of: of.warned.id),
    FlatColumn("issued_at", "When it was admitted.", "instant", lambda of: instant(of.warned.received.at)),
    FlatColumn("issued_by", "Who gave it.", "code", lambda of: of.warned.author, codes=PARTICIPANTS),
    FlatColumn("addressee", "One of those to whom it went.", "code", lambda of: of.addressee, codes=PARTICIPANTS,
               source="warning.addressees"),
    *form_columns("warning", WarningNotice, lambda of: of.warned.form, leave_out=("addressees",)),
    FlatColumn("first_feedback_at", "When this addressee's first feedback was admitted.", "instant",
               lambda of: instant(of.replies[0].received.at) if of.replies else None),
    FlatColumn("feedbacks", "How many feedbacks this addressee gave; the last one follows.", "count",
               lambda of: len(of.replies)),
    *form_columns("feedback", Feedback, lambda of: of.replies[-1].form if of.replies else None),
)  # fmt: skip

_NATIONAL: Final = (
    FlatColumn("participant", "Whose report it is.", "code", lambda of: of.reply.ncp, codes=PARTICIPANTS),
    FlatColumn("line", "The total's number within its report.", "count", lambda of: of.number),
    FlatColumn("received_at", "When it was admitted; the last report counts.", "instant",
               lambda of: instant(of.reply.received.at)),
    *_once(form_columns("national_report", NationalReport, lambda of: of.reply.form,
                        renamed={"seizures": "all_seizures"})),
    *form_columns("national_report", ConfirmedTotal, lambda of: of.total, within="totals"),
)  # fmt: skip

COLUMNS: Final[dict[str, tuple[FlatColumn, ...]]] = {
    "reports.csv": _REPORTS,
    "goods.csv": _GOODS,
    "returns.csv": _RETURNS,
    "warnings.csv": _WARNINGS,
    "national_reports.csv": _NATIONAL,
}
"""The columns of each file, as the codebook lists them."""
