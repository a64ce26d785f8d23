"""How the two ends of an invitation know each other (docs/protocol.md §3, Joining)."""

import hashlib
import hmac

from vocu.canonical import b64, encode
from vocu.errors import RefusedError

CODE_SIZE = 20
SAFETY_NUMBER_DIGITS = 40


def invitation_mac(code: bytes, request: bytes) -> bytes:
    """HMAC-SHA-256 of a join request, keyed with the invitation's one-time code of 20 random bytes.

    160 random bits cannot be guessed offline, so a plain MAC does what a PAKE would do for a short code.
    """
    if len(code) != CODE_SIZE:
        raise ValueError(f"an invitation code has {CODE_SIZE} bytes, not {len(code)}")
    return hmac.digest(code, request, "sha256")


def verify_invitation_mac(code: bytes, request: bytes, mac: bytes) -> None:
    """Raises RefusedError `bad-invitation-code` unless the sender of the request held the code."""
    if not hmac.compare_digest(invitation_mac(code, request), mac):
        raise RefusedError(
            "bad-invitation-code", "This request was not made with the invitation's code; send a new invitation."
        )


def safety_number(*, op: str, request: bytes, root_keys: list[bytes]) -> str:
    """What both ends read to each other by telephone: 40 decimal digits in eight groups of five.

    SHA-512 of canon {op, request: b64 SHA-256(request), roots: b64 keys, sorted}, read as one big-endian number, modulo
    10^40. The digits are uniform but for a bias below 2^-379; to forge one takes about 2^132 requests.
    """
    compared = {
        "op": op,
        "request": b64(hashlib.sha256(request).digest()),
        "roots": sorted(b64(key) for key in root_keys),
    }
    number = int.from_bytes(hashlib.sha512(encode(compared)).digest(), "big") % 10**SAFETY_NUMBER_DIGITS
    digits = f"{number:0{SAFETY_NUMBER_DIGITS}}"
    return " ".join(digits[start : start + 5] for start in range(0, SAFETY_NUMBER_DIGITS, 5))
