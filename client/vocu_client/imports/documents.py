"""Reports that a national system writes in the unified form's own JSON: one, or a list of them."""

import json
from collections import Counter
from typing import Any, NoReturn

from vocu import canonical
from vocu.errors import MalformedError
from vocu.form.faults import Fault, FormError
from vocu.form.schema import NOTHING_ADDED
from vocu.form.typed import as_form
from vocu.form.whole import split
from vocu_client.imports.filling import RowFault
from vocu_client.imports.rows import Conversion, Imported, Refusal
from vocu_client.imports.table import MAX_ROWS


def is_json(data: bytes) -> bool:
    """Whether these bytes begin as a JSON object or list does, so that they are no table."""
    return data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_documents(data: bytes, own: str, added: frozenset[str] = NOTHING_ADDED) -> Conversion:
    """The reports of a JSON text, each with its place in the list, from 1, as its line. Amounts may be numbers or
    texts. The same report has the same key again, whatever the order of its fields.

    Raises MalformedError("bad-json") for what is no such text."""
    reports: list[Imported] = []
    refused: list[Refusal] = []
    seen: Counter[bytes] = Counter()
    for line, form in enumerate(_forms(data), 1):
        try:
            if not isinstance(form, dict):
                raise FormError("bad-form", "No form.", (Fault("", "this is no form, in curly brackets"),))
            plain = as_form(form)
            report, nominal = split(plain, added)
            content = canonical.encode([own, plain])
        except MalformedError as error:
            faults = (
                error.faults if isinstance(error, FormError) else (Fault("", "{problem}", {"problem": error.message}),)
            )
            refused.append(Refusal(lines=(line,), faults=tuple(_located(fault, line) for fault in faults)))
            continue
        seen[content] += 1
        key = canonical.encode([own, "json", content.decode(), seen[content]])
        reports.append(Imported(lines=(line,), participant=own, report=report, nominal=nominal, key=key))
    return Conversion(reports=tuple(reports), refused=tuple(refused))


def _forms(data: bytes) -> list[Any]:
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_float=str, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise MalformedError("bad-json", f"This is not JSON in UTF-8: {error}.") from None
    forms = found if isinstance(found, list) else [found]
    if len(forms) > MAX_ROWS:
        raise MalformedError("bad-json", f"The file has more than {MAX_ROWS:,} reports; split it.")
    return forms


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def _located(fault: Fault, line: int) -> RowFault:
    return RowFault(line=line, columns=(), field=fault.path, fault=Fault("", fault.message, fault.values))
