"""The hub lies where a desk fetches what does not come over its channel: large parts, join requests, the beginning."""

import secrets

import msgspec
import pytest

from tests.hostile_hub import History, canonical, refitted
from tests.system.hostile.retelling import flip
from tests.system.hostile.scene import Scene, words
from tests.system.rig import CHEAP, PASSPHRASE
from vocu.canonical import b64, unb64
from vocu.crypto.keys import SigningKey
from vocu.errors import RefusedError, UntrustedError, VocuError
from vocu.operation.header import read_header
from vocu.protocol.frames import Entry
from vocu_client import Home, join
from vocu_client.keyring import DeskKeys
from vocu_client.membership import make_request, read_invitation


async def test_a_large_part_with_other_bytes_is_not_kept(scene: Scene) -> None:
    long = "\U0001f6c3" * 20_000
    await scene.announce(long)
    (slip,) = read_header(scene.hub.sent_by(scene.pl)[-1].header).parts
    scene.hub.answers[unb64(slip.sha256).hex()] = flip
    assert await scene.fr.sync()
    assert long not in words(scene.fr)
    scene.hub.answers.clear()
    assert await scene.fr.sync()
    assert long in words(scene.fr)


async def test_a_join_request_of_the_hubs_own_admits_nobody(scene: Scene) -> None:
    invitation = read_invitation(scene.pl.decisions.invite("XK", "Kosovo", "participant"))
    await join(Home(scene.folder / "XK"), invitation, "XK-1", PASSPHRASE, CHEAP)
    stranger = msgspec.structs.replace(invitation, code=b64(secrets.token_bytes(20)))
    _, forged = make_request(stranger, DeskKeys.generate(), "ghost", SigningKey.from_seed(secrets.token_bytes(32)))
    scene.hub.answers["/join-requests"] = canonical(
        lambda requests: [request | {"request": forged.request, "sig": forged.sig} for request in requests]
    )
    with pytest.raises(RefusedError) as refused:
        await scene.pl.applicants()
    assert refused.value.code == "bad-invitation-code"
    scene.hub.answers["/join-requests"] = canonical(lambda requests: [*requests, "nonsense"])
    with pytest.raises(VocuError):
        await scene.pl.applicants()


async def test_who_joins_does_not_take_another_operation_for_the_one_he_is_invited_to(scene: Scene) -> None:
    invitation = read_invitation(scene.pl.decisions.invite("XK", "Kosovo", "participant"))
    scene.hub.answers["/genesis"] = canonical(
        lambda genesis: genesis | {"payload": b64(unb64(genesis["payload"]).replace(b"BALTICA", b"ATLANTA"))}
    )
    with pytest.raises(UntrustedError) as refused:
        await join(Home(scene.folder / "XK"), invitation, "XK-1", PASSPHRASE, CHEAP)
    assert refused.value.code == "wrong-genesis"


async def test_a_newcomer_is_not_shown_another_beginning(scene: Scene) -> None:
    """The first entry is hashed into the operation's id, which the invitation names."""
    home = Home(scene.folder / "XK")
    invitation = read_invitation(scene.pl.decisions.invite("XK", "Kosovo", "participant"))
    number = await join(home, invitation, "XK-1", PASSPHRASE, CHEAP)
    (applicant,) = await scene.pl.applicants()
    scene.pl.decisions.admit(applicant, number)
    assert await scene.pl.sync()
    newcomer = scene.desk("XK")

    def retell(entries: list[Entry]) -> list[Entry]:
        return [
            refitted(entry, header=(entry.header or b"").replace(b"BALTICA", b"ATLANTA")) if entry.index == 0 else entry
            for entry in entries
        ]

    scene.hub.tell(newcomer, History(scene.hub.keys.hub, newcomer, retell))
    with pytest.raises(UntrustedError) as alarm:
        await newcomer.sync()
    assert alarm.value.code == "wrong-genesis"
    assert [kept for _, kept, _, _ in newcomer.replica.alarms()] == ["wrong-genesis"]
