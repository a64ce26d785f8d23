"""What a hub has is blind: no sealed word is in its files or in its memory, and each is where it was addressed to."""

import base64
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.system.logs import lay_open
from tests.system.rig import Hub, RehearsalClock, admit, found, until, watching
from tests.system.spellings import files_with, memory_with
from vocu.operation.bodies import Contact
from vocu.operation.events import KINDS
from vocu_client import Desk
from vocu_client.attachments import Attachment

STEM = "~" + "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(15))
"""Every sealed word of this test begins like this, so that one search finds any of them, whatever follows."""
CLEAR = "clear" + secrets.token_hex(8)
"""The operation's name is clear: the search must find it."""
REPORT = {
    "agency": "customs",
    "seizure_day": "2024-01-16",
    "place": "DEHAM",
    "location_type": "seaport",
    "direction": "import",
    "transport_mode": "maritime",
    "selection_reason": "random",
    "goods": [{"commodity": "tobacco.cigarettes", "unit": "stick", "quantity": "200"}],
}
EVERYBODY = frozenset({"PL", "DE", "FR", "ES"})


class Sealed:
    """The words that were posted, and the countries that are to read each."""

    def __init__(self) -> None:
        self.readers: dict[str, frozenset[str]] = {}

    def word(self, *readers: str) -> str:
        word = f"{STEM}{len(self.readers):03}"
        self.readers[word] = frozenset(readers) or EVERYBODY
        return word


async def test_the_hub_holds_no_sealed_word_and_each_desk_only_those_addressed_to_it(tmp_path: Path) -> None:
    clock = RehearsalClock(tmp_path / "clock")
    hub = Hub(tmp_path / "hub", "--rehearsal-clock", str(clock.file))
    hub.start()
    try:
        organiser = await found(hub, tmp_path, msgspec.structs.replace(clock.plan(days=5), name=CLEAR))
        desks = {"PL": organiser} | {ncp: await admit(organiser, tmp_path, ncp) for ncp in ("DE", "FR", "ES")}
        sealed = Sealed()
        async with watching(*desks.values()):
            await _all_delivered(desks)
            await _post_all(desks, sealed)
            clock.pass_days(2)
            await until(lambda: bool(organiser.view.state.compiled))
            organiser.actions.issue_newsletter(max(organiser.view.state.compiled), sealed.word())
            await _all_delivered(desks)
        _require_blind(hub, tmp_path)
        for ncp, desk in desks.items():
            read = _everything_read_by(desk)
            for word, readers in sealed.readers.items():
                assert (word in read) == (ncp in readers), f"{ncp} and {word}, which is for {sorted(readers)}"
        # What a hub reads from its disk when it starts is no more than it had.
        hub.kill()
        hub.start()
        _require_blind(hub, tmp_path)
    finally:
        hub.stop()


def _require_blind(hub: Hub, folder: Path) -> None:
    lay_open(hub)
    assert files_with(CLEAR, hub.folder), "the search finds nothing in files"
    assert memory_with(CLEAR, *hub.pids()), "the search finds nothing in memory"
    assert not memory_with(STEM, *hub.pids())
    # The hub's database, its journals, attachments and log; and the homes of the desks, where it is sealed, too.
    assert not files_with(STEM, folder)


async def _post_all(desks: dict[str, Desk], sealed: Sealed) -> None:
    pl, de, fr = (desks[ncp].actions for ncp in ("PL", "DE", "FR"))
    word = sealed.word

    de.send_message(word(), subject=word(), files=[_file(word)])
    de.send_message(word("DE", "FR"), subject=word("DE", "FR"), to=["FR"], files=[_file(lambda: word("DE", "FR"))])
    de.send_message(word("DE", "PL") + "x" * 19_000, to=["OCU"])
    pl.announce(word(), subject=word())
    de.publish_contacts([Contact(name=word(), telephone=word(), email=word(), function=word(), duty_hours=word())])
    pl.send_directory("FR", {"DE": (Contact(name=word("PL", "FR")),)})
    report = de.report_seizure(
        {**REPORT, **_particulars(lambda: word("DE", "PL"))}, files=[_file(lambda: word("DE", "PL"))]
    )
    fr.report_seizure({**REPORT, **_particulars(lambda: word("FR", "ES"))}, readers=["ES"])
    fr.report_seizure({**REPORT, **_particulars(lambda: word("FR", "PL"))}, restricted=True)
    warning = de.issue_warning(
        {"addressees": ["FR"], "commodity": "drugs.cocaine", "action": "control"},
        word("DE", "FR"),
        _particulars(lambda: word("DE", "FR")),
    )
    question = de.ask(
        {"kind": "question", "addressees": ["FR", "ES"], "subject": "consignment"},
        word("DE", "FR", "ES"),
        {"containers": ["MSCU1234565"], "free_text": word("DE", "FR", "ES")},
    )
    check = de.ask_cross_check(
        {"body": "europol", "subject": "vehicles", "result": "pending"}, {"plates": [word("DE", "PL")]}
    )
    de.file_daily_return({"day": "2024-01-16", "kind": "nil", "running": "well"}, word("DE", "PL"))
    await _all_delivered(desks)
    de.amend_seizure(report, {**REPORT, **_particulars(lambda: word("DE", "PL"))})
    fr.give_feedback(warning, {"result": "nothing_found"}, word("FR", "DE", "PL"))
    fr.answer(question, {"result": "answered"}, word("FR", "DE", "PL"))
    desks["ES"].actions.answer(question, {"result": "answered", "of_common_interest": True}, word())
    pl.answer_cross_check(
        check, {"body": "europol", "subject": "vehicles", "result": "hit"}, {"free_text": word("PL", "DE")}
    )
    await _all_delivered(desks)


async def _all_delivered(desks: dict[str, Desk]) -> None:
    await until(lambda: all(not desk.outbox.waiting(0, 1) for desk in desks.values()))
    assert not [item.message for desk in desks.values() for item in desk.outbox.items("refused")]
    await until(lambda: len({desk.view.size for desk in desks.values()}) == 1)
    await until(lambda: not any(desk.files.due() for desk in desks.values()))


def _file(word: Callable[[], str]) -> Attachment:
    return Attachment(name=f"{word()}.txt", media_type="text/plain", data=word().encode() * 5000)


def _particulars(word: Callable[[], str]) -> dict[str, Any]:
    return {
        "persons": [
            {"name": word(), "address": word(), "note": word(), "documents": [{"kind": "passport", "number": word()}]}
        ],
        "companies": [{"name": word(), "register_number": word()}],
        "plates": [word(), word()],
        "vins": [word()],
        "seals": [word()],
        "parcels": [word()],
        "vessel_name": word(),
        "national_reference": word(),
        "free_text": word() * 100,
    }


def _everything_read_by(desk: Desk) -> str:
    """All that this desk can show, as one text."""
    kinds = tuple(KINDS.values())
    lines = [msgspec.to_builtins(line) for line in desk.reading.lines(kinds)]
    attached = [desk.files.of(line["id"]) for line in lines]
    files = [desk.files.read(each.event_id, file.number) for each in attached for file in each.files]
    return repr((lines, msgspec.to_builtins(desk.reading.contacts()), files))


@pytest.mark.parametrize(
    "disguise",
    [
        str.encode,
        lambda word: word.encode("utf-16-le"),
        lambda word: word.encode("utf-16-be"),
        lambda word: word.encode().hex().encode(),
        lambda word: word.encode().hex().upper().encode(),
        *(
            lambda word, shift=shift, encode=encode: encode(b"\xfb" * shift + word.encode() + b"\xff")
            for shift in range(3)
            for encode in (base64.b64encode, base64.urlsafe_b64encode)
        ),
    ],
)
def test_the_search_finds_a_word_in_each_spelling(disguise: Callable[[str], bytes], tmp_path: Path) -> None:
    (tmp_path / "with").write_bytes(secrets.token_bytes(1000) + disguise(STEM) + secrets.token_bytes(1000))
    (tmp_path / "without").write_bytes(secrets.token_bytes(2000))
    assert files_with(STEM, tmp_path) == [str(tmp_path / "with")]
