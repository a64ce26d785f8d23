"""What must hold for newsletters, and for what figures are read by: rules, rates, earlier operations (`rules.py`)."""

from vocu.errors import MalformedError, RefusedError
from vocu.form.codes import currencies, is_code
from vocu.form.days import is_day
from vocu.ids import newsletter_id
from vocu.operation import bodies
from vocu.operation.act import Act
from vocu.operation.state import Device, OperationState


def reference_published(_signer: Device, act: Act, state: OperationState) -> None:
    reference = act.body(bodies.Reference)
    for rule in reference.rules:
        for unit in (rule.source, rule.target):
            if not is_code("unit", unit) and unit not in currencies():
                raise MalformedError("unknown-code", f"There is no unit {unit!r} to convert.")
        if rule.commodity is not None and not is_code("commodity", rule.commodity):
            _require_added(rule.commodity, state)
        if rule.factor == "0" or rule.source == rule.target:
            raise MalformedError("bad-rule", f"The rule {rule.name!r} converts into nothing, or into the same.")
    for rate in reference.rates:
        if rate.per_euro == "0" or rate.currency not in currencies() or not is_day(rate.day):
            raise MalformedError("bad-rate", f"{rate.per_euro} {rate.currency} on {rate.day} is not a rate.")


def _require_added(commodity: str, state: OperationState) -> None:
    if commodity not in state.added_commodities:
        raise MalformedError("unknown-code", f"There is no commodity {commodity!r}.")


def newsletter_compiled(_signer: Device, act: Act, state: OperationState) -> None:
    compiled = act.body(bodies.Compiled)
    if act.header.id != newsletter_id(state.op, compiled.day):
        raise MalformedError("bad-id", "The id of a newsletter follows from its day.")
    if compiled.number != len(state.compiled) + 1 or compiled.position != state.size:
        raise RefusedError("bad-issue", "A newsletter has the next number, and counts exactly the entries before it.")


def newsletter_issued(_signer: Device, act: Act, state: OperationState) -> None:
    if act.ref in state.issued:
        raise RefusedError("already-issued", "This newsletter went out before; there is nothing left to send.")
    issued = act.body(bodies.Issued)
    if act.ref != next(
        (newsletter_id(state.op, c.day) for c in state.compiled.values() if c.number == issued.number), ""
    ):
        raise RefusedError("bad-issue", "A newsletter is issued under the number that it was compiled with.")
    for report in issued.notable or ():
        if report not in state.reports or state.reports[report].restricted:
            raise RefusedError("unknown-ref", f"There is no open report with the id {report}.")
