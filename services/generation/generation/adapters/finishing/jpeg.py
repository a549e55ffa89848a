"""A JPEG without anything but its picture, its coefficients untouched."""

import re
from collections.abc import Iterator

_APP0, _APP1, _APP14, _COMMENT = 0xE0, 0xE1, 0xEE, 0xFE
_SCAN, _END = 0xDA, 0xD9
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
# JFIF 1.01, square pixels, no thumbnail.
_PLAIN_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
# In a scan, 0xFF before anything but a stuffed zero, a restart or a fill byte begins the next segment.
_NEXT = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def cleaned(jpeg: bytes, xmp: bytes) -> bytes:
    """The first picture of a file that decodes, with this XMP packet and no other metadata.

    Decoding again would cost quality. Raises ValueError for a file whose segments do not add up.
    """
    segments = list(_segments(jpeg))
    # Adobe's marker says how the colours are stored; without it JFIF does.
    adobe = [body for marker, body in segments if marker == _APP14 and body[4:9] == b"Adobe"]
    kept = [body for marker, body in segments if not _is_metadata(marker)]
    packet = _XMP + xmp
    mark = b"\xff\xe1" + (len(packet) + 2).to_bytes(2, "big") + packet
    return b"".join([b"\xff\xd8", *(adobe[:1] or [_PLAIN_JFIF]), mark, *kept, b"\xff\xd9"])


def _is_metadata(marker: int) -> bool:
    return _APP0 <= marker <= 0xEF or marker == _COMMENT


def _segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment with its marker, a scan with its data, up to the end of the picture."""
    at = 2
    while True:
        found = _NEXT.match(jpeg, at) or _NEXT.search(jpeg, at)
        if found is None:
            raise ValueError("a JPEG without an end")
        at = found.start()
        marker = jpeg[at + 1]
        if marker == _END:
            return
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == _SCAN:
            following = _NEXT.search(jpeg, end)
            end = following.start() if following else len(jpeg)
        yield marker, jpeg[at:end]
        at = end
