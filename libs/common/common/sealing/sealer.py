"""Seals values and objects, each for one owner and one purpose."""

import io
from collections.abc import Iterator
from typing import Protocol

from common.sealing import person_key
from common.sealing.keyring import WRAPPED_KEY_BYTES, DataKey
from common.sealing.segments import (
    Readable,
    SealedStream,
    Span,
    open_segments,
    open_span,
    seal_segments,
    sealed_length,
)


class DataKeys(Protocol):
    """What data keys are wrapped with: a service's keyring, or each owner's own key."""

    def wrap(self, data_key: DataKey, *, owner: str) -> bytes:
        """The wrapped key to keep beside what the data key sealed."""
        ...

    def unwrap(self, wrapped: bytes, *, owner: str) -> DataKey:
        """The data key again. Raises Unsealable."""
        ...

    def wraps_now(self, wrapped: bytes, *, owner: str) -> bool:
        """Whether it is wrapped as `wrap` would do it now. Raises Unsealable."""
        ...


class Sealer:
    """Seals and opens, each value and object with a data key of its own.

    `owner` is whose it is (a user id), `purpose` the place it is kept for, as in
    "accounts.email": what was sealed for one opens for no other. One over a keyring may be
    shared by threads; one of people's keys is as good as what it came from.
    """

    def __init__(self, keys: DataKeys) -> None:
        self._keys = keys

    def seal(self, value: bytes, *, owner: str, purpose: str) -> bytes:
        """A value for a column."""
        data_key = DataKey.fresh()
        segments = seal_segments(io.BytesIO(value), data_key, _context(owner, purpose), length=len(value))
        return self._keys.wrap(data_key, owner=owner) + b"".join(segments)

    def open(self, sealed: bytes, *, owner: str, purpose: str) -> bytes:
        """The value of a column again. Raises Unsealable."""
        wrapped, data = _parts(sealed)
        data_key = self._keys.unwrap(wrapped, owner=owner)
        source = io.BytesIO(data)
        return b"".join(open_segments(source, data_key, _context(owner, purpose)))

    def seal_stream(self, source: Readable, *, owner: str, purpose: str, length: int | None = None) -> SealedStream:
        """An object for a bucket, sealed as it is read, in constant memory.

        `length` is the number of plain bytes; reading raises ValueError if the source has
        more or fewer. Keep `.key` of the answer beside the object: nothing opens without it.
        """
        data_key = DataKey.fresh()
        return SealedStream(
            seal_segments(source, data_key, _context(owner, purpose), length=length),
            key=self._keys.wrap(data_key, owner=owner),
            length=None if length is None else sealed_length(length),
        )

    def open_stream(self, source: Readable, key: bytes, *, owner: str, purpose: str) -> Iterator[bytes]:
        """The plain bytes of an object, in pieces of up to 64 KiB.

        Every piece is authentic when it is handed out; that nothing is missing is known
        only at the end. Raises Unsealable, at once for the key, later for the bytes.
        """
        return open_segments(source, self._keys.unwrap(key, owner=owner), _context(owner, purpose))

    def open_range(self, source: Readable, key: bytes, span: Span, *, owner: str, purpose: str) -> Iterator[bytes]:
        """The plain bytes of a range.

        `source` holds the sealed bytes that `locate` named. Every piece is authentic and in its
        place; an object cut short behind the range is noticed only by those who read its end.
        Raises Unsealable.
        """
        return open_span(source, self._keys.unwrap(key, owner=owner), _context(owner, purpose), span)

    def rewrap(self, sealed: bytes, *, owner: str) -> bytes:
        """A wrapped key or a sealed value, wrapped as it would be now.

        The data stays as it is; what is wrapped so already comes back unchanged. Raises Unsealable.
        """
        wrapped, data = _parts(sealed)
        if self._keys.wraps_now(wrapped, owner=owner):
            return sealed
        return self._keys.wrap(self._keys.unwrap(wrapped, owner=owner), owner=owner) + data


def _parts(sealed: bytes) -> tuple[bytes, bytes]:
    """The wrapped key at the front, and the segments."""
    end = person_key.WRAPPED_BYTES if person_key.is_under_a_person(sealed) else WRAPPED_KEY_BYTES
    return sealed[:end], sealed[end:]


def _context(owner: str, purpose: str) -> bytes:
    name = purpose.encode()
    return len(name).to_bytes(2, "big") + name + owner.encode()
