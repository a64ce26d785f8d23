"""Checkpoints: the hub's signed statement of a log's size and root (C2SP tlog-checkpoint).

The text is `origin`, size and root on a line each, without extension lines. The hub's Ed25519 key signs that text. Its
ML-DSA-44 key signs the same three values as C2SP tlog-cosignature lays them out; both lines bear the origin as name.
"""

import base64
from hashlib import sha256

import msgspec

from vocu.canonical import MAX_INTEGER
from vocu.crypto.keys import HubSigningKey, HubVerifyKey
from vocu.errors import MalformedError, UntrustedError
from vocu.log.note import Note, Signature, decode_base64, format_note, key_id, parse_note

ED25519 = 0x01
MLDSA44 = 0x06

MAX_ORIGIN = 255
_TIMESTAMP_SIZE = 8
# Zero says nothing about when the hub signed. The log's time stands in its leaves.
_NO_TIMESTAMP = bytes(_TIMESTAMP_SIZE)


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of a log: which log, how many entries, and the 32-byte root over them."""

    origin: str
    size: int
    root: bytes


def origin(op: str) -> str:
    """The name of an operation's log."""
    return f"vocu/{op}"


def sign_checkpoint(checkpoint: Checkpoint, key: HubSigningKey, *, post_quantum: bool) -> str:
    """The checkpoint as a signed note: always with the hub's Ed25519 signature, with ML-DSA-44 where asked for."""
    text = _text(checkpoint)
    if _parse_text(text) != checkpoint:
        raise MalformedError("bad-checkpoint-text", "This origin, size and root make no checkpoint; correct them.")
    name = checkpoint.origin
    ed25519_id, mldsa44_id = _key_ids(name, key.public)
    signatures = [Signature(name=name, key_id=ed25519_id, value=key.sign_ed25519(text.encode()))]
    if post_quantum:
        signature = key.sign_mldsa44(_cosigned_message(checkpoint, _NO_TIMESTAMP))
        signatures.append(Signature(name=name, key_id=mldsa44_id, value=_NO_TIMESTAMP + signature))
    return format_note(Note(text=text, signatures=tuple(signatures)))


def open_checkpoint(
    note: str | bytes, key: HubVerifyKey, origin: str, *, require_post_quantum: bool = False
) -> Checkpoint:
    """The checkpoint in a note that this hub signed for the log of that origin.

    Signatures of other keys are ignored, as the specification asks; those of the hub must all verify, its Ed25519
    signature must be there, and its ML-DSA-44 signature too where required. Raises MalformedError (bad-note,
    bad-checkpoint-text) for another form, UntrustedError (bad-checkpoint) for another log or for lack of a signature.
    """
    parsed = parse_note(note)
    checkpoint = _parse_text(parsed.text)
    if checkpoint.origin != origin:
        raise UntrustedError("bad-checkpoint", "The hub sent the checkpoint of another log. Stop and raise the alarm.")
    ed25519_id, mldsa44_id = _key_ids(origin, key)
    found = set()
    for signature in parsed.signatures:
        if signature.name != origin or signature.key_id not in (ed25519_id, mldsa44_id):
            continue
        try:
            if signature.key_id == ed25519_id:
                key.verify_ed25519(parsed.text.encode(), signature.value)
            else:
                timestamp, value = signature.value[:_TIMESTAMP_SIZE], signature.value[_TIMESTAMP_SIZE:]
                key.verify_mldsa44(_cosigned_message(checkpoint, timestamp), value)
        except (UntrustedError, MalformedError):
            raise UntrustedError(
                "bad-checkpoint", "A signature of the hub on this checkpoint is false. Stop and raise the alarm."
            ) from None
        found.add(signature.key_id)
    if ed25519_id not in found or (require_post_quantum and mldsa44_id not in found):
        raise UntrustedError("bad-checkpoint", "This checkpoint lacks the hub's signature; do not rely on it.")
    return checkpoint


def _text(checkpoint: Checkpoint) -> str:
    root = base64.b64encode(checkpoint.root).decode("ascii")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n"


def _parse_text(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) != 3:
        raise _bad_text("it has not exactly three lines")
    name, size, root = lines
    if len(name.encode()) > MAX_ORIGIN or "+" in name or name.split() != [name]:
        raise _bad_text("its origin is empty, too long, or holds a space or a plus")
    if not (size.isascii() and size.isdecimal()) or len(size) > len(str(MAX_INTEGER)) or str(int(size)) != size:
        raise _bad_text("its size is not a plain decimal number")
    if int(size) > MAX_INTEGER:
        raise _bad_text("its size is 2^53 or more")
    decoded = decode_base64(root)
    if len(decoded) != sha256().digest_size:
        raise _bad_text("its root has not 32 bytes")
    return Checkpoint(origin=name, size=int(size), root=decoded)


def _key_ids(name: str, key: HubVerifyKey) -> tuple[bytes, bytes]:
    return key_id(name, ED25519, key.ed25519.data), key_id(name, MLDSA44, key.mldsa44_data)


def _cosigned_message(checkpoint: Checkpoint, timestamp: bytes) -> bytes:
    """C2SP tlog-cosignature, `cosigned_message`: the subtree from leaf 0, cosigned by the log itself."""
    name = checkpoint.origin.encode()
    named = bytes((len(name),)) + name
    start, end = bytes(8), checkpoint.size.to_bytes(8)
    return b"subtree/v1\n\0" + named + timestamp + named + start + end + checkpoint.root


def _bad_text(reason: str) -> MalformedError:
    return MalformedError(
        "bad-checkpoint-text", f"This is not a checkpoint, because {reason}; ask the hub for it again."
    )
