"""Made-up seizure reports by the million, one after the other: plausible, some awkward, the same each time."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from vocu.form.report import GoodsLine, Route, SeizureReport, Stop

COUNTRIES = ("PL", "DE", "LT", "LV", "EE", "FI", "SE", "DK", "NL", "BE", "FR", "ES", "PT", "IT", "MT", "GR", "CY", "BG",
             "RO", "HU", "SK", "CZ", "AT", "SI", "HR", "IE", "UA", "MD", "GB", "NO")  # fmt: skip
_GOODS = (
    ("tobacco.cigarettes", "stick"), ("tobacco.cigarettes", "pack"), ("tobacco.cigarettes", "KGM"),
    ("tobacco.hand_rolling", "KGM"), ("tobacco.water_pipe", "KGM"), ("tobacco.raw_tobacco", "TNE"),
    ("drugs.cocaine", "KGM"), ("drugs.cocaine", "LBR"), ("drugs.mdma", "tablet"), ("drugs.khat", "LBR"),
    ("medicines", "tablet"), ("ipr.clothing", "H87"), ("ipr.shoes", "H87"), ("excise.alcohol", "LTR"),
    ("food", "other"),
)  # fmt: skip
_MODES = ("road", "road", "road", "maritime", "air", "mail", "rail")
_LOCATIONS = ("land_border", "seaport", "airport", "postal_centre", "inland", "road_check")
_DIRECTIONS = ("import", "export", "transit", "internal")
_REASONS = ("risk_profile", "warning_or_intelligence", "random", "routine", "officer_suspicion")
_MEANS = (None, "physical_search", "xray", "dog", "document_check", "anpr")
_CONCEALMENTS = (None, "cover_load", "false_bottom", "vehicle_structure", "luggage", "none_misdeclared", "fuel_tank")
_CARRIED = (None, "container", "pallet", "parcel", "luggage", "vehicle_body")
_SOURCES = ("CN", "TR", "MA", "BY", "AE", "CO", "EC", "UA", "PL", "DE")
_MARKETS = ("DE", "GB", "FR", "NL", "IT", "SE")
_CURRENCIES = ("EUR", "EUR", "EUR", "PLN", "SEK", "GBP", "USD")
_BASES = (None, "market_value", "retail_value")
_BRANDS = (None, None, None, "JIN LING", "NZ GOLD", "MARBLE")
_ORIGINS = (None, None, "genuine_contraband", "counterfeit", "cheap_white")
DAYS = 60


def reports(count: int, seed: int = 7) -> Iterator[tuple[str, SeizureReport]]:
    """Whose report, and what it says."""
    chance = random.Random(seed)
    pick = chance.choice
    days = [(date(2024, 1, 1) + timedelta(days=number)).isoformat() for number in range(DAYS)]
    routes = [None, *(_route(start, end) for start in _SOURCES for end in _MARKETS)]
    for number in range(count):
        owner = pick(COUNTRIES)
        yield (
            owner,
            SeizureReport(
                agency="customs",
                seizure_day=days[number * DAYS // count],
                place="TERESPOL",
                location_type=pick(_LOCATIONS),
                direction=pick(_DIRECTIONS),
                transport_mode=pick(_MODES),
                selection_reason=pick(_REASONS),
                detection_means=pick(_MEANS),
                concealment=pick(_CONCEALMENTS),
                carried_in=pick(_CARRIED),
                route=pick(routes),
                seizures=1 if number % 50 else 1 + number % 7,
                joint_with=() if number % 40 else (pick(COUNTRIES),),
                indicators_hit=() if number % 5 else ("R-07",) if number % 3 else ("R-01", "R-07"),
                persons_involved=number % 3 or None,
                persons_arrested=number % 2 or None,
                goods=tuple(_line(chance) for _ in range(1 if number % 3 else 2)),
            ),
        )


def _route(start: str, end: str) -> Route:
    return Route(departure=Stop(country=start), destination=Stop(country=end))


def _line(chance: random.Random) -> GoodsLine:
    """Amounts of up to nine digits before the point and, now and then, up to fifteen after it."""
    pick = chance.choice
    commodity, unit = pick(_GOODS)
    kind = chance.randrange(10)
    if kind == 0:
        return GoodsLine(commodity=commodity, unit=unit, quantity_basis="pending")
    whole = chance.randrange(10 ** chance.randrange(1, 9))
    digits = f".{chance.randrange(10**15):015}" if kind == 1 else f".{chance.randrange(1000):03}" if kind < 5 else ""
    return GoodsLine(
        commodity=commodity,
        unit=unit,
        quantity=Decimal(f"{whole}{digits}"),
        value=Decimal(f"{chance.randrange(10**6)}.{chance.randrange(100):02}"),
        duties=Decimal(chance.randrange(10**4)) if kind > 6 else None,
        currency=pick(_CURRENCIES),
        value_basis=pick(_BASES),
        brand=pick(_BRANDS),
        origin_kind=pick(_ORIGINS),
    )
