"""The hub's own keys, and its claim to a data folder."""

import fcntl
import os
import secrets
from pathlib import Path
from typing import IO

from msgspec import Struct
from sqlalchemy import Connection, insert, select

from vocu.canonical import b64
from vocu.crypto.keys import COMPOSITE_SEED_SIZE, SEED_SIZE, HubSigningKey, SigningKey
from vocu.errors import MalformedError, RefusedError
from vocu_server.store.tables import hub_key

SEEDS = {"hub.seed": COMPOSITE_SEED_SIZE, "compiler.seed": SEED_SIZE}


class HubKeys(Struct, frozen=True):
    """What the hub signs with: checkpoints and hellos, and newsletters as the operation's compiler."""

    hub: HubSigningKey
    compiler: SigningKey


def make_keys(data_dir: Path) -> HubKeys:
    """New keys, in files that only the hub's account reads. Raises RefusedError where there are some."""
    for name, size in SEEDS.items():
        write_secret(data_dir / name, secrets.token_bytes(size))
    return read_keys(data_dir)


def copy_keys(other: Path, data_dir: Path) -> None:
    """The keys of another process of the same hub. Raises MalformedError where there are none, RefusedError where there
    are keys here already."""
    read_keys(other)
    for name in SEEDS:
        write_secret(data_dir / name, (other / name).read_bytes())


def write_secret(path: Path, data: bytes) -> None:
    """A new file that only the hub's account reads. Raises RefusedError where there is one of that name."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RefusedError("keys-exist", f"{path} is there already, of another hub; choose another folder.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_keys(data_dir: Path) -> HubKeys:
    try:
        hub, compiler = ((data_dir / name).read_bytes() for name in ("hub.seed", "compiler.seed"))
    except OSError:
        raise MalformedError("no-keys", f"{data_dir} holds no keys of a hub; run `vocu-hub init` first.") from None
    return HubKeys(HubSigningKey.from_seed(hub), SigningKey.from_seed(compiler))


def require_same(connection: Connection, keys: HubKeys) -> None:
    """Remember whose database this is. Raises RefusedError where it is another hub's."""
    ours = {"hub": b64(keys.hub.public.data), "compiler": b64(keys.compiler.public.data)}
    known = dict(connection.execute(select(hub_key.c.name, hub_key.c.public)).all())
    if not known:
        connection.execute(insert(hub_key), [{"name": name, "public": public} for name, public in ours.items()])
    elif known != ours:
        raise RefusedError(
            "wrong-hub", "This database belongs to a hub with other keys; use its keys, or another database."
        )


def claim(data_dir: Path) -> IO[str]:
    """Hold the data folder until the file is closed. Raises RefusedError while another hub holds it."""
    file = (data_dir / "hub.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise RefusedError(
            "hub-is-running", f"Another hub works in {data_dir}; stop it first, or choose another folder."
        ) from None
    return file
