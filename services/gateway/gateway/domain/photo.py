"""What a photo must be to enter the studio, and what it becomes there."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from common.errors import NotFound, Refused

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
MIN_SIDE: Final = 256
LONG_SIDE: Final = 2048

# Judgements, since they only warn. Four ordinary photos, 512 pixels wide, measured 61 to 119 in brightness and 20 to 35
# in sharpness; a Gaussian blur of one pixel left 5 to 10 of that, two pixels 2 to 4, four pixels 1.4 to 2.
TINY_SIDE: Final = 512
DARK_BRIGHTNESS: Final = 45.0
BLURRED_SHARPNESS: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadKeys:
    """The data keys of what was stored, wrapped under the keyring shared with generation."""

    words: bytes
    photo: bytes | None = None


class PhotoUnreadable(Refused):
    """This photo is damaged and cannot be opened. Save it again or choose another one."""

    code = "photo_unreadable"


class PhotoUnsupported(Refused):
    """This kind of file cannot be used. Upload a JPEG, PNG, WebP or HEIC photo."""

    code = "photo_unsupported"


class PhotoTooLarge(Refused):
    """This photo is too large. Upload one of at most 20 MB and 50 megapixels."""

    code = "photo_too_large"


class PhotoTooSmall(Refused):
    """This photo is too small. Upload one that is at least 256 pixels wide and high."""

    code = "photo_too_small"


class NoSuchPhoto(NotFound):
    """There is no such photo, or it is not yours."""


class TooManySavedPhotos(Refused):
    """You have saved as many photos as can be kept. Delete one first, or order without saving this one."""

    code = "too_many_saved_photos"


class PhotoHint(StrEnum):
    """Why a figurine may turn out badly: a warning, never a refusal."""

    DARK = "dark"
    BLURRED = "blurred"
    TINY = "tiny"


@dataclass(frozen=True, slots=True, kw_only=True)
class SanePhoto:
    """A picture the studio made itself from an upload; nothing else of the file is left.

    `jpeg` is upright sRGB without metadata, `width` and `height` are its pixels. `sha256` is the hex digest
    of the bytes that were uploaded, so that the same upload can be recognised.
    """

    jpeg: bytes
    width: int
    height: int
    sha256: str
    hints: tuple[PhotoHint, ...] = ()


def check_pixels(width: int, height: int) -> None:
    """Refuse a canvas outside the limits, before anything is decoded."""
    if width * height > MAX_PIXELS:
        raise PhotoTooLarge
    if min(width, height) < MIN_SIDE:
        raise PhotoTooSmall


def fitted(width: int, height: int, side: int) -> tuple[int, int]:
    """The size with the same proportions whose long side is at most `side` pixels."""
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def hints(short_side: int, brightness: float, sharpness: float) -> tuple[PhotoHint, ...]:
    """What to warn about: pixels, mean luminance 0-255, deviation of the Laplacian."""
    found = {
        PhotoHint.DARK: brightness < DARK_BRIGHTNESS,
        PhotoHint.BLURRED: sharpness < BLURRED_SHARPNESS,
        PhotoHint.TINY: short_side < TINY_SIDE,
    }
    return tuple(hint for hint, applies in found.items() if applies)
