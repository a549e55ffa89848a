"""Where archives lie while they can be fetched."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import structlog

from common.parts import EXPORTS
from common.storage import ObjectStore, OpenedObject, SealedBucket

log = structlog.stdlib.get_logger(__name__)


class ArchiveShelf:
    """The bucket of parts and archives: everything of a request lies below its id."""

    def __init__(self, store: ObjectStore, sealed: SealedBucket, *, bucket: str = EXPORTS) -> None:
        self._store = store
        self._sealed = sealed
        self._bucket = bucket

    def open(self, key: str, *, owner: UUID, span: tuple[int, int] | None = None) -> OpenedObject:
        """An archive, or the bytes of an inclusive span of it. Raises ObjectMissing, Unsealable, Unavailable."""
        if span is None:
            return self._sealed.open(key, owner=str(owner))
        first, last = span
        return self._sealed.open_range(key, owner=str(owner), start=first, length=last - first + 1)

    def length(self, key: str) -> int:
        """How many plain bytes an archive has. Raises ObjectMissing, Unavailable."""
        return self._sealed.size(key)

    def clear(self, request_id: UUID, *, keep: str = "", parts: bool = True) -> int:
        """Destroy what lies there of a request: all of it, but what is to be kept; returns how many objects."""
        if not keep:
            return self._store.delete_all(self._bucket, f"{request_id}/")
        gone = 0
        for found in list(self._store.list(self._bucket, f"{request_id}/")):
            if found.key != keep and (parts or found.key.endswith(".zip")):
                gone += self._store.delete(self._bucket, found.key)
        return gone

    def drop(self, key: str) -> None:
        """Destroy one object."""
        self._store.delete(self._bucket, key)

    def requests(self) -> Iterator[UUID]:
        """The requests of which something lies there, each once."""
        last: UUID | None = None
        for found in self._store.list(self._bucket):
            request_id = _id_of(found.key)
            if request_id is not None and request_id != last:
                yield (last := request_id)

    def abort_stale(self, *, started_before: datetime) -> int:
        """Destroy what uploads left that were begun before that time and never ended."""
        return self._store.abort_uploads(self._bucket, started_before=started_before)


def _id_of(key: str) -> UUID | None:
    try:
        return UUID(key.partition("/")[0])
    except ValueError:
        log.warning("no part of ours, left alone")
        return None
