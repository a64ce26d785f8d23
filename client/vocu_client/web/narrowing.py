"""Which part of the operation the results count, as the address of a page says it; so that it can be linked."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from vocu.compilation.filtering import Filter
from vocu.errors import MalformedError
from vocu.form.codes import codes
from vocu.form.days import is_day
from vocu.operation.state import OperationState

NAMES: Final = {"country": "countries", "commodity": "commodities", "mode": "modes"}
"""What may be given several times in the address, and what the filter calls it."""
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def filter_of(query: QueryParams, state: OperationState, parties: Collection[str]) -> Filter:
    """The filter that an address names. Raises MalformedError("bad-filter") for what this operation does not know: it
    would count nothing, and look like a result."""
    days = {name: query.get(name, "").strip() or None for name in ("from", "to")}
    for day in days.values():
        if day is not None and not is_day(day):
            raise MalformedError("bad-filter", f"{day} is not a day on the calendar; write 2024-06-03.")
    known = {
        "country": parties,
        "commodity": {*(code.id for code in codes("commodity")), *state.added_commodities},
        "mode": {code.id for code in codes("transport_mode")},
    }
    given = {name: tuple(sorted({value for value in query.getlist(name) if value})) for name in NAMES}
    for name, values in given.items():
        unknown = [value for value in values if value not in known[name]]
        if unknown:
            shown = unknown[0] if _CODE.fullmatch(unknown[0]) else "?"
            raise MalformedError("bad-filter", f"This operation does not know the {name} {shown}; filter by another.")
    return Filter(
        period_from=days["from"], period_to=days["to"], **{NAMES[name]: values for name, values in given.items()}
    )


def pairs(only: Filter) -> list[tuple[str, str]]:
    """The filter as the address has it."""
    days = [("from", only.period_from or ""), ("to", only.period_to or "")]
    several = [(name, value) for name, attribute in NAMES.items() for value in getattr(only, attribute)]
    return [pair for pair in (*days, *several) if pair[1]]


def address(path: str, only: Filter, **more: object) -> str:
    """The address of a page or file with this filter; what is None is left out."""
    query = urlencode([*pairs(only), *((name, str(value)) for name, value in more.items() if value is not None)])
    return f"{path}?{query}" if query else path


def families(state: OperationState) -> list[str]:
    """The commodities at the top of the list that this operation is about, in the order of the list."""
    scope = {code.split(".")[0] for code in state.genesis.commodities}
    return [code.id for code in codes("commodity") if "." not in code.id and (not scope or code.id in scope)]
