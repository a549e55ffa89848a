"""The STREAM construction: authenticated segments, constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.sealing.keyring import TAG_BYTES, DataKey, Unsealable

SEGMENT_BYTES = 64 * 1024
_SEALED_SEGMENT_BYTES = SEGMENT_BYTES + TAG_BYTES


class Readable(Protocol):
    """Bytes that are read from front to back; b"" is the end."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, or everything left."""
        ...


class SealedStream:
    """The sealed bytes of an object as a file.

    `key` is the wrapped key to keep beside them; `length` is the number of sealed bytes, or None
    when the plain length was not given.
    """

    def __init__(self, segments: Iterator[bytes], *, key: bytes, length: int | None) -> None:
        self.key = key
        self.length = length
        self._segments = segments
        self._buffer = bytearray()

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` sealed bytes, or everything left; b"" is the end."""
        while size < 0 or len(self._buffer) < size:
            segment = next(self._segments, None)
            if segment is None:
                break
            self._buffer += segment
        end = len(self._buffer) if size < 0 else size
        taken = bytes(self._buffer[:end])
        del self._buffer[:end]
        return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The sealed bytes to fetch for a range, and what to keep of them."""

    offset: int
    length: int
    first_segment: int
    final_segment: int  # of the whole object
    skip: int
    plain_length: int


def sealed_length(plain: int) -> int:
    """How many bytes an object of `plain` bytes has once sealed."""
    return plain + TAG_BYTES * max(1, -(-plain // SEGMENT_BYTES))


def plain_length(sealed: int) -> int:
    """How many bytes a sealed object holds.

    Raises Unsealable for a length that no sealed object has.
    """
    plain = sealed - TAG_BYTES * max(1, -(-sealed // _SEALED_SEGMENT_BYTES))
    if plain < 0 or sealed_length(plain) != sealed:
        raise Unsealable
    return plain


def locate(*, start: int, length: int, sealed: int) -> Span:
    """Where `length` plain bytes from `start` on lie.

    `sealed` is the length of the whole sealed object, in bytes. Raises ValueError for a range
    that is empty or not inside the object.
    """
    plain = plain_length(sealed)
    if start < 0 or length < 1 or start + length > plain:
        raise ValueError("the range is not inside the object")
    first, last = start // SEGMENT_BYTES, (start + length - 1) // SEGMENT_BYTES
    offset = first * _SEALED_SEGMENT_BYTES
    return Span(
        offset=offset,
        length=min((last + 1) * _SEALED_SEGMENT_BYTES, sealed) - offset,
        first_segment=first,
        final_segment=(plain - 1) // SEGMENT_BYTES,
        skip=start - first * SEGMENT_BYTES,
        plain_length=length,
    )


def seal_segments(source: Readable, key: DataKey, context: bytes, *, length: int | None) -> Iterator[bytes]:
    """Seal what is read, segment by segment.

    Raises ValueError when the source turns out not to have `length` bytes.
    """
    cipher = _Cipher(key, context)
    segments = _segments(source, SEGMENT_BYTES)
    seen = 0
    for number, (segment, last) in enumerate(segments):
        seen += len(segment)
        if length is not None and (seen > length or (last != (seen == length))):
            raise ValueError(f"the source does not have the {length} bytes that were announced")
        yield cipher.seal(number, segment, last=last)


def open_segments(source: Readable, key: DataKey, context: bytes) -> Iterator[bytes]:
    """Open a whole object.

    Raises Unsealable at the first segment that is not in its place.
    """
    cipher = _Cipher(key, context)
    for number, (segment, last) in enumerate(_segments(source, _SEALED_SEGMENT_BYTES)):
        yield cipher.open(number, segment, last=last)


def open_span(source: Readable, key: DataKey, context: bytes, span: Span) -> Iterator[bytes]:
    """Open a span; the source stands at its first sealed byte."""
    cipher = _Cipher(key, context)
    skip, wanted = span.skip, span.plain_length
    for number in count(span.first_segment):
        sealed = _read_fully(source, _SEALED_SEGMENT_BYTES)
        taken = cipher.open(number, sealed, last=number == span.final_segment)[skip : skip + wanted]
        yield taken
        skip, wanted = 0, wanted - len(taken)
        if not wanted:
            return


class _Cipher:
    def __init__(self, key: DataKey, context: bytes) -> None:
        self._aead = AESGCM(key.key)
        self._prefix = key.nonce_prefix
        self._context = context

    def seal(self, number: int, plain: bytes, *, last: bool) -> bytes:
        return self._aead.encrypt(self._nonce(number, last=last), plain, self._context)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        try:
            return self._aead.decrypt(self._nonce(number, last=last), sealed, self._context)
        except InvalidTag:
            raise Unsealable from None

    def _nonce(self, number: int, *, last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + bytes([last])


def _segments(source: Readable, size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of `size` bytes, at least one, each with whether it is last."""
    segment = _read_fully(source, size)
    while len(segment) == size and (following := _read_fully(source, size)):
        yield segment, False
        segment = following
    yield segment, True


def _read_fully(source: Readable, size: int) -> bytes:
    """`size` bytes, fewer only at the end: sockets give what they have."""
    first = source.read(size)
    if len(first) == size or not first:
        return first
    parts, missing = [first], size - len(first)
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
