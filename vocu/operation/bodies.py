"""What the parts of an event hold, where they are not forms (those stand in `vocu.form`)."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from vocu.ids import Day, DeviceID, Digest, EventID
from vocu.operation.statements import Amount, Envelope

MAX_TEXT = 20_000
MAX_SUBJECT = 200
MAX_OFFICER = 40
MAX_OPENED = 1000
"""Events that one confirmation of reading names at most."""
MAX_GRANTED = 1000
"""Epochs that one grant opens at most: it travels inside its entry."""


UNIT = r"^[A-Za-z0-9_]{1,16}\Z"
"""A code of the list `unit`, or a currency's (ISO 4217)."""


class Body(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The content of one part."""


class Carried(Body, frozen=True, kw_only=True):
    """A root's or a country's statement, which is its own authority."""

    statement: Envelope


class Admission(Body, frozen=True, kw_only=True):
    """The roots' `admit`, and the country's `admit_device` for its first desk."""

    statement: Envelope
    device: Envelope


class EpochKeys(Body, frozen=True, kw_only=True):
    """A new epoch: its number, the roster it is for, the commitment to its secret, and each reader's wrap by hash.
    `stat`: where the statistical part is sealed, the commitment to what opens it in this epoch."""

    n: Annotated[int, Meta(ge=1, lt=2**53)]
    roster: Digest
    commit: Digest
    wraps: Annotated[tuple[tuple[DeviceID, Digest], ...], Meta(min_length=1, max_length=2000)]
    stat: Digest | None = None


class Grant(Body, frozen=True, kw_only=True):
    """What opens the statistical parts of earlier epochs, by their log index, and nothing else that was sealed."""

    keys: Annotated[
        tuple[tuple[Annotated[int, Meta(ge=1, lt=2**53)], Digest], ...], Meta(min_length=1, max_length=MAX_GRANTED)
    ]


class Fault(Body, frozen=True, kw_only=True):
    """The log index of the epoch whose wrap did not open here, or did not match its commitment."""

    epoch: Annotated[int, Meta(ge=1, lt=2**53)]


class Text(Body, frozen=True, kw_only=True):
    """People's words, with a handling marking; `officer` is the id of who wrote them, where a desk has several."""

    body: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
    subject: Annotated[str, Meta(min_length=1, max_length=MAX_SUBJECT)] | None = None
    handling: Annotated[str, Meta(max_length=40)] | None = None
    officer: Annotated[str, Meta(min_length=1, max_length=MAX_OFFICER)] | None = None


class Contact(Body, frozen=True, kw_only=True):
    """One person of a contact point, and how to reach him."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    function: Annotated[str, Meta(max_length=120)] | None = None
    telephone: Annotated[str, Meta(max_length=60)] | None = None
    email: Annotated[str, Meta(max_length=120)] | None = None
    languages: Annotated[tuple[Annotated[str, Meta(pattern=r"^[a-z]{2,3}\Z")], ...], Meta(max_length=20)] | None = None
    duty_hours: Annotated[str, Meta(max_length=120)] | None = None
    deputy: bool = False


class Contacts(Body, frozen=True, kw_only=True):
    """All contacts of the participant that posts them; a later list replaces an earlier one."""

    contacts: Annotated[tuple[Contact, ...], Meta(max_length=100)]


class Directory(Body, frozen=True, kw_only=True):
    """The contacts of every participant, as the organiser's desk knew them when somebody joined."""

    participants: dict[str, tuple[Contact, ...]]


class Reading(Body, frozen=True, kw_only=True):
    """How many entries the sender's desk holds, and which of the reader's events an officer has opened there since it
    last said so."""

    received: Annotated[int, Meta(ge=1, lt=2**53)]
    opened: Annotated[tuple[EventID, ...], Meta(min_length=1, max_length=MAX_OPENED)]


class Withdrawal(Body, frozen=True, kw_only=True):
    """Why a report was withdrawn: a code of the list `withdrawal_reason`."""

    reason: Annotated[str, Meta(pattern=r"^[a-z_]{1,40}\Z")]


class Confirmation(Body, frozen=True, kw_only=True):
    """The revision that the country confirms: the event id of the report or of its newest amendment."""

    revision: EventID


class Compiled(Body, frozen=True, kw_only=True):
    """Which newsletter was compiled, and from what: all entries below `position`, under this root."""

    day: Day
    number: Annotated[int, Meta(ge=1, lt=100_000)]
    position: Annotated[int, Meta(ge=1, lt=2**53)]
    root: Digest


class Figures(Body, frozen=True, kw_only=True):
    """The figures of a newsletter (docs/tables.md): where the statistical part is sealed, they are, too."""

    figures: dict[str, Any]


class Issued(Body, frozen=True, kw_only=True):
    """Which newsletter goes out, and the reports that the organiser chose as notable."""

    number: Annotated[int, Meta(ge=1, lt=100_000)]
    notable: Annotated[tuple[EventID, ...], Meta(max_length=3)] | None = None


class Erasure(Body, frozen=True, kw_only=True):
    """Which sealed parts of which entry are gone; with `media` go the chunks of its files."""

    index: Annotated[int, Meta(ge=1, lt=2**53)]
    parts: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^(text|nominal|media|wraps)\Z")], ...], Meta(min_length=1, max_length=4)
    ]


class Erased(Body, frozen=True, kw_only=True):
    """That this desk, too, deleted what `ref` erased."""

    index: Annotated[int, Meta(ge=1, lt=2**53)]


class ConversionRule(Body, frozen=True, kw_only=True):
    """One `source` is exactly `factor` of `target`; of this commodity and all below it where one is named, and on
    these days of seizure, both included. The name is what a table quotes."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    source: Annotated[str, Meta(pattern=UNIT)]
    target: Annotated[str, Meta(pattern=UNIT)]
    factor: Amount
    commodity: Annotated[str, Meta(max_length=64)] | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None


class Rate(Body, frozen=True, kw_only=True):
    """So much of a currency was one euro on that day (the ECB's reference rate)."""

    day: Day
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
    per_euro: Amount


class Reference(Body, frozen=True, kw_only=True):
    """How the operation converts. The rules replace all that were published before, if there are any here; a rate
    replaces the one of the same day and currency. `source` says where the rates were taken from."""

    rules: Annotated[tuple[ConversionRule, ...], Meta(max_length=200)] = ()
    rates: Annotated[tuple[Rate, ...], Meta(max_length=1500)] = ()
    source: Annotated[str, Meta(max_length=120)] | None = None


class EditionTotal(Body, frozen=True, kw_only=True):
    """A row of an earlier operation's T03; without a quantity where that row is open."""

    commodity: Annotated[str, Meta(min_length=1, max_length=64)]
    unit: Annotated[str, Meta(pattern=UNIT)]
    reports: Annotated[int, Meta(ge=0, lt=2**53)]
    seizures: Annotated[int, Meta(ge=0, lt=2**53)]
    quantity: Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,32})(\.[0-9]{0,17}[1-9])?\Z")] | None = None


class Edition(Body, frozen=True, kw_only=True):
    """An earlier operation to compare this one with: its name, its days, and its commodity totals. `root` is the log
    root that its results name, where they are vocu's."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    starts_day: Day
    ends_day: Day
    totals: Annotated[tuple[EditionTotal, ...], Meta(max_length=600)] = ()
    countries: Annotated[int, Meta(ge=0, lt=1000)] | None = None
    root: Digest | None = None
