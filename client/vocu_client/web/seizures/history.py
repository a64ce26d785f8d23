"""What became of a report: each revision with what it changed, field by field, and what else happened to it."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from vocu.errors import VocuError
from vocu.form.report import SeizureNominal, SeizureReport
from vocu.form.whole import NOMINAL_FIELDS, whole
from vocu.operation import events
from vocu.operation.verified import Accepted
from vocu.rendering.wording import Wording
from vocu_client.app import Desk
from vocu_client.web.forms.telling import Line, tell


class Change(Struct, frozen=True):
    """A field of the form that reads otherwise; an empty text where it was, or is, left out. `sealed`: nominal."""

    label: str
    before: str
    after: str
    sealed: bool


class Step(Struct, frozen=True, kw_only=True):
    """One event about the report. `changes`: what a new revision changed, as far as this desk may read both; `hidden`:
    it has sealed parts that this officer does not see. `reason`: why it was withdrawn, `why`: why it was amended."""

    kind: str
    entry: int
    at: int
    ncp: str
    changes: tuple[Change, ...] = ()
    hidden: bool = False
    reason: str = ""
    why: str = ""


class Wordings(Struct, frozen=True):
    """One revision as this desk may read it."""

    stat: SeizureReport | None
    nominal: SeizureNominal | None
    hidden: bool

    @property
    def form(self) -> dict[str, Any]:
        """What is compared; a revision's own reason is no part of what the report says."""
        said = whole(self.stat, self.nominal) if self.stat is not None else {}
        return {name: value for name, value in said.items() if name != "amendment_reason"}


def revision(desk: Desk, accepted: Accepted, *, nominal: bool) -> Wordings:
    """What this entry says, its nominal part only where that is asked for."""
    act = accepted.act
    stat = getattr(act and act.event, "stat", None) or _opened(desk, accepted, "stat")
    sealed = act is not None and act.header.slip("nominal") is not None
    named = _opened(desk, accepted, "nominal") if nominal and sealed else None
    return Wordings(stat, named, hidden=stat is None or (sealed and named is None))


def history(desk: Desk, report: str, words: Wording, *, nominal: bool) -> list[Step]:
    """All that happened to a report, the oldest first. Raises RefusedError where there is none."""
    steps = []
    before: Wordings | None = None
    for accepted in desk.reading.revisions(report):
        now = revision(desk, accepted, nominal=nominal)
        changes = () if before is None else changed(before.form, now.form, words)
        why = (now.stat.amendment_reason if now.stat is not None else None) or ""
        steps.append(replace(_step(desk, accepted, changes, hidden=now.hidden), why=why))
        before = now
    steps += [_step(desk, accepted) for accepted in _decisions(desk, report)]
    return sorted(steps, key=lambda step: step.entry)


def newest_entry(desk: Desk, report: str) -> int:
    """The log index of what happened to a report last. Raises RefusedError where there is none."""
    return max(each.index for each in (desk.reading.revisions(report)[-1], *_decisions(desk, report)))


def _decisions(desk: Desk, report: str) -> Iterator[Accepted]:
    """What happened to a report besides its revisions: withdrawn, confirmed."""
    known = desk.ledger.reports[report]
    if known.withdrawn is not None:
        yield desk.view.acts[known.withdrawn.index]
    if known.author != known.owner and not known.unconfirmed:
        confirmed = desk.reading.lines((events.SeizureConfirmed,))
        yield from (desk.view.acts[line.index] for line in confirmed if line.ref == report)


def changed(before: Mapping[str, Any], after: Mapping[str, Any], words: Wording) -> tuple[Change, ...]:
    """What reads otherwise in a new wording of the form; nothing where one of both cannot be read."""
    if not before or not after:
        return ()
    was, now = _said(before, after, words), _said(after, before, words)
    keys = [*was, *(key for key in now if key not in was)]
    found = []
    for key in sorted(keys, key=lambda key: _place(key, was, now)):
        label, text = was.get(key, ("", ""))
        new_label, new_text = now.get(key, (label, ""))
        if text != new_text:
            found.append(Change(label or new_label, text, new_text, sealed=key[0] in NOMINAL_FIELDS))
    return tuple(found)


Key = tuple[str, ...]


def _place(key: Key, was: Mapping[Key, Any], now: Mapping[Key, Any]) -> int:
    order = list(now)
    return order.index(key) if key in now else len(order) + list(was).index(key)


def _said(values: Mapping[str, Any], other: Mapping[str, Any], words: Wording) -> dict[Key, tuple[str, str]]:
    """Each thing that is said, by its place in the form: its label, and the text."""
    found: dict[Key, tuple[str, str]] = {}
    for name, value in values.items():
        if not (isinstance(value, list) and value and isinstance(value[0], dict)):
            _gather((name,), "", _lines({name: value}, words), found)
            continue
        several = len(value) > 1 or len(other.get(name, ())) > 1
        for number, row in enumerate(value, 1):
            for line in _lines({name: [row]}, words):
                label = line.label
                if several:
                    label = words._("{what} {number}", what=label, number=words.number(number))
                _gather((name, str(number)), "", (replace(line, label=label),), found, line.label)
    return found


def _lines(values: dict[str, Any], words: Wording) -> tuple[Line, ...]:
    return tuple(line for told in tell("seizure", values, words) for line in told.lines)


def _gather(key: Key, within: str, lines: tuple[Line, ...], found: dict[Key, tuple[str, str]], named: str = "") -> None:
    """`named`: what stands for the label in the keys, where the label is numbered."""
    for line in lines:
        label = f"{within}: {line.label}" if within else line.label
        inner = (*key, named or line.label)
        if line.texts:
            found[inner] = label, "; ".join(line.texts)
        _gather(inner, label, line.inner, found)


def _step(desk: Desk, accepted: Accepted, changes: tuple[Change, ...] = (), *, hidden: bool = False) -> Step:
    act = accepted.act
    assert act is not None  # noqa: S101 - reports are addressed to everybody
    event = act.event
    reason = event.stat.reason if isinstance(event, events.SeizureWithdrawn) and event.stat is not None else ""
    return Step(
        kind=act.header.type,
        entry=accepted.index,
        at=accepted.at,
        ncp=desk.view.state.devices[act.header.sender].ncp,
        changes=changes,
        hidden=hidden,
        reason=reason,
    )


def _opened(desk: Desk, accepted: Accepted, part: str) -> Any:
    try:
        return desk.reading.body(accepted, part)
    except VocuError:
        return None
