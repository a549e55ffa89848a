"""Seals values and objects, each for one owner and one purpose."""

import io
from collections.abc import Iterator

from common.sealing.keyring import WRAPPED_KEY_BYTES, DataKey, Keyring, version_of
from common.sealing.segments import (
    Readable,
    SealedStream,
    Span,
    open_segments,
    open_span,
    seal_segments,
    sealed_length,
)


class Sealer:
    """Seals and opens with the keys of one keyring.

    Threads may share it. `owner` is whose it is (a user id), `purpose` the place it is kept for, as in
    "accounts.email": what was sealed for one opens for no other.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal(self, value: bytes, *, owner: str, purpose: str) -> bytes:
        """A value for a column."""
        data_key = DataKey.fresh()
        segments = seal_segments(io.BytesIO(value), data_key, _context(owner, purpose), length=len(value))
        return self._keyring.wrap(data_key) + b"".join(segments)

    def open(self, sealed: bytes, *, owner: str, purpose: str) -> bytes:
        """The value of a column again. Raises Unsealable."""
        data_key = self._keyring.unwrap(sealed[:WRAPPED_KEY_BYTES])
        source = io.BytesIO(sealed[WRAPPED_KEY_BYTES:])
        return b"".join(open_segments(source, data_key, _context(owner, purpose)))

    def seal_stream(self, source: Readable, *, owner: str, purpose: str, length: int | None = None) -> SealedStream:
        """An object for a bucket, sealed as it is read, in constant memory.

        `length` is the number of plain bytes; reading raises ValueError if the source has
        more or fewer. Keep `.key` of the answer beside the object: nothing opens without it.
        """
        data_key = DataKey.fresh()
        return SealedStream(
            seal_segments(source, data_key, _context(owner, purpose), length=length),
            key=self._keyring.wrap(data_key),
            length=None if length is None else sealed_length(length),
        )

    def open_stream(self, source: Readable, key: bytes, *, owner: str, purpose: str) -> Iterator[bytes]:
        """The plain bytes of an object, in pieces of up to 64 KiB.

        Every piece is authentic when it is handed out; that nothing is missing is known
        only at the end. Raises Unsealable, at once for the key, later for the bytes.
        """
        return open_segments(source, self._keyring.unwrap(key), _context(owner, purpose))

    def open_range(self, source: Readable, key: bytes, span: Span, *, owner: str, purpose: str) -> Iterator[bytes]:
        """The plain bytes of a range.

        `source` holds the sealed bytes that `locate` named. Every piece is authentic and in its
        place; an object cut short behind the range is noticed only by those who read its end.
        Raises Unsealable.
        """
        return open_span(source, self._keyring.unwrap(key), _context(owner, purpose), span)

    def rewrap(self, sealed: bytes) -> bytes:
        """A wrapped key or a sealed value under the current key.

        The data stays as it is; what is under that key already comes back unchanged. Raises Unsealable.
        """
        if self.key_version(sealed) == self._keyring.current:
            return sealed
        wrapped, data = sealed[:WRAPPED_KEY_BYTES], sealed[WRAPPED_KEY_BYTES:]
        return self._keyring.wrap(self._keyring.unwrap(wrapped)) + data

    def key_version(self, sealed: bytes) -> int:
        """The key version a wrapped key or value needs. Raises Unsealable."""
        return version_of(sealed)


def _context(owner: str, purpose: str) -> bytes:
    name = purpose.encode()
    return len(name).to_bytes(2, "big") + name + owner.encode()
