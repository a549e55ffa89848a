"""Whether what an engine gave is a picture at all."""

import io
import struct
from typing import cast

from PIL import Image, ImageCms, ImageOps

from generation.domain import Format
from generation.ports import Painting, PictureBroken

SMALLEST_SIDE = 64
MOST_PIXELS = 4096 * 6144
# A picture whose lightest and darkest parts differ by less shows nothing.
_LEAST_CONTRAST = 4
_FORMATS = {"JPEG": Format.JPEG, "MPO": Format.JPEG, "PNG": Format.PNG, "WEBP": Format.WEBP}
# Everything Pillow is known to raise for files that are cut short, garbage, or made to harm.
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    EOFError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def examined(painting: Painting) -> tuple[Image.Image, Format, bool]:
    """The pixels, what kind of file they came in, and whether the file shows just these pixels.

    The pixels are upright sRGB without transparency. Raises PictureBroken.
    """
    try:
        with Image.open(io.BytesIO(painting.image), formats=("JPEG", "PNG", "WEBP")) as opened:
            _check_claims(painting, opened)
            opened.load()
            plain = opened.mode == "RGB" and not {"icc_profile", "exif"} & opened.info.keys()
            pixels = opened if plain else _normalised(opened)
            kind = _FORMATS[opened.format or ""]
    except _UNREADABLE as error:
        message = f"cannot be decoded: {type(error).__name__}"
        raise PictureBroken(message) from error
    if _is_blank(pixels):
        raise PictureBroken("blank")
    return pixels, kind, plain


def _check_claims(painting: Painting, opened: Image.Image) -> None:
    kind = _FORMATS[opened.format or ""].media_type
    if kind != painting.media_type:
        message = f"is {kind}, said to be {painting.media_type}"
        raise PictureBroken(message)
    width, height = opened.size
    if (width, height) != (painting.width, painting.height):
        message = f"is {width}x{height}, said to be {painting.width}x{painting.height}"
        raise PictureBroken(message)
    if min(width, height) < SMALLEST_SIDE or width * height > MOST_PIXELS:
        message = f"{width}x{height} is no size of a picture"
        raise PictureBroken(message)


def _normalised(opened: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(opened)
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        upright = Image.new("RGBA", layer.size, "white")
        upright.alpha_composite(layer)
    profile: bytes | None = opened.info.get("icc_profile")
    return (profile and _in_srgb(upright, profile)) or upright.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image | None:
    """The same colours in sRGB, or None for a profile that is none or fits other pixels."""
    picture = picture.convert("RGB") if picture.mode in {"RGBA", "P"} else picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]: Pillow leaves the result untyped
        return ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (OSError, ImageCms.PyCMSError, TypeError, ValueError):
        return None


def _is_blank(picture: Image.Image) -> bool:
    # Coarsely, so that noise on a blank sheet is no picture either.
    coarse = picture.resize((32, 32), Image.Resampling.BOX)
    bands = cast("tuple[tuple[int, int], ...]", coarse.getextrema())
    return all(high - low < _LEAST_CONTRAST for low, high in bands)
