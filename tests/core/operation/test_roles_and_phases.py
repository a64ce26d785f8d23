"""Every role in every phase with every kind of event, against a table that was written by hand from the design."""

from itertools import product

import pytest

from tests.scenario import Scenario
from vocu.canonical import b64
from vocu.errors import VocuError
from vocu.operation.act import Act
from vocu.operation.events import KINDS
from vocu.operation.header import Head, Header, PartSlip
from vocu.operation.rules import authorise
from vocu.operation.state import OperationState
from vocu.operation.statements import PHASES, Phase, Role

ROLES: dict[str, Role] = {
    "O": "organiser",
    "C": "co_organiser",
    "P": "participant",
    "S": "support_agency",
    "V": "observer",
    "A": "analyst",
    "H": "compiler",
}
# Who (letters above), and when: 1 pre-operational, 2 operational, 3 post-operational, 4 closed.
TABLE = """
roots_changed          OCPSVA  1234
participant_admitted   OC      123
participant_changed    OC      123
participant_removed    OC      1234
device_admitted        OCPSVA  123
device_revoked         OCPSVA  1234
epoch_rotated          OCPSV   123
epoch_fault            OCPSV   123
epochs_granted         OCPSV   123
phase_opened           OC      1234
contact_published      OCPSV   123
directory_sent         OC      123
message_posted         OCPSV   123
announcement_posted    OC      123
reading_confirmed      OCPSV   123
warning_issued         OCPS    123
feedback_given         OCPS    123
question_asked         OCPSV   123
question_answered      OCPSV   123
cross_check_asked      OCPS    123
cross_check_answered   OCPS    123
seizure_reported       OCPS    123
seizure_amended        OCPS    123
seizure_withdrawn      OCPS    123
seizure_released       OCPS    123
seizure_confirmed      OCPS    123
daily_return_filed     OCPS    123
outcome_returned       OCPS    234
national_report_filed  OCPS    234
reference_published    OC      123
edition_published      OC      123
newsletter_compiled    H       123
newsletter_issued      OC      123
entry_erased           OCPS    1234
erasure_confirmed      OCPSVA  1234
"""
ALLOWED = {
    (ROLES[letter], PHASES[int(digit) - 1], kind)
    for kind, letters, digits in map(str.split, TABLE.strip().splitlines())
    for letter, digit in product(letters, digits)
}


@pytest.fixture(scope="module")
def state() -> OperationState:
    """PL organises; every other role has one participant, named by its letter."""
    scenario = Scenario(deliver=False)
    for letter, role in ROLES.items():
        if role not in ("organiser", "compiler"):
            scenario.admit(f"X{letter}", role)
    return scenario.hub.state


def judgement(state: OperationState, role: Role, kind: str) -> str:
    """The code of the first rule that is broken by an event of that kind with nothing in it, from that role."""
    member = next(member for member in state.members.values() if member.role == role)
    signer = next(iter(member.devices.values()))
    header = Header(
        v="vocu/1", op=state.op, id=b64(bytes(16)), type=kind, sender=signer.id, to="all", roster="A" * 43, ts=0,
        salt=b64(bytes(16)), head=Head(0, "A" * 43), dseq=0, prev="A" * 43, ref="A" * 22,
        parts=(PartSlip(p="plain", enc="clear", sha256="A" * 43, size=0),),
    )  # fmt: skip
    try:
        authorise(signer, Act(header, KINDS[kind](), b""), state, state.at)
    except VocuError as error:  # an event with nothing in it comes no further than its own rules
        return error.code
    return ""


def test_the_table_names_every_kind() -> None:
    assert {kind for _, _, kind in ALLOWED} == set(KINDS)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_does_what_the_table_does_not_allow_and_everybody_does_what_it_allows(
    state: OperationState, kind: str, phase: Phase
) -> None:
    state.phase = phase
    for role in ROLES.values():
        code = judgement(state, role, kind)
        assert (code not in ("not-your-role", "wrong-phase")) == ((role, phase, kind) in ALLOWED), (role, code)
        if code == "wrong-phase":
            assert any((role, other, kind) in ALLOWED for other in PHASES)
