"""A real S3-compatible store for the tests: the Ceph Object Gateway, on loopback, in a folder of its own.

It is the store that many administrations run themselves. One monitor, one daemon that keeps objects in memory, and the
gateway; `tests/install` brings them as Debian packages.
"""

import atexit
import contextlib
import ctypes
import functools
import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.config
import botocore.session
import pytest
from msgspec import Struct

PROGRAMS = ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "ceph-authtool", "monmaptool")
ACCESS_KEY, SECRET_KEY = "vocu", "not-a-secret"
_number = itertools.count()
_libc = ctypes.CDLL(None)
_SETTINGS = """[global]
fsid = {fsid}
mon host = v1:127.0.0.1:{monitor}
mon initial members = a
auth cluster required = none
auth service required = none
auth client required = none
ms bind msgr2 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = {folder}/keyring
mon data = {folder}/mon
osd data = {folder}/osd
log file = {folder}/$name.log
admin socket = {folder}/$name.asok
crash dir = {folder}
osd objectstore = memstore
osd class update on start = false
osd crush update on start = false
memstore device bytes = 1073741824
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
paxos propose interval = 0.05
paxos min wait = 0.01
mon data avail crit = 0
mon data avail warn = 0
[client.rgw]
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw enable apis = s3
rgw cache enabled = false
rgw run sync thread = false
rgw enable gc threads = false
rgw enable lc threads = false
"""


class ObjectStore:
    """A store on a free port of loopback. Objects outlive the gateway's end, and nothing outlives `close`."""

    def __init__(self) -> None:
        if missing := [each for each in PROGRAMS if shutil.which(each) is None]:
            pytest.skip(f"there is no {missing[0]} here: apt install radosgw ceph-mon ceph-osd")
        self._folder = Path(tempfile.mkdtemp(prefix="vocu-ceph-"))
        for name in ("mon", "osd", "rgw"):
            (self._folder / name).mkdir()
        monitor, self.port = _free_port(), _free_port()
        fsid = str(uuid.uuid4())
        (self._folder / "ceph.conf").write_text(
            _SETTINGS.format(folder=self._folder, fsid=fsid, monitor=monitor, port=self.port)
        )
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        keyring, map_ = self._folder / "keyring", self._folder / "map"
        self._run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v1:127.0.0.1:{monitor}]", map_)
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", map_, "--keyring", keyring)

    @property
    def gateway(self) -> subprocess.Popen[bytes]:
        return self._running["radosgw"]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Begin the cluster, then its gateway with one account."""
        self._start("ceph-mon", "-f", "-i", "a")
        self._run("ceph", "osd", "create")
        self._run("ceph-osd", "--mkfs", "-i", "0")
        self._start("ceph-osd", "-f", "-i", "0")
        self._run("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=here")
        self.start()
        user = ("--uid=vocu", "--display-name=vocu", f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")
        self._run("radosgw-admin", "user", "create", *user)

    def start(self) -> None:
        """Start the gateway, and return once it answers; on a restart, at the same address."""
        self._start("radosgw", "-f", "-n", "client.rgw")

        def answers() -> bool:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                connection.settimeout(10)
                return connection.recv(12).endswith(b"200")
            return False

        deadline = time.monotonic() + 120
        while not answers():
            if any(each.poll() is not None for each in self._running.values()) or time.monotonic() > deadline:
                raise RuntimeError("the object store does not serve")
            time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would end the gateway."""
        self.gateway.kill()
        self.gateway.wait()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """While the gateway takes connections, and answers nothing."""
        self.gateway.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.gateway.send_signal(signal.SIGCONT)

    @functools.cached_property
    def client(self) -> Any:
        """Another client than the hub's, to look at what it left and to bend it."""
        return botocore.session.Session().create_client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=botocore.config.Config(
                s3={"addressing_style": "path"}, request_checksum_calculation="when_required"
            ),
        )

    def close(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, program: str, *arguments: str) -> None:
        with (self._folder / "out").open("ab") as out:
            self._running[program] = subprocess.Popen(
                [program, *arguments, "-c", str(self._folder / "ceph.conf")],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  it calls one function of libc, which is loaded
            )

    def _run(self, *command: object) -> None:
        own = os.environ | {"CEPH_CONF": str(self._folder / "ceph.conf")}
        done = subprocess.run([str(each) for each in command], check=False, capture_output=True, env=own, timeout=120)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr.decode()[-2000:]}")


class HubBucket(Struct, frozen=True):
    """An empty bucket, and a hub's settings for it."""

    store: ObjectStore
    name: str
    credentials: Path

    @property
    def settings(self) -> dict[str, str]:
        return {
            "files": f"s3://{self.name}/hub",
            "files_endpoint": self.store.url,
            "files_credentials_file": str(self.credentials),
        }

    def names(self) -> list[str]:
        """The names of all objects, of every version."""
        found = self.store.client.list_object_versions(Bucket=self.name)
        return [each["Key"] for each in (*found.get("Versions", ()), *found.get("DeleteMarkers", ()))]


@functools.cache
def object_store() -> ObjectStore:
    """The store that all tests of this process share. Skips the test where there is none."""
    for trial in range(3):  # somebody may take a port between our choosing and our using it
        store = ObjectStore()
        try:
            store.begin()
        except RuntimeError:
            store.close()
            if trial == 2:
                raise
        else:
            atexit.register(store.close)
            break
    return store


def new_bucket(folder: Path, *, versioned: bool = False) -> HubBucket:
    """A bucket of its own for one test; the credentials' file is written into this folder."""
    store = object_store()
    client, name = store.client, f"vocu-{next(_number)}-{secrets.token_hex(4)}"
    client.create_bucket(Bucket=name)
    if versioned:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return HubBucket(store, name, write_credentials(folder))


def write_credentials(folder: Path, *, access_key: str = ACCESS_KEY, secret_key: str = SECRET_KEY) -> Path:
    path = folder / "s3.credentials"
    path.write_text(f"[default]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n")
    return path


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind (Linux: PR_SET_PDEATHSIG)."""
    _libc.prctl(1, signal.SIGKILL)
