"""Files before they are attached: pictures are made anew, so that nothing hidden goes with them; names are cleaned."""

import hashlib
import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

from msgspec import Struct

from vocu.canonical import b64
from vocu.operation.media import MAX_FILE_NAME, require_size

NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys(':*?"<>|', "_"))
RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,40}/[a-z0-9][a-z0-9.+-]{0,80}")


class Attachment(Struct, frozen=True, kw_only=True):
    """A file as it will be sent. `size`: a picture's width and height; `original`: b64 SHA-256 of the file that a
    picture was made anew from, which stays with the country."""

    name: str
    media_type: str
    data: bytes
    size: tuple[int, int] | None = None
    original: str | None = None


def attach(name: str, data: bytes) -> Attachment:
    """The file as it will be sent: a picture upright, without EXIF or place, its long side at most 2560 pixels;
    anything else as it is.

    Raises RefusedError (file-empty, file-too-large) or MalformedError (bad-picture, picture-too-large).
    """
    # Imported late: few commands have to do with pictures.
    from vocu_client.pictures import made_anew, picture_in  # noqa: PLC0415

    name = clean_name(name)
    require_size(name, min(len(data), 1))
    picture = picture_in(name, data)
    if picture is None:
        require_size(name, len(data))
        return Attachment(name=name, media_type=_guess(name), data=data)
    with picture:
        kind, made, size = made_anew(picture)
    require_size(name, len(made))
    suffix = {"JPEG": ".jpg", "PNG": ".png"}[kind]
    own = PurePosixPath(name).suffix.lower()
    if own != suffix and (kind, own) != ("JPEG", ".jpeg"):
        name = name.removesuffix(PurePosixPath(name).suffix)[: MAX_FILE_NAME - len(suffix)] + suffix
    return Attachment(
        name=name, media_type=f"image/{kind.lower()}", data=made, size=size, original=b64(hashlib.sha256(data).digest())
    )


def is_picture(media_type: str) -> bool:
    """Whether a file of this type may be shown in a page; all others are downloads."""
    return media_type in ("image/jpeg", "image/png")


def clean_name(name: str) -> str:
    """The name that is left without path, without signs that are not seen or turn others around, and not too long."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    spaced = "".join(" " if unicodedata.category(sign) in ("Zs", "Zl", "Zp") else sign for sign in name)
    seen = " ".join("".join(sign for sign in spaced if sign.isprintable()).translate(NOT_IN_NAMES).split())
    seen = seen.strip(". ") or "file"
    seen = f"_{seen}" if RESERVED.match(seen) else seen
    suffix = PurePosixPath(seen).suffix if len(PurePosixPath(seen).suffix) <= 12 else ""
    return seen if len(seen) <= MAX_FILE_NAME else seen[: MAX_FILE_NAME - len(suffix)].rstrip(". ") + suffix


def _guess(name: str) -> str:
    """What a file says that it is, by its name; its receiver does not rely on it."""
    guessed = mimetypes.guess_type(name)[0] or ""
    # A picture that was not made anew must not be taken for one that was.
    fits = MEDIA_TYPE.fullmatch(guessed) and not is_picture(guessed)
    return guessed if fits else "application/octet-stream"
