"""Making sure that what came is a picture, and has the shape that was ordered."""

from dataclasses import dataclass
from io import BytesIO
from typing import cast

from PIL import Image, ImageFilter, ImageOps

from .failures import CallFailed
from .measures import RESHAPED

_MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "WEBP": "image/webp"}
_SAVED = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_SIDES = range(256, 8193)
_MOST_PIXELS = 50_000_000
# Google's own sizes are multiples of 16 or 32 and miss the ratio by up to 2.8 %.
_SAME = 0.03
_MOST_CUT = 0.15
# As Pillow raises them for broken files of these formats.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    MemoryError,
    OverflowError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A decoded picture and the bytes it came as."""

    image: bytes
    media_type: str
    pixels: Image.Image


def decoded(image: bytes) -> Picture:
    """The picture, whole. Raises CallFailed when it is none, or of no sane size."""
    try:
        with Image.open(BytesIO(image), formats=("PNG", "JPEG", "WEBP")) as opened:
            width, height = opened.size
            if width not in _SIDES or height not in _SIDES or width * height > _MOST_PIXELS:
                raise CallFailed("no_picture", "picture_size")
            # The whole of it, at once: a picture that breaks off half-way opens without complaint.
            opened.load()
            return Picture(image=image, media_type=_MEDIA[cast("str", opened.format)], pixels=opened.copy())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise CallFailed("no_picture", "picture_size") from error
    except _BROKEN as error:
        raise CallFailed("no_picture", "unreadable_picture") from error


def cut_share(picture: Picture, aspect_ratio: str) -> float:
    """What share of the picture is lost when it is cut to the ratio; 0 when it is close enough as it is."""
    asked, came = _ratio(aspect_ratio), picture.pixels.width / picture.pixels.height
    if abs(came / asked - 1.0) <= _SAME:
        return 0.0
    return 1.0 - min(came / asked, asked / came)


def is_close(share: float) -> bool:
    """Whether cutting so much is better than asking again."""
    return share <= _MOST_CUT


def in_shape(picture: Picture, aspect_ratio: str) -> Picture:
    """The picture in the ratio: untouched, cut at the centre, or whole on a blurred ground."""
    share = cut_share(picture, aspect_ratio)
    if share == 0.0:
        return picture
    if is_close(share):
        RESHAPED.labels("cut").inc()
        return _saved(_cut(picture.pixels, _ratio(aspect_ratio)), picture.media_type)
    RESHAPED.labels("ground").inc()
    return _saved(_on_ground(picture.pixels, _ratio(aspect_ratio)), picture.media_type)


def _ratio(text: str) -> float:
    across, down = text.split(":")
    return int(across) / int(down)


def _cut(pixels: Image.Image, ratio: float) -> Image.Image:
    width, height = pixels.size
    size = (round(height * ratio), height) if width / height > ratio else (width, round(width / ratio))
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    return pixels.crop((left, top, left + size[0], top + size[1]))


def _on_ground(pixels: Image.Image, ratio: float) -> Image.Image:
    """Nothing of the figurine is lost: the room around it is its own picture, out of focus."""
    width, height = pixels.size
    size = (width, round(width / ratio)) if width / height > ratio else (round(height * ratio), height)
    whole = pixels.convert("RGB")
    ground = ImageOps.fit(whole, size).filter(ImageFilter.GaussianBlur(max(size) / 24))
    ground.paste(whole, ((size[0] - width) // 2, (size[1] - height) // 2))
    return ground


def _saved(pixels: Image.Image, media_type: str) -> Picture:
    sink = BytesIO()
    kind = _SAVED[media_type]
    if kind == "JPEG":
        pixels.convert("RGB").save(sink, kind, quality=95, subsampling=0)
    else:
        pixels.save(sink, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return Picture(image=sink.getvalue(), media_type=media_type, pixels=pixels)
