"""What a newsletter says of the goods seized most often, in a sentence each: "Cigarettes: 1.2 million sticks in 14
seizures, most by road"."""

from typing import Any, Final

from msgspec import Struct

from vocu.rendering.wording import N_, Wording

Figures = dict[str, Any]
WAYS: Final = {
    "maritime": N_("by sea"),
    "rail": N_("by rail"),
    "road": N_("by road"),
    "air": N_("by air"),
    "mail": N_("by post"),
    "multimodal": N_("by several modes of transport"),
    "fixed_installation": N_("by pipeline or cable"),
    "inland_water": N_("by inland waterway"),
}
"""How goods come, said of seizures; of other modes nothing is said."""


class Headlines(Struct, frozen=True):
    """The sentences, under what they are about: this issue, or all since the start where this issue has no seizure."""

    title: str
    lines: tuple[str, ...]


def headlines(figures: Figures, wording: Wording) -> Headlines:
    """A sentence for each of the goods seized most often; the exact amounts stand in the table."""
    name = "today" if figures["highlights"]["today"] else "cumulative"
    title = wording.say("today" if name == "today" else "total")
    return Headlines(title, tuple(_sentence(row, wording) for row in figures["highlights"][name]))


def _sentence(row: Figures, wording: Wording) -> str:
    amounts = [wording.about(amount["quantity"], amount["unit"]) for amount in row["amounts"]]
    told = {
        "goods": wording.label("commodity", row["commodity"]),
        "amounts": wording.listed(amounts) if amounts else wording._("quantity not known yet"),
    }
    line = _how_many(row, told, wording)
    if row["open"] and amounts:
        pending = wording.n_(
            "In {n} report the quantity is still open.", "In {n} reports the quantity is still open.", row["open"]
        )
        line = f"{line} {pending}"
    return line


def _how_many(row: Figures, told: dict[str, str], wording: Wording) -> str:
    seizures = row["seizures"]
    if row.get("transport_mode") not in WAYS:
        return wording.n_("{goods}: {amounts} in {n} seizure.", "{goods}: {amounts} in {n} seizures.", seizures, **told)
    told["way"] = wording._(WAYS[row["transport_mode"]])
    if row["by_it"] == seizures:
        return wording.n_(
            "{goods}: {amounts} in {n} seizure, {way}.",
            "{goods}: {amounts} in {n} seizures, all {way}.",
            seizures,
            **told,
        )
    return wording.n_(
        "{goods}: {amounts} in {n} seizure, mostly {way}.",
        "{goods}: {amounts} in {n} seizures, most {way}.",
        seizures,
        **told,
    )
