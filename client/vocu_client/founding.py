"""How a desk comes into being: with a new operation, or by joining one."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec
from msgspec import Struct

from vocu.canonical import b64, decode, encode, unb64
from vocu.crypto.keys import HubVerifyKey, RootSigningKey, SigningKey
from vocu.crypto.passwords import DEFAULT, Argon2Cost
from vocu.crypto.signing import PayloadType
from vocu.errors import VocuError
from vocu.ids import Instant, operation_id
from vocu.operation.statements import Genesis, Key, Participant, Roots, seal_off
from vocu.protocol.joining import PostedRequest
from vocu_client.keyring import DeskKeys, save_secret
from vocu_client.membership import Invitation, fetch_genesis, make_request, new_salt, number_of
from vocu_client.planning import Plan, require_plan
from vocu_client.settings import DeskSettings, Home
from vocu_client.transport import HubHTTP, OfflineError

ATTEMPTS = 3


class _KeysOfHub(Struct, frozen=True, kw_only=True):
    """What a hub says of itself: the keys that it signs with, and the time (UTC milliseconds)."""

    hub: Key
    compiler: Key
    time: Instant


_decoder: msgspec.json.Decoder[Genesis] = msgspec.json.Decoder(Genesis)


async def create_operation(
    home: Home, hub: str, token: str, plan: Plan, passphrase: str, cost: Argon2Cost = DEFAULT
) -> str:
    """Found an operation on a hub, with its root keys and the organiser's first desk in this home. Returns its id."""
    require_plan(plan)
    async with HubHTTP(hub) as http:
        keys_of_hub = await http.get("/v1/hub", _KeysOfHub)
        HubVerifyKey.from_bytes(unb64(keys_of_hub.hub))
        roots = [RootSigningKey.from_seed(secrets.token_bytes(64)) for _ in range(plan.roots)]
        country = SigningKey.from_seed(secrets.token_bytes(32))
        keys = DeskKeys.generate()
        genesis = _genesis(plan, roots, country, keys, keys_of_hub)
        envelope = seal_off(PayloadType.GENESIS, genesis, roots)
        settings = DeskSettings(
            hub=hub,
            hub_key=keys_of_hub.hub,
            op=operation_id(unb64(envelope.payload)),
            ncp=plan.organiser,
            device=keys.author.device,
            name=genesis.device.name,
        )
        with _new_home(home, settings):
            for number, root in enumerate(roots, 1):
                save_secret(home.path / f"root-{number}.vocu", root.seed, passphrase, cost)
            save_secret(home.country_file, country.seed, passphrase, cost)
            keys.save(home.keys_file, passphrase, cost)
            await http.post("/v1/operations", {"genesis": envelope, "token": token})
    return settings.op


async def join(
    home: Home, invitation: Invitation, device_name: str, passphrase: str, cost: Argon2Cost = DEFAULT
) -> str:
    """Answer an invitation: make this desk's keys and ask to be let in. Returns the safety number to read out."""
    async with HubHTTP(invitation.hub) as http:
        genesis = await fetch_genesis(http, invitation.op, invitation.hub_key)
        keys = DeskKeys.generate()
        country = SigningKey.from_seed(secrets.token_bytes(32)) if invitation.role is not None else None
        request, posted = make_request(invitation, keys, device_name, country)
        settings = DeskSettings(
            hub=invitation.hub,
            hub_key=invitation.hub_key,
            op=invitation.op,
            ncp=invitation.ncp,
            device=keys.author.device,
            name=device_name,
            safety_number=number_of(request, genesis, invitation.op),
        )
        with _new_home(home, settings):
            keys.save(home.keys_file, passphrase, cost)
            if country is not None:
                save_secret(home.country_file, country.seed, passphrase, cost)
            await _ask(http, invitation.op, posted)
    return settings.safety_number


async def _ask(http: HubHTTP, op: str, posted: PostedRequest) -> None:
    """Post the request; again, if the answer got lost: the same desk may ask as often as it likes."""
    for attempt in range(ATTEMPTS):
        try:
            await http.post(f"/v1/operations/{op}/join-requests", posted)
            return
        except OfflineError:
            if attempt + 1 == ATTEMPTS:
                raise
            await asyncio.sleep(1)


@contextmanager
def _new_home(home: Home, settings: DeskSettings) -> Iterator[None]:
    """Keys are on disk before the hub knows of them; where it does not take them, they are gone again."""
    home.make()
    try:
        yield
    except VocuError:
        for path in (home.keys_file, home.country_file, *home.root_files()):
            path.unlink(missing_ok=True)
        raise
    home.write_settings(settings)


def _genesis(
    plan: Plan, roots: list[RootSigningKey], country: SigningKey, keys: DeskKeys, keys_of_hub: _KeysOfHub
) -> Genesis:
    organiser = Participant(
        ncp=plan.organiser, name=plan.organiser_name, role="organiser", key=b64(country.public.data)
    )
    genesis = Genesis(
        v="vocu/1",
        salt=new_salt(),
        created_at=keys_of_hub.time,
        name=plan.name,
        kind=plan.kind,
        zone=plan.zone,
        compile_hour=plan.compile_hour,
        issue=plan.issue,
        starts_day=plan.starts_day,
        ends_day=plan.ends_day,
        retention_day=plan.retention_day,
        handling=plan.handling,
        commodities=plan.commodities,
        sub_commodities=plan.sub_commodities,
        cadence=plan.cadence,
        profile=plan.profile,
        mail=plan.mail,
        objectives=plan.objectives,
        assessed_day=plan.assessed_day,
        roots=Roots(keys=tuple(b64(root.public.data) for root in roots), threshold=plan.threshold),
        hub=keys_of_hub.hub,
        compiler=keys_of_hub.compiler,
        organiser=organiser,
        device=keys.card(f"{plan.organiser}-1"),
    )
    with suppress(msgspec.ValidationError):  # A default that was typed is left out like any other, once it was read.
        genesis = _decoder.decode(encode(genesis))
    return decode(encode(genesis), _decoder)
