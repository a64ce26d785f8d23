"""Desks that no WebSocket reaches, behind a balancer that sends what they say to any process of the hub."""

import contextlib
import os
import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.system.certificates import certify
from tests.system.cluster.balancer import Balancer
from tests.system.cluster.cluster import Cluster, Process
from tests.system.rig import CHEAP, PASSPHRASE, PLAN, admit, until, watching
from vocu_client import Desk, Home, create_operation
from vocu_client.attachments import Attachment

NOBODY = "http://127.0.0.1:1"


class Site(NamedTuple):
    """The processes of a hub, and what stands before all of them."""

    cluster: Cluster
    balancer: Balancer

    def lost_sessions(self) -> int:
        """How many requests came to a process that does not know their session."""
        lines = [line for process in self.cluster.processes for line in process.log.read_text().splitlines()]
        return sum('"request-refused"' in line and '"not-authenticated"' in line for line in lines)

    async def found(self, folder: Path) -> Desk:
        home = Home(folder / "PL")
        await create_operation(home, self.balancer.url, self.cluster.token, PLAN, PASSPHRASE, CHEAP)
        return Desk.open(home, PASSPHRASE)


@pytest.fixture(autouse=True)
def _no_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is now, a desk tries long-poll alone once it has found that no WebSocket passes."""
    monkeypatch.setattr("vocu_client.transport.connecting.HEAD_START_SECONDS", 60.0)
    for name in ("HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Two processes that do not serve yet."""
    with contextlib.closing(Cluster(tmp_path, 2)) as cluster:
        yield cluster


def publish(process: Process, url: str, *settings: str) -> None:
    """Give a process this `public_url`, and further settings."""
    file = process.folder / "hub.toml"
    file.write_text("".join(f"{line}\n" for line in settings) + file.read_text().replace(process.url, url))
    process.url = url


def ports(cluster: Cluster) -> list[int]:
    return [process.port for process in cluster.processes]


@contextlib.asynccontextmanager
async def plain(cluster: Cluster, _folder: Path) -> AsyncIterator[Site]:
    """HTTP, at the balancer and at each process's own address."""
    async with contextlib.AsyncExitStack() as doors:
        for process in cluster.processes:
            publish(process, (await doors.enter_async_context(Balancer([process.port]).open())).url)
        yield Site(cluster, await doors.enter_async_context(Balancer(ports(cluster)).open()))


@contextlib.asynccontextmanager
async def ending_tls(cluster: Cluster, folder: Path) -> AsyncIterator[Site]:
    """The balancer shows a certificate, and so does a proxy with the same one at each process's own address."""
    certificate, key = certify(folder, "shown")
    os.environ["SSL_CERT_FILE"] = str(certificate)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    async with contextlib.AsyncExitStack() as doors:
        for process in cluster.processes:
            door = await doors.enter_async_context(Balancer([process.port], tls).open())
            publish(process, door.url, f'proxy_certificate = "{certificate}"')
        yield Site(cluster, await doors.enter_async_context(Balancer(ports(cluster), tls).open()))


@contextlib.asynccontextmanager
async def passing_tls(cluster: Cluster, folder: Path) -> AsyncIterator[Site]:
    """The balancer passes connections on to processes of which each shows a certificate of its own."""
    trusted = folder / "trusted.pem"
    os.environ["SSL_CERT_FILE"] = str(trusted)
    for process in cluster.processes:
        certificate, key = certify(folder, process.folder.name)
        with trusted.open("ab") as authorities:
            authorities.write(certificate.read_bytes())
        own = f'tls_certificate = "{certificate}"', f'tls_key = "{key}"'
        publish(process, process.url.replace("http:", "https:"), *own)
    async with Balancer(ports(cluster), whole=True).open() as balancer:
        balancer.url = balancer.url.replace("http:", "https:")
        yield Site(cluster, balancer)


Kind = Callable[[Cluster, Path], contextlib.AbstractAsyncContextManager[Site]]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", [plain, ending_tls, passing_tls], ids=lambda kind: kind.__name__)
async def test_a_desk_by_long_poll_goes_on_where_its_session_is_whoever_answers_first(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "")  # and set back as it was
    async with kind(cluster, tmp_path) as site:
        cluster.start()
        async with await site.found(tmp_path) as organiser:
            organiser.way.swallowed()
            assert await organiser.sync(30)
            async with await admit(organiser, tmp_path, "DE") as german:
                german.way.swallowed()
                for process in cluster.processes:  # one of them serves the operation
                    await _exchange(organiser, german, partial(site.balancer.turn_to, process.port))
                assert site.lost_sessions() == 0
                async with watching(organiser, german):
                    for n in range(10):
                        german.actions.send_message(f"up {n}")
                        organiser.actions.announce(f"down {n}")
                    await until(lambda: not german.outbox.waiting(0, 1) and not organiser.outbox.waiting(0, 1), 60)
                    await until(lambda: german.view.size == organiser.view.size, 60)
                assert site.lost_sessions() == 0
                assert not organiser.replica.alarms()
                assert not german.replica.alarms()


async def _exchange(organiser: Desk, german: Desk, turn: Callable[[], None]) -> None:
    """Words and a file from one to the other; each time somebody comes, the balancer is turned to one process."""
    evidence = secrets.token_bytes(2_500_000)
    attachment = Attachment(name="a.bin", media_type="application/octet-stream", data=evidence)
    said = organiser.actions.announce("With a file.", files=[attachment])
    turn()
    assert await organiser.sync(30)
    assert not organiser.outbox.waiting(0, 1)
    turn()
    assert await german.sync(30)
    turn()
    await german.fetch_files(said)
    assert german.files.read(said, 0)[1] == evidence
    turn()
    assert await organiser.applicants() == []
    assert organiser.way.kind == german.way.kind == "polling"


@pytest.mark.timeout(120)
async def test_where_a_process_cannot_be_reached_by_itself_a_desk_stays_at_a_balancer_that_is_true_to_it(
    tmp_path: Path,
) -> None:
    with contextlib.closing(Cluster(tmp_path, 1)) as cluster:
        (process,) = cluster.processes
        publish(process, NOBODY)
        async with Balancer([process.port]).open() as balancer:
            cluster.start()
            async with await Site(cluster, balancer).found(tmp_path) as organiser:
                assert await organiser.sync(30)
                organiser.actions.announce("It is delivered all the same.")
                assert await organiser.sync(30)
                assert not organiser.outbox.waiting(0, 1)
                assert await organiser.applicants() == []
                assert organiser.way.kind == "polling"
                assert not organiser.replica.alarms()
