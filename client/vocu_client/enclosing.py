"""Files that go with an event: sealed, and on disk, before it is queued."""

import hashlib
import secrets
from collections.abc import Iterable

from vocu.canonical import b64
from vocu.errors import RefusedError
from vocu.operation.media import MAX_FILES, Media, MediaFile, describe, require_size, seal_file
from vocu_client.attachments import Attachment
from vocu_client.store.chunks import ChunkStore


class Enclosing:
    """Seals files for an event that is about to be queued. Their chunks are on disk before it is."""

    def __init__(self, op: str, chunks: ChunkStore) -> None:
        self._op = op
        self._store = chunks

    def seal(self, event_id: str, files: Iterable[Attachment]) -> Media | None:
        """What the event will say of these files; None where there are none. Raises RefusedError (too-many-files …)."""
        attachments = list(files)
        if not attachments:
            return None
        if len(attachments) > MAX_FILES:
            raise RefusedError(
                "too-many-files", f"An event has at most {MAX_FILES} files; send the others with another."
            )
        for each in attachments:
            require_size(each.name, len(each.data))
        return Media(files=tuple(self._seal_one(event_id, place, each) for place, each in enumerate(attachments)))

    def discard(self, media: Media) -> None:
        """The event was not queued after all."""
        self._store.drop(blob.sha256 for blob in media.blobs())

    def _seal_one(self, event_id: str, number: int, file: Attachment) -> MediaFile:
        key = secrets.token_bytes(32)
        hashes = []
        for chunk in seal_file(file.data, key, op=self._op, event_id=event_id, file=number):
            self._store.keep(chunk)
            hashes.append(b64(hashlib.sha256(chunk).digest()))
        return describe(
            file.data,
            tuple(hashes),
            key,
            name=file.name,
            type=file.media_type,
            size=file.size,
            original=file.original,
        )
