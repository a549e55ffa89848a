"""What the first bytes of a file say it is; its name and its headers in HTTP say nothing."""

from enum import StrEnum
from typing import Final


class PhotoKind(StrEnum):
    """The containers the studio opens. A multi-picture JPEG (MPO) is a JPEG here."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIF = "heif"


# ISO/IEC 23008-12, Annex B: still pictures and sequences coded with HEVC, and the neutral brands.
HEVC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
NEUTRAL_BRANDS: Final = frozenset({b"mif1", b"mif2", b"msf1"})
AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})


def kind_of(data: bytes) -> PhotoKind | None:
    """The container these bytes open with, or None for one the studio does not take."""
    if data.startswith(b"\xff\xd8\xff"):
        return PhotoKind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoKind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return PhotoKind.WEBP
    return PhotoKind.HEIF if _is_heif(data) else None


def _is_heif(data: bytes) -> bool:
    if data[4:8] != b"ftyp":
        return False
    # The box: size, "ftyp", major brand, minor version, then the compatible brands.
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    return bool(brands & HEVC_BRANDS or (brands & NEUTRAL_BRANDS and not brands & AVIF_BRANDS))


def webp_canvas(data: bytes) -> tuple[int, int] | None:
    """Width and height of a WebP in pixels, read from its first chunk (RFC 9649).

    The decoder reserves the whole canvas as soon as it is opened, so the limit has to be checked on these.
    """
    chunk, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if chunk == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None
