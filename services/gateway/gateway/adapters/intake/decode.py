"""Opens an upload and decodes its first picture, no larger than needed."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import ExifTags, Image
from pillow_heif import (
    register_heif_opener,  # pyright: ignore[reportUnknownVariableType]: its keywords are untyped
)

from gateway.domain.photo import MAX_PIXELS, PhotoTooLarge, PhotoUnreadable, PhotoUnsupported, check_pixels, fitted
from gateway.domain.photo_header import PhotoKind, kind_of, webp_canvas

# Each kind reaches its own decoder only: a file cannot choose a parser its first bytes do not name.
FORMATS: Final[Mapping[PhotoKind, tuple[str, ...]]] = {
    PhotoKind.JPEG: ("JPEG", "MPO"),
    PhotoKind.PNG: ("PNG",),
    PhotoKind.WEBP: ("WEBP",),
    PhotoKind.HEIF: ("HEIF",),
}

# libjpeg halves a picture almost for free while decoding. A half of at least this side is taken as it is,
# so that the usual 12 megapixels (4032 or 4000 wide) need no second resize to reach exactly 2048.
DRAFT_SIDE: Final = 1920

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Pixels as they are stored: `orientation` (EXIF, 1-8) and `profile` (ICC) are still to be applied."""

    image: Image.Image
    orientation: int
    profile: bytes | None


def decode(data: bytes) -> Decoded:
    """Decode the first picture of a JPEG, PNG, WebP or HEIF file; refuse anything else."""
    kind = _kind(data)
    with _hostile_input():
        image = Image.open(BytesIO(data), formats=FORMATS[kind])
    check_pixels(*image.size)
    with _hostile_input():
        image.draft(None, fitted(*image.size, DRAFT_SIDE))
        image.load()
        profile = image.info.get("icc_profile")
    return Decoded(image=image, orientation=_orientation(image, kind), profile=profile or None)


def _kind(data: bytes) -> PhotoKind:
    if not data:
        raise PhotoUnreadable("This file is empty. Choose the photo again.")
    kind = kind_of(data)
    if kind is None:
        raise PhotoUnsupported
    if kind is PhotoKind.WEBP and (canvas := webp_canvas(data)):
        check_pixels(*canvas)
    return kind


@contextmanager
def _hostile_input() -> Generator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooLarge from error
    # Broken files make parsers fail in ways no list of exceptions covers; here each of them means the file is bad.
    except Exception as error:
        raise PhotoUnreadable from error


def _orientation(image: Image.Image, kind: PhotoKind) -> int:
    if kind is PhotoKind.HEIF:
        return 1  # libheif has turned it already
    try:
        with _hostile_input():
            orientation = image.getexif().get(ExifTags.Base.Orientation)
    except PhotoUnreadable:
        return 1  # the pixels are fine: broken EXIF is no reason to refuse them
    return orientation if isinstance(orientation, int) else 1
