"""The seizure report: a statistical part that the hub compiles, and a nominal part sealed to named readers.

Field names are the names in the JSON; what each may hold stands in vocu_schemas/form. A field that is not known is
left out, so that a report of nothing but the mandatory fields is short. Days are texts (`vocu.form.days`), codes are
ids of the lists (`vocu.form.codes`), amounts are exact decimals as given.
"""

from decimal import Decimal

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What all forms have in common: immutable, fields by name, defaults left out of the JSON, no unknown fields."""


class GoodsLine(Part, frozen=True):
    """One kind of goods. `quantity` is None exactly while `quantity_basis` is "pending"; `value`, `duties` and `taxes`
    are in `currency`, and so is `quantity` where the unit is "currency"."""

    commodity: str
    unit: str
    quantity: Decimal | None = None
    declared_quantity: Decimal | None = None
    quantity_basis: str | None = None
    identification: str | None = None
    brand: str | None = None
    hs_found: str | None = None
    hs_declared: str | None = None
    packages: int | None = None
    value: Decimal | None = None
    currency: str | None = None
    value_basis: str | None = None
    duties: Decimal | None = None
    taxes: Decimal | None = None
    goods_status: str | None = None
    origin_kind: str | None = None
    right_type: str | None = None
    species: str | None = None
    appendix: str | None = None
    specimen_kind: str | None = None
    basel_code: str | None = None
    control_number: str | None = None
    licence_status: str | None = None


class Stop(Part, frozen=True):
    """A country on the way of the goods, and the place where known."""

    country: str
    place: str | None = None


class Route(Part, frozen=True):
    """The way of the goods, as far as known."""

    departure: Stop | None = None
    transit: tuple[Stop, ...] = ()
    destination: Stop | None = None
    declared_origin: str | None = None

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Departure, transit and destination, as far as known."""
        return tuple(stop for stop in (self.departure, *self.transit, self.destination) if stop is not None)


class SeizureReport(Part, frozen=True):
    """The statistical part: codes, numbers and days, no free text. `seizures` is above 1 where one report stands for a
    batch; a joint seizure is counted once and credited to each of `joint_with` too."""

    agency: str
    seizure_day: str
    place: str
    location_type: str
    direction: str
    goods: tuple[GoodsLine, ...]
    transport_mode: str
    selection_reason: str
    report_number: str | None = None
    country: str | None = None
    on_behalf_of: str | None = None
    received_by: str | None = None
    received_day: str | None = None
    zone: str | None = None
    offence: str | None = None
    conveyance: str | None = None
    carried_in: str | None = None
    carrier: str | None = None
    registration_country: str | None = None
    make: str | None = None
    model: str | None = None
    route: Route | None = None
    sales_channel: str | None = None
    detection_means: str | None = None
    concealment: str | None = None
    indicators_hit: tuple[str, ...] = ()
    warning_answered: str | None = None
    seizures: int = 1
    joint_with: tuple[str, ...] = ()
    persons_involved: int | None = None
    persons_arrested: int | None = None
    legal_outcome: str | None = None
    relation: str | None = None
    amendment_reason: str | None = None


class Document(Part, frozen=True):
    """A paper that identifies a person."""

    kind: str
    number: str | None = None
    country: str | None = None


class Person(Part, frozen=True):
    """A person involved, as far as known."""

    name: str | None = None
    birth_day: str | None = None
    nationality: str | None = None
    documents: tuple[Document, ...] = ()
    address: str | None = None
    role: str | None = None
    arrested: bool = False
    note: str | None = None


class Company(Part, frozen=True):
    """A company or other party, with its role in the consignment."""

    name: str
    role: str | None = None
    country: str | None = None
    address: str | None = None
    register_number: str | None = None
    note: str | None = None


class SeizureNominal(Part, frozen=True):
    """The nominal part of a seizure or of a warning: whatever names a person, company, vehicle or consignment."""

    exact_time: str | None = None
    persons: tuple[Person, ...] = ()
    companies: tuple[Company, ...] = ()
    plates: tuple[str, ...] = ()
    vins: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    airway_bills: tuple[str, ...] = ()
    parcels: tuple[str, ...] = ()
    flight: str | None = None
    voyage: str | None = None
    vessel_name: str | None = None
    vessel_imo: str | None = None
    accounts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    received_from: str | None = None
    national_reference: str | None = None
    free_text: str | None = None
    officer: str | None = None
