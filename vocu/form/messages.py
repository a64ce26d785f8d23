"""The statistical parts of what participants ask and tell each other; the words are sealed and stand elsewhere.

Which warning a feedback answers, and which question an answer, stands in the event's header.
"""

from vocu.form.report import Part


class WarningNotice(Part, frozen=True):
    """Notice of a suspect movement. Its nominal part is a SeizureNominal."""

    addressees: tuple[str, ...]
    commodity: str
    action: str
    answer_due_at: str | None = None
    expected_day: str | None = None
    expected_country: str | None = None
    expected_place: str | None = None
    transport_mode: str | None = None
    conveyance: str | None = None
    carried_in: str | None = None
    departure_country: str | None = None
    transit_countries: tuple[str, ...] = ()
    destination_country: str | None = None
    indicators: tuple[str, ...] = ()


class Feedback(Part, frozen=True):
    """The answer to a warning; `seizure_report` is the id of the report of the seizure."""

    result: str
    reason: str | None = None
    control_day: str | None = None
    seizure_report: str | None = None


class Question(Part, frozen=True):
    """A question, or a request for assistance under a legal instrument."""

    kind: str
    addressees: tuple[str, ...]
    subject: str
    instrument: str | None = None
    answer_due_at: str | None = None


class Answer(Part, frozen=True):
    """The answer to a question; the newsletter may carry it where it is of common interest."""

    result: str
    of_common_interest: bool = False


class CrossCheck(Part, frozen=True):
    """Asked of a body such as Europol, and what it answered."""

    body: str
    subject: str
    result: str
    items: int | None = None
    asked_day: str | None = None
    answered_day: str | None = None
    hits: int | None = None
