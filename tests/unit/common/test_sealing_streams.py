"""Sealed objects: whole, in order, of one owner, in constant memory."""

import io
import random
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.sealing import Keyring, SealedStream, Sealer, Unsealable, locate, plain_length, sealed_length
from common.sealing.keyring import version_of

SEALER = Sealer(Keyring({1: bytes(range(32))}, current=1))
SEGMENT = 64 * 1024
SEALED_SEGMENT = SEGMENT + 16


def beside_a_boundary(segments: int, beside: int) -> int:
    return max(0, segments * SEGMENT + beside)


SIZES = st.builds(beside_a_boundary, st.integers(0, 3), st.integers(-2, 2)) | st.integers(0, 4 * SEGMENT)


def plain(size: int) -> bytes:
    return random.Random(size).randbytes(size)


class Trickle(io.BytesIO):
    """A source that gives fewer bytes than it is asked for, as sockets do."""

    def __init__(self, data: bytes, portion: int) -> None:
        super().__init__(data)
        self._portion = portion

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = -1 if size is None else size
        return super().read(self._portion if wanted < 0 else min(wanted, self._portion))


def sealed_of(data: bytes) -> tuple[bytes, bytes]:
    """The sealed bytes and the wrapped key."""
    stream = SEALER.seal_stream(io.BytesIO(data), owner="ann", purpose="figurines")
    return stream.read(), stream.key


def opened(sealed: bytes, key: bytes, *, owner: str = "ann", purpose: str = "figurines") -> bytes:
    return b"".join(SEALER.open_stream(io.BytesIO(sealed), key, owner=owner, purpose=purpose))


@given(size=SIZES, portion=st.integers(20_000, 200_000))
def test_an_object_of_any_size_opens_however_its_bytes_arrive(size: int, portion: int) -> None:
    data = plain(size)
    stream = SEALER.seal_stream(Trickle(data, portion), owner="ann", purpose="figurines", length=size)
    sealed = stream.read()
    assert len(sealed) == stream.length == sealed_length(size)
    pieces = SEALER.open_stream(Trickle(sealed, portion), stream.key, owner="ann", purpose="figurines")
    assert b"".join(pieces) == data


@given(size=st.integers(0, 2**45))
def test_the_plain_length_follows_from_the_sealed_one(size: int) -> None:
    assert plain_length(sealed_length(size)) == size


@pytest.mark.parametrize("impossible", [0, 15, SEALED_SEGMENT + 1, SEALED_SEGMENT + 16])
def test_a_length_that_no_sealed_object_has_is_refused(impossible: int) -> None:
    with pytest.raises(Unsealable):
        plain_length(impossible)


@given(st.data())
def test_a_range_is_the_same_as_the_slice_of_the_whole(data: st.DataObject) -> None:
    size = data.draw(SIZES.filter(bool))
    start = data.draw(st.integers(0, size - 1))
    length = data.draw(st.integers(1, size - start))
    sealed, key = sealed_of(plain(size))
    span = locate(start=start, length=length, sealed=len(sealed))
    fetched = io.BytesIO(sealed[span.offset : span.offset + span.length])
    pieces = SEALER.open_range(fetched, key, span, owner="ann", purpose="figurines")
    assert b"".join(pieces) == plain(size)[start : start + length]
    assert span.length <= length + 2 * SEALED_SEGMENT


@pytest.mark.parametrize(("start", "length"), [(-1, 5), (0, 0), (0, 101), (100, 1), (50, 51)])
def test_a_range_outside_the_object_is_refused(start: int, length: int) -> None:
    with pytest.raises(ValueError, match="not inside the object"):
        locate(start=start, length=length, sealed=sealed_length(100))


def test_a_range_whose_segment_was_changed_does_not_open() -> None:
    sealed, key = sealed_of(plain(3 * SEGMENT))
    span = locate(start=SEGMENT, length=10, sealed=len(sealed))
    fetched = bytearray(sealed[span.offset : span.offset + span.length])
    fetched[100] ^= 1
    with pytest.raises(Unsealable):
        list(SEALER.open_range(io.BytesIO(fetched), key, span, owner="ann", purpose="figurines"))


def test_a_range_served_from_another_place_of_the_object_does_not_open() -> None:
    sealed, key = sealed_of(plain(4 * SEGMENT))
    span = locate(start=SEGMENT, length=10, sealed=len(sealed))
    elsewhere = io.BytesIO(sealed[: span.length])
    with pytest.raises(Unsealable):
        list(SEALER.open_range(elsewhere, key, span, owner="ann", purpose="figurines"))


@given(kept=st.integers(0, sealed_length(3 * SEGMENT) - 1) | st.sampled_from([SEALED_SEGMENT, 2 * SEALED_SEGMENT]))
def test_an_object_cut_short_anywhere_does_not_open(kept: int) -> None:
    sealed, key = sealed_of(plain(3 * SEGMENT))
    with pytest.raises(Unsealable):
        opened(sealed[:kept], key)


def swap_first_two(segments: list[bytes]) -> list[bytes]:
    return [segments[1], segments[0], *segments[2:]]


def drop_the_first(segments: list[bytes]) -> list[bytes]:
    return segments[1:]


def drop_the_last(segments: list[bytes]) -> list[bytes]:
    return segments[:-1]


def repeat_the_second(segments: list[bytes]) -> list[bytes]:
    return [segments[0], segments[1], *segments[1:]]


def append_a_byte(segments: list[bytes]) -> list[bytes]:
    return [*segments, b"\0"]


@pytest.mark.parametrize("rearrange", [swap_first_two, drop_the_first, drop_the_last, repeat_the_second, append_a_byte])
def test_rearranged_segments_do_not_open(rearrange: Callable[[list[bytes]], list[bytes]]) -> None:
    sealed, key = sealed_of(plain(3 * SEGMENT + 5))
    segments = [sealed[at : at + SEALED_SEGMENT] for at in range(0, len(sealed), SEALED_SEGMENT)]
    with pytest.raises(Unsealable):
        opened(b"".join(rearrange(segments)), key)


def test_a_segment_of_another_object_does_not_open_in_its_place() -> None:
    (mine, key), (other, _) = sealed_of(plain(2 * SEGMENT)), sealed_of(plain(2 * SEGMENT))
    with pytest.raises(Unsealable):
        opened(other[:SEALED_SEGMENT] + mine[SEALED_SEGMENT:], key)


def test_an_object_does_not_open_with_the_key_of_another() -> None:
    (mine, _), (_, key) = sealed_of(b"mine"), sealed_of(b"other")
    with pytest.raises(Unsealable):
        opened(mine, key)


@pytest.mark.parametrize(("owner", "purpose"), [("bob", "figurines"), ("ann", "uploads"), ("annf", "igurines")])
def test_an_object_does_not_open_for_another_owner_or_purpose(owner: str, purpose: str) -> None:
    sealed, key = sealed_of(b"a picture")
    with pytest.raises(Unsealable):
        opened(sealed, key, owner=owner, purpose=purpose)


def test_a_wrong_key_is_noticed_before_the_first_byte_is_read() -> None:
    sealed, key = sealed_of(b"a picture")
    source = io.BytesIO(sealed)
    with pytest.raises(Unsealable):
        SEALER.open_stream(source, key[:-1] + b"\0", owner="ann", purpose="figurines")
    assert source.tell() == 0


def test_an_object_opens_after_its_key_was_rewrapped() -> None:
    sealed, key = sealed_of(b"a picture")
    rotated = Sealer(Keyring({1: bytes(range(32)), 2: bytes(range(32, 64))}, current=2))
    rewrapped = rotated.rewrap(key, owner="ann")
    assert version_of(rewrapped) == 2
    pieces = rotated.open_stream(io.BytesIO(sealed), rewrapped, owner="ann", purpose="figurines")
    assert b"".join(pieces) == b"a picture"


@pytest.mark.parametrize("announced", [0, SEGMENT - 1, SEGMENT, 3 * SEGMENT - 1, 3 * SEGMENT + 1, 4 * SEGMENT])
def test_a_source_without_the_announced_length_is_never_sealed_to_its_end(announced: int) -> None:
    stream = SEALER.seal_stream(io.BytesIO(plain(3 * SEGMENT)), owner="ann", purpose="figurines", length=announced)
    with pytest.raises(ValueError, match="announced"):
        stream.read(sealed_length(announced))


def test_a_stream_of_unknown_length_says_so() -> None:
    assert SEALER.seal_stream(io.BytesIO(b"x"), owner="ann", purpose="figurines").length is None


def test_a_sealed_stream_reads_like_a_file() -> None:
    stream = SEALER.seal_stream(io.BytesIO(plain(100)), owner="ann", purpose="figurines", length=100)
    read = [stream.read(50), stream.read(0), stream.read(60), stream.read(60), stream.read(60), stream.read()]
    assert [len(part) for part in read] == [50, 0, 60, 6, 0, 0]


class Zeros:
    """So many zero bytes, made as they are read."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        taken = min(size, self._left)
        self._left -= taken
        return bytes(taken)


def drained(stream: SealedStream) -> int:
    total = 0
    while part := stream.read(SEGMENT):
        total += len(part)
    return total


def test_sealing_and_opening_a_large_object_takes_memory_for_a_few_segments_only() -> None:
    size = 16 * 1024 * 1024
    tracemalloc.start()
    try:
        stream = SEALER.seal_stream(Zeros(size), owner="ann", purpose="figurines", length=size)
        resealed = SEALER.seal_stream(stream, owner="ann", purpose="figurines")
        pieces = SEALER.open_stream(resealed, resealed.key, owner="ann", purpose="figurines")
        assert sum(len(piece) for piece in pieces) == sealed_length(size)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * SEGMENT
    assert drained(stream) == 0
