"""Invitations that are spent or too old, and applicants who are not who they say."""

import secrets
from pathlib import Path

import msgspec
import pytest

from tests.system.bad_input.scene import Place
from tests.system.bad_input.test_http import OP, Request, ask
from tests.system.rig import CHEAP, PASSPHRASE
from vocu.canonical import encode
from vocu.crypto.keys import SigningKey
from vocu.errors import RefusedError
from vocu_client import Desk, Home, join
from vocu_client.keyring import DeskKeys
from vocu_client.membership import make_request, now_ms, read_invitation, write_invitation


async def test_an_invitation_is_good_once(place: Place, tmp_path: Path) -> None:
    async with place.open("PL") as pl:
        with pytest.raises(RefusedError) as refused:
            await join(Home(tmp_path / "second"), read_invitation(place.invitation), "FR-2", PASSPHRASE, CHEAP)
        assert refused.value.code == "invitation-used"
        assert not (tmp_path / "second" / "keys.vocu").exists()
        assert await pl.applicants() == []


async def test_an_invitation_expires(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async with place.open("PL") as pl:
        settings = pl.settings
        old = now_ms() - 73 * 3600 * 1000
        _, file = write_invitation(
            hub=settings.hub, hub_key=settings.hub_key, op=settings.op, ncp="XK", name="X", role=None, now=old
        )
    with pytest.raises(RefusedError) as refused:
        read_invitation(file)
    assert refused.value.code == "invitation-expired"


async def test_nobody_is_admitted_on_a_wrong_safety_number(place: Place, tmp_path: Path) -> None:
    async with place.open("PL") as pl:
        invitation = read_invitation(pl.decisions.invite("XK", "Kosovo", "participant"))
        number = await join(Home(tmp_path / "XK"), invitation, "XK-1", PASSPHRASE, CHEAP)
        (applicant,) = await pl.applicants()
        wrong = ("1" if number[0] == "0" else "0") + number[1:]
        with pytest.raises(RefusedError) as refused:
            pl.decisions.admit(applicant, wrong)
        assert refused.value.code == "safety-number"
        assert not pl.outbox.waiting(0, 10)


async def test_a_request_to_join_that_another_signed_is_refused(place: Place, de: Desk) -> None:
    invitation = read_invitation(place.invitation)
    _, ours = make_request(invitation, DeskKeys.generate(), "FR-3", SigningKey.from_seed(secrets.token_bytes(32)))
    _, other = make_request(invitation, DeskKeys.generate(), "FR-3", SigningKey.from_seed(secrets.token_bytes(32)))
    body = encode(msgspec.structs.replace(ours, sig=other.sig))
    assert await ask(de, Request("POST", f"{OP}/join-requests", 403, "", body)) == (403, "bad-signature")
