"""What people call the kinds of events."""

from typing import Final

from vocu.rendering.wording import N_

KIND_NAMES: Final[dict[str, str]] = {
    "operation_created": N_("Operation founded"),
    "roots_changed": N_("Root keys changed"),
    "participant_admitted": N_("Participant admitted"),
    "participant_changed": N_("Participant changed"),
    "participant_removed": N_("Participant removed"),
    "device_admitted": N_("Desk admitted"),
    "device_revoked": N_("Desk revoked"),
    "epoch_rotated": N_("Keys renewed"),
    "epoch_fault": N_("Keys asked for again"),
    "epochs_granted": N_("Keys to earlier figures given"),
    "phase_opened": N_("Phase opened"),
    "contact_published": N_("Contacts published"),
    "directory_sent": N_("Contacts sent"),
    "message_posted": N_("Message"),
    "announcement_posted": N_("Announcement"),
    "warning_issued": N_("Warning"),
    "feedback_given": N_("Feedback"),
    "question_asked": N_("Question"),
    "question_answered": N_("Answer"),
    "cross_check_asked": N_("Cross-check asked"),
    "cross_check_answered": N_("Cross-check answered"),
    "seizure_reported": N_("Seizure"),
    "seizure_amended": N_("Seizure amended"),
    "seizure_withdrawn": N_("Seizure withdrawn"),
    "seizure_released": N_("Seizure released"),
    "seizure_confirmed": N_("Seizure confirmed"),
    "daily_return_filed": N_("Daily return"),
    "outcome_returned": N_("Outcome return"),
    "national_report_filed": N_("National report"),
    "reference_published": N_("Rules and rates"),
    "edition_published": N_("Earlier operation"),
    "newsletter_compiled": N_("Newsletter compiled"),
    "newsletter_issued": N_("Newsletter"),
    "entry_erased": N_("Content erased"),
    "erasure_confirmed": N_("Erasure confirmed"),
    "reading_confirmed": N_("Reading confirmed"),
}
"""The English names, to be translated where they are shown."""

GROUP_NAMES: Final[dict[str, str]] = {
    "messages": N_("Messages"),
    "announcements": N_("Announcements"),
    "warnings": N_("Warnings and feedback"),
    "questions": N_("Questions and answers"),
    "seizures": N_("Seizures"),
    "returns": N_("Returns"),
    "newsletters": N_("Newsletters"),
    "notices": N_("Notices"),
}
"""How the feed names its groups of kinds."""

CLOCK_NAMES: Final[dict[str, tuple[str, str, str]]] = {
    "ours": (
        "/warnings",
        *N_("{n} warning or question waits for our answer.", "{n} warnings or questions wait for our answer."),
    ),
    "late": (
        "/questions",
        *N_("{n} answer of anybody is late.", "{n} answers of anybody are late."),
    ),
}
"""Open clocks that the start page names: where they are found, and how so many are said."""
