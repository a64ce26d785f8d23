"""A certificate that was renewed while the hub runs; tests/system/test_running.py looks at the hub's own."""

from pathlib import Path

from structlog.testing import capture_logs

from tests.server.conftest import RunningHub
from tests.system.certificates import certify
from vocu_server.settings import Settings


async def test_a_hub_behind_a_proxy_takes_up_the_proxy_s_new_certificate_and_says_so(tmp_path: Path) -> None:
    certificate, _ = certify(tmp_path, "proxy")
    hub = RunningHub.new(tmp_path, Settings(port=0, proxy_certificate=certificate.name))
    await hub.start()
    try:
        first = hub.hub.login.tls
        certify(tmp_path, "proxy")
        with capture_logs() as said:
            hub.renew_certificate()
        second = hub.hub.login.tls
        assert ([line["event"] for line in said], second != first) == (["certificate-renewed"], True)
        certificate.write_bytes(b"no certificate")
        with capture_logs() as said:
            hub.renew_certificate()
        assert ([line["event"] for line in said], hub.hub.login.tls) == (["certificate-unfit"], second)
    finally:
        await hub.stop()
