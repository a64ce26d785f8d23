"""Who may read the hub's keys, settings and data."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from vocu_server.doctor.finding import Finding, bad, ok, warn
from vocu_server.settings import HubFolder

OF = "permissions"
SECRETS = ("tls_key", "database_password_file", "files_credentials_file")
"""Settings that name a file which only the hub may read."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO
ROOT_FOR_A_GROUP = OTHERS & ~stat.S_IRGRP
"""A file of root's that the hub's group reads, so that a hub that was broken into cannot change it (docs/admin.md)."""


def permissions(hub: HubFolder) -> Iterator[Finding]:
    """The hub's secrets are for its account alone, others cannot change its settings, and all have one owner."""
    own = [hub.data_dir, hub.data_dir / "hub.seed", hub.data_dir / "compiler.seed"]
    named = [hub.path(name) for name in (getattr(hub.settings, each) for each in SECRETS) if name]
    faults = [*_open_secrets(own, named), *_open_settings(hub.folder / "hub.toml")]
    faults += _strange_owners(hub.data_dir, own)
    yield from faults or [ok(OF, "keys, data and settings are for the hub's account alone")]


def _open_secrets(own: list[Path], named: list[Path]) -> Iterator[Finding]:
    for path in own + named:
        try:
            about = path.stat()
        except OSError as error:
            yield bad(OF, f"{path} cannot be read ({error.strerror})", "put it back from a backup, or correct hub.toml")
            continue
        if about.st_mode & (ROOT_FOR_A_GROUP if path in named and about.st_uid == 0 else OTHERS):
            yield bad(
                OF, f"{path} is open to other accounts", f"chmod go= {path}; if others used this machine, ask who"
            )


def _open_settings(path: Path) -> Iterator[Finding]:
    if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield bad(OF, f"{path} can be changed by other accounts", f"chmod go-w {path}")


def _strange_owners(data: Path, paths: list[Path]) -> Iterator[Finding]:
    try:
        owner = data.stat().st_uid
        strange = [path for path in (*paths, *data.iterdir()) if path.exists() and path.stat().st_uid != owner]
    except OSError:
        return
    if strange:
        yield bad(OF, f"{strange[0]} belongs to another account than {data}", f"chown it to the owner of {data}")
    if owner == 0 and os.getuid() == 0:
        yield warn(OF, "the hub's data belong to root", "give the hub an account of its own, and run it as that")
