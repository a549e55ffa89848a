"""The picture sizes that can be ordered."""

from collections.abc import Mapping
from types import MappingProxyType

from .pixels import Size

SIZES: Mapping[str, Size] = MappingProxyType(
    {
        "1:1": (1024, 1024),
        "3:4": (960, 1280),
        "4:5": (1024, 1280),
        "2:3": (832, 1248),
        "4:3": (1280, 960),
        "3:2": (1248, 832),
        "5:4": (1280, 1024),
        "9:16": (720, 1280),
        "16:9": (1280, 720),
        "21:9": (1260, 540),
    }
)
"""Aspect ratio of the public contract to width and height in pixels."""

SCALES: Mapping[str, float] = MappingProxyType({"standard": 1.0, "large": 2.0, "largest": 2.5})
"""How many times as wide and as high as the standard a picture is, by what is chosen for its size."""


def frame(aspect_ratio: str, scale: float = 1.0) -> Size:
    """The size of a picture that is `scale` times the standard one."""
    width, height = SIZES[aspect_ratio]
    return round(width * scale), round(height * scale)
