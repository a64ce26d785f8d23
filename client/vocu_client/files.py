"""Files of events: whether they are here, read when all their chunks are, and what has yet to be fetched."""

import threading
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from vocu.errors import MalformedError, RefusedError, SealedError, UntrustedError
from vocu.operation.act import Act
from vocu.operation.bodies import Erasure
from vocu.operation.events import EntryErased
from vocu.operation.header import Blob
from vocu.operation.media import Media, MediaFile
from vocu.operation.reading import open_file, open_media
from vocu.operation.verified import Accepted
from vocu_client.following import Follower
from vocu_client.store.chunks import ChunkStore
from vocu_client.store.outbox import Outbox
from vocu_client.view import View


class AttachedFile(Struct, frozen=True, kw_only=True):
    """One file of an event, by its number there. It is on its way while `here` is less than `chunks`."""

    number: int
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    here: int
    chunks: int

    @property
    def whole(self) -> bool:
        """Whether it can be read now."""
        return self.here == self.chunks


class Attached(Struct, frozen=True, kw_only=True):
    """The files of one event. `open`: those that `files` lists; else there are some, and why this desk has none:
    sealed to others, `erased`, on their way in a part that has yet to be fetched, or not what the sender announced."""

    event_id: str
    state: Literal["none", "open", "not-for-us", "erased", "coming", "damaged"]
    files: tuple[AttachedFile, ...] = ()


class Files(Follower):
    """What is attached to the events of this desk's copy of the log, and to those in its outbox."""

    def __init__(self, view: View, outbox: Outbox, chunks: ChunkStore) -> None:
        super().__init__(view)
        self._outbox = outbox
        self.store = chunks
        self._lock = threading.RLock()  # pages read large files in threads of their own

    def catch_up(self) -> None:
        with self._lock:
            super().catch_up()

    def _begin(self) -> None:
        self._index_of: dict[str, int] = {}
        self._with_ref: dict[str, list[str]] = {}
        self._erased: set[int] = set()
        self._gone: set[str] = set()
        self._due: dict[str, tuple[int, Blob]] = {}

    def _take(self, accepted: Accepted, act: Act) -> None:
        if isinstance(act.event, EntryErased):
            erasure = act.body(Erasure)
            if "media" in erasure.parts:
                self._erased.add(erasure.index)
                for blob in self._blobs(erasure.index):
                    self._due.pop(blob.sha256, None)
                    self._gone.add(blob.sha256)
        if act.header.blobs is not None:
            self._index_of[act.header.id] = accepted.index
            self._with_ref.setdefault(act.header.ref or act.header.id, []).append(act.header.id)
            if self._is_for_us(act):
                self._due |= {blob.sha256: (accepted.index, blob) for blob in act.header.blobs}

    # --- reading ---

    def of(self, event_id: str) -> Attached:
        """The files of an event, be it in the log or still in the outbox."""
        self.catch_up()
        index = self._index_of.get(event_id)
        if index is None:
            media = self._waiting(event_id)
            return self._listed(event_id, media) if media else Attached(event_id=event_id, state="none")
        if index in self._erased:
            return Attached(event_id=event_id, state="erased")
        try:
            return self._listed(event_id, self._opened(index))
        except SealedError as error:
            return Attached(event_id=event_id, state="coming" if error.code == "not-here" else "not-for-us")
        except (MalformedError, UntrustedError):
            return Attached(event_id=event_id, state="damaged")

    def of_report(self, report: str) -> list[Attached]:
        """The files of a seizure report and of its amendments, those of the first revision first; of a report that is
        still in the outbox its own."""
        self.catch_up()
        events = self._with_ref.get(report, (report,))
        return [found for found in (self.of(each) for each in events) if found.state != "none"]

    def read(self, event_id: str, number: int) -> tuple[MediaFile, bytes]:
        """A file's description and its bytes, which are those that the sender announced.

        Raises SealedError (not-for-us, before-us, not-here), RefusedError (no-such-file), MalformedError (bad-media),
        or UntrustedError (tampered-part).
        """
        self.catch_up()
        index = self._index_of.get(event_id)
        if index in self._erased:
            raise SealedError("not-here", "This file was erased, here and everywhere.")
        media = self._waiting(event_id) if index is None else self._opened(index)
        if media is None or not 0 <= number < len(media.files):
            raise RefusedError("no-such-file", "There is no such file; go back to its event.")
        file = media.files[number]
        chunks = list(self._chunks(file, index))
        op = self._view.settings.op
        return file, open_file(media, number, op=op, event_id=event_id, chunks=chunks)

    def _chunks(self, file: MediaFile, index: int | None) -> Iterator[bytes]:
        for blob in file.blobs():
            data = self.store.read(blob.sha256)
            if data is None:
                if index is not None:
                    with self._lock:
                        self._due[blob.sha256] = index, blob
                raise SealedError("not-here", f"{file.name} is still on its way to this desk.")
            yield data

    def _opened(self, index: int) -> Media:
        accepted = self._view.acts[index]
        if accepted.act is None:
            raise SealedError("not-for-us", "This entry is addressed to others.")
        return open_media(accepted.act, self._view.signed(index), self._view.keyring)

    def _waiting(self, event_id: str) -> Media | None:
        item = self._outbox.find(event_id)
        if item is None or item.state == "delivered":
            return None
        return getattr(self._outbox.draft(item).event, "media", None)

    def _listed(self, event_id: str, media: Media) -> Attached:
        files = tuple(
            AttachedFile(
                number=number,
                name=file.name,
                media_type=file.type,
                size=file.size,
                width=file.width,
                height=file.height,
                here=sum(map(self.store.has, file.blobs())),
                chunks=len(file.chunks),
            )
            for number, file in enumerate(media.files)
        )
        return Attached(event_id=event_id, state="open", files=files)

    # --- what is to be fetched, and what to be forgotten ---

    def due(self, event_id: str | None = None) -> list[Blob]:
        """The chunks addressed to this desk that are not here, of this event or of all, the newest event's first."""
        with self._lock:
            self.catch_up()
            wanted = None if event_id is None else self._index_of.get(event_id, -1)
            found = [(index, blob) for index, blob in self._due.values() if wanted in (None, index)]
            for _, blob in found:
                if self.store.has(blob):
                    del self._due[blob.sha256]
        missing = [each for each in found if each[1].sha256 in self._due]
        return [blob for _, blob in sorted(missing, key=lambda each: -each[0])]

    def came(self, blob: Blob) -> None:
        """This chunk was fetched, and is kept unless it was erased meanwhile."""
        with self._lock:
            self.catch_up()
            self._due.pop(blob.sha256, None)
            if blob.sha256 in self._gone:
                self.store.drop([blob.sha256])

    def forget(self, index: int) -> None:
        """Delete this desk's chunks of what was erased."""
        self.store.drop(blob.sha256 for blob in self._blobs(index))

    def sweep(self) -> None:
        """Delete chunks that belong to no event, because writing it was interrupted."""
        self.catch_up()
        self.store.sweep({blob.sha256 for index in self._index_of.values() for blob in self._blobs(index)})

    def _blobs(self, index: int | None) -> tuple[Blob, ...]:
        act = self._view.acts[index].act if index is not None and index < len(self._view.acts) else None
        return (act.header.blobs or ()) if act is not None else ()

    def _is_for_us(self, act: Act) -> bool:
        slip = act.header.slip("media")
        if slip is None:
            return False
        if slip.epoch is not None:
            return slip.epoch in self._view.keyring.epochs
        return self._view.settings.device in (slip.devices or ())
