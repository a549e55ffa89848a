"""The fonts that are shipped, and which characters each can draw."""

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import groupby

from PIL import ImageFont

# Display face first; the others only for what it lacks: Greek, Arabic, Hebrew …, then Chinese, Japanese, Korean.
_FILES = ("LeagueSpartan-SemiBold.otf", "DejaVuSans-Bold.ttf", "DroidSansFallback.ttf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A font file and the code points it has glyphs for."""

    data: bytes
    covers: frozenset[int]


@cache
def faces() -> tuple[Face, ...]:
    """Every shipped font, in order of preference."""
    folder = files("generation.adapters.studio") / "data" / "fonts"
    blobs = ((folder / name).read_bytes() for name in _FILES)
    return tuple(Face(data=blob, covers=frozenset(_code_points(blob))) for blob in blobs)


@lru_cache(maxsize=32)
def sized(face: int, pixels: int) -> ImageFont.FreeTypeFont:
    """A font ready to draw, `pixels` to the em."""
    return ImageFont.truetype(BytesIO(faces()[face].data), pixels)


def drawable(text: str) -> str:
    """The text in composed form, without what no shipped font can draw."""
    kept = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", text) if _visible(c))
    return " ".join(kept.split())


def runs(text: str) -> list[tuple[int, str]]:
    """The text cut where its font changes, in the order in which it is set from left to right."""
    chosen: list[int] = []
    for character in text:
        previous = chosen[-1:]
        stays = previous and character.isspace() and ord(character) in faces()[previous[0]].covers
        chosen.append(previous[0] if stays else _face_for(character))
    pieces = groupby(zip(chosen, text, strict=True), key=lambda pair: pair[0])
    cut = [(face, "".join(character for _, character in group)) for face, group in pieces]
    return cut[::-1] if _reads_leftwards(text) else cut


def _visible(character: str) -> bool:
    known = any(ord(character) in face.covers for face in faces())
    return character.isspace() or (known and not unicodedata.category(character).startswith("C"))


def _face_for(character: str) -> int:
    return next((index for index, face in enumerate(faces()) if ord(character) in face.covers), 0)


def _reads_leftwards(text: str) -> bool:
    strong = (unicodedata.bidirectional(c) for c in text)
    return next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"


def _code_points(font: bytes) -> Iterator[int]:
    """Code points of a font's `cmap` table, formats 4 and 12 (OpenType 1.9, chapter cmap)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * n) for n in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for n in range(count):
        (offset,) = struct.unpack_from(">L", font, cmap + 8 + 8 * n)
        (layout,) = struct.unpack_from(">H", font, cmap + offset)
        if layout == 4:
            yield from _segments(font, cmap + offset)
        elif layout == 12:
            yield from _groups(font, cmap + offset)


def _segments(font: bytes, at: int) -> Iterator[int]:
    (doubled,) = struct.unpack_from(">H", font, at + 6)
    segments = doubled // 2
    ends = struct.unpack_from(f">{segments}H", font, at + 14)
    starts = struct.unpack_from(f">{segments}H", font, at + 16 + doubled)
    for start, end in zip(starts, ends, strict=True):
        yield from range(start, min(end, 0xFFFE) + 1)


def _groups(font: bytes, at: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">L", font, at + 12)
    for n in range(count):
        start, end, _ = struct.unpack_from(">LLL", font, at + 16 + 12 * n)
        yield from range(start, end + 1)
