"""How a desk opens what is sealed to it. The hub never imports this module (docs/protocol.md §4)."""

import hashlib
from collections.abc import Iterable, Mapping

from msgspec import Struct

from vocu.canonical import b64, unb64
from vocu.crypto.keys import SealingKey
from vocu.crypto.opening import OpeningKey, open_part, unwrap
from vocu.crypto.sealing import (
    chunk_context,
    class_key,
    epoch_commitment,
    part_context,
    part_key,
    stat_commitment,
    wrap_info,
)
from vocu.errors import MalformedError, SealedError, UntrustedError
from vocu.operation.act import Act
from vocu.operation.admission import SignedEvent, read_body
from vocu.operation.bodies import EpochKeys, Grant
from vocu.operation.events import PART_TYPES
from vocu.operation.header import WRAP_SIZE, Header, PartSlip
from vocu.operation.media import Media


class Keyring(Struct):
    """What a desk opens with: its device, its opening key, and the secrets of its epochs, by log index. `granted` opens
    the statistical parts of epochs from before it joined."""

    device: str
    key: OpeningKey
    epochs: dict[int, bytes]
    granted: dict[int, bytes] = {}


def open_epoch(act: Act, signed: SignedEvent, keyring: Keyring) -> bytes | None:
    """The secret of the epoch that this act begins; None where this device is not one of its readers.

    Raises UntrustedError (epoch-fault) where the wrap does not open, or opens to something else than was committed to.
    """
    keys = act.body(EpochKeys)
    if keyring.device not in dict(keys.wraps):
        return None
    wrapped = signed.parts[-1]
    info = _info("epoch", keyring.device, keyring.key.public, act.header)
    try:
        secret = unwrap(wrapped or b"", keyring.key, info)
    except SealedError:
        secret = b""
    if b64(epoch_commitment(secret)) != keys.commit or not _opens_stat(class_key(secret, "stat"), keys):
        raise UntrustedError(
            "epoch-fault", "The newest epoch was not sealed to this desk as announced; another one is asked for."
        )
    return secret


def open_grant(act: Act, signed: SignedEvent, keyring: Keyring, epochs: Mapping[int, EpochKeys]) -> dict[int, bytes]:
    """What opens the statistical parts of epochs that this device is no reader of, by log index, as far as these epochs
    were committed to it. `epochs`: all that began so far. Raises as `open_body` does."""
    grant = open_body(act, signed, "text", keyring, frozenset())
    keys = ((index, unb64(key, 32)) for index, key in grant.keys) if isinstance(grant, Grant) else ()
    return {
        index: key
        for index, key in keys
        if index not in keyring.epochs and (epoch := epochs.get(index)) is not None and _opens_stat(key, epoch)
    }


def _opens_stat(key: bytes, epoch: EpochKeys) -> bool:
    return epoch.stat is None or b64(stat_commitment(key)) == epoch.stat


def open_body(act: Act, signed: SignedEvent, name: str, keyring: Keyring, added: frozenset[str]) -> Struct:
    """The body of a sealed part.

    Raises SealedError where it is not sealed to this desk (not-for-us, before-us, not-here), UntrustedError where it
    was tampered with, MalformedError where its sender put something else into it.
    """
    header = act.header
    slip = header.slip(name)
    if slip is None:
        raise SealedError("no-such-part", f"This event has no part {name!r}.")
    data = signed.parts[header.parts.index(slip)]
    key = _epoch_key(slip, name, header, keyring) if slip.enc == "epoch" else _direct_key(signed, slip, header, keyring)
    if data is None:
        raise SealedError(
            "not-here", "The sealed content is not on this desk: it was erased, or has yet to be fetched."
        )
    context = part_context(
        op=header.op, event_id=header.id, type=header.type, sender=header.sender, part=name, audience=slip.audience
    )
    return read_body(PART_TYPES[header.type][name], open_part(key, context, data), added)


def _epoch_key(slip: PartSlip, name: str, header: Header, keyring: Keyring) -> bytes:
    secret = keyring.epochs.get(slip.epoch or 0)
    if secret is None and name == "stat" and slip.epoch in keyring.granted:
        return part_key(keyring.granted[slip.epoch], header.id)
    if secret is None:
        raise SealedError("before-us", "This was sealed before this desk joined, or while it was not a reader.")
    return part_key(class_key(secret, name), header.id)


def _direct_key(signed: SignedEvent, slip: PartSlip, header: Header, keyring: Keyring) -> bytes:
    devices = slip.devices or ()
    if keyring.device not in devices:
        raise SealedError("not-for-us", "This is sealed to other desks.")
    wraps = signed.parts[-1]
    if wraps is None:
        raise SealedError("not-here", "The sealed key is not on this desk: it was erased, or has yet to be fetched.")
    before = sum(len(other.devices or ()) for other in header.parts[: header.parts.index(slip)])
    at = (before + devices.index(keyring.device)) * WRAP_SIZE
    return unwrap(wraps[at : at + WRAP_SIZE], keyring.key, _info(slip.p, keyring.device, keyring.key.public, header))


def _info(part: str, device: str, sealing_key: SealingKey, header: Header) -> bytes:
    return wrap_info(
        op=header.op,
        event_id=header.id,
        part=part,
        device=device,
        sealing_key=sealing_key,
        sender=header.sender,
        roster=header.roster,
    )


def open_media(act: Act, signed: SignedEvent, keyring: Keyring) -> Media:
    """What an event says of its files. Raises as `open_body` does, MalformedError where header and part disagree."""
    media = open_body(act, signed, "media", keyring, frozenset())
    if not isinstance(media, Media) or media.blobs() != act.header.blobs:
        raise MalformedError("bad-media", "The sender's list of files does not fit the chunks that came with it.")
    return media


def open_file(media: Media, number: int, *, op: str, event_id: str, chunks: Iterable[bytes]) -> bytes:
    """The bytes of the file of this number, from its sealed chunks in their order.

    Raises UntrustedError (tampered-part) where a chunk was changed, moved, left out or added, and MalformedError
    (bad-media) where the sender announced other content than he sealed.
    """
    file = media.files[number]
    key, last = unb64(file.key, 32), len(file.chunks) - 1
    opened = []
    for place, data in enumerate(chunks):
        context = chunk_context(op=op, event_id=event_id, file=number, chunk=place, last=place == last)
        opened.append(open_part(key, context, data))
    content = b"".join(opened)
    if len(opened) != last + 1:
        raise UntrustedError("tampered-part", "This file is not whole. Do not rely on it.")
    if len(content) != file.size or b64(hashlib.sha256(content).digest()) != file.sha256:
        raise MalformedError("bad-media", "This file is not the one that its sender announced; ask him for it again.")
    return content
