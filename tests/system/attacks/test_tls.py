"""TLS that is begun and left: the hub has not heard a word yet, and already holds what the handshake needs."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from tests.system.attacks.scene import TIMES, Place, attacked, raw, together
from tests.system.certificates import certify

BEGINNINGS = {
    "nothing": b"",
    "half a hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "another protocol": b"GET /v1/hub HTTP/1.1\r\nHost: hub\r\n\r\n",
}


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("secured")
    certificate, key = certify(folder, "hub")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SSL_CERT_FILE", str(certificate))
        place = Place(folder, "--tls-certificate", str(certificate), "--tls-key", str(key))
        place.hub.limit(connections_per_address=100, seconds_to_take_a_frame=3)
        with place.hub.running():
            asyncio.run(place.tell())
            yield place


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
async def test_a_thousand_handshakes_that_are_begun_and_left_stop_nobody(secured: Place, beginning: bytes) -> None:
    """Most are turned away at once, for they come from one address; nobody is waited for longer than for a request."""

    async def attack(_: int) -> None:
        async with raw(secured) as (reader, writer):
            writer.write(beginning)
            async with asyncio.timeout(45):
                while await reader.read(4096):
                    pass

    await asyncio.sleep(2)  # lines of strangers are rationed by the second: those of the attack before used it up
    logged = secured.hub.log.stat().st_size
    async with attacked(secured):
        await together(1000 * TIMES, attack, patient=False)
    said = [json.loads(line) for line in secured.hub.log.read_bytes()[logged:].splitlines()]
    reasons = {line["code"] for line in said if line["event"] == "hung-up"}
    assert reasons <= {"too-many-connections", "no-handshake"}
    assert reasons
    assert sum(line["event"] == "hung-up" for line in said) < 1000
