"""Who may begin an operation, and who waits to join one."""

import hashlib
import hmac
import secrets

from sqlalchemy import Connection, delete, func, insert, select, update

from vocu.errors import RefusedError
from vocu_server.store.sql import upsert
from vocu_server.store.tables import join_request, token, used_ticket

REQUEST_LIFETIME_MS = 7 * 24 * 3600 * 1000


def new_token(connection: Connection) -> str:
    """A token that begins one operation. Only its hash is kept."""
    text = secrets.token_urlsafe(32)
    connection.execute(insert(token).values(hash=_hash(text)))
    return text


def use_token(connection: Connection, text: str, op: str) -> None:
    """Spend a token on this operation. Raises RefusedError where it is not one, or was spent before."""
    wanted = _hash(text)
    for known, used_for in connection.execute(select(token.c.hash, token.c.used_for)).all():
        if hmac.compare_digest(known, wanted) and used_for is None:
            spent = update(token).where(token.c.hash == known, token.c.used_for.is_(None)).values(used_for=op)
            if connection.execute(spent).rowcount == 1:
                return
    raise RefusedError("bad-token", "This token does not, or no longer, begin an operation; ask the hub's operator.")


def add_join_request(
    connection: Connection, op: str, ticket: str, device: str, body: bytes, *, now: int, most: int
) -> None:
    """Keep a request; the same device's next one replaces it, so that it may post again where no answer came.

    Raises RefusedError where the ticket let a device in before (invitation-used), where another device's request waits
    under it (invitation-answered), or where `most` others wait (too-many-requests).
    """
    used = select(used_ticket.c.ticket).where(used_ticket.c.op == op, used_ticket.c.ticket == ticket)
    if connection.execute(used).first():
        raise RefusedError(
            "invitation-used", "This invitation let a desk in already; ask who invited you for a new one."
        )
    old = (join_request.c.op == op, join_request.c.at < now - REQUEST_LIFETIME_MS)
    connection.execute(delete(join_request).where(*old))
    answered = select(join_request.c.device).where(join_request.c.op == op, join_request.c.ticket == ticket)
    if connection.execute(answered).scalar() not in (None, device):
        raise RefusedError(
            "invitation-answered", "Another desk answered this invitation already; ask who invited you for a new one."
        )
    others = select(func.count()).where(join_request.c.op == op, join_request.c.ticket != ticket)
    if connection.execute(others).scalar_one() >= most:
        raise RefusedError("too-many-requests", "Too many requests wait for this operation; ask its organiser.")
    row = upsert(connection, join_request).values(op=op, ticket=ticket, device=device, body=body, at=now)
    connection.execute(row.on_conflict_do_update(index_elements=["op", "ticket"], set_={"body": body, "at": now}))


def join_requests(connection: Connection, op: str) -> list[bytes]:
    """The requests that wait, oldest first, as they came."""
    query = select(join_request.c.body).where(join_request.c.op == op).order_by(join_request.c.at)
    return list(connection.execute(query).scalars())


def drop_join_requests(connection: Connection, op: str, devices: set[str]) -> None:
    """Forget the requests of devices that were admitted, but not that their tickets are used."""
    where = (join_request.c.op == op, join_request.c.device.in_(devices))
    tickets = select(join_request.c.op, join_request.c.ticket).where(*where)
    connection.execute(insert(used_ticket).from_select(["op", "ticket"], tickets))
    connection.execute(delete(join_request).where(*where))


def _hash(text: str) -> bytes:
    return hashlib.sha256(b"vocu-hub token\0" + text.encode()).digest()
