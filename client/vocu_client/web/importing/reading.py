"""A file that begins to be imported, read once: what stands in its columns, and what these seem to mean."""

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from vocu.operation.statements import HUB
from vocu_client.imports.containers import content_of
from vocu_client.imports.mapping import File
from vocu_client.imports.sniffing import sniff_encoding
from vocu_client.imports.suggesting import suggest
from vocu_client.imports.workbook import Workbook
from vocu_client.imports.writing import Raw
from vocu_client.web.forms.form import Form
from vocu_client.web.forms.inputs import Option
from vocu_client.web.importing import begun as imports
from vocu_client.web.importing import working
from vocu_client.web.importing.answers import Around, suited
from vocu_client.web.importing.begun import Begun
from vocu_client.web.importing.sources import columns_of, given, refined
from vocu_client.web.importing.survey import Survey, survey
from vocu_client.web.importing.targets import targets
from vocu_client.web.importing.working import Told, Working
from vocu_client.web.templating import who
from vocu_client.web.visit import Visit

ASKED: Final = "file.decimal"
LOOKED_AT: Final = 1_000_000
ENCODINGS: Final = ("utf-8", "cp1252", "cp1250", "cp1251", "cp1253", "iso8859-2", "iso8859-7")
_SIGNS: Final = ("decimal", "thousands")


class Kind(Struct, frozen=True):
    """What the file is: a text with the encodings that it may have and how each shows its letters, or a workbook with
    its sheets."""

    encodings: tuple[tuple[str, str], ...] = ()
    sheets: tuple[str, ...] = ()


class Read(Struct, frozen=True):
    """What stands in the file; and the mapping that it seems to want, where none was there before."""

    survey: Survey
    kind: Kind
    suggested: Raw | None = None


def read(visit: Visit, begun: Begun) -> Working:
    """The work that reads this file as its mapping says; `result` is then Read."""
    file = begun.mapping.get("file")
    first = working.find(visit, "read", begun.id, "")
    if first is not None and first.result is not None and _key(file) in ("", _key(first.result.suggested["file"])):
        return first
    desk, language, own = visit.desk, visit.words.language, visit.desk.settings.ncp
    added = desk.view.state.added_commodities

    def work(_told: Told) -> Read:
        data = imports.data(visit, begun)
        if file is not None:
            return Read(survey(data, _file(file)), _kind(data, file, language))
        suggestion = suggest(data, language, own=own, added=added)
        raw = refined(suggestion.raw, targets(1))
        if any(question.path == ASKED for question in suggestion.questions):
            raw = {**raw, "file": {name: said for name, said in raw["file"].items() if name not in _SIGNS}}
        return Read(survey(data, _file(raw["file"])), _kind(data, raw["file"], language), raw)

    return working.begin(visit, work, "read", begun.id, _key(file))


def effective(begun: Begun, found: Read, there: Around) -> tuple[Raw, list[str]]:
    """The mapping as it is or, at first, as it was suggested; and the columns that a saved one names, but that this
    file lacks. What it says of them is left out."""
    raw = begun.mapping or found.suggested or {}
    names = {column.name for column in found.survey.columns}
    lacking = [name for each in given(raw) for name in columns_of(each.source) if name not in names]
    return (suited(raw, found.survey, there), list(dict.fromkeys(lacking))) if lacking else (raw, [])


def around(visit: Visit, raw: Raw) -> Around:
    """What answers about a mapping are held against."""
    state, own = visit.desk.view.state, visit.desk.settings.ncp
    known = {ncp for ncp, member in state.members.items() if member.active and ncp != HUB} | {own}
    options = sorted((Option(ncp, who(visit, ncp)) for ncp in known), key=lambda option: option.label)
    return Around(
        targets=targets(max(1, len(raw.get("goods", []))), organises=visit.organises),
        form=Form("seizure", visit.words, state),
        words=visit.words,
        zone=visit.zone,
        added=state.added_commodities,
        participants=tuple(options),
        own="" if visit.organises else own,
    )


def _file(said: dict[str, Any]) -> File:
    """How the file is read as long as nobody said which sign is the decimal sign."""
    return msgspec.convert({"decimal": ".", **said}, File)


def _key(file: dict[str, Any] | None) -> str:
    """What of it makes other cells of the same bytes."""
    kept = {name: said for name, said in (file or {}).items() if name not in _SIGNS}
    return repr(sorted(kept.items())) if file is not None else ""


def _kind(data: bytes, file: dict[str, Any], language: str) -> Kind:
    if content_of(data, file.get("encoding")) == "workbook":
        return Kind(sheets=Workbook(data).sheets)
    likely = sniff_encoding(data, language)
    return Kind(encodings=tuple((name, _letters(data, name)) for name in dict.fromkeys((*likely, *ENCODINGS))))


def _letters(data: bytes, encoding: str) -> str:
    """The first word of the file with letters beyond A to Z, as this encoding shows it."""
    text = data[:LOOKED_AT].decode(encoding, "replace")
    return next((word for word in re.findall(r"\w+", text) if not word.isascii()), "")[:40]
