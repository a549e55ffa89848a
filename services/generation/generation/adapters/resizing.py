"""Smaller sizes of a picture, with Pillow."""

import io
from collections.abc import Mapping

from PIL import Image

from generation.ports import Size

LONG_SIDES: Mapping[Size, int] = {Size.PREVIEW: 1024, Size.THUMB: 384}


def resize(image: bytes) -> Mapping[Size, bytes]:
    """JPEG renditions of an encoded picture, none larger than the picture itself."""
    with Image.open(io.BytesIO(image)) as opened:
        picture = opened.convert("RGB")
    return {size: _fit(picture, side) for size, side in LONG_SIDES.items()}


def _fit(picture: Image.Image, side: int) -> bytes:
    copy = picture.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    copy.save(buffer, "JPEG", quality=85, optimize=True)
    return buffer.getvalue()
