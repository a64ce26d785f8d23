"""The fields of the form that a column of a file may fill, and how their paths in a mapping and in the form meet."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from vocu.form.report import GoodsLine, SeizureNominal, SeizureReport
from vocu.rendering.wording import N_, Wording
from vocu_client.imports.mapping import KINDS, ROUTE, Kind
from vocu_client.web.forms.fields import NOT_ASKED, Field, fields_of
from vocu_client.web.forms.inputs import Option, Options
from vocu_client.web.forms.sections import SECTIONS

FREE_TEXT: Final = "free_text"
"""Not one field: the words of any number of columns are put into it, each behind its column's name."""
PARTICIPANT: Final = "participant"
OWN_CODE: Final = "own_code"
WORDS: Final = N_("Words beside it (sealed)")
BEHALF: Final = frozenset(["on_behalf_of", "received_by", "received_day", "received_from"])
_NEVER: Final = frozenset([*NOT_ASKED, FREE_TEXT, "amendment_reason", "warning_answered"])
"""What a first report never says, a table cannot know, or is filled in by other means."""
_GOODS: Final = re.compile(r"goods\[(\d+)\]\.(\w+)")
_ROUTE: Final = {
    "departure": N_("Country of departure"),
    "transit": N_("Countries of transit"),
    "destination": N_("Country of destination"),
    "declared_origin": N_("Declared origin"),
}
_COUNTRY: Final = fields_of("seizure")["country"]
_OWN: Final = Field(name=PARTICIPANT, kind="participant", title="", required=True)


class Target(Struct, frozen=True, kw_only=True):
    """A field that a column may fill: its `path` in a mapping, how a mapping reads it, and the form's own field."""

    path: str
    kind: Kind
    field: Field
    required: bool = False

    @property
    def name(self) -> str:
        """The flat name that it has in the form."""
        section, _, rest = self.path.rpartition(".")
        if section == "route":
            return {"transit": "route-transit-0-country", "declared_origin": "route-declared_origin"}.get(
                rest, f"route-{rest}-country"
            )
        goods = _GOODS.fullmatch(self.path)
        return f"goods-{goods[1]}-{goods[2]}" if goods else rest

    @property
    def code_list(self) -> str:
        """The list of its codes; "country", "participant", "currency" and "own_code" for those; empty where it takes
        any text."""
        if self.field.kind in ("code", "commodity"):
            return self.field.code_list
        if self.field.kind == OWN_CODE:
            return OWN_CODE
        inner = self.field.fields[0] if self.field.kind == "list" else self.field
        if inner.kind in ("country", "participant", "currency"):
            return inner.kind
        return inner.code_list if inner.kind == "code" else ""


def targets(lines: int, *, organises: bool = False) -> dict[str, Target]:
    """All fields by their paths, for so many kinds of goods in one row."""
    found = [Target(path=PARTICIPANT, kind="text", field=_OWN, required=True)]
    for section in SECTIONS["seizure"]:
        for name in (*section.fields, *section.more):
            found += _of(name, lines, organises=organises)
    return {target.path: target for target in found}


def choices(lines: int, words: Wording, *, organises: bool = False) -> list[Options]:
    """What a column may be said to hold, under the headings of the form."""
    groups = [Options("", (Option(PARTICIPANT, words._("Who reports it")),))]
    for section in SECTIONS["seizure"]:
        options = [
            Option(target.path, label(target, words, lines))
            for name in (*section.fields, *section.more)
            for target in _of(name, lines, organises=organises)
        ]
        if section.sealed:
            options.insert(0, Option(FREE_TEXT, words._(WORDS)))
        if options:
            groups.append(Options(words._(section.title), tuple(options)))
    return groups


def label(target: Target, words: Wording, lines: int = 1) -> str:
    """What the field is called; with the number of its goods where a row has several."""
    if target.path == PARTICIPANT:
        return words._("Who reports it")
    section, _, name = target.path.rpartition(".")
    if section == "route":
        return words._(_ROUTE[name])
    title = words.field(target.field.title)
    goods = _GOODS.fullmatch(target.path)
    if goods and lines > 1:
        return words._("{what} (goods {number})", what=title, number=words.number(int(goods[1]) + 1))
    return title


def _of(name: str, lines: int, *, organises: bool) -> Iterator[Target]:
    field = fields_of("seizure")[name]
    if name in _NEVER or (name in BEHALF and not organises):
        return
    if name == "goods":
        for number in range(lines):
            for inner in field.fields:
                if inner.name in KINDS[GoodsLine]:
                    path = f"goods[{number}].{inner.name}"
                    yield Target(path=path, kind=KINDS[GoodsLine][inner.name], field=inner, required=inner.required)
    elif name == "route":
        for stop, kind in ROUTE.items():
            yield Target(path=f"route.{stop}", kind=kind, field=_COUNTRY)
    elif name in KINDS[SeizureReport]:
        path = f"report.{name}"
        yield Target(path=path, kind=KINDS[SeizureReport][name], field=field, required=field.required)
    elif name in KINDS[SeizureNominal]:
        yield Target(path=f"nominal.{name}", kind=KINDS[SeizureNominal][name], field=field)
