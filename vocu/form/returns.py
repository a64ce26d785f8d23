"""What a country reports without being asked again: the daily return, and what became of its cases."""

from decimal import Decimal

from vocu.form.report import Part


class Check(Part, frozen=True):
    """How many of one kind were checked, and how many of those with a result."""

    kind: str
    checked: int
    with_result: int
    transport_mode: str | None = None
    location_type: str | None = None
    selection_reason: str | None = None
    indicator: str | None = None


class DailyReturn(Part, frozen=True):
    """One country's day: `kind` is "control", or "nil" where nothing was found; persons and arrests are the country's
    counts of that day."""

    day: str
    kind: str
    running: str
    checks: tuple[Check, ...] = ()
    persons_involved: int | None = None
    persons_arrested: int | None = None
    investigations_opened: int | None = None


class Money(Part, frozen=True):
    """An amount in one currency (ISO 4217)."""

    amount: Decimal
    currency: str


class OutcomeReturn(Part, frozen=True):
    """What became of a country's cases in a period, both days included."""

    country: str
    period_from: str
    period_to: str
    fines: tuple[Money, ...] = ()
    administrative_cases: int | None = None
    judicial_cases: int | None = None
    prosecutions: int | None = None
    convictions: int | None = None
    acquittals: int | None = None
    settled: int | None = None
    dropped: int | None = None
