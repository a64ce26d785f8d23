"""The officer's form is one: this takes it apart into the part that the hub compiles and the part that is sealed, puts
it together again, and makes a new revision of it."""

from typing import Any

import msgspec

from vocu import canonical
from vocu.form.faults import FormError
from vocu.form.report import SeizureNominal, SeizureReport
from vocu.form.schema import NOTHING_ADDED, findings

NOMINAL_FIELDS = frozenset(SeizureNominal.__struct_fields__)


def split(form: dict[str, Any], added: frozenset[str] = NOTHING_ADDED) -> tuple[SeizureReport, SeizureNominal | None]:
    """The statistical and the nominal part of a form in which both stand side by side, as plain JSON values.

    Fields left blank (null, "", an empty list) count as left out, and so do the defaults `seizures: 1` and `false`.
    Raises FormError("bad-form") with all that is wrong in either part.
    """
    filled = _without_blanks(form)
    if type(filled.get("seizures")) is int and filled["seizures"] == 1:  # True and 1.0 are equal to 1, but faults
        del filled["seizures"]
    statistical = {name: value for name, value in filled.items() if name not in NOMINAL_FIELDS}
    nominal = {name: value for name, value in filled.items() if name in NOMINAL_FIELDS}
    faults = findings("seizure", statistical, added)
    if nominal:
        faults += findings("seizure_nominal", nominal)
    if faults:
        raise FormError("bad-form", "This seizure report cannot be accepted; correct what is listed.", faults)
    return msgspec.convert(statistical, SeizureReport), msgspec.convert(nominal, SeizureNominal) if nominal else None


def whole(report: SeizureReport, nominal: SeizureNominal | None) -> dict[str, Any]:
    """The one form again, as plain JSON values: `split(whole(report, nominal))` gives both parts back."""
    form: dict[str, Any] = {}
    for part in (report, nominal):
        if part is not None:
            form |= canonical.decode_any(canonical.encode(part))
    return form


def amend(previous: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The new whole revision: each field in `changes` replaces the previous one entirely, lists included; a blank
    field takes it away. The previous form stays as it is."""
    amended: dict[str, Any] = _without_blanks({**previous, **changes})
    return amended


def _without_blanks(value: Any) -> Any:
    """The value without its blank fields, at every depth, those included that become blank by it."""
    if isinstance(value, dict):
        kept = {name: _without_blanks(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if not _is_blank(inner)}
    if isinstance(value, list | tuple):
        return [inner for inner in map(_without_blanks, value) if not _is_blank(inner)]
    return value


def _is_blank(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})
