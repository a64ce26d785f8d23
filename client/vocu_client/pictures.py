"""Pictures made anew from their pixels, so that nothing hidden goes with them."""

import io
from pathlib import PurePosixPath
from threading import BoundedSemaphore
from typing import Final

import pi_heif  # type: ignore[import-untyped]
from PIL import Image, ImageOps

from vocu.errors import MalformedError
from vocu.operation.media import MAX_FILE

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
_MEMORY: Final = BoundedSemaphore(2)
"""So many pictures are unpacked at once, however many are asked for: one of the largest takes half a gigabyte."""

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # `_opened` refuses earlier, and without a warning that only some threads would hear


def thumbnail(data: bytes, side: int = THUMBNAIL_SIDE) -> bytes:
    """A small JPEG or PNG of a picture that came with an event, made anew from its pixels.

    Raises MalformedError (bad-picture, picture-too-large) where it is none that a page may show.
    """
    with _opened("The picture", data, SHOWN) as picture:
        return made_anew(picture, side)[1]


def picture_in(name: str, data: bytes) -> Image.Image | None:
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


def made_anew(picture: Image.Image, side: int = LONG_SIDE) -> tuple[str, bytes, tuple[int, int]]:
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
