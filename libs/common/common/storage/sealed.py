"""A bucket of sealed objects.

The wrapped key of each lies beside it, as its metadata, or goes back to the caller, who keeps it: then neither the
object nor any copy of it says what it opens with, and whoever destroys the key has destroyed the object everywhere.
"""

import base64
import binascii
import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

import structlog

from common.sealing import Readable, SealedStream, Sealer, Unsealable, locate, plain_length
from common.storage.objects import ObjectStore
from common.storage.records import ObjectMissing

_log = structlog.stdlib.get_logger("common.storage")
KEY_METADATA = "sealed-key"


class OpenedObject:
    """An object, or a range of it, opened piece by piece while it is fetched.

    `length` is how many bytes come, `total` how many the whole object has. Close it, or
    iterate to the end in a `with` block; a web server closes the answers it sends.
    """

    def __init__(self, pieces: Iterator[bytes], *, length: int, total: int, connection: ExitStack) -> None:
        self.length = length
        self.total = total
        self._pieces = pieces
        self._connection = connection

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How many objects have another wrapped key now, and how many have to wait for that."""

    moved: int = 0
    waiting: int = 0

    def __add__(self, other: "Resealed") -> "Resealed":
        return Resealed(moved=self.moved + other.moved, waiting=self.waiting + other.waiting)


class SealedBucket:
    """The objects one service keeps in one bucket for one purpose.

    Reading takes the `wrapped_key` its writer was given; without one, it is looked for beside the object.
    """

    def __init__(self, store: ObjectStore, bucket: str, sealer: Sealer, purpose: str) -> None:
        self._store = store
        self._bucket = bucket
        self._sealer = sealer
        self._purpose = purpose

    def put(self, key: str, data: bytes | Readable, *, owner: str, length: int | None = None) -> None:
        """Seal and store, the wrapped key beside it. `length` in bytes is needed for anything but bytes."""
        self._put(key, self._sealed(data, owner=owner, length=length), key_beside=True)

    def put_detached(self, key: str, data: bytes | Readable, *, owner: str, length: int | None = None) -> bytes:
        """The same, but for the wrapped key, which is returned: nothing opens the object without it."""
        return self._put(key, self._sealed(data, owner=owner, length=length), key_beside=False)

    def put_pieces(self, key: str, pieces: Iterator[bytes], *, owner: str) -> None:
        """Seal and store what comes, however much it will be, in constant memory; the wrapped key beside it.

        What the pieces raise comes through, and nothing is stored then.
        """
        self._put(key, self._sealed_stream(_Pieces(pieces), owner=owner), key_beside=True)

    def put_pieces_detached(self, key: str, pieces: Iterator[bytes], *, owner: str) -> bytes:
        """The same, but for the wrapped key, which is returned: nothing opens the object without it."""
        return self._put(key, self._sealed_stream(_Pieces(pieces), owner=owner), key_beside=False)

    def read(self, key: str, *, owner: str, wrapped_key: bytes | None = None) -> bytes:
        """The whole object. Raises ObjectMissing, Unsealable."""
        with self.open(key, owner=owner, wrapped_key=wrapped_key) as opened:
            return b"".join(opened)

    def open(self, key: str, *, owner: str, wrapped_key: bytes | None = None) -> OpenedObject:
        """The whole object, piece by piece. Raises ObjectMissing, Unsealable."""
        with ExitStack() as stack:
            stored = stack.enter_context(self._store.get(self._bucket, key))
            total = plain_length(stored.length)
            wrapped = wrapped_key or _key(stored.metadata)
            pieces = self._sealer.open_stream(stored.stream, wrapped, owner=owner, purpose=self._purpose)
            return OpenedObject(pieces, length=total, total=total, connection=stack.pop_all())

    def open_range(
        self, key: str, *, owner: str, start: int, length: int, wrapped_key: bytes | None = None
    ) -> OpenedObject:
        """`length` bytes from `start` on, for HTTP ranges.

        Fetches only the segments they are in. Raises ObjectMissing, Unsealable, and ValueError
        for a range not inside the object.
        """
        known = self._store.stat(self._bucket, key)
        span = locate(start=start, length=length, sealed=known.length)
        with ExitStack() as stack:
            stored = stack.enter_context(
                self._store.get_range(self._bucket, key, offset=span.offset, length=span.length)
            )
            wrapped = wrapped_key or _key(stored.metadata)
            pieces = self._sealer.open_range(stored.stream, wrapped, span, owner=owner, purpose=self._purpose)
            total = plain_length(known.length)
            return OpenedObject(pieces, length=length, total=total, connection=stack.pop_all())

    def size(self, key: str) -> int:
        """How many plain bytes the object has. Raises ObjectMissing."""
        return plain_length(self._store.stat(self._bucket, key).length)

    def reseal(self, prefix: str, *, owner: str, settled_before: datetime) -> Resealed:
        """Wrap the keys of one owner's objects under a prefix as they would be wrapped now; no byte of them moves.

        One that is not settled, because somebody may just be writing it, waits if it has to change. Nothing of what
        was beside them before is left. Raises Unavailable.
        """
        done = Resealed()
        for found in self._store.list(self._bucket, prefix):
            try:
                done += self._reseal(found.key, owner=owner, settled_before=settled_before)
            except ObjectMissing:
                continue
            except Unsealable:
                # Somebody changed it, or it was never ours: it must not hold up the others.
                _log.error("an object that does not open", bucket=self._bucket)
        self._store.delete_older_versions(self._bucket, prefix)
        return done

    def _reseal(self, key: str, *, owner: str, settled_before: datetime) -> Resealed:
        known = self._store.stat(self._bucket, key)
        wrapped = _key(known.metadata)
        again = self._sealer.rewrap(wrapped, owner=owner)
        if again == wrapped:
            return Resealed()
        if known.modified_at >= settled_before:
            return Resealed(waiting=1)
        metadata = {**known.metadata, KEY_METADATA: base64.b64encode(again).decode()}
        moved = self._store.replace_metadata(self._bucket, key, metadata, etag=known.etag)
        return Resealed(moved=1) if moved else Resealed(waiting=1)

    def delete(self, key: str) -> bool:
        """Destroy the object and every version of it; says whether there was one."""
        return self._store.delete(self._bucket, key)

    def _sealed(self, data: bytes | Readable, *, owner: str, length: int | None) -> SealedStream:
        if isinstance(data, bytes):
            data, length = io.BytesIO(data), len(data)
        if length is None:
            raise ValueError("say how long the data is: a store takes no object of unknown length")
        return self._sealed_stream(data, owner=owner, length=length)

    def _sealed_stream(self, source: Readable, *, owner: str, length: int | None = None) -> SealedStream:
        return self._sealer.seal_stream(source, owner=owner, purpose=self._purpose, length=length)

    def _put(self, key: str, sealed: SealedStream, *, key_beside: bool) -> bytes:
        metadata = {KEY_METADATA: base64.b64encode(sealed.key).decode()} if key_beside else None
        self._store.put(self._bucket, key, sealed, length=sealed.length, metadata=metadata)
        return sealed.key


class _Pieces:
    """Pieces as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = bytearray()

    def read(self, size: int = -1, /) -> bytes:
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        taken = bytes(self._rest[: None if size < 0 else size])
        del self._rest[: len(taken)]
        return taken


def _key(metadata: Mapping[str, str]) -> bytes:
    try:
        return base64.b64decode(metadata[KEY_METADATA], validate=True)
    except (KeyError, binascii.Error):
        raise Unsealable from None
