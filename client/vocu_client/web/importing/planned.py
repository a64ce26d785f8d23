"""What an import would do, in words: exact totals, the first reports, every fault with its line and what to do."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from vocu.form.quantities import add_up, quantity_of
from vocu.form.report import GoodsLine
from vocu.form.schema import title_of
from vocu.form.whole import whole
from vocu.rendering.wording import Wording
from vocu_client.app import Desk
from vocu_client.imports import planning
from vocu_client.imports.filling import RowFault
from vocu_client.imports.mapping import mapping_of
from vocu_client.imports.planning import Plan
from vocu_client.imports.writing import Raw
from vocu_client.web.forms.form import Form
from vocu_client.web.forms.telling import Told as Section
from vocu_client.web.importing.describing import setting_id
from vocu_client.web.importing.targets import Target, label, targets
from vocu_client.web.importing.working import Told

FIRST: Final = 5
MOST_GOODS: Final = 9


class Total(Struct, frozen=True):
    """How much of one commodity in one unit; None where nothing of it can be added up. `pending` lines have none."""

    commodity: str
    unit: str
    lines: int
    amount: Decimal | None
    pending: int


class ShownFault(Struct, frozen=True):
    """One fault: on which lines, in which columns, for which field, and what is wrong. `setting`: where on the
    mapping's page it is said how that field is read; empty where only the file can be put right."""

    lines: tuple[int, ...]
    columns: str
    field: str
    wrong: str
    setting: str = ""


class Planned(Struct, frozen=True):
    """The plan of one import, its totals, and whether any of its reports names somebody."""

    plan: Plan
    totals: tuple[Total, ...]
    names: bool


def plan_file(
    desk: Desk, data: bytes, name: str, mapping: Raw, mapping_name: str, officer: str, told: Told, *, by_itself: bool
) -> Planned:
    """What importing this file would do now; `by_itself`: it needs no mapping. Nothing is written. Raises as
    `planning.plan_file` does."""
    said = None if by_itself else mapping_of(mapping)
    made = planning.plan_file(desk, data, name, said, mapping_name=mapping_name, officer=officer, progress=told)
    names = any(imported.nominal is not None for imported, _ in made.fresh)
    return Planned(made, tuple(_totals(made)), names)


def first_reports(planned: Planned, form: Form) -> list[tuple[tuple[int, ...], tuple[Section, ...]]]:
    """The first reports that are new, in words, each with its lines."""
    return [
        (imported.lines, form.tell(whole(imported.report, imported.nominal)))
        for imported, _ in planned.plan.fresh[:FIRST]
    ]


def faults(planned: Planned, words: Wording) -> list[ShownFault]:
    """What is wrong with the rows: the same fault of several lines once, in the order of the first lines."""
    fields = targets(MOST_GOODS, organises=True)
    lines: dict[tuple[str, str, str, str], list[int]] = {}
    for refusal in planned.plan.refused:
        for fault in refusal.faults:
            target = _target(fault, fields)
            setting = setting_id(target.path) if target is not None and fault.columns else ""
            said = (" | ".join(fault.columns), _field(fault, target, words), words.fault(fault.fault), setting)
            lines.setdefault(said, []).append(fault.line)
    return [ShownFault(tuple(found), *said) for said, found in lines.items()]


def faults_file(planned: Planned, words: Wording) -> bytes:
    """All faults as a table (CSV), for whoever puts the file right."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([words._("Line"), words._("Column"), words._("Field"), words._("What is wrong")])
    told = ((line, each) for each in faults(planned, words) for line in each.lines)
    for line, each in sorted(told, key=lambda fault: fault[0]):
        writer.writerow([line, *(_harmless(text) for text in (each.columns, each.field, each.wrong))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _totals(made: Plan) -> Iterator[Total]:
    lines: dict[tuple[str, str], list[GoodsLine]] = defaultdict(list)
    for imported, _ in made.fresh:
        for line in imported.report.goods:
            unit = (line.currency or "") if line.unit == "currency" else line.unit
            lines[line.commodity, unit].append(line)
    for (commodity, unit), each in sorted(lines.items()):
        added = add_up(quantity for line in each if (quantity := quantity_of(line)) is not None)
        pending = sum(line.quantity is None for line in each)
        yield Total(commodity, unit, len(each), added.get(unit), pending)


def _target(fault: RowFault, fields: dict[str, Target]) -> Target | None:
    """The field that the fault is about, where a column can fill it."""
    paths = (fault.field, f"report.{fault.field}", f"nominal.{fault.field}")
    return next((fields[path] for path in paths if path in fields), None)


def _field(fault: RowFault, target: Target | None, words: Wording) -> str:
    """The field as people know it; empty where the fault is about none."""
    if target is not None:
        return label(target, words)
    return words.field(title_of("seizure", fault.field)) if fault.field else ""


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
