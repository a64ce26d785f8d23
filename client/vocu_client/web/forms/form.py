"""A form of an operation, in an officer's language: shown, read, shown again with its faults, told in words.

    form = Form("warning", visit.words, visit.desk.view.state)
    form.show(form.typed({"action": "control"}))        the form, prefilled with values
    typed = form.arranged(visit.form)                   what was posted; a row added or removed where he asked for that
    filled = form.read(typed)                           Filled(values, faults)
    form.show(typed, filled.faults)                     the same again, each fault by its field

In templates: `{% import "form_fields.html" as f with context %}`, then `{{ f.summary(form) }}` on top of the page and
`{{ f.sections(form) }}` inside the <form>. `values` is what `desk.actions` takes. No typed text is ever changed.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Protocol
from zoneinfo import available_timezones

import msgspec

from vocu.operation.state import OperationState
from vocu.operation.statements import HUB
from vocu.rendering.wording import Wording
from vocu_client.web.forms.faults import faults_in
from vocu_client.web.forms.fields import fields_of
from vocu_client.web.forms.inputs import Option, Row, Shown
from vocu_client.web.forms.posting import Typed, read_posted, rows_typed, write_posted
from vocu_client.web.forms.showing import Offer, Showing
from vocu_client.web.forms.telling import Told, tell
from vocu_client.web.forms.values import Tongue

ARRANGE = "_rows"
"""The name of the buttons that add or remove a row: add:goods, remove:goods-1."""


class Posted(Protocol):
    """Starlette's FormData, as far as it is needed."""

    def multi_items(self) -> Iterable[tuple[str, Any]]: ...


class Filled(msgspec.Struct, frozen=True):
    """What a form says, as plain JSON values, with a sentence for each fault by the flat name of its field ("" where it
    belongs to none). Without faults, `values` is accepted by `desk.actions`."""

    values: dict[str, Any]
    faults: dict[str, str]


class Form:
    """One of the forms of `vocu.form.schema.FORMS`; "seizure" has its nominal part in it.

    `choices`: what a field that refers to another report or warning may choose from. `without`: fields that this desk
    is not asked for; they are shown all the same where something stands in them. `own`: this participant, who is not
    offered where others are meant.
    """

    def __init__(
        self,
        name: str,
        words: Wording,
        state: OperationState,
        *,
        choices: Mapping[str, tuple[Option, ...]] | None = None,
        without: frozenset[str] = frozenset(),
        own: str = "",
    ) -> None:
        self.name = name
        self.words = words
        self.fields = fields_of(name)
        self._added = state.added_commodities
        self._zone = state.genesis.zone
        self._offer = Offer(
            participants={
                ncp: member.name
                for ncp, member in sorted(state.members.items())
                if member.active and ncp not in (HUB, own)
            },
            scope=state.genesis.commodities,
            added=state.added_commodities,
            choices=dict(choices or {}),
            without=without,
        )

    def typed(self, values: Mapping[str, Any]) -> Typed:
        """These values as an officer would have typed them."""
        return write_posted(self.fields.values(), values, self._tongue(str(values.get("zone", ""))))

    def arranged(self, posted: Posted) -> Typed:
        """What was posted, with a row more or less where the officer pressed a button for that."""
        typed = typed_in(posted)
        for order in typed.pop(ARRANGE, []):
            what, _, name = order.partition(":")
            if what == "add" and self._holds_rows(name):
                typed |= {f"{each.name}": [""] for each in self.new_row(typed, name).all}
            elif what == "remove":
                typed = {flat: texts for flat, texts in typed.items() if not flat.startswith(f"{name}-")}
        return typed

    def new_row(self, typed: Typed, name: str) -> Row:
        """An empty row behind those that were typed. Raises LookupError where the form has no such rows."""
        number = max((*rows_typed(typed, name), -1)) + 1
        return self._showing(typed, {}).row(name, number)

    def read(self, typed: Typed, today: date | None = None) -> Filled:
        """What was typed means, and everything that is wrong with it."""
        readout = read_posted(self.fields.values(), typed, self._tongue(*typed.get("zone", ())))
        found = faults_in(self.name, readout.values, self._added, today or datetime.now(UTC).date())
        by_name = {name: self.words._(fault.msgid, **fault.values) for name, fault in readout.faults.items()}
        for fault in found:
            by_name.setdefault(readout.names.get(fault.path, ""), self.words.fault(fault))
        return Filled(readout.values, by_name)

    def show(
        self, typed: Typed, faults: Mapping[str, str] | None = None, beside: Mapping[str, str] | None = None
    ) -> Shown:
        """The form as a template shows it. `beside`: by flat name, what a field is compared with."""
        return self._showing(typed, faults or {}, beside).form()

    def tell(self, values: Mapping[str, Any]) -> tuple[Told, ...]:
        """What the values say, in words, section by section."""
        return tell(self.name, values, self.words)

    def _holds_rows(self, name: str) -> bool:
        try:
            self._showing({}, {}).row(name, 0)
        except LookupError:
            return False
        return True

    def _showing(self, typed: Typed, faults: Mapping[str, str], beside: Mapping[str, str] | None = None) -> Showing:
        return Showing(self.name, typed, faults, self.words, self._offer, beside or {})

    def _tongue(self, zone: str = "", *_more: str) -> Tongue:
        return Tongue(self.words, zone if zone in _zones() else self._zone)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def typed_in(posted: Posted) -> Typed:
    """The texts of a posted form, without its token and without files."""
    typed: Typed = {}
    for name, value in posted.multi_items():
        if isinstance(value, str) and name != "csrf":
            typed.setdefault(name, []).append(value)
    return typed
