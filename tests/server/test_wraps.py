"""An epoch's wraps that were uploaded are fetched before its event is examined, and only for who may announce one."""

import hashlib
import secrets

import pytest
from websockets.exceptions import ConnectionClosed

from tests.server.conftest import RunningHub
from tests.server.desk import Desk, Identity, Plan
from vocu.errors import RefusedError
from vocu.operation.admission import SignedEvent


@pytest.fixture
async def rotation(hub: RunningHub, plan: Plan, organiser: Desk) -> SignedEvent:
    """An epoch of 57 devices, whose wraps were uploaded."""
    for number in range(56):
        await organiser.post(plan.admission(Identity(f"C{number:02}")))
    signed = organiser.composer().compose_epoch(secrets.token_hex(11), organiser.view.state.at, bytes(32))
    wraps = signed.parts[1] or b""
    uploaded = await organiser.http("PUT", f"/parts/{hashlib.sha256(wraps).hexdigest()}", wraps)
    assert uploaded.status_code == 201
    return SignedEvent(signed.header, signed.signature, (signed.parts[0], None))


async def test_an_epoch_whose_wraps_cannot_be_read_now_is_tried_again(
    hub: RunningHub, plan: Plan, organiser: Desk, rotation: SignedEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = organiser.view.size

    async def fails(_op: str, _sha256: str) -> bytes:
        raise RefusedError("hub-error", "The hub cannot reach its files now.")

    with monkeypatch.context() as patched:
        patched.setattr(hub.hub.files, "read", fails)
        await organiser.append(rotation)
        with pytest.raises(ConnectionClosed) as closed:
            await organiser.receipt(rotation)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4503
    async with Desk(hub.url, plan, plan.organiser, organiser.view) as again:
        assert await again.deliver(rotation) == size


async def test_nothing_is_read_for_an_epoch_that_nobody_signed(
    hub: RunningHub, organiser: Desk, rotation: SignedEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    async def note(_op: str, sha256: str) -> bytes:
        read.append(sha256)
        return b""

    monkeypatch.setattr(hub.hub.files, "read", note)
    forged = SignedEvent(rotation.header, bytes(len(rotation.signature)), rotation.parts)
    assert await organiser.refused(forged) == "bad-signature"
    assert read == []
