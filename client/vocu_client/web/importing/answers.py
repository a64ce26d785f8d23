"""What an officer answered on the page of a mapping, put into the mapping."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from msgspec import Struct
from starlette.datastructures import FormData

from vocu.form.codes import codes
from vocu.rendering.wording import N_, Wording
from vocu_client.imports.vocabulary import field_names, plain_words
from vocu_client.imports.writing import Raw
from vocu_client.web.forms.fields import Field
from vocu_client.web.forms.form import Form, typed_in
from vocu_client.web.forms.inputs import Input, Option, Options
from vocu_client.web.forms.numbers import Unreadable
from vocu_client.web.forms.posting import LESS, Typed
from vocu_client.web.forms.texts import country_code
from vocu_client.web.forms.values import Tongue, read_value, write_value
from vocu_client.web.importing.describing import codes_in
from vocu_client.web.importing.sources import (
    assigned,
    by_column,
    columns_of,
    dated,
    fresh_source,
    given,
    source_at,
    tidy,
    with_source,
)
from vocu_client.web.importing.survey import Survey
from vocu_client.web.importing.targets import FREE_TEXT, OWN_CODE, PARTICIPANT, Target, label

FILE: Final = ("encoding", "delimiter", "sheet", "decimal")
NO_COUNTRY: Final = N_("This is no country that we know by that name. Choose one of the list, or give its two letters.")
_NOT_FIXED: Final = frozenset(["list", "count", "moment", "instant", "reference", "long_text"])
_NUMBERS: Final = ("number", "count")


class Answers(Struct, frozen=True):
    """The mapping as it is now, and what could not be read of the answers, by the name of its field."""

    mapping: Raw
    faults: dict[str, str]


class Around(Struct, frozen=True, kw_only=True):
    """What the answers are held against: the fields that may be filled, the form, the operation's zone and its own
    commodities, who may report."""

    targets: dict[str, Target]
    form: Form
    words: Wording
    zone: str
    added: frozenset[str]
    participants: tuple[Option, ...]
    own: str = ""
    """Who reports, where nobody else can be meant."""


def fixed_name(target: Target) -> str:
    """The name of the field for what every row says."""
    return f"fixed_{target.name.replace('-', '_')}"


def answered(raw: Raw, posted: FormData, survey: Survey, around: Around) -> Answers:
    """The mapping after what was posted: which column gives what, how each is read, what no column says."""
    taking = _Taking(raw, posted, survey, around)
    taking.take_file()
    taking.take_columns()
    taking.take_settings()
    taking.take_fixed()
    return Answers(tidy(taking.raw), taking.faults)


def suited(raw: Raw, survey: Survey, around: Around) -> Raw:
    """The mapping for a table that turned out to have other columns: sources that it has no columns for are dropped,
    and columns that are new give what their name says, where nothing else gives it."""
    names = {column.name for column in survey.columns}
    for each in list(given(raw)):
        if not set(columns_of(each.source)) <= names:
            raw = with_source(raw, each.path, None)
    chosen = {column: paths for column, paths in by_column(raw).items() if column in names}
    taken = {each.path for each in given(raw)}
    for column in survey.columns:
        path = field_names().get(plain_words(column.name), "").replace("goods.", "goods[0].")
        if path in around.targets and path not in taken and column.name not in chosen:
            chosen[column.name] = [path]
            taken.add(path)
    return tidy(assigned(raw, chosen, partial(_fresh, survey=survey, around=around)))


def fixed(raw: Raw, around: Around, faults: dict[str, str]) -> tuple[list[Input], list[Input]]:
    """The inputs for what every row says: those that are needed or said, and all others."""
    filled = {each.path: each.source for each in given(raw)}
    typed = _typed(filled, around)
    inputs = around.form.show(typed).inputs()
    needed: list[Input] = []
    others: list[Input] = []
    for target in around.targets.values():
        if isinstance(filled.get(target.path), dict) or not _can_be_fixed(target, filled):
            continue
        if target.path == PARTICIPANT and around.own and filled.get(PARTICIPANT) == around.own:
            continue
        shown = _input(target, typed, inputs, around, faults, len(raw.get("goods", [])))
        if shown is not None:
            said = target.path in filled or target.required or fixed_name(target) in faults or _is_basis(target, filled)
            (needed if said else others).append(shown)
    return needed, others


def options(around: Around, raw: Raw) -> dict[str, tuple[Options, ...]]:
    """The codes that the values of a column may mean, by the field's path."""
    filled = {each.path: each.source for each in given(raw)}
    inputs = around.form.show(_typed(filled, around)).inputs()
    found: dict[str, tuple[Options, ...]] = {}
    for path, target in around.targets.items():
        shown = inputs.get(target.name)
        if target.code_list == "participant":
            found[path] = (Options("", around.participants),)
        elif shown is not None and shown.options:
            found[path] = shown.options
        elif target.code_list and target.code_list not in ("country", "currency", OWN_CODE):
            listed = codes(target.code_list)
            labels = (Option(code.id, around.words.label(target.code_list, code.id)) for code in listed)
            found[path] = (Options("", tuple(labels)),)
    return found


def missing(raw: Raw, around: Around) -> Iterator[Target]:
    """The mandatory fields that nothing gives; the quantity, where it is not said to be pending either."""
    filled = {each.path: each.source for each in given(raw)}
    for path, target in around.targets.items():
        if target.required and path not in filled:
            yield target
        if path.endswith("].quantity") and path not in filled and filled.get(f"{path}_basis") != "pending":
            yield target


class _Taking:
    """Takes one form's answers, one part after the other."""

    def __init__(self, raw: Raw, posted: FormData, survey: Survey, around: Around) -> None:
        self.raw = raw
        self.faults: dict[str, str] = {}
        self._posted = posted
        self._survey = survey
        self._around = around

    def take_file(self) -> None:
        file = dict(self.raw.get("file", {}))
        for name in FILE:
            said = self._posted.get(f"file-{name}")
            if isinstance(said, str) and said:
                file[name] = said
        if "file-decimal" in self._posted and file.get("decimal") in (".", ","):
            other = "," if file["decimal"] == "." else "."
            if file.get("thousands") in (".", ",", None):
                file["thousands"] = other
        self.raw = {**self.raw, "file": file}

    def take_columns(self) -> None:
        before, chosen = by_column(self.raw), {}
        holders: dict[str, str] = {}
        for number, column in enumerate(self._survey.columns):
            if f"column-{number}" in self._posted:
                said = dict.fromkeys(map(str, self._posted.getlist(f"column-{number}")))
                chosen[column.name] = [path for path in said if path in (*self._around.targets, FREE_TEXT)]
            else:
                chosen[column.name] = before.get(column.name, [])
        for column_name, paths in chosen.items():
            for path in paths:
                if path != FREE_TEXT and (path not in holders or path not in before.get(column_name, ())):
                    holders[path] = column_name
        kept = {name: [path for path in paths if holders.get(path, name) == name] for name, paths in chosen.items()}
        for name, paths in chosen.items():
            for path in paths:
                if holders.get(path, name) != name:
                    shown = label(self._around.targets[path], self._around.words)
                    self.faults[f"twice:{name}"] = self._around.words._(
                        "{field} can come from one column only: it comes from “{column}” now.",
                        field=shown, column=holders[path],
                    )  # fmt: skip
        self.raw = assigned(self.raw, kept, partial(_fresh, survey=self._survey, around=self._around))
        for path in map(str, self._posted.getlist("drop")):
            if path in self._around.targets:
                self.raw = with_source(self.raw, path, None)

    def take_settings(self) -> None:
        for each in list(given(self.raw)):
            if each.column and each.path in self._around.targets:
                self.raw = with_source(self.raw, each.path, self._setting(each.path, dict(each.source)))

    def _setting(self, path: str, source: dict[str, Any]) -> dict[str, Any]:
        form = self._posted.get(f"format:{path}")
        if isinstance(form, str) and form:
            source.pop("century", None)
            source |= dated(form)
        empty = self._posted.get(f"empty:{path}")
        if empty in ("leave_out", "pending", "no_line"):
            source["empty"] = empty
        elif empty == "refuse":
            source.pop("empty", None)
        begins = f"map:{path}:"
        said = [
            (name[len(begins) :], str(code)) for name, code in self._posted.multi_items() if name.startswith(begins)
        ]
        if said:
            found = codes_in(self.raw, source) or {}
            source.pop("table", None)
            source.pop("capitals", None)
            source["map"] = {**found, **dict(self._codes(path, said))}
            source["map"] = {text: code for text, code in source["map"].items() if code}
        return source

    def _codes(self, path: str, said: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """What each value means; a country is named as people name it."""
        for text, answer in said:
            code = answer.strip()
            if code and self._around.targets[path].code_list == "country":
                named = country_code(code, self._around.words)
                if named is None:
                    self.faults[f"map:{path}:{text}"] = self._around.words._(NO_COUNTRY)
                code = named or ""
            yield text.replace("\r\n", "\n"), code

    def take_fixed(self) -> None:
        typed = typed_in(self._posted)
        for path, target in self._around.targets.items():
            name = fixed_name(target)
            if name not in typed or isinstance(source_at(self.raw, path), dict):
                continue
            text = next((text for text in (*typed[name], *typed.get(name + LESS, ())) if text.strip()), "")
            try:
                value = _read(target, text, self._around) if text else None
            except Unreadable as fault:
                self.faults[name] = self._around.words._(fault.msgid, **fault.values)
                continue
            self.raw = with_source(self.raw, path, value)


def _fresh(path: str, column: str, *, survey: Survey, around: Around) -> dict[str, Any]:
    found = survey.find(column)
    if found is None:
        return {"column": column}
    return fresh_source(around.targets[path], found, around.zone, around.added)


def _read(target: Target, text: str, around: Around) -> Any:
    if target.path == PARTICIPANT:
        return text if text in {option.value for option in around.participants} else None
    return read_value(_item(target), text, Tongue(around.words, around.zone))


def _item(target: Target) -> Field:
    return target.field.fields[0] if target.field.kind == "list" else target.field


def _can_be_fixed(target: Target, filled: dict[str, Any]) -> bool:
    if target.path == PARTICIPANT or target.path.startswith("nominal."):
        return target.path == PARTICIPANT
    if target.path.endswith("].quantity_basis"):
        return True
    return target.field.kind not in _NOT_FIXED or target.path in filled


def _is_basis(target: Target, filled: dict[str, Any]) -> bool:
    """Whether this is how the quantity is known, where no column says how much it is."""
    return target.path.endswith("].quantity_basis") and target.path.removesuffix("_basis") not in filled


def _typed(filled: dict[str, Any], around: Around) -> Typed:
    """What every row says, as an officer would have typed it; and a goods line for each kind of goods."""
    tongue = Tongue(around.words, around.zone)
    typed: Typed = {}
    for path, target in around.targets.items():
        if path.endswith("].commodity"):
            typed[target.name] = [""]
        source = filled.get(path)
        if isinstance(source, str) and path != PARTICIPANT:
            day = target.field.kind == "part_day" and len(source) < len("2024-01-16")
            typed[target.name + (LESS if day else "")] = [write_value(_item(target), source, tongue)]
        elif isinstance(source, str):
            typed[target.name] = [source]
    return typed


def _input(
    target: Target, typed: Typed, inputs: dict[str, Input], around: Around, faults: dict[str, str], lines: int
) -> Input | None:
    name = fixed_name(target)
    shown_label = label(target, around.words, lines)
    value = "".join(typed.get(target.name, []))
    error = faults.get(name, "")
    if target.path == PARTICIPANT:
        groups = (Options("", around.participants),)
        return Input(name=name, kind="participant", label=shown_label, value=value, options=groups, required=True)
    if target.path.startswith("route."):
        return Input(name=name, kind="country", label=shown_label, value=value, suggestions="countries", error=error)
    shown = inputs.get(target.name)
    if shown is None:
        return None
    return Input(
        name=name, kind=shown.kind, label=shown_label, hint=shown.hint, required=target.required, value=shown.value,
        less=shown.less, options=shown.options, suggestions=shown.suggestions, longest=shown.longest, error=error,
    )  # fmt: skip
