"""The hub lies where a desk fetches what does not come over its channel: large parts, join requests, the beginning."""

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.hostile_hub import History, canonical, refitted
from tests.system.hostile.retelling import flip
from tests.system.hostile.scene import Scene, words
from tests.system.rig import CHEAP, PASSPHRASE, PLAN
from vocu.canonical import b64, unb64
from vocu.crypto.keys import HubSigningKey, SigningKey
from vocu.errors import MalformedError, RefusedError, SealedError, UntrustedError, VocuError
from vocu.operation.header import read_header
from vocu.protocol.frames import Entry
from vocu_client import Home, create_operation, join
from vocu_client.attachments import Attachment
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


CHUNKS: list[tuple[str, Callable[[bytes, bytes], bytes]]] = [
    ("changes", lambda chunk, _: flip(chunk)),
    ("cuts short", lambda chunk, _: chunk[:-1]),
    ("keeps back", lambda _chunk, _other: b""),
    ("serves another for", lambda _, other: other),
]


@pytest.mark.parametrize(("lie", "bend"), CHUNKS, ids=[each[0] for each in CHUNKS])
async def test_a_file_is_not_whole_while_the_hub(scene: Scene, lie: str, bend: Callable[[bytes, bytes], bytes]) -> None:
    data = secrets.token_bytes(1_200_000)
    scan = Attachment(name="scan.bin", media_type="application/octet-stream", data=data)
    note = Attachment(name="note.bin", media_type="application/octet-stream", data=data[::-1])
    event = scene.pl.actions.send_message("two files", files=[scan, note])
    assert await scene.pl.sync()
    first, *_, last = read_header(scene.hub.sent_by(scene.pl)[-1].header).blobs or ()
    other = scene.pl.files.store.read(last.sha256)
    assert other is not None
    scene.hub.answers[unb64(first.sha256).hex()] = lambda chunk: bend(chunk, other)
    assert await scene.fr.sync()
    await scene.fr.fetch_files(event)
    assert sorted(file.whole for file in scene.fr.files.of(event).files) == [False, True]
    with pytest.raises(SealedError) as refused:
        [scene.fr.files.read(event, number) for number in (0, 1)]
    assert refused.value.code == "not-here"
    scene.hub.answers.clear()
    await scene.fr.fetch_files(event)
    assert [scene.fr.files.read(event, number)[1] for number in (0, 1)] == [data, data[::-1]]


async def test_a_hub_that_hides_who_asks_to_join_has_nobody_admitted(scene: Scene) -> None:
    invitation = read_invitation(scene.pl.decisions.invite("XK", "Kosovo", "participant"))
    await join(Home(scene.folder / "XK"), invitation, "XK-1", PASSPHRASE, CHEAP)
    scene.hub.answers["/join-requests"] = canonical(lambda _: [])
    assert await scene.pl.applicants() == []
    scene.hub.answers.clear()
    assert len(await scene.pl.applicants()) == 1


FOUNDING: list[tuple[str, Callable[[Any], Any], str]] = [
    (
        "another hub's key",
        lambda keys: keys | {"hub": b64(HubSigningKey.from_seed(bytes(64)).public.data)},
        "wrong-hub",
    ),
    ("another compiler", lambda keys: keys | {"compiler": b64(bytes(31) + b"\x01")}, "wrong-hub"),
    ("no keys", lambda _: {}, "bad-answer"),
    ("a list", lambda _: [], "bad-answer"),
    ("a time that is none", lambda keys: keys | {"time": "noon"}, "bad-answer"),
]


@pytest.mark.parametrize(("lie", "bend", "code"), FOUNDING, ids=[each[0] for each in FOUNDING])
async def test_no_operation_is_founded_where_the_hub_shows(
    scene: Scene, lie: str, bend: Callable[[Any], Any], code: str
) -> None:
    home = Home(scene.folder / "BE")
    scene.hub.answers["/v1/hub"] = canonical(bend)
    plan = msgspec.structs.replace(PLAN, organiser="BE", organiser_name="Belgium")
    with pytest.raises(VocuError) as refused:
        await create_operation(home, scene.hub.url, scene.hub.token, plan, PASSPHRASE, CHEAP)
    assert refused.value.code == code
    assert not home.keys_file.exists()


async def test_a_beginning_that_is_none_is_no_operation_to_join(scene: Scene) -> None:
    invitation = read_invitation(scene.pl.decisions.invite("XK", "Kosovo", "participant"))
    for bent in ({}, [], {"payload": 1, "signatures": []}):
        scene.hub.answers["/genesis"] = canonical(lambda _, bent=bent: bent)
        with pytest.raises(MalformedError) as refused:
            await join(Home(scene.folder / "XK"), invitation, "XK-1", PASSPHRASE, CHEAP)
        assert refused.value.code == "bad-answer"


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
