"""The statistical parts of reports in typed columns, for those who query the hub. The log makes them again."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vocu.form.report import SeizureReport
from vocu.operation.act import Act
from vocu.operation.events import (
    SeizureAmended,
    SeizureConfirmed,
    SeizureReleased,
    SeizureReported,
    SeizureWithdrawn,
)
from vocu.operation.state import OperationState
from vocu_server.store.tables import goods_line, report


def take(connection: Connection, state: OperationState, position: int, at: int, act: Act) -> None:
    """Take in the act that `state` has just applied. Restricted reports stay out."""
    match act.event:
        case SeizureReported(stat=SeizureReport() as stat):
            _write(connection, state, act.header.id, position, at, stat)
        case SeizureAmended(stat=SeizureReport() as stat) | SeizureReleased(stat=SeizureReport() as stat):
            _write(connection, state, act.ref, position, at, stat)
        case SeizureWithdrawn():
            _mark(connection, state.op, act.ref, withdrawn=True)
        case SeizureConfirmed():
            _mark(connection, state.op, act.ref, unconfirmed=False)


def rows(connection: Connection, op: str) -> list[tuple[Any, ...]]:
    """Everything that is projected of an operation, in a fixed order, to be compared."""
    reports = connection.execute(select(report).where(report.c.op == op).order_by(report.c.id))
    lines = connection.execute(
        select(goods_line).where(goods_line.c.op == op).order_by(goods_line.c.report, goods_line.c.line)
    )
    return [tuple(row) for row in (*reports, *lines)]


def drop(connection: Connection, op: str) -> None:
    connection.execute(delete(goods_line).where(goods_line.c.op == op))
    connection.execute(delete(report).where(report.c.op == op))


def _write(connection: Connection, state: OperationState, id: str, position: int, at: int, stat: SeizureReport) -> None:  # noqa: A002
    """Put this revision in the place of the one before; when and in which phase it was first reported stays."""
    where = (report.c.op == state.op, report.c.id == id)
    before = connection.execute(select(report.c.at, report.c.phase).where(*where)).first()
    known = state.reports[id]
    row = {
        "op": state.op,
        "id": id,
        "position": position,
        "at": before.at if before else at,
        "phase": before.phase if before else state.phase,
        "owner": known.owner,
        "withdrawn": known.withdrawn,
        "unconfirmed": known.unconfirmed,
    } | {name: getattr(stat, name) for name in _FROM_FORM}
    connection.execute(delete(report).where(*where))
    connection.execute(delete(goods_line).where(goods_line.c.op == state.op, goods_line.c.report == id))
    connection.execute(insert(report), [row])
    lines = [
        {
            "op": state.op,
            "report": id,
            "line": number,
            "commodity": goods.commodity,
            "unit": goods.unit,
            "quantity": _text(goods.quantity),
            "value": _text(goods.value),
            "currency": goods.currency,
        }
        for number, goods in enumerate(stat.goods)
    ]
    connection.execute(insert(goods_line), lines)


_FROM_FORM = (
    "agency",
    "seizure_day",
    "place",
    "location_type",
    "direction",
    "transport_mode",
    "selection_reason",
    "seizures",
)


def _mark(connection: Connection, op: str, id: str, **values: bool) -> None:  # noqa: A002
    connection.execute(update(report).where(report.c.op == op, report.c.id == id).values(**values))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
