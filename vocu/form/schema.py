"""Checks a filled-in form against its JSON Schema and its rules, and says in words what is wrong, all of it at once."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any, Final

import jsonschema_rs
import msgspec

from vocu import canonical
from vocu.errors import MalformedError
from vocu.form.codes import countries, currencies
from vocu.form.days import first_day
from vocu.form.faults import Choice, Fault, FormError, Meaning
from vocu.form.messages import Answer, CrossCheck, Feedback, Question, WarningNotice
from vocu.form.report import Part, SeizureNominal, SeizureReport
from vocu.form.returns import DailyReturn, NationalReport, OutcomeReturn
from vocu.form.rules import broken_rules

FORMS: Final[dict[str, type[Part]]] = {
    "seizure": SeizureReport,
    "seizure_nominal": SeizureNominal,
    "daily_return": DailyReturn,
    "warning": WarningNotice,
    "feedback": Feedback,
    "question": Question,
    "answer": Answer,
    "cross_check": CrossCheck,
    "outcome_return": OutcomeReturn,
    "national_report": NationalReport,
}
EARLIEST_DAY: Final = date(1990, 1, 1)
A_FEW: Final = 50
LARGE: Final = 16 * 1024
NOTHING_ADDED: Final[frozenset[str]] = frozenset()
_AS_IT_STANDS: Final = "{problem}"
_LARGE_AND_FAULTY: Final = "this large form has faults; correct it at the desk that wrote it, which names them all"


def validate(form: str, value: dict[str, Any] | bytes, added: frozenset[str] = NOTHING_ADDED) -> None:
    """Accepts a filled-in form, as plain JSON values or as JSON, or raises FormError("bad-form"), with one detail
    per fault: "goods[0].quantity: what is wrong and what is allowed". `added` are the operation's own commodities."""
    _refuse(form, findings(form, _parse(value) if isinstance(value, bytes) else value, added))


def read(form: str, data: bytes, added: frozenset[str] = NOTHING_ADDED) -> Part:
    """The form that canonical bytes hold, of the class in FORMS.

    Raises MalformedError: `bad-form` as `validate` does, but with a few of the faults, for the bytes are somebody
    else's, and can be made to hold a hundred thousand; `bad-value`, `not-json`, or `not-canonical`.
    """
    _refuse(form, _first_faults(form, data))
    filled = canonical.decode(data, _decoder(form))
    _refuse(form, tuple(islice(broken_rules(filled, added), A_FEW)))
    return filled


def findings(form: str, value: dict[str, Any], added: frozenset[str] = NOTHING_ADDED) -> tuple[Fault, ...]:
    """All faults of a filled-in form, each with its path. The rules are asked once the schema is content."""
    faults = _broken_schema(form, value)
    if faults:
        return faults
    try:
        filled = msgspec.convert(value, FORMS[form])
    except msgspec.ValidationError as error:  # 2.0 is an integer to JSON Schema, but no count to us
        what, _, path = str(error).partition(" - at `$.")
        return (Fault(path.removesuffix("`"), _AS_IT_STANDS, {"problem": what}),)
    return tuple(broken_rules(filled, added))


_PAST_DAYS: Final[dict[type[Part], tuple[str, ...]]] = {
    SeizureReport: ("seizure_day", "received_day"),
    DailyReturn: ("day",),
    Feedback: ("control_day",),
    CrossCheck: ("asked_day", "answered_day"),
    OutcomeReturn: ("period_from", "period_to"),
}


def check_days(form: Part, today: date) -> None:
    """Raises MalformedError("bad-day") where a day that must lie in the past is before 1990 or after tomorrow: the
    local date at the place may be one ahead of `today`, the date in UTC. A month or year counts by its first day."""
    for name in _PAST_DAYS.get(type(form), ()):
        text = getattr(form, name)
        if text is not None and not EARLIEST_DAY <= first_day(text) <= today + timedelta(days=1):
            raise MalformedError(
                "bad-day", f"{name}: {text} is before {EARLIEST_DAY} or in the future; give the day on which it was."
            )


def title_of(form: str, path: str) -> str:
    """What people call the field of a form at the end of this path: its title in the schema, or else its name."""
    name = path.rpartition(".")[2].partition("[")[0]
    whole = _schema(form)
    for part in (whole, *whole.get("$defs", {}).values()):
        if name in (fields := part.get("properties", {})):
            return str(fields[name].get("title", name))
    return name


def _refuse(form: str, faults: tuple[Fault, ...]) -> None:
    if faults:
        title = _schema(form)["title"].partition(",")[0].lower()
        raise FormError("bad-form", f"This {title} cannot be accepted; correct what is listed.", faults)


def _broken_schema(form: str, value: dict[str, Any]) -> tuple[Fault, ...]:
    validator = _validator(form)
    try:
        return () if validator.is_valid(value) else _once_each(validator.iter_errors(value))
    except ValueError as error:  # a date object, bytes, a number as key, half a character
        return (Fault("", "the form holds what JSON cannot say ({error}); enter it again as text", {"error": error}),)


def _first_faults(form: str, data: bytes) -> tuple[Fault, ...]:
    """A few of the faults. To gather those of a form of 200 KiB takes many seconds, to hear that there are some does
    not; and to name even the first one takes as long as the form is large."""
    value, validator = _parse(data), _validator(form)
    try:
        if validator.is_valid(value):
            return ()
        if len(data) > LARGE:
            return (Fault("", _AS_IT_STANDS, {"problem": _LARGE_AND_FAULTY}),)
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        return tuple(islice(_faults(error), A_FEW))
    except ValueError as error:  # half a character
        return (Fault("", "the form holds what JSON cannot say ({error}); enter it again as text", {"error": error}),)
    return ()


@cache
def _schema(name: str) -> Any:
    return msgspec.json.decode((resources.files("vocu_schemas") / "form" / f"{name}.json").read_bytes())


def _parse(data: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise MalformedError("not-json", "These bytes are not valid JSON.") from None
    if not isinstance(value, dict):
        raise MalformedError("bad-form", "A form is a JSON object, in curly brackets.")
    return value


@cache
def _decoder(form: str) -> msgspec.json.Decoder[Part]:
    return msgspec.json.Decoder(FORMS[form])


@cache
def _validator(form: str) -> jsonschema_rs.Draft202012Validator:
    shared = [(f"urn:vocu:form:{name}", _schema(name)) for name in ("values", "codes")]
    return jsonschema_rs.Draft202012Validator(
        _schema(form),
        validate_formats=True,
        formats={
            "country": countries().__contains__,
            "currency": currencies().__contains__,
            "day": _on_the_calendar,
            "reduced-day": _on_the_calendar,
        },
        retriever=_refuse_to_fetch,
        registry=jsonschema_rs.Registry(shared, retriever=_refuse_to_fetch),
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def _refuse_to_fetch(uri: str) -> Any:
    raise LookupError(f"A form may not refer to {uri}: schemas are never fetched.")


def _on_the_calendar(text: str) -> bool:
    try:
        first_day(text)
    except ValueError:
        return False
    return True


def _once_each(errors: Iterator[jsonschema_rs.ValidationError]) -> tuple[Fault, ...]:
    faults: dict[str, Fault] = {}  # by path: a value that is wrong in two ways needs to be put right once
    for error in errors:
        for fault in _faults(error):
            faults.setdefault(fault.path, fault)
    return tuple(faults.values())


def _faults(error: jsonschema_rs.ValidationError) -> Iterator[Fault]:
    path, location = _path(error.instance_path), error.absolute_keyword_location or ""
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.Required(property=name):
            yield Fault(_join(path, name), "is missing")
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(unexpected=names):
            yield from (Fault(_join(path, name), "is not a field of this form") for name in names)
        case jsonschema_rs.ValidationErrorKind.Enum(options=options):
            choice = Choice(_definition(location, "codes") or "", tuple(map(str, options)))
            yield Fault(path, "{value} is not one of {options}", {"value": _shown(error.instance), "options": choice})
        case jsonschema_rs.ValidationErrorKind.MinItems() | jsonschema_rs.ValidationErrorKind.MinProperties():
            yield Fault(path, "is empty; fill it in, or leave it out where the form allows that")
        case jsonschema_rs.ValidationErrorKind.UniqueItems():
            yield Fault(path, "names the same thing twice")
        case _ if kind := _definition(location, "values"):
            meaning = Meaning(_schema("values")["$defs"][kind]["description"])
            yield Fault(path, "{value} is not {meaning}", {"value": _shown(error.instance), "meaning": meaning})
        case _:
            yield Fault(path, _AS_IT_STANDS, {"problem": error.message})


def _path(steps: list[str | int]) -> str:
    path = ""
    for step in steps:
        path = f"{path}[{step}]" if isinstance(step, int) else _join(path, step)
    return path


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(instance: Any) -> str:
    text = json.dumps(instance, ensure_ascii=False)
    return text if len(text) <= 50 else text[:47] + "..."


def _definition(location: str, schema: str) -> str | None:
    """The name of the value's kind, or of its list, where the fault lies in one of that schema's."""
    _, found, rest = location.partition(f"urn:vocu:form:{schema}#/$defs/")
    return rest.partition("/")[0] if found else None
