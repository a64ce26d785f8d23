"""A filled profile as files: CSV, JSON and XML of each sheet, and what is missing beside them."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable

import msgspec

from vocu.rendering.csv import rows_csv
from vocu_client.profiles.filling import Filled, Gap, Why
from vocu_client.profiles.profile import Profile

_WHY: dict[Why, str] = {
    "not_in_our_form": "asked for, and our form does not have it",
    "no_code_of_theirs": "a code of ours that has none of theirs",
    "not_given": "not given in the reports",
    "nominal_left_out": "names persons or consignments; left out without --nominal",
    "sealed_to_others": "sealed to others: this desk cannot open it",
}


def profile_files(
    profile: Profile, filled: Iterable[Filled], gaps: Iterable[Gap], made_from: dict[str, str | int]
) -> dict[str, bytes]:
    """All files by name. `made_from` says from which operation and where in its log; every file but the CSV has it."""
    files = {}
    for sheet in filled:
        name = f"{profile.name}-{sheet.sheet.name}"
        files[f"{name}.csv"] = rows_csv(sheet.names, sheet.rows)
        files[f"{name}.json"] = _json(
            {"notice": profile.notice, **made_from, "rows": [_row(sheet, row) for row in sheet.rows]}
        )
        files[f"{name}.xml"] = _xml(profile, sheet, made_from)
    listed = list(gaps)
    files["missing.json"] = _json({"profile": profile.name, **made_from, "missing": listed})
    files["missing.txt"] = "".join(f"{line}\n" for line in _told(profile, listed)).encode()
    return files


def gap_line(gap: Gap) -> str:
    """A gap in one line."""
    detail = f" ({gap.detail})" if gap.detail else ""
    return f"{gap.sheet}.{gap.field}: {_WHY[gap.why]}{detail}, in {gap.rows} of {gap.of} rows"


def _told(profile: Profile, gaps: list[Gap]) -> Iterable[str]:
    yield profile.title
    yield profile.notice
    yield ""
    yield "What could not be filled, and was left empty:"
    yield from map(gap_line, gaps)


def _row(sheet: Filled, row: tuple[str, ...]) -> dict[str, str]:
    return {name: text for name, text in zip(sheet.names, row, strict=True) if text}


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _xml(profile: Profile, sheet: Filled, made_from: dict[str, str | int]) -> bytes:
    root = ET.Element(sheet.sheet.name, {"profile": profile.name, **{name: str(made_from[name]) for name in made_from}})
    root.append(ET.Comment(_printable(profile.notice).replace("--", "- -")))
    for row in sheet.rows:
        element = ET.SubElement(root, "row")
        for name, text in _row(sheet, row).items():
            ET.SubElement(element, name).text = _printable(text)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _printable(text: str) -> str:
    """The text without what XML 1.0 does not allow."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
