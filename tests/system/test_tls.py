"""The line is TLS with the hub's own certificate, and a desk notices when somebody opens it in between."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.system.certificates import certify
from tests.system.middleboxes import join, serving
from tests.system.rig import Hub, admit, found
from vocu.errors import VocuError
from vocu_client.settings import DeskSettings


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    certificate, key = certify(tmp_path, "hub")
    interceptor, _ = certify(tmp_path, "interceptor")
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(certificate.read_bytes() + interceptor.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    tls = ("--tls-certificate", str(certificate), "--tls-key", str(key))
    running = Hub(tmp_path / "hub", *tls)
    running.start()
    yield running  # type: ignore[misc]
    running.stop()


async def test_an_operation_runs_over_tls(hub: Hub, tmp_path: Path) -> None:
    assert hub.url.startswith("https://")
    async with await found(hub, tmp_path) as organiser, await admit(organiser, tmp_path, "DE") as german:
        organiser.actions.send_message("over TLS")
        assert await organiser.sync()
        assert await german.sync()
        assert [line.text.body for line in german.reading.lines() if line.text] == ["over TLS"]


@contextlib.asynccontextmanager
async def intercepting(hub: Hub, folder: Path) -> AsyncIterator[str]:
    """A proxy that opens TLS with a certificate that the desk's machine trusts, and closes it again towards the hub."""
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(folder / "interceptor.crt", folder / "interceptor.key")
    towards_hub = ssl.create_default_context(cafile=str(folder / "hub.crt"))

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", hub.port, ssl=towards_hub)
        await asyncio.gather(pipe(reader, hub_writer), pipe(hub_reader, writer))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=own)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_whoever_opens_the_line_is_noticed_and_nothing_is_said(hub: Hub, tmp_path: Path) -> None:
    async with await found(hub, tmp_path) as organiser:
        pass
    home = organiser.home
    async with intercepting(hub, tmp_path) as address:
        settings = home.read_settings()
        fields = {name: getattr(settings, name) for name in settings.__struct_fields__}
        home.write_settings(DeskSettings(**fields | {"hub": address}))
        async with type(organiser).open(home, "an example of a passphrase") as desk:
            desk.actions.send_message("not for the one in between")
            with pytest.raises(VocuError) as caught:
                await desk.sync()
            assert caught.value.code == "tls-intercepted"
            assert "certificate from: CN=interceptor" in str(caught.value)
            assert not desk.replica.alarms()
            assert [item.state for item in desk.outbox.items()] == ["queued"]


async def test_a_desk_talks_to_no_hub_without_tls_unless_it_is_on_this_machine(tmp_path: Path) -> None:
    from vocu_client.transport import require_safe_address

    require_safe_address("https://hub.example.org")
    require_safe_address("http://127.0.0.1:8440")
    for address in ("http://hub.example.org", "ftp://127.0.0.1", "hub.example.org"):
        with pytest.raises(VocuError) as caught:
            require_safe_address(address)
        assert caught.value.code == "no-tls"


async def test_a_hub_behind_a_proxy_with_a_certificate_of_its_own_notices_it_too(hub: Hub, tmp_path: Path) -> None:
    """The proxy in front of the second hub shows what the first hub shows; the interceptor shows something else."""
    behind = Hub(tmp_path / "behind")
    settings = behind.folder / "hub.toml"
    settings.write_text(f'proxy_certificate = "{tmp_path / "hub.crt"}"\n' + settings.read_text("utf-8"), "utf-8")
    behind.start()
    try:
        async with (
            terminating(tmp_path, "hub", behind.port) as address,
            terminating(tmp_path, "interceptor", behind.port) as intercepted,
        ):
            behind.url = address
            async with await found(behind, tmp_path) as organiser:
                organiser.actions.announce("through our own proxy")
                assert await organiser.sync()
            fields = organiser.home.read_settings()
            organiser.home.write_settings(msgspec.structs.replace(fields, hub=intercepted))
            async with type(organiser).open(organiser.home, "an example of a passphrase") as desk:
                with pytest.raises(VocuError) as caught:
                    await desk.sync()
                assert caught.value.code == "tls-intercepted"
    finally:
        behind.stop()


@contextlib.asynccontextmanager
async def terminating(folder: Path, name: str, port: int) -> AsyncIterator[str]:
    """A proxy that holds the TLS of a hub without it."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hub = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(hub[1]):
            await join((reader, writer), hub)

    async with serving(carry, tls) as here:
        yield f"https://127.0.0.1:{here}"
