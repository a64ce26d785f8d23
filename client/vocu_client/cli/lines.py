"""One event as a person reads it: codes with their labels, times as the operation's clocks show them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from vocu.form.codes import list_names
from vocu_client.app import Desk
from vocu_client.cli.attaching import state
from vocu_client.cli.printing import SHORT, say, wording
from vocu_client.reading import Line

TITLES: Final = {
    "message_posted": "Message",
    "announcement_posted": "ANNOUNCEMENT",
    "warning_issued": "WARNING",
    "feedback_given": "Feedback",
    "question_asked": "Question",
    "question_answered": "Answer",
    "cross_check_asked": "Cross-check asked",
    "cross_check_answered": "Cross-check answered",
    "newsletter_issued": "Newsletter sent out",
}
_ANSWERED = {"result": "cross_check_result", "subject": "cross_check_subject", "body": "cross_check_body"}
LISTS: Final = {
    "warning_issued": {"action": "warning_action"},
    "feedback_given": {"result": "feedback_result", "reason": "feedback_reason"},
    "question_asked": {"kind": "question_kind", "subject": "question_subject", "instrument": "legal_instrument"},
    "question_answered": {"result": "answer_result"},
    "cross_check_asked": _ANSWERED,
    "cross_check_answered": _ANSWERED,
}
"""The code lists of the fields that are not named like their list, by kind of event."""


def print_line(desk: Desk, line: Line) -> None:
    """Who wrote to whom when, and what, as far as this desk may read it."""
    zone = desk.view.state.genesis.zone
    to = ", ".join(name for name in line.to if name != line.ncp) or "all"
    about = f", on {line.ref[:SHORT]}" if line.ref else ""
    marking = f"  {line.text.handling}" if line.text is not None and line.text.handling else ""
    head = f"{wording().instant(line.at, zone)}  {line.ncp} → {to}  {TITLES[line.kind]}"
    say(f"{line.index:>6}  {head}  id {line.id[:SHORT]}{about}{marking}", "bold")
    for part in (*_parts(line, zone), *_files(desk, line)):
        say("        " + part.replace("\n", "\n        "))
    say("")


def _parts(line: Line, zone: str) -> Iterator[str]:
    for fields in (line.stat, line.nominal):
        if fields:
            yield "; ".join(_field(line.kind, name, value, zone) for name, value in fields.items())
    if line.text is not None:
        if line.text.subject:
            yield line.text.subject
        yield line.text.body
    if line.sealed:
        yield f"[{line.sealed}]"


def _files(desk: Desk, line: Line) -> Iterator[str]:
    found = desk.files.of(line.id)
    for file in found.files:
        yield f"+ {file.name} ({state(file)})"


def _field(kind: str, name: str, value: object, zone: str) -> str:
    said = name.replace("_", " ")
    return said if value is True else f"{said}: {_value(kind, name, value, zone)}"


def _value(kind: str, name: str, value: object, zone: str) -> str:
    match value:
        case list():
            return ", ".join(_value(kind, name, each, zone) for each in value)
        case dict():
            return ", ".join(_field(kind, inner, each, zone) for inner, each in value.items())
        case str() if name.endswith("_at"):
            return wording().instant(int(datetime.fromisoformat(value).timestamp() * 1000), zone)
        case str():
            codes = LISTS.get(kind, {}).get(name, name)
            return wording().label(codes, value) if codes in list_names() else value
        case _:
            return str(value)
