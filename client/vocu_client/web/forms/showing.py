"""Fields, what was typed and what is wrong become inputs for a template, in the order in which an officer is asked."""

from collections.abc import Mapping
from typing import Final

import msgspec
from babel import Locale

from vocu.form.codes import codes, countries, family
from vocu.rendering.wording import N_, Wording
from vocu_client.web.forms.fields import Field, fields_of
from vocu_client.web.forms.goods import ALWAYS, offered, split_fields, usual_units
from vocu_client.web.forms.inputs import Input, Option, Options, Row, Shown, ShownFault, ShownSection
from vocu_client.web.forms.posting import LESS, Typed, rows_typed
from vocu_client.web.forms.sections import SECTIONS

_HINTS: Final = {
    "text": "",
    "country": N_("Begin to type its name, or give its two letters."),
    "place": N_("Begin to type its name; a name that is not in the list is fine, too."),
    "hs": N_("Begin to type the code or what it stands for."),
    "zone": N_("Leave it empty where the operation's time holds."),
    "moment": N_("The time on the clock at the place."),
    "instant": N_("The time on the operation's clock."),
    "count": "",
    "currency": N_("Three letters, such as EUR."),
}
_LIST_HINTS: Final = {
    "text": N_("One on each line."),
    "mark": N_("One on each line."),
    "country": N_("In the order of the journey."),
    "participant": "",
}
_ADD: Final = {
    "goods": N_("Add another kind of goods"),
    "totals": N_("Add another confirmed total"),
    "transit": N_("Add a place of transit"),
    "persons": N_("Add a person"),
    "documents": N_("Add a document of this person"),
    "companies": N_("Add a company or another party"),
    "checks": N_("Add checks of another kind"),
    "fines": N_("Add fines in another currency"),
}
"""What adds a row, by the rows' field; a test sees that none is missing."""
_FOR_MACHINES: Final = frozenset(
    [
        "quantity",
        "origin_kind",
        "right_type",
        "basel_code",
        "control_number",
        "duties",
        "taxes",
        "seizure_day",
        "airway_bills",
    ]
)
"""Fields whose description in the schema does not help an officer who sees them."""
_EURO_FIRST: Final = ("EUR", "USD", "GBP", "CHF", "PLN", "CZK", "HUF", "RON", "SEK", "DKK", "NOK", "UAH", "TRY")


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation gives to choose from."""

    participants: Mapping[str, str]
    scope: tuple[str, ...]
    added: frozenset[str]
    choices: Mapping[str, tuple[Option, ...]]
    without: frozenset[str]


class Showing:
    """One form on its way into a template."""

    def __init__(
        self,
        form: str,
        typed: Typed,
        faults: Mapping[str, str],
        words: Wording,
        offer: Offer,
        beside: Mapping[str, str],
    ) -> None:
        self._form = form
        self._typed = typed
        self._faults = faults
        self._words = words
        self._offer = offer
        self._beside = beside
        self._labels: dict[str, str] = {}

    def form(self) -> Shown:
        """All sections that have anything to show, and the error summary in the order of the fields."""
        fields = fields_of(self._form)
        sections = []
        for section in SECTIONS[self._form]:
            inputs = tuple(self._input(fields[name], name) for name in section.fields if self._asked(fields[name]))
            more = tuple(self._input(fields[name], name) for name in section.more if self._asked(fields[name]))
            if inputs or more:
                sections.append(
                    ShownSection(
                        id=section.id, title=self._words._(section.title), inputs=inputs, more=more,
                        sealed=section.sealed,
                    )
                )  # fmt: skip
        shown = Shown(tuple(sections), (), self._suggestions())
        return msgspec.structs.replace(shown, faults=self._summary(shown.inputs()))

    def row(self, name: str, number: int) -> Row:
        """A row under a flat name ("goods", "persons-0-documents"). Raises LookupError where there are none."""
        fields = fields_of(self._form)
        field: Field | None = None
        for step in name.split("-"):
            if not step.isdecimal():
                field = fields[step] if field is None else field.inner(step)
        if field is None or field.kind != "rows":
            raise LookupError(name)
        return self._row(field, f"{name}-{number}", number + 1, only=False)

    def _asked(self, field: Field) -> bool:
        choosable = field.kind != "reference" or field.name in self._offer.choices
        return (choosable and field.name not in self._offer.without) or self._is_typed(field.name)

    def _is_typed(self, name: str) -> bool:
        return any(any(texts) for flat, texts in self._typed.items() if flat == name or flat.startswith(f"{name}-"))

    def _input(self, field: Field, name: str, within: str = "", required: bool | None = None) -> Input:
        label = self._words.field(field.title)
        self._labels[name] = f"{within}: {label}" if within else label
        texts = self._typed.get(name, [])
        shown = Input(
            name=name,
            kind=field.kind,
            label=label,
            hint=self._hint(field, nested=bool(within)),
            required=field.required if required is None else required,
            value=texts[0] if texts else "",
            longest=field.longest if field.kind in ("text", "long_text") else None,
            error=self._faults.get(name, ""),
            most=field.most,
            beside=self._beside.get(name, ""),
        )
        replace = msgspec.structs.replace
        match field.kind:
            case "group":
                inside = tuple(self._input(each, f"{name}-{each.name}", label, False) for each in field.fields)
                return replace(shown, inputs=inside)
            case "rows":
                add = self._words._(_ADD[field.name])
                return replace(shown, rows=self._rows(field, name), add=add)
            case "list":
                item = field.fields[0]
                several = replace(shown, several=True, values=tuple(text for text in texts if text), kind=item.kind)
                return replace(
                    several, options=self._options(item, name, texts), suggestions=_SUGGESTED.get(item.kind, "")
                )
            case "part_day":
                return replace(shown, less=" ".join(self._typed.get(name + LESS, [])))
        return replace(shown, options=self._options(field, name, texts), suggestions=_SUGGESTED.get(field.kind, ""))

    def _hint(self, field: Field, *, nested: bool) -> str:
        """What the field wants, and how to fill it in; the latter is not said over and over inside a group."""
        own = self._words.hint(field.description) if field.description and field.name not in _FOR_MACHINES else ""
        how = _LIST_HINTS.get(field.fields[0].kind, "") if field.kind == "list" else _HINTS.get(field.kind, "")
        how = "" if nested and field.kind in ("country", "place", "part_day") else how
        return " ".join(text for text in (own, self._words._(how) if how else "") if text)

    # --- rows ---

    def _rows(self, field: Field, name: str) -> tuple[Row, ...]:
        numbers = rows_typed(self._typed, name) or ([0] if field.required else [])
        return tuple(
            self._row(field, f"{name}-{number}", place, only=len(numbers) == 1)
            for place, number in enumerate(numbers, 1)
        )

    def _row(self, field: Field, name: str, place: int, *, only: bool) -> Row:
        title = self._words.field(field.title)
        if not only or not field.required:
            title = self._words._("{what} {number}", what=title, number=self._words.number(place))
        if field.name == "goods":
            return self._goods(field, name, title)
        inputs = tuple(self._input(each, f"{name}-{each.name}", title) for each in field.fields)
        return Row(name=name, title=title, inputs=inputs)

    def _goods(self, field: Field, name: str, title: str) -> Row:
        commodity, unit = (" ".join(self._typed.get(f"{name}-{each}", [])) for each in ("commodity", "unit"))
        names = tuple(each.name for each in field.fields)
        used = frozenset(
            each for each in names if any(self._typed.get(f"{name}-{each}", [])) or f"{name}-{each}" in self._faults
        )
        fitting, folded = split_fields(commodity, unit, names, used)

        def shown(chosen: tuple[str, ...] | list[str]) -> tuple[Input, ...]:
            return tuple(
                self._input(field.inner(each), f"{name}-{each}", title, True if each == "quantity" else None)
                for each in chosen
            )

        return Row(name=name, title=title, inputs=shown(ALWAYS), fitting=shown(fitting), more=shown(folded))

    # --- choices ---

    def _options(self, field: Field, name: str, texts: list[str]) -> tuple[Options, ...]:
        match field.kind:
            case "code" if field.name == "unit":
                groups = self._units("".join(self._typed.get(f"{name.removesuffix('unit')}commodity", [])))
            case "code":
                groups = [Options("", self._coded(field.code_list, [code.id for code in codes(field.code_list)]))]
            case "commodity":
                groups = self._commodities()
            case "participant":
                named = ((self._words.country(ncp), ncp, name) for ncp, name in self._offer.participants.items())
                options = (Option(ncp, country if country != ncp else name) for country, ncp, name in named)
                groups = [Options("", tuple(sorted(options, key=lambda option: option.label)))]
            case "reference":
                groups = [Options("", self._offer.choices.get(field.name, ()))]
            case _:
                return ()
        known = {option.value for group in groups for option in group.options}
        unknown = tuple(Option(text, text) for text in texts if text and text not in known)
        return (*groups, Options("", unknown)) if unknown else tuple(groups)

    def _coded(self, code_list: str, ids: list[str] | tuple[str, ...]) -> tuple[Option, ...]:
        return tuple(Option(each, self._words.label(code_list, each)) for each in ids)

    def _commodities(self) -> list[Options]:
        by_family: dict[str, list[str]] = {}
        for code in offered(self._offer.scope, self._offer.added):
            by_family.setdefault(family(code.id), []).append(code.id)
        return [
            Options(self._words.label("commodity", top), self._coded("commodity", ids))
            for top, ids in by_family.items()
        ]

    def _units(self, commodity: str) -> list[Options]:
        usual = usual_units(commodity)
        others = [code.id for code in codes("unit") if code.id not in usual]
        if not usual:
            return [Options("", self._coded("unit", others))]
        groups = ((self._words._("Usual for these goods"), usual), (self._words._("Other units"), others))
        return [Options(label, self._coded("unit", ids)) for label, ids in groups]

    def _suggestions(self) -> dict[str, tuple[Option, ...]]:
        """The lists that help typing, once for the page."""
        named = sorted((self._words.country(code), code) for code in countries())
        locale: Locale = self._words.locale
        money = {code: str(locale.currencies.get(code, code)) for code in _EURO_FIRST}
        return {
            "countries": tuple(Option(name, code) for name, code in named),
            "currencies": tuple(Option(code, name) for code, name in money.items()),
        }

    def _summary(self, inputs: dict[str, Input]) -> tuple[ShownFault, ...]:
        known = [name for name in inputs if name in self._faults]
        lines = [ShownFault(_first_inside(inputs[name]).id, self._labels[name], self._faults[name]) for name in known]
        lost = [text for name, text in self._faults.items() if name not in inputs]
        return (*lines, *(ShownFault("", "", text) for text in lost))


_SUGGESTED: Final = {"country": "countries", "currency": "currencies", "place": "places", "hs": "hs"}


def _first_inside(shown: Input) -> Input:
    """What can be focused: the input itself, or the first one in it."""
    inside = (*shown.inputs, *(each for row in shown.rows for each in row.all))
    return _first_inside(inside[0]) if inside else shown
