"""Puts an archive together: every file in it is known to the byte before the first is written.

The page and the manifests are made twice, once to measure them and once to write them, and the parts' indexes are read
as often as they are told. That is how nothing is kept, however many pictures there are.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from common.parts import PartReader
from common.storage import SealedBucket
from privacy.adapters.archive.gathered import KEPT, GatheredPart, Listed
from privacy.adapters.archive.page import write_page
from privacy.adapters.archive.zips import Zip, Zipped
from privacy.domain.archives import Gathering

OWN = "privacy"
PAGE, MANIFEST, SUMS = "index.html", "manifest.json", "MANIFEST.sha256"
_AT_ONCE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A file of our own making, measured; written again it is the same."""

    listed: Listed
    write: Callable[[], Iterator[bytes]]


class Assembler:
    """Reads parts from a bucket and tells the archive's bytes."""

    def __init__(self, bucket: SealedBucket) -> None:
        self._bucket = bucket

    def put(self, gathering: Gathering, through: Callable[[Iterator[bytes]], Iterator[bytes]]) -> int:
        """Put it together and store it sealed; `through` sees every piece on its way. Returns the length in bytes.

        Raises ObjectMissing, Unsealable, Unavailable, and what `through` raises; nothing is stored then.
        """
        length = 0

        def counted() -> Iterator[bytes]:
            nonlocal length
            for piece in through(self.pieces(gathering)):
                length += len(piece)
                yield piece

        self._bucket.put_pieces(gathering.object, counted(), owner=str(gathering.user_id))
        return length

    def pieces(self, gathering: Gathering) -> Iterator[bytes]:
        """The bytes of the archive."""
        owner = str(gathering.user_id)
        parts = [
            GatheredPart(
                given.service, PartReader(self._bucket, given.object, owner=owner, wrapped_key=given.wrapped_key)
            )
            for given in gathering.parts
        ]
        made = _make(gathering, parts)
        zipped = Zip(gathering.asked_at)
        for each in made:
            yield zipped.header(_zipped(each.listed))
            yield from each.write()
        for part in parts:
            for entry, content in part.reader.contents():
                if entry.kind in KEPT:
                    yield zipped.header(Zipped(path=entry.path, length=entry.length, crc32=entry.crc32))
                    yield from content
                else:
                    _skip(content)
        yield from zipped.listing(_zipped(listed) for listed in _all(made, parts))


def _make(gathering: Gathering, parts: Sequence[GatheredPart]) -> list[_Made]:
    page = _measured(PAGE, lambda: _buffered(write_page(gathering, parts)))

    def manifest() -> Iterator[bytes]:
        yield b'{"files": ['
        for place, listed in enumerate(_all([page], parts)):
            line = {"path": listed.path, "bytes": listed.length, "sha256": listed.sha256, "service": listed.service}
            yield (b",\n  " if place else b"\n  ") + json.dumps(line, ensure_ascii=False).encode()
        yield b"\n]}\n"

    told = _measured(MANIFEST, lambda: _buffered(manifest()))

    def sums() -> Iterator[bytes]:
        for listed in _all([page, told], parts):
            yield f"{listed.sha256}  {listed.path}\n".encode()

    return [page, told, _measured(SUMS, lambda: _buffered(sums()))]


def _all(made: Sequence[_Made], parts: Sequence[GatheredPart]) -> Iterator[Listed]:
    yield from (each.listed for each in made)
    for part in parts:
        yield from part.listed()


def _measured(path: str, write: Callable[[], Iterator[bytes]]) -> _Made:
    length, crc32, digest = 0, 0, hashlib.sha256()
    for piece in write():
        length += len(piece)
        crc32 = zlib.crc32(piece, crc32)
        digest.update(piece)
    listed = Listed(path=path, length=length, crc32=crc32, sha256=digest.hexdigest(), service=OWN)
    return _Made(listed=listed, write=write)


def _zipped(listed: Listed) -> Zipped:
    return Zipped(path=listed.path, length=listed.length, crc32=listed.crc32)


def _buffered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= _AT_ONCE:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _skip(content: Iterator[bytes]) -> None:
    for _ in content:
        pass
