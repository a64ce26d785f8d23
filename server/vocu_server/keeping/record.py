"""Which backup was made last: noted beside the database, for `vocu-hub doctor` and `vocu-hub upgrade`."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from vocu.canonical import decode, encode
from vocu.errors import MalformedError
from vocu_server.settings import HubFolder

NAME = "backup.json"


class Newest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The newest backup: made when (ms since 1970), where it was written, its bytes, their hash, and for which key."""

    made: Annotated[int, Meta(ge=0, lt=2**53)]
    path: str
    size: int
    sha256: str
    key: str

    def write(self, hub: HubFolder) -> None:
        draft = hub.data_dir / f"{NAME}.new"
        draft.write_bytes(encode(self))
        draft.replace(hub.data_dir / NAME)


def newest_backup(hub: HubFolder) -> Newest | None:
    """None where there was none, or nobody can read the note."""
    try:
        return decode((hub.data_dir / NAME).read_bytes(), _decoder)
    except (OSError, MalformedError):
        return None


_decoder = msgspec.json.Decoder(Newest)
