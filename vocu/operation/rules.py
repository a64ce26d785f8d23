"""Who may do what, when: one pure function, run by the desk to warn, by the hub to decide, by every desk to verify.

What is not allowed is denied. Each kind's general rule (roles, phases) stands with the kind in `events.py`; here is
what else must hold, but for the statistical part (`stat_rules.py`). Nothing here looks at sealed parts, so that
everybody comes to the same judgement.
"""

from collections.abc import Callable

from vocu.canonical import unb64
from vocu.crypto.keys import RootVerifyKey, SealingKey, VerifyKey
from vocu.errors import MalformedError, RefusedError
from vocu.ids import device_id
from vocu.operation import bodies, events, figure_rules
from vocu.operation.act import Act
from vocu.operation.header import EVERYONE, SEALED, PartSlip
from vocu.operation.stat_rules import require_stat
from vocu.operation.state import Device, OperationState, Report
from vocu.operation.statements import (
    HUB,
    PHASES,
    Admit,
    AdmitDevice,
    Change,
    ChangeRoots,
    OpenPhase,
    Participant,
    Remove,
    Revoke,
    Statement,
)

MAX_DEVICES = 20
"""Active devices of one participant, so that none can make an epoch, or a message to it, too large for everybody."""


def authorise(signer: Device, act: Act, state: OperationState, at: int) -> None:
    """Return if this signer may do this in this state of the operation at this instant (UTC milliseconds).

    Raises RefusedError, or MalformedError where the event contradicts itself.
    """
    kind = type(act.event)
    role = state.role_of(signer)
    if role not in roles_of(kind, state):
        raise RefusedError("not-your-role", f"A {role} may not post {act.header.type!r}.")
    if state.phase not in kind.phases:
        raise RefusedError("wrong-phase", f"{act.header.type!r} is not possible in the phase {state.phase}.")
    _require_audience(signer, act, state)
    _require_sealed_right(signer, act, state)
    _require_ref(act, state)
    check = _CHECKS.get(kind)
    if check is not None:
        check(signer, act, state)
    if getattr(act.event, "stat", None) is not None:
        require_stat(signer, act, state, state.posed, at)


def roles_of(kind: type[events.Event], state: OperationState) -> events.Roles:
    """Who may post this kind: where the hub cannot read what newsletters count, the organiser compiles them."""
    return events.OCU if state.seals_stat and kind is events.NewsletterCompiled else kind.roles


def _require_audience(signer: Device, act: Act, state: OperationState) -> None:
    to = act.header.to
    if isinstance(to, str):
        if state.role_of(signer) == "observer" and isinstance(act.event, events.MessagePosted):
            raise RefusedError("observer-to-ocu", "An observer writes to the OCU only; address the message to it.")
        return
    if not type(act.event).narrow:
        raise RefusedError("must-be-to-all", f"{act.header.type!r} goes to the whole operation.")
    if signer.ncp not in to:
        raise RefusedError("sender-not-in-audience", "The audience includes the sender's own participant.")
    for ncp in to:
        member = state.members.get(ncp)
        if member is None or not member.active or ncp == HUB:
            raise RefusedError("unknown-participant", f"{ncp} does not take part in this operation.")
    if state.role_of(signer) == "observer" and not set(to) <= state.organisers | {signer.ncp}:
        raise RefusedError("observer-to-ocu", "An observer writes to the OCU only.")


def _require_sealed_right(signer: Device, act: Act, state: OperationState) -> None:
    to = act.header.to
    for slip in act.header.parts:
        if slip.p == "wraps":
            continue
        if slip.p == "plain" and slip.enc != "clear":
            raise RefusedError("must-be-clear", "The part 'plain' is never sealed.")
        if slip.p == "stat":
            _require_stat_sealing(slip, act, state)
        if slip.enc == "epoch":
            if to != EVERYONE:
                raise RefusedError("must-be-direct", "What is not for the whole operation is sealed to devices.")
            epoch = state.epoch
            if epoch is None or slip.epoch != epoch.index or epoch.roster != state.roster_hash:
                raise RefusedError("stale-epoch", "This was sealed to an epoch that is over; seal it again.")
        for device_name in slip.devices or ():
            device = state.devices.get(device_name)
            if device is None or not device.active:
                raise RefusedError(
                    "inactive-device", "This was sealed to a device that is not, or no longer, admitted."
                )
            if not state.members[device.ncp].reads_sealed or device.seal is None:
                raise RefusedError("wrong-readers", "This was sealed to a device that may not read sealed text.")
            if to != EVERYONE and device.ncp not in to:
                raise RefusedError("reader-not-in-audience", "A part may only narrow its event's audience.")
        if slip.devices and not any(state.devices[name].ncp == signer.ncp for name in slip.devices):
            raise RefusedError("sender-not-in-audience", "A sealed part is sealed to the sender's own country, too.")


def _require_stat_sealing(slip: PartSlip, act: Act, state: OperationState) -> None:
    if slip.enc == "direct" and not _may_be_restricted(act, state):
        raise RefusedError("must-be-clear", "Only a restricted report keeps its statistical part from the operation.")
    if slip.enc == "epoch" and not state.seals_stat:
        raise RefusedError("must-be-clear", "Only the statistical part of a restricted report may be sealed.")
    if slip.enc == "clear" and state.seals_stat:
        raise RefusedError("must-be-sealed", "In this operation the statistical part is sealed, too.")


def _may_be_restricted(act: Act, state: OperationState) -> bool:
    if isinstance(act.event, events.SeizureReported):
        return True
    report = state.reports.get(act.header.ref or "")
    return isinstance(act.event, events.SeizureAmended) and report is not None and report.restricted


def _require_ref(act: Act, state: OperationState) -> None:
    kind = type(act.event)
    ref = act.header.ref
    if ref is None:
        if kind.about and not kind.ref_optional:
            raise MalformedError("missing-ref", f"{act.header.type!r} says in `ref` what it is about.")
        return
    if not kind.about:
        raise MalformedError("unexpected-ref", f"{act.header.type!r} has no `ref`.")
    # A bilateral message is unknown to those who did not receive it, so answers to messages are not judged by it.
    if not kind.ref_optional and state.register.kind(ref) not in kind.about:
        raise RefusedError("unknown-ref", f"There is no {' or '.join(kind.about)} with the id {ref}.")


# --- what else must hold, kind by kind ---


def _roster_statement(allowed: type[Statement]) -> Callable[[Device, Act, OperationState], None]:
    def check(_signer: Device, act: Act, state: OperationState) -> None:
        statement = act.statement(allowed)
        _require_unused(act.body(bodies.Carried).statement.payload, state)
        _check_statement(statement, state)

    return check


def _check_statement(statement: Statement, state: OperationState) -> None:
    match statement:
        case Change(participant=participant):
            member = state.participant(participant.ncp)
            _require_role(participant, state)
            if member.key is None or unb64(participant.key) != member.key.data:
                raise RefusedError("key-fixed", "A participant changes its key by being admitted again with `replace`.")
        case Remove(ncp=ncp):
            if state.participant(ncp).role == "organiser":
                raise RefusedError("role-fixed", "The organiser cannot be removed from its own operation.")
        case AdmitDevice(ncp=ncp, device=card):
            member = state.participant(ncp)
            if sum(device.active for device in member.devices.values()) >= MAX_DEVICES:
                raise RefusedError(
                    "too-many-devices", f"A participant has {MAX_DEVICES} devices at most; have one revoked first."
                )
            _require_new_device(card.sign, card.seal, state)
        case Revoke(device=name):
            device = state.devices.get(name)
            if device is None or not device.active or device.ncp == HUB:
                raise RefusedError("unknown-device", "There is no active device of this id.")
        case OpenPhase(phase=phase):
            if PHASES.index(phase) != PHASES.index(state.phase) + 1:
                after = "no other" if state.phase == PHASES[-1] else PHASES[PHASES.index(state.phase) + 1]
                raise RefusedError("phase-order", f"After {state.phase} comes {after}, not {phase}.")
        case ChangeRoots(roots=roots):
            for key in roots.keys:
                RootVerifyKey.from_bytes(unb64(key))


def _participant_admitted(_signer: Device, act: Act, state: OperationState) -> None:
    admit, card = act.statement(Admit), act.statement(AdmitDevice)
    carried = act.body(bodies.Admission)
    _require_unused(carried.statement.payload, state)
    _require_unused(carried.device.payload, state)
    participant = admit.participant
    if card.ncp != participant.ncp:
        raise MalformedError("bad-statement", "The country and the roots name different participants.")
    _require_role(participant, state)
    member = state.members.get(participant.ncp)
    if member is not None and member.active and not admit.replace:
        raise RefusedError(
            "already-admitted", f"{participant.ncp} takes part already; to give it new keys, replace it."
        )
    _require_new_device(card.device.sign, card.device.seal, state)


def _epoch_rotated(_signer: Device, act: Act, state: OperationState) -> None:
    keys = act.body(bodies.EpochKeys)
    if (keys.stat is not None) != state.seals_stat:
        raise MalformedError(
            "bad-epoch", "An epoch commits to the key of the statistical part exactly where it seals it."
        )
    if keys.n != (state.epoch.n + 1 if state.epoch else 1):
        raise RefusedError("stale-epoch", "Somebody made this epoch before; seal to the newest one.")
    if keys.roster != state.roster_hash:
        raise RefusedError("stale-roster", "The roster has changed since; make the epoch for the present one.")
    if [device for device, _ in keys.wraps] != [device.id for device in state.readers()]:
        raise RefusedError("wrong-readers", "An epoch is wrapped for exactly the devices that may read sealed text.")


def _epoch_fault(signer: Device, act: Act, state: OperationState) -> None:
    if state.epoch is None or act.body(bodies.Fault).epoch != state.epoch.index:
        raise RefusedError("stale-epoch", "Only a fault of the newest epoch is of use.")
    if signer.id not in state.epoch.devices:
        raise RefusedError("not-your-epoch", "This device is not a reader of that epoch.")


def _reading_confirmed(_signer: Device, act: Act, _state: OperationState) -> None:
    if isinstance(act.header.to, str) or len(act.header.to) != 2:
        raise RefusedError("one-reader", "What was read is confirmed to the one participant that wrote it.")


def _epochs_granted(_signer: Device, _act: Act, state: OperationState) -> None:
    if not state.seals_stat:
        raise RefusedError(
            "nothing-to-grant", "In this operation the statistical part is clear; there is no key to it."
        )


def _question_asked(signer: Device, act: Act, state: OperationState) -> None:
    if state.role_of(signer) != "observer":
        return
    ocu = state.organisers | {signer.ncp}
    sealed = [slip for slip in act.header.parts if slip.p in SEALED]
    readers = {state.devices[name].ncp for slip in sealed for name in slip.devices or ()}
    if not readers <= ocu or any(slip.enc == "epoch" for slip in sealed):
        raise RefusedError("observer-to-ocu", "An observer asks the OCU only; address and seal the question to it.")


def _seizure_amended(signer: Device, act: Act, state: OperationState) -> None:
    if act.restricted != _own_report(signer, act, state).restricted:
        raise RefusedError("release-first", "A restricted report stays sealed until it is released.")


def _seizure_withdrawn(signer: Device, act: Act, state: OperationState) -> None:
    _own_report(signer, act, state)


def _seizure_released(signer: Device, act: Act, state: OperationState) -> None:
    if not _own_report(signer, act, state).restricted:
        raise RefusedError("not-restricted", "This report is not restricted.")


def _seizure_confirmed(signer: Device, act: Act, state: OperationState) -> None:
    report = state.reports[act.ref]
    if report.owner != signer.ncp:
        raise RefusedError("not-your-report", "Only the country itself confirms a report made on its behalf.")
    if not report.unconfirmed or report.withdrawn:
        raise RefusedError("nothing-to-confirm", "This report does not wait for a confirmation.")


def _entry_erased(signer: Device, act: Act, state: OperationState) -> None:
    index = act.body(bodies.Erasure).index
    if index >= state.size:
        raise RefusedError("unknown-ref", "There is no such entry to erase.")
    # Who wrote what was addressed to others is known to those others and the hub alone, so nobody else judges it.
    author = state.author_of(index) or signer.ncp
    if signer.ncp != author and signer.ncp not in state.organisers:
        raise RefusedError("not-your-country", "What a country sealed is erased by itself or by the organiser.")


# --- shared ---


def _require_role(participant: Participant, state: OperationState) -> None:
    organiser = participant.ncp == state.genesis.organiser.ncp
    if participant.ncp == HUB or participant.role == "compiler" or (participant.role == "organiser") != organiser:
        raise RefusedError("role-fixed", "An operation has one organiser and one compiler, named in its genesis.")


def _require_unused(payload: str, state: OperationState) -> None:
    if payload in state.used_statements:
        raise RefusedError("statement-used", "This statement was carried out before; a new decision needs a new one.")


def _require_new_device(sign: str, seal: str, state: OperationState) -> None:
    verify, sealing = VerifyKey.from_bytes(unb64(sign, 32)), SealingKey.from_bytes(unb64(seal))
    if device_id(verify.data, sealing.data) in state.devices:
        raise RefusedError("device-known", "This device was admitted before; a new admission needs new keys.")


def _own_report(signer: Device, act: Act, state: OperationState) -> Report:
    report = state.reports[act.ref]
    by_ocu = report.unconfirmed and signer.ncp in state.organisers
    if signer.ncp != report.owner and not by_ocu:
        raise RefusedError("not-your-report", f"This report belongs to {report.owner}; only that country changes it.")
    if report.withdrawn:
        raise RefusedError("withdrawn", "This report was withdrawn; report the seizure anew.")
    return report


_CHECKS: dict[type[events.Event], Callable[[Device, Act, OperationState], None]] = {
    events.ParticipantAdmitted: _participant_admitted,
    events.ParticipantChanged: _roster_statement(Change),
    events.ParticipantRemoved: _roster_statement(Remove),
    events.DeviceAdmitted: _roster_statement(AdmitDevice),
    events.DeviceRevoked: _roster_statement(Revoke),
    events.PhaseOpened: _roster_statement(OpenPhase),
    events.RootsChanged: _roster_statement(ChangeRoots),
    events.EpochRotated: _epoch_rotated,
    events.EpochFault: _epoch_fault,
    events.EpochsGranted: _epochs_granted,
    events.ReadingConfirmed: _reading_confirmed,
    events.QuestionAsked: _question_asked,
    events.SeizureAmended: _seizure_amended,
    events.SeizureWithdrawn: _seizure_withdrawn,
    events.SeizureReleased: _seizure_released,
    events.SeizureConfirmed: _seizure_confirmed,
    events.ReferencePublished: figure_rules.reference_published,
    events.NewsletterCompiled: figure_rules.newsletter_compiled,
    events.NewsletterIssued: figure_rules.newsletter_issued,
    events.EntryErased: _entry_erased,
}
