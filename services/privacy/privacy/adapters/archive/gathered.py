"""The parts of one archive, as whoever puts it together reads them."""

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from common.parts import Entry, Kind, PartReader

# What an archive holds of a part; its cover is for the page, and what is broken is only told of.
KEPT = frozenset({Kind.DATA, Kind.SCHEMA, Kind.FILE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file of the archive, as the manifest names it; `length` in bytes, `sha256` in hexadecimal."""

    path: str
    length: int
    crc32: int
    sha256: str
    service: str


@dataclass(slots=True)
class GatheredPart:
    """What one service gave: its cover, and where its rows are. Its pictures are only ever walked through."""

    service: str
    reader: PartReader
    cover: Mapping[str, Any] = field(default_factory=dict[str, Any])
    data: dict[str, Entry] = field(default_factory=dict[str, Entry])

    def __post_init__(self) -> None:
        for entry in self.reader.entries():
            if entry.kind is Kind.DATA:
                self.data[entry.path] = entry
            elif entry.kind is Kind.COVER:
                self.cover = json.loads(b"".join(self.reader.pieces(entry)))

    def listed(self) -> Iterator[Listed]:
        """The files the archive will hold of it."""
        for entry in self.reader.entries():
            if entry.kind in KEPT:
                yield Listed(
                    path=entry.path,
                    length=entry.length,
                    crc32=entry.crc32,
                    sha256=entry.sha256,
                    service=self.service,
                )

    def rows(self, path: str, *, limit: int) -> list[dict[str, Any]]:
        """The first rows of a file; each stands on a line of its own."""
        entry = self.data.get(f"data/{path}")
        return [] if entry is None else list(islice(self._rows(entry), limit))

    def _rows(self, entry: Entry) -> Iterator[dict[str, Any]]:
        with closing(_lines(self.reader.pieces(entry))) as lines:
            for line in lines:
                if line.startswith(b"  "):
                    yield json.loads(line.rstrip(b","))

    def pictures(self, folder: str, *, original: str, small: str) -> Iterator[tuple[str, str]]:
        """The pictures of a folder: where the original lies, and what to show of it."""
        waiting = name = ""
        for path, stem in self._files(folder):
            if original and stem.endswith(original):
                if waiting:
                    yield waiting, waiting
                waiting, name = path, stem.removesuffix(original)
            elif waiting and small and stem == name + small:
                yield waiting, path
                waiting = ""
        if waiting:
            yield waiting, waiting

    def documents(self) -> Iterator[str]:
        """Documents that were made for this copy, such as invoices."""
        for entry in self.reader.entries():
            if entry.kind is Kind.FILE and entry.path.startswith("documents/"):
                yield entry.path

    def _files(self, folder: str) -> Iterator[tuple[str, str]]:
        """The files of a folder, but not of another one in it: where each lies, and that without the ending."""
        told = [f"pictures/{record['folder']}/" for record in self.cover["records"] if "folder" in record]
        own = f"pictures/{folder}/"
        others = tuple(other for other in told if other.startswith(own) and other != own)
        for entry in self.reader.entries():
            if entry.kind is Kind.FILE and entry.path.startswith(own) and not entry.path.startswith(others):
                yield entry.path, entry.path.rpartition(".")[0] or entry.path


def _lines(pieces: Iterator[bytes]) -> Generator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    yield rest
