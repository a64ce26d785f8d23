"""Files in sealed chunks: what is changed, moved, left out or added does not open, and only readers find the key."""

import hashlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.compilation.logs import seizure
from tests.core.operation.acts import refused, resigned, slips, words
from tests.docs.examples import form
from tests.scenario import Scenario
from vocu.canonical import b64, encode
from vocu.crypto.sealing import CHUNK, sealed_size
from vocu.errors import MalformedError, RefusedError, SealedError, UntrustedError
from vocu.operation import bodies, events
from vocu.operation.admission import Vantage, examine, identify
from vocu.operation.header import MAX_BLOB, MAX_BLOBS, MAX_HEADER, MIN_BLOB, Blob, read_header
from vocu.operation.media import MAX_FILE, MAX_FILES, Media, describe, require_size, seal_file
from vocu.operation.reading import open_file, open_media

OP, EVENT = "o" * 43, "e" * 22
KEY = bytes(range(32))


def sealed(data: bytes, file: int = 0, *, op: str = OP, event_id: str = EVENT, key: bytes = KEY) -> list[bytes]:
    return list(seal_file(data, key, op=op, event_id=event_id, file=file))


def names(chunks: list[bytes]) -> tuple[str, ...]:
    return tuple(b64(hashlib.sha256(chunk).digest()) for chunk in chunks)


def media_of(*files: tuple[bytes, list[bytes]]) -> Media:
    told = [describe(data, names(chunks), KEY, name="a.bin", type="text/plain") for data, chunks in files]
    return Media(files=tuple(told))


def opened(media: Media, number: int, chunks: list[bytes], **place: str) -> bytes:
    return open_file(media, number, **{"op": OP, "event_id": EVENT, "chunks": chunks, **place})  # type: ignore[arg-type]


THREE = bytes(range(256)) * 8192 + bytes(CHUNK)  # fills two chunks, and begins a third
CHUNKS = sealed(THREE)
OTHER = sealed(THREE[::-1], 1)
TOLD = media_of((THREE, CHUNKS), (THREE[::-1], OTHER))


@given(st.binary(min_size=1, max_size=3000), st.integers(0, 9))
def test_a_file_comes_back_as_it_went_and_its_chunks_have_the_sizes_that_are_told(data: bytes, file: int) -> None:
    chunks = sealed(data, file)
    media = media_of(*[(data, chunks)] * (file + 1))
    assert opened(media, file, chunks) == data
    assert [blob.size for blob in media.files[0].blobs()] == [len(chunk) for chunk in chunks]


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_a_chunk_ends_where_it_must(size: int) -> None:
    chunks = sealed(bytes(size))
    media = media_of((bytes(size), chunks))
    assert len(chunks) == -(-size // CHUNK)
    assert opened(media, 0, chunks) == bytes(size)
    assert [blob.size for blob in media.blobs()] == [len(chunk) for chunk in chunks]
    assert all(MIN_BLOB <= len(chunk) <= MAX_BLOB for chunk in chunks)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2), st.data())
def test_a_file_with_any_bit_flipped_does_not_open(number: int, data: st.DataObject) -> None:
    bit = data.draw(st.integers(0, len(CHUNKS[number]) * 8 - 1))
    bent = bytearray(CHUNKS[number])
    bent[bit // 8] ^= 1 << bit % 8
    changed = [*CHUNKS[:number], bytes(bent), *CHUNKS[number + 1 :]]
    refused("tampered-part", lambda: opened(TOLD, 0, changed), UntrustedError)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*CHUNKS, *OTHER]), max_size=5))
def test_chunks_that_are_moved_dropped_repeated_or_of_another_file_do_not_open(chosen: list[bytes]) -> None:
    if chosen != CHUNKS:
        refused("tampered-part", lambda: opened(TOLD, 0, chosen), UntrustedError)


def test_a_file_cut_at_a_chunk_does_not_open_though_its_description_is_cut_likewise() -> None:
    cut = media_of((THREE[:CHUNK], CHUNKS[:1]))
    refused("tampered-part", lambda: opened(cut, 0, CHUNKS[:1]), UntrustedError)


def test_a_chunk_opens_in_its_operation_and_event_and_with_its_key_alone() -> None:
    data = b"a word"
    for place in ({"op": "x" * 43}, {"event_id": "x" * 22}):
        refused(
            "tampered-part",
            lambda p=place: opened(media_of((data, sealed(data))), 0, sealed(data), **p),
            UntrustedError,
        )
    foreign = sealed(data, key=bytes(32))
    refused("tampered-part", lambda: opened(media_of((data, foreign)), 0, foreign), UntrustedError)


def test_other_content_than_was_announced_is_refused() -> None:
    chunks = sealed(b"a word")
    told = media_of((b"a name", chunks))
    refused("bad-media", lambda: opened(told, 0, chunks), MalformedError)


def test_the_largest_event_fits_its_header() -> None:
    assert -(-MAX_FILE // CHUNK) * MAX_FILES == MAX_BLOBS
    blobs = tuple(Blob(b64(hashlib.sha256(bytes([n % 256, n // 256])).digest()), MAX_BLOB) for n in range(MAX_BLOBS))
    assert len(encode(blobs)) < MAX_HEADER / 2
    assert sealed_size(CHUNK) == MAX_BLOB


@pytest.mark.parametrize(("size", "code"), [(0, "file-empty"), (MAX_FILE + 1, "file-too-large")])
def test_a_file_that_is_empty_or_too_large_is_refused(size: int, code: str) -> None:
    refused(code, lambda: require_size("a.bin", size), RefusedError)
    require_size("a.bin", MAX_FILE)


@pytest.mark.parametrize(
    "name", ["../a", "a/b", "a\\b", ".hidden", " a", "a\nb", "\u202ecod.exe", "a\u200bb", "a:b", "", "x" * 121]
)
def test_a_description_with_a_name_that_misleads_is_not_accepted(name: str) -> None:
    told = msgspec.to_builtins(TOLD.files[0]) | {"name": name}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(told, type(TOLD.files[0]))


@pytest.mark.parametrize("change", [{"size": CHUNK}, {"chunk": 1024}, {"width": 3}, {"type": "text"}, {"chunks": []}])
def test_a_description_that_contradicts_itself_is_not_accepted(change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(msgspec.to_builtins(TOLD.files[0]) | change, type(TOLD.files[0]))


# --- in an event ---


def with_file(scenario: Scenario, by: str, kind: str = "message", **more: Any) -> tuple[str, list[bytes]]:
    event_id = scenario.new_id()
    data = b"The seal, from near."
    chunks = sealed(data, op=scenario.op, event_id=event_id)
    media = media_of((data, chunks))
    event: events.Event = events.MessagePosted(text=words(), media=media)
    if kind == "report":
        event = events.SeizureReported(stat=seizure(), media=media)
    return scenario.post(by, event, id=event_id, **more), chunks


def test_the_file_of_an_event_opens_at_its_readers_and_nowhere_else() -> None:
    scenario = Scenario("DE", "FR", "IT")
    report, chunks = with_file(scenario, "DE", "report", readers={"media": ("FR",)})
    french, italian = scenario.desks["FR"].seen(report), scenario.desks["IT"].seen(report)
    assert french.act is not None
    assert french.signed is not None
    assert italian.act is not None
    assert italian.signed is not None
    media = open_media(french.act, french.signed, scenario.desks["FR"].keyring)
    assert opened(media, 0, chunks, op=scenario.op, event_id=report) == b"The seal, from near."
    keyring = scenario.desks["IT"].keyring
    refused("not-for-us", lambda: open_media(italian.act, italian.signed, keyring), SealedError)
    assert italian.act.header.blobs == french.act.header.blobs == media.blobs()


def test_who_came_later_cannot_open_the_files_of_a_message_to_all() -> None:
    scenario = Scenario("DE")
    said, _ = with_file(scenario, "DE")
    late = scenario.admit("FR")
    seen = late.seen(said)
    assert seen.act is not None
    assert seen.signed is not None
    act, signed = seen.act, seen.signed
    refused("before-us", lambda: open_media(act, signed, late.keyring), SealedError)


def test_a_description_that_does_not_fit_the_header_s_chunks_is_refused() -> None:
    scenario = Scenario("DE", "FR")
    said, _ = with_file(scenario, "DE", to=("FR",))
    desk = scenario.desks["FR"]
    seen = desk.seen(said)
    assert seen.act is not None
    assert seen.signed is not None
    other = msgspec.structs.replace(seen.act.header, blobs=(Blob("A" * 43, MIN_BLOB),))
    moved = msgspec.structs.replace(seen.act, header=other)
    signed = seen.signed
    refused("bad-media", lambda: open_media(moved, signed, desk.keyring), MalformedError)


@pytest.mark.parametrize(
    "blobs",
    [None, [], [["A" * 43, MIN_BLOB]] * 2, [["A" * 43, MIN_BLOB - 1]], [["A" * 43, MAX_BLOB + 1]], [["A" * 43]]],
    ids=["none", "empty", "twice", "too small", "too large", "no size"],
)
def test_a_header_whose_chunks_are_out_of_order_is_refused(blobs: Any) -> None:
    scenario = Scenario("DE", "FR", deliver=False)
    scenario.desks["DE"].catch_up(scenario.hub)
    media = media_of((b"x", sealed(b"x")))
    draft = scenario.draft("DE", events.MessagePosted(text=words(), media=media), to=("FR",))
    signed = scenario.desks["DE"].compose(draft)
    refused("bad-value", lambda: scenario.hub.append(resigned(scenario, "DE", signed, blobs=blobs)), MalformedError)


def test_chunks_without_a_part_that_describes_files_are_refused() -> None:
    scenario = Scenario("DE", "FR", deliver=False)
    scenario.desks["DE"].catch_up(scenario.hub)
    signed = scenario.desks["DE"].compose(scenario.draft("DE", events.MessagePosted(text=words()), to=("FR",)))
    named = resigned(scenario, "DE", signed, blobs=[["A" * 43, MIN_BLOB]])
    refused("bad-value", lambda: scenario.hub.append(named), MalformedError)


def test_a_description_of_files_is_never_clear() -> None:
    scenario = Scenario("DE", "FR", deliver=False)
    scenario.desks["DE"].catch_up(scenario.hub)
    media = media_of((b"x", sealed(b"x")))
    draft = scenario.draft("DE", events.MessagePosted(text=words(), media=media), to=("FR",))
    signed = scenario.desks["DE"].compose(draft)
    text, told, wraps = slips(signed)
    clear = {name: value for name, value in told.items() if name != "devices"} | {"enc": "clear"}
    bent = resigned(scenario, "DE", signed, parts=[text, clear, wraps])
    refused("must-be-sealed", lambda: scenario.hub.append(bent), RefusedError)


def test_an_event_waits_at_the_hub_for_all_of_its_chunks() -> None:
    scenario = Scenario("DE", "FR", deliver=False)
    scenario.desks["DE"].catch_up(scenario.hub)
    media = media_of((THREE, CHUNKS))
    draft = scenario.draft("DE", events.MessagePosted(text=words(), media=media), to=("FR",))
    signed = scenario.desks["DE"].compose(draft)
    here = set(names(CHUNKS[:2]))
    hub = scenario.hub
    identified = identify(signed, hub.state)
    vantage = Vantage(hub.tree.root, lambda _: False, has_blob=lambda blob: blob.sha256 in here)
    refused("part-missing", lambda: examine(identified, hub.state, hub.now, vantage), RefusedError)
    here |= set(names(CHUNKS))
    assert examine(identified, hub.state, hub.now, vantage).header.blobs == media.blobs()


def test_an_observer_attaches_files_for_the_ocu_only() -> None:
    scenario = Scenario("DE")
    scenario.admit("CH", "observer")
    question = form("question", addressees=["PL"])
    asked = events.QuestionAsked(stat=question, text=words(), media=media_of((b"x", sealed(b"x"))))
    readers = {"text": ("PL",), "media": ("DE", "PL")}
    refused("observer-to-ocu", lambda: scenario.post("CH", asked, readers=readers), RefusedError)


def test_files_are_erased_by_their_part() -> None:
    scenario = Scenario("DE", "FR")
    said, _ = with_file(scenario, "DE", to=("FR",))
    index = scenario.desks["FR"].seen(said).index
    erased = scenario.post("DE", events.EntryErased(plain=bodies.Erasure(index=index, parts=("media",))))
    assert scenario.desks["FR"].seen(erased).act is not None
    assert read_header(scenario.hub.entries[index].header or b"").blobs is not None
