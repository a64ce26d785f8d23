"""The hub's HTTP side."""

import hashlib
import secrets

import pytest

from tests.server.conftest import MakeHub, RunningHub
from tests.server.desk import Desk, Identity, Plan, begin, call, salt
from tests.server.test_fanout import post_large
from vocu.canonical import b64, encode, unb64
from vocu.crypto.joining import invitation_mac
from vocu.crypto.keys import HubVerifyKey, RootSigningKey
from vocu.crypto.signing import PayloadType, sign
from vocu.ids import operation_id, ticket
from vocu.operation import bodies, events
from vocu.operation.statements import seal_off
from vocu.protocol.frames import Append, Refusal
from vocu.protocol.joining import JoinRequest, PostedRequest


def error_of(answer: tuple[int, dict[str, dict[str, str]]]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


# --- operations ---


async def test_a_token_begins_one_operation(hub: RunningHub) -> None:
    token = hub.new_token()
    plan = await begin(hub.url, token)
    other = Plan(plan.hub, plan.genesis.compiler)
    refused = await call(hub.url, "POST", "/v1/operations", {"genesis": other.envelope, "token": token})
    assert error_of(refused) == (403, "bad-token")


async def test_a_guessed_token_begins_nothing(hub: RunningHub) -> None:
    with pytest.raises(AssertionError, match="bad-token"):
        await begin(hub.url, secrets.token_urlsafe(32))


async def test_a_refused_operation_does_not_spend_the_token(hub: RunningHub) -> None:
    token = hub.new_token()
    stranger = HubVerifyKey.from_bytes(RootSigningKey.from_seed(bytes(64)).public.data[:32] + bytes(1312))
    plan = await begin(hub.url, hub.new_token())
    other = Plan(stranger, plan.genesis.compiler)
    refused = await call(hub.url, "POST", "/v1/operations", {"genesis": other.envelope, "token": token})
    assert error_of(refused) == (409, "wrong-hub")
    await begin(hub.url, token)


async def test_an_operation_of_another_compiler_is_refused(hub: RunningHub, plan: Plan) -> None:
    other = Plan(plan.hub, plan.genesis.device.sign)
    refused = await call(hub.url, "POST", "/v1/operations", {"genesis": other.envelope, "token": hub.new_token()})
    assert error_of(refused) == (409, "wrong-hub")


async def test_an_operation_is_begun_once(hub: RunningHub, plan: Plan) -> None:
    again = await call(hub.url, "POST", "/v1/operations", {"genesis": plan.envelope, "token": hub.new_token()})
    assert error_of(again) == (409, "operation-exists")


async def test_a_genesis_with_another_s_signature_is_refused(hub: RunningHub, plan: Plan) -> None:
    forger = RootSigningKey.from_seed(bytes(64))
    forged = seal_off(PayloadType.GENESIS, plan.genesis, [forger])
    refused = await call(hub.url, "POST", "/v1/operations", {"genesis": forged, "token": hub.new_token()})
    assert error_of(refused) == (403, "unknown-key")


async def test_a_zone_that_does_not_exist_is_refused_at_once(hub: RunningHub) -> None:
    with pytest.raises(AssertionError, match="unknown-zone"):
        await hub.begin(zone="Europe/Atlantis")


async def test_the_genesis_hashes_to_the_operation(hub: RunningHub, plan: Plan) -> None:
    status, answer = await call(hub.url, "GET", f"/v1/operations/{plan.op}/genesis")
    assert status == 200
    assert operation_id(unb64(answer["payload"])) == plan.op
    assert answer == {
        "payload": plan.envelope.payload,
        "signatures": [{"key": each.key, "sig": each.sig} for each in plan.envelope.signatures],
    }


async def test_what_is_not_there_is_said_in_the_same_form(hub: RunningHub, plan: Plan) -> None:
    for name in ("A" * 43, "A" * 42 + "%00", "%F0%9F%9B%83", "%ED%A0%80"):
        assert error_of(await call(hub.url, "GET", f"/v1/operations/{name}/genesis")) == (404, "unknown-operation")
    assert error_of(await call(hub.url, "GET", "/v1/heapdump")) == (404, "no-such-address")
    assert error_of(await call(hub.url, "DELETE", "/v1/hub")) == (405, "no-such-address")


async def test_a_body_that_is_not_canonical_or_too_large_is_refused(hub: RunningHub) -> None:
    assert error_of(await call(hub.url, "POST", "/v1/operations", {"genesis": 1, "token": ""})) == (400, "bad-value")
    huge = {"genesis": "x" * 300_000, "token": ""}
    assert error_of(await call(hub.url, "POST", "/v1/operations", huge)) == (413, "body-too-large")


async def test_health_names_no_operation(hub: RunningHub, organiser: Desk) -> None:
    assert await call(hub.url, "GET", "/health") == (200, {"connected": 1, "serves": 1, "status": "ok"})


# --- joining ---


def posted(plan: Plan, who: Identity, code: bytes) -> PostedRequest:
    request = encode(
        JoinRequest(
            op=plan.op,
            ncp=who.ncp,
            salt=salt(),
            device=who.card,
            country_key=b64(who.country.public.data),
            statement=plan.device_statement(who),
        )
    )
    signature = sign(who.key, PayloadType.JOIN, request)
    mac = b64(invitation_mac(code, request))
    return PostedRequest(ticket=ticket(code), request=b64(request), sig=b64(signature), mac=mac)


async def ask(hub: RunningHub, plan: Plan, request: PostedRequest) -> tuple[int, dict[str, dict[str, str]]]:
    return await call(hub.url, "POST", f"/v1/operations/{plan.op}/join-requests", request)


async def test_a_request_waits_until_its_device_is_admitted(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    who = Identity("DE")
    request = posted(plan, who, secrets.token_bytes(20))
    assert await ask(hub, plan, request) == (202, {})
    assert await ask(hub, plan, request) == (202, {})
    waiting = await organiser.http("GET", "/join-requests")
    assert waiting.content == encode([request])
    await organiser.post(plan.admission(who))
    await organiser.post(plan.phase("OPERATIONAL"))
    assert (await organiser.http("GET", "/join-requests")).content == b"[]"


async def test_requests_are_shown_to_admitted_devices_only(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    assert (await organiser.http("GET", "/join-requests", token=False)).status_code == 401
    organiser.token = secrets.token_urlsafe(32)
    assert (await organiser.http("GET", "/join-requests")).status_code == 401


async def test_only_so_many_requests_wait(make_hub: MakeHub) -> None:
    async with make_hub(join_requests_waiting=2) as hub:
        plan = await hub.begin()
        first = posted(plan, Identity("DE"), bytes(20))
        assert (await ask(hub, plan, first))[0] == 202
        assert (await ask(hub, plan, posted(plan, Identity("FR"), bytes([1] * 20))))[0] == 202
        refused = await ask(hub, plan, posted(plan, Identity("IT"), bytes([2] * 20)))
        assert error_of(refused) == (429, "too-many-requests")
        assert (await ask(hub, plan, first))[0] == 202


async def test_an_invitation_is_answered_by_one_desk(hub: RunningHub, plan: Plan, organiser: Desk) -> None:
    code, who = secrets.token_bytes(20), Identity("DE")
    await ask(hub, plan, posted(plan, who, code))
    refused = await ask(hub, plan, posted(plan, Identity("DE"), code))
    assert error_of(refused) == (409, "invitation-answered")
    again = posted(plan, who, code)
    assert await ask(hub, plan, again) == (202, {})
    assert (await organiser.http("GET", "/join-requests")).content == encode([again])


async def test_an_invitation_that_let_a_desk_in_is_used(make_hub: MakeHub) -> None:
    async with make_hub(join_requests_waiting=1) as hub:
        plan = await hub.begin()
        code, who = secrets.token_bytes(20), Identity("DE")
        request = posted(plan, who, code)
        await ask(hub, plan, request)
        async with Desk(hub.url, plan, plan.organiser) as organiser:
            await organiser.post(plan.admission(who))
            await organiser.post(plan.phase("OPERATIONAL"))
            assert error_of(await ask(hub, plan, posted(plan, Identity("DE"), code))) == (409, "invitation-used")
            assert error_of(await ask(hub, plan, request)) == (409, "invitation-used")
            assert (await organiser.http("GET", "/join-requests")).content == b"[]"
        assert (await ask(hub, plan, posted(plan, Identity("FR"), secrets.token_bytes(20))))[0] == 202


async def test_a_request_signed_by_another_device_is_refused(hub: RunningHub, plan: Plan) -> None:
    request = posted(plan, Identity("DE"), bytes(20))
    other = posted(plan, Identity("DE"), bytes(20))
    forged = PostedRequest(ticket=request.ticket, request=request.request, sig=other.sig, mac=request.mac)
    assert error_of(await ask(hub, plan, forged)) == (403, "bad-signature")


# --- parts ---


async def test_a_large_part_is_given_to_those_alone_who_see_it(
    hub: RunningHub, plan: Plan, organiser: Desk, german: Desk
) -> None:
    other = Identity("FR")
    await organiser.post(plan.admission(other))
    index, large = await post_large(organiser, to=("DE", "XA"), readers={"text": ("DE",)})
    address = f"/parts/{hashlib.sha256(large).hexdigest()}"
    await german.until(index + 1)
    assert german.shown[index].parts[0] is None
    assert (await german.http("GET", address)).content == large
    async with Desk(hub.url, plan, other) as french:
        assert (await french.http("GET", address)).status_code == 404
    assert (await german.http("GET", address, token=False)).status_code == 401


async def test_an_upload_that_no_entry_names_is_shown_to_nobody(organiser: Desk) -> None:
    data = secrets.token_bytes(70_000)
    address = f"/parts/{hashlib.sha256(data).hexdigest()}"
    assert (await organiser.http("PUT", address, data)).status_code == 201
    assert (await organiser.http("PUT", address, data)).status_code == 200
    assert (await organiser.http("GET", address)).status_code == 404


async def test_an_upload_has_the_hash_and_size_that_it_must_have(hub: RunningHub, organiser: Desk) -> None:
    data = secrets.token_bytes(70_000)
    name = hashlib.sha256(data).hexdigest()
    small = b"x" * 1_095
    for address, content in (
        (f"/parts/{name}", data[:-1]),
        (f"/parts/{hashlib.sha256(small).hexdigest()}", small),
        (f"/parts/{name.upper()}", data),
        ("/parts/..%2Fhub.seed", data),
    ):
        assert (await organiser.http("PUT", address, content)).status_code in (400, 404)
    assert list((hub.folder.data_dir / "parts").iterdir()) == []


async def test_a_country_uploads_only_so_much_in_a_day(make_hub: MakeHub) -> None:
    async with make_hub(upload_mib_per_participant_and_day=1) as hub:
        plan = await hub.begin()
        async with Desk(hub.url, plan, plan.organiser) as desk:
            statuses = []
            for _ in range(3):
                data = secrets.token_bytes(500_000)
                answer = await desk.http("PUT", f"/parts/{hashlib.sha256(data).hexdigest()}", data)
                statuses.append(answer.status_code)
            assert statuses == [201, 201, 429]


async def test_an_event_whose_large_part_was_not_uploaded_is_refused(organiser: Desk, german: Desk) -> None:
    await organiser.rotate()
    contacts = tuple(bodies.Contact(name="N" * 120, function="F" * 120, email="e" * 120) for _ in range(300))
    event = events.DirectorySent(text=bodies.Directory(participants={"XA": contacts}))
    signed = organiser.compose(event)
    assert len(signed.parts[0] or b"") > 64 * 1024
    await organiser.send(Append(signed.header, signed.signature, (None,)))
    assert (await organiser.receive(Refusal)).code == "part-missing"
    assert await organiser.refused(signed) == "part-too-large"
