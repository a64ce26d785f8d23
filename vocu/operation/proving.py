"""Signatures of many events, verified ahead and by several threads: each check lets go of the interpreter's lock.

Whether a signature holds depends on nothing but the bytes and the key, and a device's id is the hash of its keys. So
this may be found out early, and in any order. What does not hold here is not judged here: `identify` verifies it again
in its turn, and says what is wrong with it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import NamedTuple

from vocu.crypto.keys import VerifyKey
from vocu.crypto.signing import PayloadType, verify
from vocu.errors import MalformedError, UntrustedError
from vocu.operation.state import Device

FEW = 16
"""So few events are verified sooner than they are handed to threads."""
_SENDER = re.compile(rb'"from":"([A-Za-z0-9_-]{22})"')
"""A hint: a proof says by which device's key the signature holds, and counts for no other."""


class Proof(NamedTuple):
    """This device signed exactly this header with exactly this signature."""

    device: str
    header: bytes
    signature: bytes


class Prover:
    """Verifies with so many threads; with one it leaves all to `identify`."""

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "prover") if threads > 1 else None

    def prove(self, signed: Sequence[tuple[bytes, bytes]], devices: Mapping[str, Device]) -> frozenset[Proof]:
        """What holds among these headers and signatures, as far as their devices are known already."""
        if self._pool is None or len(signed) < FEW:
            return frozenset()
        claims = list(_claims(signed, devices))
        shares = [claims[first :: self._threads] for first in range(self._threads)]
        return frozenset(chain.from_iterable(self._pool.map(_holding, shares)))


def _claims(signed: Iterable[tuple[bytes, bytes]], devices: Mapping[str, Device]) -> Iterator[tuple[Proof, VerifyKey]]:
    for header, signature in signed:
        sender = _SENDER.search(header)
        device = devices.get(sender[1].decode()) if sender else None
        if device is not None:
            yield Proof(device.id, header, signature), device.sign


def _holding(claims: Iterable[tuple[Proof, VerifyKey]]) -> list[Proof]:
    found = []
    for claim, key in claims:
        try:
            verify(key, PayloadType.EVENT, claim.header, claim.signature)
        except (UntrustedError, MalformedError):
            continue
        found.append(claim)
    return found
