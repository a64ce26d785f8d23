"""Files that go with an event: what the sealed part `media` says of them, and how they are cut into sealed chunks.

The chunks travel beside the log. Each is named by its hash twice: in clear in the header, so that the hub can keep,
serve and erase it without opening anything, and in the sealed part, together with the key that opens it.
"""

import hashlib
from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from vocu.canonical import b64
from vocu.crypto.sealing import CHUNK, chunk_context, seal_part, sealed_size
from vocu.errors import RefusedError
from vocu.ids import Digest
from vocu.operation.bodies import Body
from vocu.operation.header import Blob

MAX_FILES = 10
MAX_FILE = 25 * 1024 * 1024
MAX_FILE_NAME = 120
MAX_CHUNKS = -(-MAX_FILE // CHUNK)

Pixels = Annotated[int, Meta(ge=1, le=100_000)]


class MediaFile(Body, frozen=True, kw_only=True):
    """One file: what it is, and what opens it. `sha256` is of its bytes, `original` of those that the country keeps
    where a picture was made anew from them; `key` opens its chunks, whose hashes follow in their order."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_FILE_NAME)]
    type: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.+-]{0,40}/[a-z0-9][a-z0-9.+-]{0,80}\Z")]
    size: Annotated[int, Meta(ge=1, le=MAX_FILE)]
    sha256: Digest
    key: Digest
    chunk: Annotated[int, Meta(ge=CHUNK, le=CHUNK)]
    chunks: Annotated[tuple[Digest, ...], Meta(min_length=1, max_length=MAX_CHUNKS)]
    width: Pixels | None = None
    height: Pixels | None = None
    original: Digest | None = None

    def __post_init__(self) -> None:
        if not is_safe_name(self.name):
            raise ValueError("a file's name has no path, no control or turning sign, and does not begin with a dot")
        if len(self.chunks) != -(-self.size // self.chunk):
            raise ValueError("a file has as many chunks as its size needs")
        if (self.width is None) != (self.height is None):
            raise ValueError("a picture has a width and a height")

    def blobs(self) -> Iterator[Blob]:
        """The sealed chunks as the header names them."""
        for number, sha256 in enumerate(self.chunks):
            yield Blob(sha256, sealed_size(min(self.chunk, self.size - number * self.chunk)))


class Media(Body, frozen=True, kw_only=True):
    """The files of an event."""

    files: Annotated[tuple[MediaFile, ...], Meta(min_length=1, max_length=MAX_FILES)]

    def blobs(self) -> tuple[Blob, ...]:
        """The sealed chunks of all files, as the header must name them."""
        return tuple(blob for file in self.files for blob in file.blobs())


def is_safe_name(name: str) -> bool:
    """Whether a file may be saved and shown under this name: no path parts, nothing invisible, no hidden file."""
    return name.isprintable() and not set(name) & set('/\\:*?"<>|') and not name.startswith((".", " "))


def require_size(name: str, size: int) -> None:
    """Return if a file of so many bytes can be attached. Raises RefusedError."""
    if size == 0:
        raise RefusedError("file-empty", f"{name} is empty; attach the file that you meant.")
    if size > MAX_FILE:
        raise RefusedError(
            "file-too-large", f"{name} has {size:,} bytes; {MAX_FILE:,} (25 MiB) is the most. Split or compress it."
        )


def seal_file(data: bytes, key: bytes, *, op: str, event_id: str, file: int) -> Iterator[bytes]:
    """The sealed chunks of a file that is not empty, in their order. `file`: its number among those of the event."""
    last = (len(data) - 1) // CHUNK
    for number in range(last + 1):
        context = chunk_context(op=op, event_id=event_id, file=file, chunk=number, last=number == last)
        yield seal_part(key, context, data[number * CHUNK : (number + 1) * CHUNK])


def describe(
    data: bytes,
    chunks: tuple[str, ...],
    key: bytes,
    *,
    name: str,
    type: str,  # noqa: A002 - as the protocol calls it
    size: tuple[int, int] | None = None,
    original: str | None = None,
) -> MediaFile:
    """What `media` says of a file that was sealed into the chunks of these hashes. `size`: a picture's, in pixels."""
    width, height = size or (None, None)
    return MediaFile(
        name=name,
        type=type,
        size=len(data),
        sha256=b64(hashlib.sha256(data).digest()),
        key=b64(key),
        chunk=CHUNK,
        chunks=chunks,
        width=width,
        height=height,
        original=original,
    )
