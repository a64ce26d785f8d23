"""The disk: room, and whether what is synced stays."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from vocu_server.doctor.finding import Finding, bad, ok, warn
from vocu_server.settings import HubFolder

OF = "disk"
MIB = 1024 * 1024
TOO_LITTLE, LITTLE = 200 * MIB, 2048 * MIB
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "glusterfs", "fuse.sshfs", "fuse.glusterfs"}
FLEETING = {"tmpfs", "ramfs"}


def disk(hub: HubFolder) -> Iterator[Finding]:
    """There is room for weeks, files are durable, and SQLite does not lie on a network."""
    yield _room(hub.data_dir)
    yield _kind(hub)
    yield _sync(hub.data_dir)


def _room(data: Path) -> Finding:
    about = os.statvfs(data)
    free = about.f_bavail * about.f_frsize
    says = f"{free // MIB} MiB free"
    if free < TOO_LITTLE or (about.f_files and about.f_favail < 1000):
        return bad(OF, f"{says}, {about.f_favail} files", "make room now: a full disk stops all posting")
    if free < LITTLE:
        return warn(OF, says, "make room: below 200 MiB, posting may stop at any time")
    return ok(OF, says)


def _kind(hub: HubFolder) -> Finding:
    kind = kind_of(hub.data_dir)
    if kind in FLEETING:
        return bad(OF, f"{kind}: everything is gone after a restart", "move `data_dir` to a disk")
    if kind in NETWORK and hub.settings.database is None:
        return bad(
            OF, f"SQLite on {kind}, whose locks cannot be relied on", "move `data_dir` to a disk of this machine"
        )
    return ok(OF, f"{hub.data_dir} is on {kind or 'a file system that does not say what it is'}")


def kind_of(path: Path) -> str:
    """The kind of file system that this path lies on; empty where the system does not say."""
    real = path.resolve()
    best, kind = -1, ""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:  # proc(5): ... (5) mount point ... "-" (9) file system type ...
        before, _, after = line.partition(" - ")
        place = Path(before.split()[4].replace("\\040", " "))
        if real.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), after.split()[0]
    return kind


def _sync(data: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=data) as file:
            file.write(b"vocu")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return bad(OF, f"nothing can be written and synced in {data} ({error.strerror})", "see who owns it, and dmesg")
    return ok(OF, "writes and syncs")
