"""What an import would do, before it does it; then the import itself, in one transaction and with its record."""

import hashlib
from collections import Counter
from collections.abc import Callable

from msgspec import Struct
from sqlalchemy import Connection

from vocu.errors import RefusedError, VocuError
from vocu.form.faults import Fault
from vocu.operation.composing import Draft
from vocu.operation.register import Register
from vocu_client.app import Desk
from vocu_client.imports.documents import is_json, read_documents
from vocu_client.imports.filling import RowFault
from vocu_client.imports.mapping import Mapping
from vocu_client.imports.rows import Conversion, Imported, Refusal, Where, convert, event_id, undo_id
from vocu_client.imports.table import read_rows
from vocu_client.imports.template import open_template, read_template
from vocu_client.posting import OCU, now
from vocu_client.store.imports import Source

Progress = Callable[[int, int], None]
"""Told how many are done, of how many."""
Readers = tuple[str, ...]


class Plan(Struct, frozen=True, kw_only=True):
    """What an import would do: reports that are new; the lines and ids of those that are here already; how many belong
    to which other participant; and the rows that are refused, by line."""

    source: Source
    fresh: tuple[tuple[Imported, Draft], ...]
    known: tuple[tuple[tuple[int, ...], str], ...]
    others: Counter[str]
    refused: tuple[Refusal, ...]


def speaks_for_itself(data: bytes) -> bool:
    """Whether a file needs no mapping: JSON in the form's own terms, or a filled-in template. Raises MalformedError
    ("bad-table") where it is no table at all."""
    return is_json(data) or open_template(data) is not None


def plan_file(
    desk: Desk,
    data: bytes,
    name: str,
    mapping: Mapping | None,
    *,
    mapping_name: str = "",
    officer: str = "",
    where: tuple[Where, ...] = (),
    readers: Readers = (OCU,),
    progress: Progress = lambda _done, _of: None,
) -> Plan:
    """The plan for a file. One that speaks for itself is read without the mapping; any other is a table, which needs
    one. Raises RefusedError("no-mapping") where it has none, and as the readers of each do."""
    own, added = desk.settings.ncp, desk.view.state.added_commodities
    if is_json(data):
        converted, mapping_name = read_documents(data, own, added), ""
    elif (book := open_template(data)) is not None:
        converted = read_template(book, desk.view.state, own, lambda done: progress(done, 2 * done + 1))
        mapping_name = ""
    elif mapping is None:
        raise RefusedError("no-mapping", "A table needs its mapping: give --mapping; docs/mapping.md says how.")
    else:
        rows = read_rows(data, mapping)
        converted = convert(rows, mapping, added, where, lambda done: progress(done, 2 * len(rows)))
    source = Source(name=name, sha256=hashlib.sha256(data).hexdigest(), mapping=mapping_name, officer=officer)
    # Reading the rows was one half of the work, holding them against the rules is the other.
    return plan(desk, converted, source, lambda done, of: progress(of + done, 2 * of), readers=readers)


def plan(
    desk: Desk,
    converted: Conversion,
    source: Source,
    progress: Progress = lambda _done, _of: None,
    *,
    readers: Readers = (OCU,),
) -> Plan:
    """What importing these reports at this desk would do now. Each is held against the rules of the operation. Nothing
    is written. `readers`: who may read what names anybody, beside this country."""
    own, state = desk.settings.ncp, desk.view.state
    actions = desk.actions.of(source.officer) if source.officer else desk.actions
    written, undone = desk.outbox.ids(), desk.outbox.ids("queued", "sent")
    fresh: list[tuple[Imported, Draft]] = []
    known: list[tuple[tuple[int, ...], str]] = []
    others: Counter[str] = Counter()
    refused = list(converted.refused)
    for done, imported in enumerate(converted.reports, 1):
        progress(done, len(converted.reports))
        if imported.participant != own:
            others[imported.participant] += 1
            continue
        name = _id_of(imported, state.op, state.register, undone)
        if name in state.register or name in written:
            known.append((imported.lines, name))
            continue
        draft = actions.draft_of(imported.report, imported.nominal, name, readers)
        try:
            actions.require_allowed(draft)
        except VocuError as error:
            refused.append(_not_allowed(imported, error))
        else:
            fresh.append((imported, draft))
    refused.sort(key=lambda refusal: refusal.line)
    return Plan(source=source, fresh=tuple(fresh), known=tuple(known), others=others, refused=tuple(refused))


def run(desk: Desk, planned: Plan, *, approved_by: str | None = None) -> int | None:
    """Queue the new reports of a plan, all or none, and keep the record by which `vocu_client.imports.undoing` can take
    them back. Returns the record's number, None where nothing is new. Sending is up to whoever holds the line.

    Raises RefusedError (needs-approval) where this desk asks for four eyes."""
    drafts = [draft for _, draft in planned.fresh]
    if not drafts:
        return None
    officer = planned.source.officer
    actions = desk.actions.of(officer, approved_by=approved_by) if officer else desk.actions
    ids, number = tuple(draft.id for draft in drafts), 0

    def keep(connection: Connection) -> None:
        nonlocal number
        number = desk.imports.add(connection, planned.source, ids, now())

    actions.queue_checked(drafts, keep)
    return number


def _id_of(imported: Imported, op: str, register: Register, undone: set[str]) -> str:
    """The id that these rows have: that of a first import, or one more for each time that an import was undone."""
    generation = 0
    name = event_id(op, imported.key)
    while register.kind(withdrawal := undo_id(name)) == "seizure_withdrawn" or withdrawal in undone:
        generation += 1
        name = event_id(op, imported.key, generation)
    return name


def _not_allowed(imported: Imported, error: VocuError) -> Refusal:
    fault = Fault("", "{problem}", {"problem": "; ".join((error.message, *error.details))})
    row = RowFault(line=imported.line, columns=(), field="", fault=fault)
    return Refusal(lines=imported.lines, faults=(row,))
