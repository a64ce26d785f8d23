"""Made-up seizures for the demonstration: plausible, and the same for the same seed."""

import random
from datetime import date
from typing import Any

from vocu.canonical import b64
from vocu.form.codes import countries

_FIRST = ("DE", "NL", "BE", "LT", "RO", "BG", "GR", "ES", "MT", "FI", "UA", "MD")
COUNTRIES = (*_FIRST, *sorted(countries() - {*_FIRST, "PL"}))[:113]
"""Contact points to choose from; Poland organises."""

_GOODS = (
    ("tobacco.cigarettes", "stick", (2_000, 4_000_000), 200, "0.35"),
    ("tobacco.hand_rolling", "KGM", (5, 900), 1, "190"),
    ("tobacco.raw_tobacco", "KGM", (50, 9_000), 10, "60"),
    ("drugs.cocaine", "KGM", (1, 120), 1, "38000"),
    ("drugs.cannabis_resin", "KGM", (1, 400), 1, "4200"),
    ("drugs.mdma", "tablet", (100, 60_000), 50, "6"),
    ("cash.banknotes", "currency", (10_000, 250_000), 500, None),
)
_ROADS = ("road", "road", "road", "maritime", "air", "mail", "rail")
_LOCATIONS = {
    "road": "land_border",
    "maritime": "seaport",
    "air": "airport",
    "mail": "postal_centre",
    "rail": "rail_terminal",
}
_SOURCES = ("CN", "TR", "MA", "BY", "AE", "CO", "EC", "UA")
_MARKETS = ("DE", "GB", "FR", "NL", "IT", "SE")
_SURNAMES = ("Novak", "Papadopoulos", "Ivanov", "Borg", "Jensen", "Kowalska", "García", "Müller", "Mägi", "Ødegård")


class Generator:
    """Reports, texts and ids from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up goods, no secrets

    def event_id(self) -> str:
        return b64(self._random.randbytes(16))

    def reports(self, ncp: str, day: date) -> list[list[Any]]:
        """That country's seizures of a day: [event id, form]; some days have none."""
        return [[self.event_id(), self.seizure(ncp, day)] for _ in range(self._random.choice((0, 1, 1, 2, 3)))]

    def seizure(self, ncp: str, day: date) -> dict[str, Any]:
        pick = self._random.choice
        mode = pick(_ROADS)
        commodity, unit, (low, high), step, price = pick(_GOODS)
        quantity = self._random.randrange(low, high, step)
        line: dict[str, Any] = {
            "commodity": commodity,
            "unit": unit,
            "quantity": str(quantity),
            "quantity_basis": "counted" if unit in ("stick", "tablet", "currency") else "weighed",
        }
        if unit == "currency":
            line["currency"] = pick(("EUR", "USD", "PLN"))
        elif price is not None:
            value = f"{quantity * float(price):.2f}"
            line |= {"value": value, "currency": "EUR", "value_basis": "market_value"}
        departure, destination = pick(_SOURCES), pick(_MARKETS)
        return {
            "agency": "customs",
            "country": ncp,
            "seizure_day": day.isoformat(),
            "place": f"{ncp} POST {self._random.randint(1, 9)}",
            "location_type": _LOCATIONS[mode],
            "direction": pick(("import", "export", "transit")),
            "transport_mode": mode,
            "selection_reason": pick(("risk_profile", "warning_or_intelligence", "officer_suspicion", "random")),
            "detection_means": pick(("physical_search", "xray", "dog", "document_check")),
            "concealment": pick(("cover_load", "false_bottom", "vehicle_structure", "luggage", "none_misdeclared")),
            "route": {"departure": {"country": departure}, "destination": {"country": destination}},
            "goods": [line],
            "persons_involved": pick((0, 1, 1, 2)),
            "persons": [{"name": f"{pick(_SURNAMES)} (made up)"}],
            "free_text": f"Found behind the load on {day.isoformat()}; the driver named another consignee.",
        }

    def daily_return(self, day: date, found: bool) -> dict[str, Any]:
        """A control return, or a nil return where nothing was found."""
        if not found:
            return {"day": day.isoformat(), "kind": "nil", "running": "well"}
        checks = [
            {"kind": kind, "checked": self._random.randint(20, 400), "with_result": self._random.randint(0, 4)}
            for kind in ("vehicles", "containers", "parcels")
        ]
        return {"day": day.isoformat(), "kind": "control", "running": "well", "checks": checks}
