"""What people call the fields of the form and their codes: in the seven languages, and as tables of offices have it."""

import re
import unicodedata
from functools import cache
from typing import Final

from vocu.form.codes import codes, countries, currencies
from vocu.form.schema import title_of
from vocu.rendering.catalogue import COMPLETE
from vocu.rendering.wording import Wording
from vocu_client.imports.mapping import CODE_LISTS, COUNTRY_FIELDS, KINDS, ROUTE
from vocu_client.imports.sources import LETTERS

_ALSO: Final = {
    "report.seizure_day": "date day datum data fecha jour tag ημερομηνία дата дата на задържане date of seizure",
    "report.place": "place location airport port office post ort lieu lugar miejsce τόπος място placówka",
    "report.country": "country land pays país kraj χώρα държава",
    "report.agency": "agency service authority behörde",
    "report.location_type": "location type kind of place type of place",
    "report.direction": "direction flow kierunek richtung sens dirección κατεύθυνση посока",
    "report.transport_mode": "mode transport mode of transport transportmittel moyen de transport medio de transporte",
    "report.selection_reason": "reason selection reason method of selection",
    "report.detection_means": "detection method of detection means of detection",
    "report.concealment": "concealment obfuscation method hiding place versteck cachette ukrycie",
    "report.report_number": "report number report no reference number",
    "report.seizures": "count of event number of seizures seizures cases",
    "goods.commodity": "commodity goods product drug drug type type of goods ware marchandise mercancía towar "
    "εμπόρευμα стока",
    "goods.quantity": "quantity amount qty weight sum qty menge quantité cantidad ilość ποσότητα количество gewicht "
    "poids peso",
    "goods.unit": "unit units unit of measure uom einheit unité unidad jednostka μονάδα единица мярка",
    "goods.value": "value wert valeur valor wartość αξία стойност",
    "goods.currency": "currency währung devise moneda waluta νόμισμα валута",
    "goods.brand": "brand marke marque marca marka μάρκα марка",
    "goods.hs_found": "hs code cn code hs zolltarifnummer",
    "route.departure": "origin departure country of departure herkunft provenance pochodzenie",
    "route.destination": "destination country of destination ziel przeznaczenie",
    "route.transit": "transit",
    "nominal.plates": "plate plates licence plate kennzeichen immatriculation matrícula rejestracja",
    "nominal.containers": "container containers container number",
    "nominal.national_reference": "reference case number file number aktenzeichen",
    "participant": "participant ncp reporting country",
}
_SEVERAL_WORDS: Final = (
    "date of seizure", "дата на задържане", "location type", "kind of place", "type of place", "mode of transport",
    "transport mode", "moyen de transport", "medio de transporte", "selection reason", "method of selection",
    "method of detection", "means of detection", "obfuscation method", "hiding place", "report number", "report no",
    "reference number", "count of event", "number of seizures", "drug type", "type of goods", "sum qty",
    "unit of measure", "hs code", "cn code", "country of departure", "country of destination", "licence plate",
    "container number", "case number", "file number", "reporting country",
)  # fmt: skip
_UNITS: Final = {
    "KGM": "kg kgs kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes kilogramos κιλά килограма кг",
    "GRM": "g gr gram grams gramm grammes gramos γραμμάρια грама",
    "TNE": "t tonne tonnes ton tons tonnen toneladas tony τόνοι тона",
    "LBR": "lb lbs pound pounds",
    "LTR": "l litre litres liter liters litr litrów λίτρα литра",
    "MLT": "ml",
    "MTQ": "m3",
    "H87": "pc pcs piece pieces stück stk szt pièces piezas unidades τεμάχια броя бр",
    "stick": "stick sticks cigarettes",
    "pack": "packs päckchen",
}


def plain_words(text: str) -> str:
    """A name as it is compared: small letters without accents, one space between words, no other signs."""
    folded = unicodedata.normalize("NFKD", text.translate(LETTERS)).casefold()
    folded = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+|_", " ", folded).split())


@cache
def field_names() -> dict[str, str]:
    """The field that a column of this name, in `plain_words`, is likely to fill: "report.place", "goods.unit"."""
    names: dict[str, str] = {}
    for path, words in _ALSO.items():
        single = words
        for phrase in _SEVERAL_WORDS:
            if phrase in single:
                names.setdefault(plain_words(phrase), path)
                single = single.replace(phrase, " ")
        for word in single.split():
            names.setdefault(plain_words(word), path)
    for path, form, name in _fields():
        names[plain_words(name)] = path
        for language in COMPLETE:
            names.setdefault(plain_words(Wording(language).field(title_of(form, name))), path)
    return names


def _fields() -> list[tuple[str, str, str]]:
    report, goods, nominal = KINDS.values()
    return [
        *((f"report.{name}", "seizure", name) for name in report),
        *((f"goods.{name}", "seizure", name) for name in goods),
        *((f"route.{name}", "seizure", name) for name in ROUTE),
        *((f"nominal.{name}", "seizure_nominal", name) for name in nominal),
    ]


def codes_of(path: str, added: frozenset[str] = frozenset()) -> dict[str, str]:
    """The code that a text in `plain_words` means in that field; nothing where the field has no codes."""
    name = path.rpartition(".")[2]
    if name == "commodity":
        return _commodities() | {plain_words(code.rpartition(".")[2]): code for code in sorted(added)}
    if name in COUNTRY_FIELDS or name == "participant":
        return _countries()
    if name == "currency":
        return {code.lower(): code for code in currencies()}
    if name in CODE_LISTS:
        return _labels(CODE_LISTS[name])
    return {}


@cache
def _labels(code_list: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if code_list == "unit":
        found |= {plain_words(word): unit for unit, words in _UNITS.items() for word in words.split()}
    for code in codes(code_list):
        found.setdefault(plain_words(code.id), code.id)
        for language in COMPLETE:
            wording = Wording(language)
            found.setdefault(plain_words(wording.label(code_list, code.id)), code.id)
            if code_list == "unit":
                found.setdefault(plain_words(wording.unit(code.id)), code.id)
    return found


@cache
def _commodities() -> dict[str, str]:
    """By label and by id; of two commodities with one label, the first of the list is taken."""
    found = {plain_words(code.id): code.id for code in codes("commodity")}
    for code in codes("commodity"):
        for language in COMPLETE:
            found.setdefault(plain_words(Wording(language).label("commodity", code.id)), code.id)
        found.setdefault(plain_words(code.id.rpartition(".")[2]), code.id)
    return found


@cache
def _countries() -> dict[str, str]:
    found = {code.lower(): code for code in countries()}
    for language in COMPLETE:
        wording = Wording(language)
        for code in countries():
            found.setdefault(plain_words(wording.country(code)), code)
    return found
