"""How a part is written: blocks, each with its entries end to end, an index of them, and where both begin.

    block    entry, entry, … | one line of JSON for each | start of entries (8) | start of index (8)
             | end of the block before, 0 for the first (8) | b"figpart1"

All integers are big-endian. Whoever writes keeps one block's index in memory, and whoever reads as well: a part of ten
thousand pictures costs no more than one of ten. An entry's length, CRC-32 and SHA-256 stand in the index, so that an
archive of many parts is planned to the byte before its first byte is written.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from enum import StrEnum

from common.sealing import Unsealable
from common.storage import OpenedObject, SealedBucket

ENTRIES_IN_A_BLOCK = 256

_END = struct.Struct(">QQQ8s")
_MAGIC = b"figpart1"


class Kind(StrEnum):
    """What an entry is to whoever assembles the parts."""

    COVER = "cover"  # what this part is, for the assembler only
    DATA = "data"  # rows, as JSON
    SCHEMA = "schema"
    FILE = "file"
    BROKEN = "broken"  # an object that turned out to be damaged: its bytes are skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Something to write; closing `pieces` gives back whatever they hold."""

    path: str
    kind: Kind
    pieces: Generator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that is in a part, `start` bytes from its beginning; `sha256` in hexadecimal."""

    path: str
    kind: Kind
    start: int
    length: int
    crc32: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    entries_at: int
    index_at: int
    ends_at: int


def written(drafts: Iterable[Draft], *, entries_in_a_block: int = ENTRIES_IN_A_BLOCK) -> Generator[bytes]:
    """The bytes of a part. What turns out to be damaged is kept as broken, and the others follow."""
    at = block_at = before = 0
    index: list[Entry] = []
    for draft in drafts:
        entry = yield from _entry(draft, at)
        index.append(entry)
        at += entry.length
        if len(index) == entries_in_a_block:
            end = _closed(index, block_at, at, before)
            yield end
            at = block_at = before = at + len(end)
            index = []
    if index or before == 0:
        yield _closed(index, block_at, at, before)


def _entry(draft: Draft, start: int) -> Generator[bytes, None, Entry]:
    length, crc32, digest, kind = 0, 0, hashlib.sha256(), draft.kind
    with closing(draft.pieces) as pieces:
        try:
            for piece in pieces:
                length += len(piece)
                crc32 = zlib.crc32(piece, crc32)
                digest.update(piece)
                yield piece
        except Unsealable:
            kind = Kind.BROKEN
    return Entry(path=draft.path, kind=kind, start=start, length=length, crc32=crc32, sha256=digest.hexdigest())


def _closed(index: list[Entry], entries_at: int, index_at: int, before: int) -> bytes:
    lines = b"".join(json.dumps(asdict(entry), separators=(",", ":")).encode() + b"\n" for entry in index)
    return lines + _END.pack(entries_at, index_at, before, _MAGIC)


class PartReader:
    """A part in a sealed bucket, for reading again and again. Raises ObjectMissing, Unsealable, Unavailable."""

    def __init__(self, bucket: SealedBucket, key: str, *, owner: str, wrapped_key: bytes | None = None) -> None:
        self._bucket = bucket
        self._key = key
        self._owner = owner
        self._wrapped_key = wrapped_key
        self.length = bucket.size(key)
        self._blocks = self._read_blocks()

    def entries(self) -> Iterator[Entry]:
        """Everything in it, in the order in which it was written."""
        for block in self._blocks:
            yield from self._index(block)

    def pieces(self, entry: Entry) -> Iterator[bytes]:
        """The bytes of one entry."""
        if entry.length:
            with self._open(entry.start, entry.length) as opened:
                yield from opened

    def contents(self) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        """Every entry with its bytes, front to back in one stream for each block; read each before the next."""
        for block in self._blocks:
            index, length = self._index(block), block.index_at - block.entries_at
            if length == 0:
                yield from ((entry, iter(())) for entry in index)
                continue
            with self._open(block.entries_at, length) as opened:
                stream = _Stream(iter(opened))
                for entry in index:
                    yield entry, stream.next(entry.length)

    def _index(self, block: _Block) -> list[Entry]:
        length = block.ends_at - _END.size - block.index_at
        if length == 0:
            return []
        lines = self._read(block.index_at, length).splitlines()
        return [_entry_of(json.loads(line)) for line in lines]

    def _read_blocks(self) -> list[_Block]:
        blocks: list[_Block] = []
        end = self.length
        while end:
            entries_at, index_at, before, magic = _END.unpack(self._read(end - _END.size, _END.size))
            if magic != _MAGIC or not before <= entries_at <= index_at < end:
                raise Unsealable
            blocks.append(_Block(entries_at=entries_at, index_at=index_at, ends_at=end))
            end = before
        return blocks[::-1]

    def _read(self, start: int, length: int) -> bytes:
        with self._open(start, length) as opened:
            return b"".join(opened)

    def _open(self, start: int, length: int) -> OpenedObject:
        return self._bucket.open_range(
            self._key, owner=self._owner, start=start, length=length, wrapped_key=self._wrapped_key
        )


class _Stream:
    """Bytes that are taken in measured lengths."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def next(self, length: int) -> Iterator[bytes]:
        while length:
            piece = self._rest or next(self._pieces)
            taken, self._rest = piece[:length], piece[length:]
            length -= len(taken)
            yield taken


def _entry_of(line: dict[str, object]) -> Entry:
    return Entry(
        path=str(line["path"]),
        kind=Kind(str(line["kind"])),
        start=int(str(line["start"])),
        length=int(str(line["length"])),
        crc32=int(str(line["crc32"])),
        sha256=str(line["sha256"]),
    )
