"""How an operation begins, and how participants and desks come and go (docs/protocol.md §3)."""

import secrets
import time

import msgspec
from msgspec import Struct

from vocu.canonical import b64, decode, encode, unb64
from vocu.crypto.joining import invitation_mac, safety_number, verify_invitation_mac
from vocu.crypto.keys import HubVerifyKey, SigningKey, VerifyKey
from vocu.crypto.signing import PayloadType, sign
from vocu.errors import MalformedError, RefusedError, UntrustedError
from vocu.ids import NCPCode, OperationID, operation_id, ticket
from vocu.operation.statements import (
    AdmitDevice,
    Envelope,
    Genesis,
    Role,
    open_country,
    seal_off,
)
from vocu.operation.verified import verify_genesis
from vocu.protocol.joining import JoinRequest, PostedRequest, open_posted
from vocu_client.keyring import DeskKeys
from vocu_client.transport import HubHTTP

INVITATION_HOURS = 72
CODE_SIZE = 20


class Invitation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What travels to a new desk over an official channel. `role` is absent for a further desk of a country."""

    v: str
    hub: str
    hub_key: str
    op: OperationID
    ncp: NCPCode
    name: str
    code: str
    expires_at: int
    role: Role | None = None


_invitation: msgspec.json.Decoder[Invitation] = msgspec.json.Decoder(Invitation)


def write_invitation(
    *, hub: str, hub_key: str, op: str, ncp: str, name: str, role: Role | None, now: int
) -> tuple[Invitation, bytes]:
    """An invitation with a fresh one-time code, and its file."""
    invitation = Invitation(
        v="vocu/1",
        hub=hub,
        hub_key=hub_key,
        op=op,
        ncp=ncp,
        name=name,
        role=role,
        code=b64(secrets.token_bytes(CODE_SIZE)),
        expires_at=now + INVITATION_HOURS * 3600 * 1000,
    )
    return invitation, encode(invitation)


def read_invitation(data: bytes) -> Invitation:
    """Raises MalformedError for anything but an invitation file, RefusedError where it is too old."""
    invitation = open_invitation(data)
    if invitation.expires_at < now_ms():
        raise RefusedError("invitation-expired", "This invitation is too old; ask for a new one.")
    return invitation


def open_invitation(data: bytes) -> Invitation:
    """The invitation in this file, however old it is. Raises MalformedError for anything else."""
    try:
        return decode(data.strip(), _invitation)
    except MalformedError:
        raise MalformedError(
            "bad-invitation", "This is not an invitation of vocu, or not the whole of it; have it sent to you again."
        ) from None


async def fetch_genesis(http: HubHTTP, op: str, hub_key: str) -> Genesis:
    """The operation's genesis, which hashes to its id and names this hub."""
    shown = await http.get(f"/v1/operations/{op}/genesis", Envelope)
    payload = unb64(shown.payload)
    if operation_id(payload) != op:
        raise UntrustedError("wrong-genesis", "The hub shows another operation than the one you are invited to.")
    return verify_genesis(payload, encode(shown.signatures), HubVerifyKey.from_bytes(unb64(hub_key)))


def make_request(
    invitation: Invitation, keys: DeskKeys, device_name: str, country: SigningKey | None
) -> tuple[bytes, PostedRequest]:
    """The request's bytes, whose safety number both sides compare, and what is posted to the hub."""
    card = keys.card(device_name)
    statement = None
    if country is not None:
        admission = AdmitDevice(op=invitation.op, salt=new_salt(), ncp=invitation.ncp, device=card)
        statement = seal_off(PayloadType.COUNTRY, admission, [country])
    request = encode(
        JoinRequest(
            op=invitation.op,
            ncp=invitation.ncp,
            salt=new_salt(),
            device=card,
            country_key=b64(country.public.data) if country else None,
            statement=statement,
        )
    )
    code = unb64(invitation.code, CODE_SIZE)
    return request, PostedRequest(
        ticket=ticket(code),
        request=b64(request),
        sig=b64(sign(keys.sign, PayloadType.JOIN, request)),
        mac=b64(invitation_mac(code, request)),
    )


def open_request(posting: PostedRequest, invitation: Invitation) -> tuple[bytes, JoinRequest]:
    """The request that answers this invitation, made by who has its code and the keys that it names."""
    data = unb64(posting.request)
    verify_invitation_mac(unb64(invitation.code, CODE_SIZE), data, unb64(posting.mac))
    request, _ = open_posted(posting, invitation.op)
    if request.ncp != invitation.ncp or (request.country_key is None) != (invitation.role is None):
        raise RefusedError("wrong-invitation", "This request answers another invitation.")
    if request.country_key is not None:
        key = VerifyKey.from_bytes(unb64(request.country_key, 32))
        statement = open_country(request.statement, key, request.op) if request.statement is not None else None
        if not isinstance(statement, AdmitDevice) or statement.device != request.device:
            raise MalformedError("bad-statement", "The country's statement in this request admits another device.")
    return data, request


def compare_safety_number(given: str, request: bytes, genesis: Genesis, op: str) -> None:
    """Raises RefusedError unless the number that was read out is this request's. There is no way round it."""
    number = number_of(request, genesis, op)
    if "".join(given.split()) != "".join(number.split()):
        raise RefusedError(
            "safety-number", "The safety numbers differ: somebody may stand in between. Admit nobody; call again."
        )


def number_of(request: bytes, genesis: Genesis, op: str) -> str:
    """The safety number of a request, in eight groups of five digits."""
    return safety_number(op=op, request=request, root_keys=[unb64(key) for key in genesis.roots.keys])


def new_salt() -> str:
    """What makes a statement one of its kind."""
    return b64(secrets.token_bytes(16))


def now_ms() -> int:
    return int(time.time() * 1000)
