"""Where a desk keeps its things, and the few facts that it starts from."""

import json
import os
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from vocu.errors import MalformedError, RefusedError
from vocu.ids import DeviceID, NCPCode, OperationID

DEFAULT_HOME = Path("~/.vocu")


class DeskSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`desk.toml`: the hub's address and key, the operation, and which desk of which participant this is."""

    hub: str
    hub_key: str
    op: OperationID
    ncp: NCPCode
    device: DeviceID
    name: str
    safety_number: str = ""
    """To be read out by telephone until this desk is admitted; empty for the desk that founded the operation."""
    proxy: str = ""
    """`http://name:password@host:port` on the way to the hub; where empty, what the environment says."""


class Home:
    """The folder of one desk: one participant in one operation."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser()
        self.settings_file = self.path / "desk.toml"
        self.keys_file = self.path / "keys.vocu"
        self.country_file = self.path / "country.vocu"
        self.database_file = self.path / "desk.sqlite"
        self.lock_file = self.path / "sync.lock"
        self.media_folder = self.path / "media"
        self.link_file = self.path / "desk.link"
        self.way_file = self.path / "websocket.blocked"

    def make(self) -> None:
        """Create the folder, for its owner only. Raises RefusedError where a desk lives there already."""
        if self.settings_file.exists() or self.keys_file.exists():
            raise RefusedError("desk-exists", f"There is a desk in {self.path} already; choose another --home.")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def require_database(self) -> None:
        """Raises RefusedError where this desk was connected before and its database is gone."""
        if self.lock_file.exists() and not self.database_file.exists():
            raise RefusedError(
                "database-lost",
                f"{self.database_file} is gone, and with it what was not delivered yet. Put it back from a backup, or "
                "have this desk revoked and join with a new one: the log itself is safe at the hub.",
            )

    def root_files(self) -> list[Path]:
        """The key files of the operation's roots that are kept here."""
        return sorted(self.path.glob("root-*.vocu"))

    def read_settings(self) -> DeskSettings:
        """Raises RefusedError where there is no desk, MalformedError where `desk.toml` is not as it should be."""
        if not self.settings_file.exists():
            raise RefusedError(
                "no-desk", f"There is no desk in {self.path}; make one with `vocu join` or `vocu operation create`."
            )
        try:
            return msgspec.convert(tomllib.loads(self.settings_file.read_text("utf-8")), DeskSettings)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise MalformedError("bad-settings", f"{self.settings_file} is not as it should be: {error}.") from None

    def write_settings(self, settings: DeskSettings) -> None:
        # A JSON string is a TOML basic string, so no TOML writer is needed for a handful of strings.
        lines = [f"{name} = {json.dumps(getattr(settings, name))}" for name in settings.__struct_fields__]
        write_private(self.settings_file, ("\n".join(lines) + "\n").encode())


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads; it is there whole or not at all."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
