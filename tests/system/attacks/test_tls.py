"""TLS that is begun and left: the hub has not heard a word yet, and holds what the handshake needs for a minute."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.attacks.scene import TIMES, Place, attacked, raw, together
from tests.system.certificates import certify

BEGINNING = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    certificate, key = certify(tmp_path, "hub")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    place = Place(tmp_path, "--tls-certificate", str(certificate), "--tls-key", str(key))
    with place.hub.running():
        asyncio.run(place.tell())
        yield place


@pytest.mark.parametrize("beginning", [b"", BEGINNING], ids=["nothing", "half a hello"])
async def test_handshakes_that_are_begun_and_left_stop_nobody(secured: Place, beginning: bytes) -> None:
    async def attack(_: int) -> None:
        async with raw(secured) as (_, writer):
            writer.write(beginning)
            await asyncio.sleep(2)

    async with attacked(secured, 40 * TIMES):
        await together(200 * TIMES, attack)
