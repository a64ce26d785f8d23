"""Desks whose network lets them out through a proxy that asks for a password."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.system.certificates import certify
from tests.system.middleboxes import AskingProxy
from tests.system.rig import PASSPHRASE, Hub, found
from vocu.errors import RefusedError
from vocu_client import Desk
from vocu_client.transport import HubHTTP, OfflineError
from vocu_client.transport.proxy import proxy_for

SECRET = "pass:w0rd@office"
QUOTED = "pass%3Aw0rd%40office"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    certificate, key = certify(tmp_path, "hub")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    running = Hub(tmp_path / "hub", "--tls-certificate", str(certificate), "--tls-key", str(key))
    running.start()
    yield running
    running.stop()


async def test_a_whole_desk_works_through_a_proxy_that_the_environment_names(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AskingProxy(f"desk:{SECRET}").open() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://desk:{QUOTED}@{proxy.address}")
        async with await found(hub, tmp_path) as desk:
            through_http_and_websocket = proxy.passed
            assert through_http_and_websocket >= 2
            assert proxy.refused == 0
            desk.way.swallowed()
            desk.actions.announce("by long-poll, too")
            assert await desk.sync()
            assert desk.way.kind == "polling"
            monkeypatch.setenv("NO_PROXY", "127.0.0.1")
            before = proxy.passed
            assert await desk.sync()
            assert proxy.passed == before


async def test_a_desk_s_own_setting_goes_before_and_a_wrong_password_is_said_once(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async with await found(hub, tmp_path) as organiser:
        home = organiser.home
    async with AskingProxy(f"desk:{SECRET}").open() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        settings = home.read_settings()
        home.write_settings(msgspec.structs.replace(settings, proxy=f"http://desk:{QUOTED}@{proxy.address}"))
        async with Desk.open(home, PASSPHRASE) as desk:
            assert await desk.sync()
        home.write_settings(msgspec.structs.replace(settings, proxy=f"http://desk:wrong-secret@{proxy.address}"))
        async with Desk.open(home, PASSPHRASE) as desk:
            desk.actions.announce("waits")
            with pytest.raises(RefusedError) as caught:
                await desk.sync()
            assert caught.value.code == "proxy-password"
            assert "wrong-secret" not in str(caught.value)
            assert proxy.refused == 1
            assert not desk.replica.alarms()
            async with HubHTTP(hub.url, way=desk.way) as http:
                with pytest.raises(RefusedError) as caught:
                    await http.get("/v1/hub", dict)
            assert caught.value.code == "proxy-password"
    assert "secret" not in "".join(capfd.readouterr())


async def test_a_proxy_that_does_not_pass_us_on_is_told_apart_from_a_hub_that_is_down(hub: Hub, tmp_path: Path) -> None:
    async with await found(hub, tmp_path) as organiser:
        home = organiser.home
    async with AskingProxy("a:b", status=403).open() as proxy:
        home.write_settings(msgspec.structs.replace(home.read_settings(), proxy=f"http://a:b@{proxy.address}"))
        async with Desk.open(home, PASSPHRASE) as desk:
            with pytest.raises(OfflineError) as caught:
                async with HubHTTP(hub.url, way=desk.way) as http:
                    await http.get("/v1/hub", dict)
            assert caught.value.code == "proxy-refused"
            assert "403" in caught.value.message
            assert not await desk.sync(3)
            assert desk.trouble is not None
            assert desk.trouble.code == "proxy-refused"


def test_a_proxy_is_written_as_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = "https://hub.example.org"
    monkeypatch.delenv("https_proxy", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example.org")
    found = proxy_for(hub, "")
    assert found is not None
    assert found.name == "proxy.example.org:3128"
    assert proxy_for("http://127.0.0.1:8440", "http://p") is None
    for wrong in ("socks5://p:1", "http://", "http://p:x", "http://a:s3cret@p/path", "ftp://p"):
        with pytest.raises(RefusedError) as caught:
            proxy_for(hub, wrong)
        assert caught.value.code == "bad-proxy"
        assert "s3cret" not in str(caught.value)
