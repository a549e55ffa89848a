"""Nothing that came with a photo but its pixels is in what is kept."""

from io import BytesIO

import pytest
from PIL import PngImagePlugin

from gateway.adapters.intake import sanitise
from tests.fixtures.photo_files import (
    SECRET,
    animated,
    chunk,
    cornered,
    encoded,
    exif,
    markers,
    png,
    segment,
    swapped_profile,
    with_segments,
)

# Start of frame, Huffman and quantisation tables, scan, end; APP0 is JFIF's version and density.
PIXELS_ONLY = {0xC0, 0xC4, 0xDB, 0xDA, 0xD9, 0xE0}
XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description>" + SECRET + b"</rdf:Description></x:xmpmeta>"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20\x1c\x02\x78\0\x1b" + SECRET


def full_jpeg() -> bytes:
    jpeg = encoded(cornered(), "JPEG", exif=exif(), icc_profile=swapped_profile(), dpi=(300, 300), comment=SECRET)
    return with_segments(jpeg, segment(0xFE, SECRET), segment(0xE1, XMP), segment(0xED, IPTC), segment(0xEB, SECRET))


def full_png() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_text("Zipped", SECRET.decode(), zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode("latin-1").replace("\0", ""))
    return encoded(cornered(), "PNG", pnginfo=text, exif=exif(), icc_profile=swapped_profile())


PHOTOS = {
    "jpeg": full_jpeg(),
    "png": full_png(),
    "webp": encoded(cornered(), "WEBP", exif=exif(), xmp=XMP, icc_profile=swapped_profile()),
    "heic": encoded(cornered(), "HEIF", exif=exif(), xmp=XMP),
    "mpo": with_segments(animated("MPO"), segment(0xFE, SECRET)),
    "jpeg and zip": full_jpeg() + b"PK\x03\x04" + SECRET,
    "jpeg and html": with_segments(full_jpeg(), segment(0xFE, b"<script>" + SECRET)) + b"<html>" + SECRET,
    "png and zip": full_png() + b"PK\x03\x04" + SECRET,
    "png with private chunk": png(300, 300, 8, 2, bytes(900), chunk(b"prVt", SECRET)),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_no_metadata_and_no_stowaway_is_left(name: str) -> None:
    source = PHOTOS[name]
    assert SECRET in source
    kept = sanitise(BytesIO(source)).jpeg
    found = markers(kept)
    assert set(found) <= PIXELS_ONLY
    assert found[-1] == 0xD9, "something follows the picture"
    assert kept[6:20] == b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0", "APP0 says more than JFIF without a density"
    for trace in (SECRET, b"Exif", b"xmpmeta", b"ICC_PROFILE", b"Photoshop", b"PK\x03\x04", b"<html>"):
        assert trace not in kept
