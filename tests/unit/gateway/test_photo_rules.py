"""The rules a photo is measured by, without opening one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.photo import (
    PhotoHint,
    PhotoTooLarge,
    PhotoTooSmall,
    PhotoUnreadable,
    PhotoUnsupported,
    check_pixels,
    fitted,
    hints,
)
from gateway.domain.photo_header import PhotoKind, kind_of, webp_canvas
from tests.fixtures.photo_files import encoded, exif, plain


@pytest.mark.parametrize("refusal", [PhotoUnreadable, PhotoUnsupported, PhotoTooLarge, PhotoTooSmall])
def test_every_refusal_says_what_happened_and_what_to_do(refusal: type[PhotoUnreadable]) -> None:
    happened, to_do = refusal().sentence.removesuffix(".").split(". ")
    assert happened.startswith("This ")
    assert to_do.split()[0] in {"Save", "Upload"}


@pytest.mark.parametrize(("width", "height"), [(256, 256), (10_000, 5_000), (195_312, 256)])
def test_a_canvas_at_its_limits_is_accepted(width: int, height: int) -> None:
    check_pixels(width, height)


@pytest.mark.parametrize(("width", "height"), [(255, 4000), (4000, 255), (0, 0)])
def test_a_canvas_narrower_than_256_pixels_is_too_small(width: int, height: int) -> None:
    with pytest.raises(PhotoTooSmall):
        check_pixels(width, height)


def test_a_canvas_over_50_megapixels_is_too_large() -> None:
    with pytest.raises(PhotoTooLarge):
        check_pixels(10_000, 5_001)


@given(st.integers(1, 70_000), st.integers(1, 70_000), st.integers(256, 4096))
def test_a_fitted_size_never_grows_vanishes_or_exceeds_its_side(width: int, height: int, side: int) -> None:
    fitted_width, fitted_height = fitted(width, height, side)
    assert 1 <= fitted_width <= min(width, side)
    assert 1 <= fitted_height <= min(height, side)


def test_a_good_photo_earns_no_warning() -> None:
    assert hints(1500, 120.0, 12.0) == ()


def test_each_weakness_earns_its_own_warning() -> None:
    assert hints(300, 10.0, 0.5) == (PhotoHint.DARK, PhotoHint.BLURRED, PhotoHint.TINY)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0", PhotoKind.JPEG),
        (b"\x89PNG\r\n\x1a\n", PhotoKind.PNG),
        (b"RIFF\x10\0\0\0WEBPVP8 ", PhotoKind.WEBP),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", PhotoKind.HEIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", PhotoKind.HEIF),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", None),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", None),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_the_first_bytes_name_the_kind(head: bytes, kind: PhotoKind | None) -> None:
    assert kind_of(head) is kind


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 80}, {"save_all": True, "exif": exif()}])
def test_the_canvas_of_every_kind_of_webp_is_read_from_its_header(options: dict[str, object]) -> None:
    assert webp_canvas(encoded(plain("red", size=(311, 277)), "WEBP", **options)) == (311, 277)


@given(st.binary(max_size=40))
def test_headers_of_any_bytes_are_read_without_failing(data: bytes) -> None:
    kind_of(data)
    webp_canvas(data)
