"""Files before they are attached: pictures are made anew, so that nothing hidden goes with them; names are cleaned."""

import hashlib
import io
import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath
from threading import BoundedSemaphore
from typing import Final

import pi_heif  # type: ignore[import-untyped]
from msgspec import Struct
from PIL import Image, ImageOps

from vocu.canonical import b64
from vocu.errors import MalformedError
from vocu.operation.media import MAX_FILE, MAX_FILE_NAME, require_size

MAX_PIXELS = 50_000_000
LONG_SIDE = 2560
THUMBNAIL_SIDE = 320
QUALITY = 88
MAX_SCANS = 100
START_OF_SCAN: Final = b"\xff\xda"
"""In a JPEG (ISO/IEC 10918-1, B.1.1.3). Each scan goes over all pixels and may take hardly a hundred bytes, so one file
could hold hours of work; a camera makes one, a program for the web ten."""
TAKEN: Final = ("JPEG", "PNG", "WEBP", "HEIF", "BMP")
"""Kinds of pictures that officers bring. What else there is goes as it is, and is never shown in a page."""
SHOWN: Final = ("JPEG", "PNG")
"""What a picture from another desk may be: few decoders see what strangers made."""
PICTURE_NAMES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".bmp"})
NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys(':*?"<>|', "_"))
RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,40}/[a-z0-9][a-z0-9.+-]{0,80}")
_MEMORY: Final = BoundedSemaphore(2)
"""So many pictures are unpacked at once, however many are asked for: one of the largest takes half a gigabyte."""

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # `_opened` refuses earlier, and without a warning that only some threads would hear


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
    name = clean_name(name)
    require_size(name, min(len(data), 1))
    picture = _picture(name, data)
    if picture is None:
        require_size(name, len(data))
        return Attachment(name=name, media_type=_guess(name), data=data)
    with picture:
        kind, made, size = _made_anew(picture, LONG_SIDE)
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


def thumbnail(data: bytes, side: int = THUMBNAIL_SIDE) -> bytes:
    """A small JPEG or PNG of a picture that came with an event, made anew from its pixels.

    Raises MalformedError (bad-picture, picture-too-large) where it is none that a page may show.
    """
    with _opened("The picture", data, SHOWN) as picture:
        return _made_anew(picture, side)[1]


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


def _picture(name: str, data: bytes) -> Image.Image | None:
    """The picture in these bytes; None where they are something else. By content: a name may say anything."""
    try:
        return _opened(name, data, TAKEN)
    except MalformedError as error:
        if error.code != "bad-picture" or PurePosixPath(name).suffix.lower() in PICTURE_NAMES:
            raise
        return None


def _opened(name: str, data: bytes, kinds: tuple[str, ...]) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=kinds)
    except Exception:
        raise _damaged(name) from None
    if data.startswith(b"\xff\xd8") and data.count(START_OF_SCAN) > MAX_SCANS:
        picture.close()
        raise _damaged(name)
    if picture.width * picture.height > MAX_PIXELS:
        picture.close()
        raise MalformedError("picture-too-large", f"{name} has more than 50 million pixels; save it smaller.")
    return picture


def _made_anew(picture: Image.Image, side: int) -> tuple[str, bytes, tuple[int, int]]:
    """Kind, bytes and size of the picture, turned upright: its pixels alone, and nothing else of its file."""
    with _MEMORY:
        return _drawn_anew(picture, side)


def _drawn_anew(picture: Image.Image, side: int) -> tuple[str, bytes, tuple[int, int]]:
    png = picture.format == "PNG"
    try:
        picture.draft(None, (side, side))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((side, side))
        clear = upright.has_transparency_data
        plain = upright.convert("RGBA" if clear else "RGB")
    except Exception:
        raise _damaged("The picture") from None
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    if png or clear:
        made = _saved(bare, "PNG", optimize=True)
        if len(made) <= MAX_FILE:
            return "PNG", made, bare.size
    return "JPEG", _saved(bare.convert("RGB"), "JPEG", quality=QUALITY, optimize=True), bare.size


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _damaged(name: str) -> MalformedError:
    return MalformedError(
        "bad-picture", f"{name} is damaged, or no picture that is known here; save it as JPEG or PNG."
    )
