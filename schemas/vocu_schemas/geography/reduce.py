"""Makes outlines.json out of Natural Earth's countries: `python -m vocu_schemas.geography.reduce countries-50m.json`.

README.md says where that file comes from, and how the outlines depart from it.
"""

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any, Final

from babel.core import get_global

from vocu_schemas.geography.topology import (
    Line,
    Point,
    area,
    centre,
    cut_at_180,
    decoded_arcs,
    joined,
    merged,
    rings_of,
    simplified,
    unwrapped,
)

NAMED: Final = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}
"""Areas to which the source gives no ISO code, and where they belong; others without one are left out."""
NOT_DRAWN: Final = frozenset(["AQ"])
SCALE: Final = 100
"""Outlines are in hundredths of a degree: about a kilometre."""
FINE, COARSE = (0.006, 0.0005), (0.03, 0.02)
"""How far a line may be moved (degrees), and the smallest island (square degrees): in and around Europe, elsewhere."""
MISSING: Final[dict[str, Point]] = {
    "BQ": (-68.3, 12.2), "BV": (3.4, -54.4), "CC": (96.8, -12.2), "CX": (105.7, -10.5), "GF": (-53.2, 3.9),
    "GI": (-5.4, 36.1), "GP": (-61.5, 16.2), "MQ": (-61.0, 14.7), "RE": (55.5, -21.1), "SJ": (16.0, 78.7),
    "TK": (-171.9, -9.2), "TV": (179.2, -8.5), "UM": (166.6, 19.3), "YT": (45.2, -12.8),
}  # fmt: skip
"""Countries and territories that the source does not have as such: longitude and latitude of their middle."""
MOVED: Final[dict[str, Point]] = {"RU": (37.6, 55.8)}
"""Where a point in the middle of the area would say little: Russia's lies in Siberia."""


def outlines(topology: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By country code: `centre`, latitude and longitude in degrees; `rings`, each a first point (longitude, latitude)
    and then differences, in hundredths of a degree. Holes are rings too: fill by the even-odd rule."""
    arcs = decoded_arcs(topology)
    rings = _rings_by_country(topology, arcs)
    thin = [_simplified(line) for line in arcs]
    found = {}
    for code, numbers in sorted(rings.items()):
        full, drawn = _largest_first(numbers, arcs), _largest_first(numbers, thin)
        kept = drawn[:1] + [ring for ring in drawn[1:] if area(ring) >= _detail(ring[0])[1]]
        found[code] = _country(MOVED.get(code) or centre(full[0]), [] if code in NOT_DRAWN else kept)
    return found | {code: _country(point, []) for code, point in MISSING.items()}


def _rings_by_country(topology: dict[str, Any], arcs: list[Line]) -> dict[str, list[list[int]]]:
    numeric: Any = get_global("territory_aliases")
    found: dict[str, list[list[int]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        codes = numeric.get(geometry.get("id", ""), [])
        code = codes[0] if codes else NAMED.get(geometry["properties"]["name"])
        if code is not None:
            found.setdefault(code, []).extend(rings_of(geometry))
    crimea = [ring for ring in found["RU"] if _is_crimea(joined(ring, arcs))]
    found["RU"] = [ring for ring in found["RU"] if ring not in crimea]
    found["UA"] += crimea
    return found | {code: merged(found[code], arcs) for code in ("CY", "SO", "UA")}


def _is_crimea(ring: Line) -> bool:
    return all(32 < x < 37 and 44 < y < 46.5 for x, y in ring)


def _detail(point: Point) -> tuple[float, float]:
    x, y = point
    return FINE if -25 < x < 45 and 33 < y < 72 else COARSE


def _largest_first(rings: list[list[int]], arcs: list[Line]) -> list[Line]:
    parts = [part for ring in rings for part in cut_at_180(joined(ring, arcs))]
    return sorted(parts, key=area, reverse=True)


def _simplified(arc: Line) -> Line:
    line = unwrapped(arc)
    tolerance = _detail(line[0])[0]
    if line[0] != line[-1]:
        return simplified(line, tolerance)
    middle = len(line) // 2
    closed = simplified(line[: middle + 1], tolerance) + simplified(line[middle:], tolerance)[1:]
    return closed if len(closed) > 3 else line


def _country(middle: Point, rings: list[Line]) -> dict[str, Any]:
    return {"centre": [round(middle[1], 2), round(middle[0], 2)], "rings": [_differences(ring) for ring in rings]}


def _differences(ring: Line) -> list[int]:
    numbers: list[int] = []
    before = (0, 0)
    for x, y in ring[:-1]:  # a ring closes itself
        point = (round(x * SCALE), round(y * SCALE))
        if point != before:
            numbers += [point[0] - before[0], point[1] - before[1]]
        before = point
    return numbers


def main() -> None:
    """Writes the file into the source tree that this module was imported from: one country per line."""
    found = outlines(json.loads(Path(sys.argv[1]).read_bytes()))
    lines = (f"{json.dumps(code)}:{json.dumps(found[code], separators=(',', ':'))}" for code in sorted(found))
    with resources.as_file(resources.files("vocu_schemas") / "geography" / "outlines.json") as path:
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
