"""A hub behind a real nginx and a real Caddy, as config/ has them: TLS ends there, desks notice nothing."""

import asyncio
import contextlib
import copy
import json
import secrets
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest

from tests.system.certificates import certify
from tests.system.rig import Hub, admit, found, until, watching
from vocu.errors import MalformedError
from vocu_client.attachments import Attachment
from vocu_client.transport.address import trust

CONFIG = Path(__file__).resolve().parents[2] / "config"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Proxy:
    """A real reverse proxy with the sample of its kind, but for addresses, certificates and places."""

    program: str
    keys: str
    """Where its certificate and key are."""
    sample: Path
    mtls: ClassVar[dict[str, str]]

    def __init__(self, folder: Path, hub_port: int, changes: dict[str, str] | None = None) -> None:
        folder.mkdir()
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.certificate, key = certify(folder, "hub")
        text = self.sample.read_text()
        for old, new in {
            **self.places(),
            "127.0.0.1:8440": f"127.0.0.1:{hub_port}",
            f"{self.keys}/hub.crt": str(self.certificate),
            f"{self.keys}/hub.key": str(key),
            **(changes or {}),
        }.items():
            assert old in text, old
            text = text.replace(old, new)
        self.process = self.start(text)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the proxy does not listen")

    def places(self) -> dict[str, str]:
        """What this kind's sample says of its address, and what the test says instead."""
        raise NotImplementedError

    def start(self, text: str) -> "subprocess.Popen[bytes]":
        """The process, once it has found nothing to complain of in its configuration."""
        raise NotImplementedError

    @classmethod
    def which(cls) -> str:
        """Where its program is; skips the test where it is not."""
        found = shutil.which(cls.program, path=PATH)
        if found is None:
            pytest.skip(f"{cls.program} is not installed (tests/install)")
        return found

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def client(self, **options: Any) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.url, timeout=60, **options)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


class Nginx(Proxy):
    program = "nginx"
    keys = "/etc/vocu-hub"
    sample = CONFIG / "nginx" / "vocu-hub.conf"
    mtls: ClassVar[dict[str, str]] = {
        "# ssl_client_certificate /etc/vocu-hub/desks-ca.crt;": "ssl_client_certificate AUTHORITY;",
        "# ssl_verify_client on;": "ssl_verify_client on;",
    }

    def places(self) -> dict[str, str]:
        return {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "listen [::]:443 ssl;": "",
            "hub.example.org": "localhost",
        }

    def start(self, text: str) -> "subprocess.Popen[bytes]":
        folder = self.folder
        (folder / "vocu-hub.conf").write_text(text)
        places = "".join(
            f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"user root; daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
            f"events {{ worker_connections 512; }}\nhttp {{ {places} include {folder}/vocu-hub.conf; }}\n"
        )
        command = [self.which(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False, timeout=60)
        assert (checked.returncode, "emerg" in checked.stderr) == (0, False), checked.stderr
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Caddy(Proxy):
    program = "caddy"
    keys = "/etc/caddy"
    sample = CONFIG / "caddy" / "Caddyfile"
    mtls: ClassVar[dict[str, str]] = {
        "\t\t# client_auth {": "\t\tclient_auth {",
        "# \tmode require_and_verify": "\tmode require_and_verify",
        "# \ttrusted_ca_cert_file /etc/caddy/desks-ca.crt": "\ttrusted_ca_cert_file AUTHORITY",
        "\t\t# }": "\t\t}",
    }

    def places(self) -> dict[str, str]:
        return {
            "hub.example.org {": f"https://localhost:{self.port} {{\n\tbind 127.0.0.1",
            "admin off": "admin off\n\tauto_https disable_redirects",
        }

    def start(self, text: str) -> "subprocess.Popen[bytes]":
        (self.folder / "Caddyfile").write_text(text)
        command = [self.which(), "run", "--adapter", "caddyfile", "--config", str(self.folder / "Caddyfile")]
        environment = {"HOME": str(self.folder), "PATH": PATH}
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment)


KINDS = pytest.mark.parametrize("kind", [Nginx, Caddy])


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub") / "hub"
    running = Hub(folder, alone=True)  # a desk that was let in at a proxy is not sent out of TLS, to another process
    (folder / "hub.toml").write_text((folder / "hub.toml").read_text() + 'audit_file = "audit.log"\n')
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=[Nginx, Caddy], ids=lambda kind: kind.program)
def proxy(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Proxy]:
    """In front of the hub, with a certificate that desks trust."""
    running: Proxy = request.param(tmp_path / "proxy", hub.port)
    monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
    yield running
    running.stop()


def audited(hub: Hub) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (hub.folder / "audit.log").read_text().splitlines()]


async def test_an_operation_runs_through_it(hub: Hub, proxy: Proxy, tmp_path: Path) -> None:
    await asyncio.to_thread(hub.renew_token)
    outside = copy.copy(hub)
    outside.url = proxy.url
    async with await found(outside, tmp_path) as organiser, await admit(organiser, tmp_path, "DE") as german:
        async with watching(organiser, german):
            scan = Attachment(
                name="scan.bin", media_type="application/octet-stream", data=secrets.token_bytes(3_000_000)
            )
            said = german.actions.send_message("through the proxy", files=[scan])
            await until(lambda: any(line.text for line in organiser.reading.lines()), 60)
            await organiser.fetch_files(said)
        assert [line.text.body for line in organiser.reading.lines() if line.text] == ["through the proxy"]
        assert organiser.files.read(said, 0)[1] == scan.data


async def test_the_hub_hears_of_the_address_that_the_proxy_saw_and_is_spared_what_is_too_large(
    hub: Hub, proxy: Proxy
) -> None:
    before = len(audited(hub))
    trusting = ssl.create_default_context(cafile=proxy.certificate)
    there = httpx2.AsyncHTTPTransport(local_address="127.0.0.7", verify=trusting)
    operation = f"/v1/operations/{'A' * 20}"
    async with proxy.client(transport=there, headers={"X-Forwarded-For": "192.0.2.1"}) as client:
        assert (await client.get(f"{operation}/genesis")).status_code == 404
        for path, size in ((f"{operation}/join-requests", 700_000), (f"{operation}/parts/{'0' * 64}", 27_300_000)):
            with contextlib.suppress(httpx2.TransportError):  # it may hang up on who goes on sending
                answer = await client.request("PUT" if "parts" in path else "POST", path, content=b"x" * size)
                assert answer.status_code >= 400
        for path in ("/metrics", "/ready"):
            assert (await client.get(path)).status_code == 404
    refused = [line["address"] for line in audited(hub)[before:] if line["event"] == "request-refused"]
    assert set(refused) == {"127.0.0.7"}


@KINDS
async def test_with_mtls_a_machine_without_a_certificate_gets_no_further_than_the_proxy(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Proxy]
) -> None:
    authority, key = certify(tmp_path, "desk")
    changes = {old: new.replace("AUTHORITY", str(authority)) for old, new in kind.mtls.items()}
    proxy = kind(tmp_path / "proxy", hub.port, changes)
    try:
        stranger = ssl.create_default_context(cafile=proxy.certificate)
        async with proxy.client(verify=stranger) as client:
            with contextlib.suppress(httpx2.TransportError, ssl.SSLError):  # one hangs up, the other says why
                assert (await client.get("/v1/hub")).status_code == 400
        both = tmp_path / "desk.pem"
        both.write_bytes(authority.read_bytes() + key.read_bytes())
        monkeypatch.setenv("SSL_CERT_FILE", str(proxy.certificate))
        monkeypatch.setenv("VOCU_CLIENT_CERTIFICATE", str(both))
        await asyncio.to_thread(hub.renew_token)
        outside = copy.copy(hub)
        outside.url = proxy.url
        async with await found(outside, tmp_path) as organiser, await admit(organiser, tmp_path, "DE") as german:
            german.actions.send_message("from a machine that is known")
            assert await german.sync()
            assert await organiser.sync()
        assert [line.text.body for line in organiser.reading.lines() if line.text] == ["from a machine that is known"]
    finally:
        proxy.stop()


def test_a_certificate_of_the_machine_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (tmp_path / "none.pem", tmp_path / "broken.pem"):
        monkeypatch.setenv("VOCU_CLIENT_CERTIFICATE", str(path))
        (tmp_path / "broken.pem").write_text("no certificate")
        with pytest.raises(MalformedError, match=path.name) as caught:
            trust("https://hub.example.org")
        assert caught.value.code == "bad-file"
