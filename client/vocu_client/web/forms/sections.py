"""In which order an officer is asked: what every report needs stands in the open, the rest is folded behind it."""

from typing import Final

import msgspec
from msgspec.structs import replace

from vocu.rendering.wording import N_


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Some fields under one heading. `more` are folded; `sealed`: its words are for named readers only."""

    id: str
    title: str
    fields: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    sealed: bool = False


_NOMINAL: Final = Section(
    id="nominal",
    title=N_("Names, and whatever names anybody"),
    fields=("free_text", "exact_time", "persons", "companies"),
    more=(
        "containers", "seals", "airway_bills", "parcels", "plates", "vins", "flight", "voyage", "vessel_name",
        "vessel_imo", "accounts", "urls", "addresses", "national_reference", "received_from",
    ),
    sealed=True,
)  # fmt: skip

SECTIONS: Final[dict[str, tuple[Section, ...]]] = {
    "seizure": (
        Section(id="amendment", title=N_("The amendment"), fields=("amendment_reason",)),
        Section(id="found", title=N_("What was found"), fields=("goods",)),
        Section(
            id="where",
            title=N_("Where and when"),
            fields=("seizure_day", "agency", "place", "location_type", "direction"),
            more=("country", "zone"),
        ),
        Section(
            id="how",
            title=N_("How it was selected and found"),
            fields=("selection_reason",),
            more=("detection_means", "concealment", "offence", "indicators_hit", "warning_answered"),
        ),
        Section(
            id="transport",
            title=N_("Transport and route"),
            fields=("transport_mode",),
            more=(
                "conveyance", "carried_in", "carrier", "registration_country", "make", "model", "route",
                "sales_channel",
            ),
        ),
        Section(
            id="followed",
            title=N_("What followed, and how it counts"),
            more=(
                "persons_involved", "persons_arrested", "legal_outcome", "joint_with", "seizures", "report_number",
                "relation",
            ),
        ),
        Section(
            id="behalf",
            title=N_("On behalf of a country"),
            more=("on_behalf_of", "received_by", "received_day"),
        ),
        _NOMINAL,
    ),
    "seizure_nominal": (
        # Beside a question or a warning stand its own words: the text that names somebody is no second box for them.
        replace(_NOMINAL, fields=("persons", "companies"), more=("exact_time", *_NOMINAL.more, "free_text")),
    ),
    "warning": (
        Section(
            id="warning",
            title=N_("The movement"),
            fields=(
                "addressees", "commodity", "action", "expected_day", "expected_country", "expected_place",
                "answer_due_at",
            ),
            more=(
                "transport_mode", "conveyance", "carried_in", "departure_country", "transit_countries",
                "destination_country", "indicators",
            ),
        ),
    ),
    "question": (
        Section(
            id="question",
            title=N_("The question"),
            fields=("addressees", "kind", "subject"),
            more=("instrument", "answer_due_at"),
        ),
    ),
    "answer": (Section(id="answer", title=N_("The answer"), fields=("result", "of_common_interest")),),
    "feedback": (
        Section(
            id="feedback",
            title=N_("What became of it"),
            fields=("result", "control_day", "reason", "seizure_report"),
        ),
    ),
    "cross_check": (
        Section(
            id="cross_check",
            title=N_("The cross-check"),
            fields=("body", "subject", "result"),
            more=("items", "hits", "asked_day", "answered_day"),
        ),
    ),
    "daily_return": (
        Section(
            id="daily_return",
            title=N_("The day"),
            fields=("day", "kind", "running", "checks"),
            more=("persons_involved", "persons_arrested", "investigations_opened"),
        ),
    ),
    "national_report": (
        Section(
            id="national_report",
            title=N_("Confirmed totals"),
            fields=("seizures", "totals", "controls", "objectives_reached"),
            more=("persons_involved", "persons_arrested", "investigations_opened"),
        ),
    ),
    "outcome_return": (
        Section(
            id="outcome_return",
            title=N_("The outcomes"),
            fields=(
                "country", "period_from", "period_to", "fines", "administrative_cases", "judicial_cases",
                "prosecutions", "convictions", "acquittals", "settled", "dropped",
            ),
        ),
    ),
}  # fmt: skip
"""Every field of every form stands in exactly one section; a test sees to it."""
