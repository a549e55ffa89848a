"""A ZIP file as a stream, of entries whose length and CRC-32 are known beforehand (APPNOTE 6.3.10, stored, ZIP64).

    zipped = Zip(at)
    zipped.header(entry)     before the bytes of each entry
    zipped.listing(entries)  after the last: the same entries in the same order, told once more

The standard library's writer keeps a record of every entry until the end. Whoever can tell the entries twice needs
none, so that an archive of ten thousand pictures takes no more memory than one of ten.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

# From here on a number of 32 bits means: look in the extra field. (Of 16 bits for the count of entries.)
LIMIT, COUNT_LIMIT = 0xFFFFFFFF, 0xFFFF

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
_UTF8_NAMES = 0x0800
_STORED = 0
_MADE_ON_UNIX = 3 << 8
_PLAIN_FILE = 0o100644 << 16
_PLAIN, _BIG = 20, 45  # the versions a reader needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Zipped:
    """An entry; `length` in bytes."""

    path: str
    length: int
    crc32: int


class Zip:
    """One ZIP, every file in it of one moment; `limit` is for tests."""

    def __init__(self, at: datetime, *, limit: int = LIMIT, count_limit: int = COUNT_LIMIT) -> None:
        self._date = (at.year - 1980) << 9 | at.month << 5 | at.day
        self._time = at.hour << 11 | at.minute << 5 | at.second // 2
        self._limit = limit
        self._count_limit = count_limit

    def header(self, entry: Zipped) -> bytes:
        """What stands before an entry's bytes."""
        name, big = entry.path.encode(), entry.length >= self._limit
        extra = _extra(entry.length, entry.length) if big else b""
        size = LIMIT if big else entry.length
        needed = _BIG if big else _PLAIN
        return (
            _LOCAL.pack(
                b"PK\3\4",
                needed,
                _UTF8_NAMES,
                _STORED,
                self._time,
                self._date,
                entry.crc32,
                size,
                size,
                len(name),
                len(extra),
            )
            + name
            + extra
        )

    def listing(self, entries: Iterable[Zipped]) -> Iterator[bytes]:
        """What stands behind the last entry: where each of them is."""
        at = length = count = 0
        for entry in entries:
            line = self._line(entry, at)
            at += len(self.header(entry)) + entry.length
            length += len(line)
            count += 1
            yield line
        yield self._end(at, length, count)

    def _line(self, entry: Zipped, at: int) -> bytes:
        name = entry.path.encode()
        big, far = entry.length >= self._limit, at >= self._limit
        extra = _extra(*([entry.length, entry.length] if big else []), *([at] if far else []))
        size, needed = (LIMIT if big else entry.length), (_BIG if big or far else _PLAIN)
        return (
            _CENTRAL.pack(
                b"PK\1\2",
                _MADE_ON_UNIX | _BIG,
                needed,
                _UTF8_NAMES,
                _STORED,
                self._time,
                self._date,
                entry.crc32,
                size,
                size,
                len(name),
                len(extra),
                0,
                0,
                0,
                _PLAIN_FILE,
                LIMIT if far else at,
            )
            + name
            + extra
        )

    def _end(self, at: int, length: int, count: int) -> bytes:
        end64 = b""
        if at >= self._limit or length >= self._limit or count >= self._count_limit:
            end64 = _END64.pack(b"PK\6\6", _END64.size - 12, _BIG, _BIG, 0, 0, count, count, length, at)
            end64 += _LOCATOR64.pack(b"PK\6\7", 0, at + length, 1)
            at, length, count = LIMIT, LIMIT, COUNT_LIMIT
        return end64 + _END.pack(b"PK\5\6", 0, 0, count, count, length, at, 0)


def _extra(*numbers: int) -> bytes:
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""
