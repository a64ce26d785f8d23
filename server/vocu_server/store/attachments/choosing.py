"""Where the settings say that parts lie."""

import configparser
from pathlib import Path
from urllib.parse import urlsplit

from vocu.errors import MalformedError
from vocu_server.settings import HubFolder
from vocu_server.store.attachments.folder import Folder
from vocu_server.store.attachments.place import Place


def place_of(hub: HubFolder) -> Place:
    """The folder or bucket of this hub. It is not asked anything yet: `check` does that.

    Raises MalformedError, PlaceError.
    """
    settings = hub.settings
    if settings.files is None:
        return Folder(hub.data_dir / "parts")
    if not settings.files.startswith("s3://"):
        return Folder(hub.path(settings.files))
    try:
        # Imported here: whoever keeps files in a folder need not have the library.
        from vocu_server.store.attachments.bucket import Bucket, Credentials  # noqa: PLC0415
    except ImportError:
        raise MalformedError(
            "bad-settings", "`files` names a bucket, and the library for it is not here: install vocu[hub,s3]."
        ) from None
    place = urlsplit(settings.files)
    prefix = place.path.strip("/")
    return Bucket(
        place.netloc,
        f"{prefix}/" if prefix else "",
        Credentials(*_credentials(hub)),
        endpoint=settings.files_endpoint,
        region=settings.files_region,
        ca_file=hub.path(settings.files_ca_file) if settings.files_ca_file else None,
        spool=hub.data_dir / "spool",
    )


def _credentials(hub: HubFolder) -> tuple[str, str]:
    """The two keys in the section `default` of a file as all clients of such stores have it."""
    path: Path = hub.path(hub.settings.files_credentials_file or "")
    read = configparser.ConfigParser(interpolation=None)
    try:
        read.read_string(path.read_text(encoding="utf-8"))
        return read["default"]["aws_access_key_id"], read["default"]["aws_secret_access_key"]
    except OSError as error:
        raise MalformedError("bad-settings", f"{path} cannot be read ({error.strerror}).") from None
    except (configparser.Error, KeyError, ValueError):
        raise MalformedError(
            "bad-settings", f"{path} needs a section [default] with aws_access_key_id and aws_secret_access_key."
        ) from None
