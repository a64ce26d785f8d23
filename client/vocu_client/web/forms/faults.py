"""What is wrong with a form, all of it at once, in the officer's words and by the field where he can mend it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from vocu.errors import MalformedError
from vocu.form.codes import codes
from vocu.form.faults import Fault
from vocu.form.schema import FORMS, check_days, findings
from vocu.rendering.wording import N_
from vocu_client.web.forms.fields import WHOLE, Field, fields_of

MISSING: Final = N_("Fill this in.")
NOT_CHOSEN: Final = N_("Choose one.")
NONE_GIVEN: Final = N_("Give at least one.")
NOT_IN_LIST: Final = N_("Choose one of the list.")
TWICE: Final = N_("This names the same thing twice.")
BAD_DAY: Final = N_("This day is in the future, or before 1990.")

_MEANINGS: Final = {
    "quantity": N_("Write a number of at most 15 digits, such as 1200 or 0.5."),
    "count": N_("Write a whole number, 0 or more."),
    "batch": N_("Write a whole number, 2 or more; leave it empty for one seizure."),
    "country": N_("Choose a country of the list."),
    "currency": N_("Give the three letters of the currency, such as EUR."),
    "place": N_("Give the place in 2 to 48 letters, digits, spaces and hyphens."),
    "day": N_("Give a day on the calendar, such as 2024-01-16."),
    "reduced_day": N_("Give a day such as 2024-01-16, a month such as 2024-01, or a year."),
    "instant": N_("Give day and time such as 2024-01-16 08:45."),
    "date_time": N_("Give day and time such as 2024-01-16 08:45."),
    "zone": N_("Give a time zone such as Europe/Warsaw."),
    "commodity": N_("Choose a commodity of the list."),
    "code": N_("Give at most 32 letters, digits and underscores."),
    "hs_code": N_("An HS or CN code has 4, 6, 8 or 10 digits."),
    "participant": N_("Choose a participant of the list."),
    "indicator": N_("The number of a risk indicator looks like R-07."),
    "report_number": N_("A report number looks like PL-CUSTOMS-2024-17."),
    "object_id": N_("Choose one of the list."),
    "name_code": N_("Give at most 32 letters, digits, spaces and hyphens."),
    "basel_code": N_("A code of the Basel Convention looks like A1180."),
    "control_number": N_("A number of the control list looks like 1C350."),
    "container": N_("A container number has four letters and seven digits, such as MSCU1234565."),
    "imo_number": N_("An IMO number has seven digits."),
    "text": N_("Write at most 300 characters."),
    "long_text": N_("Write at most 20,000 characters."),
}
_RULES: Final = {
    ("quantity", "leave it out"): N_("The quantity is marked as pending: leave this empty, or say how it is known."),
    ("quantity", "is missing"): N_("Say how much it was, or mark the quantity as pending."),
    ("currency", "is missing"): N_("Name the currency of the amounts."),
    ("persons_arrested", ""): N_("These are more than the persons involved."),
    ("seizure_report", "leave it out"): N_("Leave this empty, or say that goods were seized."),
    ("hits", "leave it out"): N_("Leave this empty, or say that there was a hit."),
    ("hits", ""): N_("These are more hits than were asked about."),
    ("period_to", ""): N_("The last day is before the first one."),
    ("with_result", "a nil return"): N_("A nil return has no results; choose a control return."),
    ("with_result", ""): N_("These are more than were checked."),
    ("checks", "is missing"): N_("Say what was checked, or choose a nil return."),
}
"""By a field's name and the beginning of what `vocu.form.rules` finds; the first that fits."""

_A_DAY: Final = "2000-01-01"


def faults_in(form: str, values: dict[str, Any], added: frozenset[str], today: date) -> list[Fault]:
    """All faults of a form, by path. What depends on several fields is asked although others are still faulty."""
    found: list[Fault] = []
    for part in WHOLE.get(form, (form,)):
        own = {name: value for name, value in values.items() if name in FORMS[part].__struct_fields__}
        if not own and part == "seizure_nominal":
            continue
        faulty, patched = findings(part, own, added), own
        if faulty:
            mended = frozenset(fault.path for fault in faulty)
            patched = _patched(fields_of(part).values(), own, "", mended)
            again = findings(part, patched, added)
            faulty += tuple(fault for fault in again if fault.path and fault.path not in mended)
        found += [_in_words(form, fault) for fault in faulty]
        found += _bad_days(part, patched, today)
    return found


def field_at(form: str, path: str) -> Field | None:
    """The field that a path in the values leads to."""
    fields: Mapping[str, Field] = fields_of(form)
    field = None
    for step in path.split("."):
        field = fields.get(step.partition("[")[0])
        if field is None:
            return None
        if field.kind == "list" and "[" in step:
            return field.fields[0]
        fields = {inner.name: inner for inner in field.fields}
    return field


def _in_words(form: str, fault: Fault) -> Fault:
    """The fault as an officer is told about it; as it was found where there is nothing better to say."""
    field, what = field_at(form, fault.path), fault.message
    if field is None:
        return fault
    if what == "is missing":
        return Fault(fault.path, NOT_CHOSEN if field.kind in ("code", "commodity") else MISSING)
    if what.startswith("is empty"):
        return Fault(fault.path, NONE_GIVEN)
    if what.startswith("names the same"):
        return Fault(fault.path, TWICE)
    if field.kind == "code":
        return Fault(fault.path, NOT_IN_LIST)
    if what == "{value} is not {meaning}" or field.kind == "commodity":
        return Fault(fault.path, _MEANINGS[field.value])
    rules = (said for (name, beginning), said in _RULES.items() if field.name == name and what.startswith(beginning))
    said = next(rules, None)
    return fault if said is None else Fault(fault.path, said)


def _bad_days(part: str, values: dict[str, Any], today: date) -> list[Fault]:
    """The days that lie in the future: `check_days` names the first alone, so it is asked until it is content."""
    found: list[Fault] = []
    while True:
        try:
            check_days(msgspec.convert(values, FORMS[part]), today)
        except MalformedError as error:
            name = error.message.partition(":")[0]
            found.append(Fault(name, BAD_DAY))
            values = values | {name: _A_DAY}
        except msgspec.ValidationError:  # a fault that nothing harmless stands for; it is listed
            return found
        else:
            return found


def _patched(fields: Iterable[Field], values: dict[str, Any], path: str, faulty: frozenset[str]) -> dict[str, Any]:
    """The values with something harmless wherever a fault is, so that the rules can be asked about the rest."""
    found = {}
    for field in fields:
        here = f"{path}.{field.name}" if path else field.name
        value = values.get(field.name)
        inside = any(each.startswith(f"{here}[") and each.endswith("]") for each in faulty)
        if value is None or here in faulty or inside:
            if field.required:
                found[field.name] = _harmless(field)
        elif field.kind == "rows":
            rows = enumerate(value)
            found[field.name] = [_patched(field.fields, row, f"{here}[{number}]", faulty) for number, row in rows]
        elif field.kind == "group":
            found[field.name] = _patched(field.fields, value, here, faulty)
        else:
            found[field.name] = value
    return found


def _harmless(field: Field) -> Any:
    match field.kind:
        case "code":
            return codes(field.code_list)[0].id
        case "count":
            return 0
        case "quantity":
            return "0"
        case "rows":
            return [{inner.name: _harmless(inner) for inner in field.fields if inner.required}]
        case "list":
            return [_harmless(field.fields[0])]
        case "group":
            return {inner.name: _harmless(inner) for inner in field.fields if inner.required}
        case "commodity":
            return "other"
        case "day" | "part_day":
            return _A_DAY
        case "currency":
            return "EUR"
        case "country" | "participant" | "place":
            return "DE"
        case _:
            return "x"
