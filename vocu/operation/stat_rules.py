"""What must hold of the statistical part: judged by all where it is clear, and where it is sealed by all its readers.

Where it is clear, these are rules like any other (`rules.py`): hub and desks admit nothing that breaks one. Where it is
sealed, the hub admits it unseen, and what breaks a rule counts as nothing for everybody who opens it (`unsealing.py`).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from vocu.errors import MalformedError, RefusedError
from vocu.form.codes import codes, is_code
from vocu.form.days import is_day
from vocu.form.messages import Question, WarningNotice
from vocu.form.report import Part, SeizureReport
from vocu.form.schema import check_days
from vocu.operation import bodies, events
from vocu.operation.act import Act
from vocu.operation.state import Device, OperationState, Posed

Known = Mapping[str, Posed]
"""What was asked so far, and of whom, by event id: the state's own where the statistical part is clear."""


def require_stat(signer: Device, act: Act, state: OperationState, posed: Known, at: int) -> None:
    """Return if the statistical part that this act holds is in order for this state at this instant (UTC milliseconds).

    Raises RefusedError or MalformedError.
    """
    check = _CHECKS.get(type(act.event))
    if check is not None:
        check(signer, act, state, posed)
    body = getattr(act.event, "stat", None)
    if isinstance(body, Part):
        check_days(body, datetime.fromtimestamp(at / 1000, UTC).date())


def _warning_issued(_signer: Device, act: Act, state: OperationState, _posed: Known) -> None:
    for ncp in act.body(WarningNotice).addressees:
        state.participant(ncp)


def _question_asked(signer: Device, act: Act, state: OperationState, _posed: Known) -> None:
    addressees = act.body(Question).addressees
    for ncp in addressees:
        state.participant(ncp)
    if state.role_of(signer) == "observer" and not set(addressees) <= state.organisers | {signer.ncp}:
        raise RefusedError("observer-to-ocu", "An observer asks the OCU only; address and seal the question to it.")


def _feedback(signer: Device, act: Act, _state: OperationState, posed: Known) -> None:
    if signer.ncp not in _asked(act, posed):
        raise RefusedError("not-addressed", "Feedback comes from those whom the warning was addressed to.")


def _answer(signer: Device, act: Act, state: OperationState, posed: Known) -> None:
    if signer.ncp not in _asked(act, posed) and signer.ncp not in state.organisers:
        raise RefusedError("not-addressed", "An answer comes from those who were asked, or from the organiser.")


def _asked(act: Act, posed: Known) -> tuple[str, ...]:
    if act.ref not in posed:
        raise RefusedError("unknown-ref", "This desk cannot read what this answers.")
    return posed[act.ref].addressees


def _seizure_reported(signer: Device, act: Act, state: OperationState, _posed: Known) -> None:
    report = act.body(SeizureReport)
    if report.on_behalf_of not in (None, signer.ncp):
        if state.seals_stat:
            raise RefusedError(
                "sealed-on-behalf",
                "Where the statistical part is sealed, nobody reports on behalf of a country: whose report it is must "
                "be clear to the hub. Ask the country to report it.",
            )
        if signer.ncp not in state.organisers:
            raise RefusedError("not-your-country", "Only the organiser reports on behalf of a country.")
        state.participant(report.on_behalf_of or "")
    _require_countable(report, state)


def _seizure_reworded(signer: Device, act: Act, state: OperationState, _posed: Known) -> None:
    stat = act.body(SeizureReport)
    if (stat.on_behalf_of or signer.ncp) != state.reports[act.ref].owner:
        raise RefusedError("not-your-report", "A new wording does not change whose report it is.")
    _require_countable(stat, state)


def _seizure_withdrawn(_signer: Device, act: Act, _state: OperationState, _posed: Known) -> None:
    if not is_code("withdrawal_reason", act.body(bodies.Withdrawal).reason):
        reasons = ", ".join(code.id for code in codes("withdrawal_reason"))
        raise MalformedError("unknown-code", f"There is no such reason to withdraw a report; it is one of {reasons}.")


def _seizure_confirmed(_signer: Device, act: Act, state: OperationState, _posed: Known) -> None:
    if act.body(bodies.Confirmation).revision != state.reports[act.ref].revision:
        raise RefusedError("stale-revision", "This report was amended since; read it again, then confirm that.")


def _edition_published(_signer: Device, act: Act, _state: OperationState, _posed: Known) -> None:
    edition = act.body(bodies.Edition)
    if not (is_day(edition.starts_day) and is_day(edition.ends_day)) or edition.starts_day > edition.ends_day:
        raise MalformedError("bad-day", "An operation starts and ends on days in this order.")


def _require_countable(report: SeizureReport, state: OperationState) -> None:
    scope = state.genesis.commodities
    for line in report.goods:
        if scope and line.commodity not in scope and line.commodity.split(".")[0] not in scope:
            raise RefusedError("out-of-scope", f"This operation is not about {line.commodity}.")
        if line.goods_status == "controlled_delivery":
            raise RefusedError("must-be-restricted", "A controlled delivery stands in a restricted report only.")
    for ncp in report.joint_with:
        state.participant(ncp)


_CHECKS: dict[type[events.Event], Callable[[Device, Act, OperationState, Known], None]] = {
    events.WarningIssued: _warning_issued,
    events.FeedbackGiven: _feedback,
    events.QuestionAsked: _question_asked,
    events.QuestionAnswered: _answer,
    events.SeizureReported: _seizure_reported,
    events.SeizureAmended: _seizure_reworded,
    events.SeizureReleased: _seizure_reworded,
    events.SeizureWithdrawn: _seizure_withdrawn,
    events.SeizureConfirmed: _seizure_confirmed,
    events.EditionPublished: _edition_published,
}
