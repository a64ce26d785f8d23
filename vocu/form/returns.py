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


class ConfirmedTotal(Part, frozen=True):
    """What a country confirms of one commodity in one unit; `quantity` is left out where it is not known in that
    unit."""

    commodity: str
    unit: str
    seizures: int
    quantity: Decimal | None = None
    currency: str | None = None


class NationalReport(Part, frozen=True):
    """A country's confirmed totals of the whole operation; its last report counts. No totals: it seized nothing."""

    seizures: int
    totals: tuple[ConfirmedTotal, ...] = ()
    controls: int | None = None
    persons_involved: int | None = None
    persons_arrested: int | None = None
    investigations_opened: int | None = None
    objectives_reached: str | None = None
