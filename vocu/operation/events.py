"""Every kind of event, in one registry: what it holds, who may post it, and in which phases.

A kind is a Struct whose fields are its parts: `plain` and `stat` are clear, `text`, `nominal` and `media` are sealed,
so a reader who may not open them finds `None`. `roles` and `phases` are the general rule; what else must hold stands
in `rules.py`. docs/events.md is made from this module.
"""

from typing import ClassVar, get_args, get_type_hints

from msgspec import Struct

from vocu.form.messages import Answer, CrossCheck, Feedback, Question, WarningNotice
from vocu.form.report import SeizureNominal, SeizureReport
from vocu.form.returns import DailyReturn, NationalReport, OutcomeReturn
from vocu.operation.bodies import (
    Admission,
    Carried,
    Compiled,
    Confirmation,
    Contacts,
    Directory,
    Edition,
    EpochKeys,
    Erased,
    Erasure,
    Fault,
    Figures,
    Grant,
    Issued,
    Reading,
    Reference,
    Text,
    Withdrawal,
)
from vocu.operation.media import Media
from vocu.operation.statements import PHASES, Phase, Role

Roles = frozenset[Role]
Phases = frozenset[Phase]

OCU: Roles = frozenset({"organiser", "co_organiser"})
POSTERS: Roles = OCU | {"participant", "support_agency"}
SPEAKERS: Roles = POSTERS | {"observer"}
DESKS: Roles = SPEAKERS | {"analyst"}
COMPILER: Roles = frozenset({"compiler"})

ALWAYS: Phases = frozenset(PHASES)
UNTIL_CLOSED: Phases = frozenset(PHASES[:3])
SINCE_START: Phases = frozenset(PHASES[1:])


class Event(Struct, frozen=True, kw_only=True):
    """Something that happened in an operation."""

    roles: ClassVar[Roles]
    phases: ClassVar[Phases]
    required: ClassVar[tuple[str, ...]] = ()
    """Parts that every event of the kind has; those it may have are its other fields."""
    about: ClassVar[tuple[str, ...]] = ()
    """The kinds that `ref` may name; none: the kind has no `ref`."""
    ref_optional: ClassVar[bool] = False
    narrow: ClassVar[bool] = False
    """Whether `to` may be less than the whole operation."""
    compiles: ClassVar[bool] = False
    """Whether newsletters and tables count it."""


# --- who takes part ---


class RootsChanged(Event, frozen=True, tag="roots_changed"):
    """The operation's roots handed over to new ones."""

    roles, phases, required = DESKS, ALWAYS, ("plain",)
    plain: Carried | None = None


class ParticipantAdmitted(Event, frozen=True, tag="participant_admitted"):
    """A country or body came in, with its first desk."""

    roles, phases, required = OCU, UNTIL_CLOSED, ("plain",)
    plain: Admission | None = None


class ParticipantChanged(Event, frozen=True, tag="participant_changed"):
    """A participant's name or role changed."""

    roles, phases, required = OCU, UNTIL_CLOSED, ("plain",)
    plain: Carried | None = None


class ParticipantRemoved(Event, frozen=True, tag="participant_removed"):
    """A participant left or was excluded; its desks read nothing that is sealed from now on."""

    roles, phases, required = OCU, ALWAYS, ("plain",)
    plain: Carried | None = None


class DeviceAdmitted(Event, frozen=True, tag="device_admitted"):
    """A country admitted a further desk of its own."""

    roles, phases, required = DESKS, UNTIL_CLOSED, ("plain",)
    plain: Carried | None = None


class DeviceRevoked(Event, frozen=True, tag="device_revoked"):
    """A desk was lost or retired; it reads nothing that is sealed from now on."""

    roles, phases, required = DESKS, ALWAYS, ("plain",)
    plain: Carried | None = None


class EpochRotated(Event, frozen=True, tag="epoch_rotated"):
    """A new secret, wrapped for every present reader, to seal to the whole operation."""

    roles, phases, required = SPEAKERS, UNTIL_CLOSED, ("plain", "wraps")
    plain: EpochKeys | None = None


class EpochFault(Event, frozen=True, tag="epoch_fault"):
    """A desk could not open its wrap of the newest epoch; the next sender makes another."""

    roles, phases, required = SPEAKERS, UNTIL_CLOSED, ("plain",)
    plain: Fault | None = None


class EpochsGranted(Event, frozen=True, tag="epochs_granted"):
    """What opens statistical parts from before a desk came in, or that failed to reach it, sealed to its participant;
    only where those are sealed. Words, names and files of that time stay closed to it."""

    roles, phases, required, narrow = SPEAKERS, UNTIL_CLOSED, ("text",), True
    text: Grant | None = None


class PhaseOpened(Event, frozen=True, tag="phase_opened"):
    """The operation entered its next phase."""

    roles, phases, required = OCU, ALWAYS, ("plain",)
    plain: Carried | None = None


# --- people ---


class ContactPublished(Event, frozen=True, tag="contact_published"):
    """A participant's persons and how to reach them, sealed to the operation."""

    roles, phases, required = SPEAKERS, UNTIL_CLOSED, ("text",)
    text: Contacts | None = None


class DirectorySent(Event, frozen=True, tag="directory_sent"):
    """All contacts, sealed to one newly admitted participant."""

    roles, phases, required, narrow = OCU, UNTIL_CLOSED, ("text",), True
    text: Directory | None = None


class MessagePosted(Event, frozen=True, tag="message_posted"):
    """Words to all or to named participants; `ref` names the message that it answers."""

    roles, phases, required, narrow = SPEAKERS, UNTIL_CLOSED, ("text",), True
    about, ref_optional = ("message_posted", "announcement_posted"), True
    text: Text | None = None
    media: Media | None = None


class AnnouncementPosted(Event, frozen=True, tag="announcement_posted"):
    """The organiser's word to everybody."""

    roles, phases, required = OCU, UNTIL_CLOSED, ("text",)
    text: Text | None = None
    media: Media | None = None


class ReadingConfirmed(Event, frozen=True, tag="reading_confirmed"):
    """To one participant: which of the words that it wrote an officer of this one has opened. Nobody else learns it."""

    roles, phases, required, narrow = SPEAKERS, UNTIL_CLOSED, ("text",), True
    text: Reading | None = None


# --- warnings, questions, cross-checks ---


class WarningIssued(Event, frozen=True, tag="warning_issued"):
    """A suspect movement, announced to those where it will arrive; everybody sees that there is one."""

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    stat: WarningNotice | None = None
    text: Text | None = None
    nominal: SeizureNominal | None = None
    media: Media | None = None


class FeedbackGiven(Event, frozen=True, tag="feedback_given"):
    """What became of a warning, from one of those it was addressed to."""

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    about = ("warning_issued",)
    stat: Feedback | None = None
    text: Text | None = None
    nominal: SeizureNominal | None = None
    media: Media | None = None


class QuestionAsked(Event, frozen=True, tag="question_asked"):
    """A question or a request for assistance, with its clock."""

    roles, phases, required, compiles = SPEAKERS, UNTIL_CLOSED, ("stat", "text"), True
    stat: Question | None = None
    text: Text | None = None
    nominal: SeizureNominal | None = None
    media: Media | None = None


class QuestionAnswered(Event, frozen=True, tag="question_answered"):
    """An answer, from one of those asked or from the organiser."""

    roles, phases, required, compiles = SPEAKERS, UNTIL_CLOSED, ("stat", "text"), True
    about = ("question_asked",)
    stat: Answer | None = None
    text: Text | None = None
    nominal: SeizureNominal | None = None
    media: Media | None = None


class CrossCheckAsked(Event, frozen=True, tag="cross_check_asked"):
    """Particulars given to a body such as Europol or Interpol to look up."""

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    stat: CrossCheck | None = None
    nominal: SeizureNominal | None = None


class CrossCheckAnswered(Event, frozen=True, tag="cross_check_answered"):
    """Hit or no hit."""

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    about = ("cross_check_asked",)
    stat: CrossCheck | None = None
    nominal: SeizureNominal | None = None


# --- seizures ---

REPORTS = ("seizure_reported",)


class SeizureReported(Event, frozen=True, tag="seizure_reported"):
    """A seizure. A test before the operational phase, a follow-up after it. Its id is the report's for good.

    With `stat` sealed direct it is *restricted*: everybody sees that there is one, its readers see what.
    """

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    stat: SeizureReport | None = None
    nominal: SeizureNominal | None = None
    media: Media | None = None


class SeizureAmended(Event, frozen=True, tag="seizure_amended"):
    """A new revision of a report, whole; the last one counts and all are kept."""

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    about = REPORTS
    stat: SeizureReport | None = None
    nominal: SeizureNominal | None = None
    media: Media | None = None


class SeizureWithdrawn(Event, frozen=True, tag="seizure_withdrawn"):
    """A report no longer counts."""

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    about = REPORTS
    stat: Withdrawal | None = None


class SeizureReleased(Event, frozen=True, tag="seizure_released"):
    """A restricted report counts from now on, with this statistical part."""

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    about = REPORTS
    stat: SeizureReport | None = None


class SeizureConfirmed(Event, frozen=True, tag="seizure_confirmed"):
    """A country confirmed what the OCU had entered on its behalf."""

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    about = REPORTS
    stat: Confirmation | None = None


# --- returns ---


class DailyReturnFiled(Event, frozen=True, tag="daily_return_filed"):
    """What was checked that day, or that nothing was found; `text` is a word to the OCU. A day's last one counts."""

    roles, phases, required, compiles = POSTERS, UNTIL_CLOSED, ("stat",), True
    stat: DailyReturn | None = None
    text: Text | None = None


class OutcomeReturned(Event, frozen=True, tag="outcome_returned"):
    """What courts and authorities made of it. The last one of a period counts."""

    roles, phases, required, compiles = POSTERS, SINCE_START, ("stat",), True
    stat: OutcomeReturn | None = None


class NationalReportFiled(Event, frozen=True, tag="national_report_filed"):
    """A country's confirmed totals of the whole operation; `text` is its own account. The last one counts."""

    roles, phases, required, compiles = POSTERS, SINCE_START, ("stat",), True
    stat: NationalReport | None = None
    text: Text | None = None
    media: Media | None = None


# --- how figures are read ---


class ReferencePublished(Event, frozen=True, tag="reference_published"):
    """The organiser's conversion rules and exchange rates: tables show converted figures beside the raw ones."""

    roles, phases, required, compiles = OCU, UNTIL_CLOSED, ("plain",), True
    plain: Reference | None = None


class EditionPublished(Event, frozen=True, tag="edition_published"):
    """The totals of an earlier operation, which this one is compared with. The last one counts."""

    roles, phases, required, compiles = OCU, UNTIL_CLOSED, ("stat",), True
    stat: Edition | None = None


# --- newsletters ---


class NewsletterCompiled(Event, frozen=True, tag="newsletter_compiled"):
    """The figures of a day, from the hub's compiler; every desk makes them again and compares.

    Where the statistical part is sealed, the hub cannot: a desk of the organiser or a co-organiser compiles them.
    """

    roles, phases, required = COMPILER, UNTIL_CLOSED, ("plain", "stat")
    plain: Compiled | None = None
    stat: Figures | None = None


class NewsletterIssued(Event, frozen=True, tag="newsletter_issued"):
    """The organiser sent a compiled newsletter out, with his words."""

    roles, phases, required = OCU, UNTIL_CLOSED, ("plain",)
    about = ("newsletter_compiled",)
    plain: Issued | None = None
    text: Text | None = None


# --- erasure ---


class EntryErased(Event, frozen=True, tag="entry_erased"):
    """Sealed parts of an entry are gone for good; its salted leaf stays."""

    roles, phases, required = POSTERS, ALWAYS, ("plain",)
    plain: Erasure | None = None


class ErasureConfirmed(Event, frozen=True, tag="erasure_confirmed"):
    """A desk deleted its copy, too."""

    roles, phases, required = DESKS, ALWAYS, ("plain",)
    about = ("entry_erased",)
    plain: Erased | None = None


def kind_of(event: type[Event] | Event) -> str:
    """The name of a kind, as it stands in the header's `type`."""
    return str(event.__struct_config__.tag)


KINDS: dict[str, type[Event]] = {kind_of(kind): kind for kind in Event.__subclasses__()}
"""All kinds by name, in the order of this file; `operation_created` is entry 0, the genesis itself."""


def _part_types(kind: type[Event]) -> dict[str, type[Struct]]:
    hints = get_type_hints(kind)
    return {name: get_args(hints[name])[0] for name in kind.__struct_fields__}


PART_TYPES: dict[str, dict[str, type[Struct]]] = {name: _part_types(kind) for name, kind in KINDS.items()}
"""For each kind, the type of the body of each part that it may have."""
