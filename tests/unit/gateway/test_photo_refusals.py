"""What may not enter, and the code it is refused with."""

from io import BytesIO

import pytest
from PIL import features

from gateway.adapters.intake import sanitise
from gateway.domain.photo import MAX_BYTES, PhotoTooLarge, PhotoTooSmall, PhotoUnreadable, PhotoUnsupported
from tests.fixtures.photo_files import chunk, cornered, encoded, exif, plain, png, with_canvas, zipped_text

KINDS = ("JPEG", "PNG", "WEBP", "HEIF")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.8])
def test_a_truncated_photo_is_unreadable(kind: str, kept: float) -> None:
    whole = encoded(cornered(), kind)
    with pytest.raises(PhotoUnreadable):
        sanitise(BytesIO(whole[: max(16, int(len(whole) * kept))]))


def test_an_empty_file_is_unreadable_and_is_called_empty() -> None:
    with pytest.raises(PhotoUnreadable, match="empty"):
        sanitise(BytesIO())


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PDF", "EPS", "ICO", "PPM", "TGA", "JPEG2000"])
def test_a_picture_of_another_kind_is_unsupported(kind: str) -> None:
    with pytest.raises(PhotoUnsupported):
        sanitise(BytesIO(encoded(cornered(), kind)))


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow cannot write AVIF")
def test_an_avif_is_unsupported() -> None:
    with pytest.raises(PhotoUnsupported):
        sanitise(BytesIO(encoded(cornered(), "AVIF")))


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><image href="file:///etc/passwd"/></svg>',
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"<!doctype html><script>alert(1)</script>",
        b"PK\x03\x04 a ZIP called photo.jpg",
        b"MZ\x90\0 a program called photo.png",
        b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://example.org/)'",
    ],
    ids=["svg", "pdf", "html", "zip", "program", "mvg"],
)
def test_something_that_is_not_a_photo_is_unsupported_whatever_it_is_called(content: bytes) -> None:
    with pytest.raises(PhotoUnsupported):
        sanitise(BytesIO(content))


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_of_64_pixels_is_too_small(kind: str) -> None:
    with pytest.raises(PhotoTooSmall):
        sanitise(BytesIO(encoded(cornered(64, 64), kind)))


def test_a_small_file_with_a_huge_canvas_is_refused_before_it_is_decoded() -> None:
    bomb = png(9000, 9000, 1, 0, bytes(1125))
    assert len(bomb) < 20_000
    with pytest.raises(PhotoTooLarge):
        sanitise(BytesIO(bomb))


@pytest.mark.parametrize("side", [8000, 30_000])
def test_a_photo_that_claims_a_huge_canvas_is_too_large(side: int) -> None:
    with pytest.raises(PhotoTooLarge):
        sanitise(BytesIO(with_canvas(encoded(cornered(), "JPEG"), side, side)))


def test_a_webp_that_claims_a_huge_canvas_is_too_large() -> None:
    whole = bytearray(encoded(cornered(), "WEBP", exif=exif()))
    whole[24:30] = b"\xff\x3f\0\xff\x3f\0"
    with pytest.raises(PhotoTooLarge):
        sanitise(BytesIO(bytes(whole)))


def test_a_file_over_the_byte_limit_is_too_large_whatever_it_holds() -> None:
    with pytest.raises(PhotoTooLarge):
        sanitise(BytesIO(bytes(MAX_BYTES + 1)))


def test_an_endless_upload_is_read_no_further_than_the_limit() -> None:
    class Endless(BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert size > 0
            self.given += size
            return bytes(size)

    source = Endless()
    with pytest.raises(PhotoTooLarge):
        sanitise(source, size_limit=5_000_000)
    assert source.given == 5_000_001


def test_text_that_swells_when_unpacked_is_unreadable() -> None:
    with pytest.raises(PhotoUnreadable):
        sanitise(BytesIO(png(300, 300, 8, 2, bytes(900), zipped_text(64 * 1024 * 1024))))


def test_a_broken_checksum_is_unreadable() -> None:
    whole = png(300, 300, 8, 2, bytes(900), chunk(b"tEXt", b"Comment\0hello"))
    with pytest.raises(PhotoUnreadable):
        sanitise(BytesIO(whole.replace(b"IHDR\0\0\x01", b"IHDR\0\0\x02")))


def test_a_photo_in_pieces_is_read_whole() -> None:
    class Slow(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 100))

    assert sanitise(Slow(encoded(plain("red"), "PNG"))).width == 320
