"""The models the emulator knows, with their shapes and prices in tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Size = tuple[int, int]

# Pixels as published for the two generations of models, at 1K. They miss the exact ratio by up to 2.8 %.
_SECOND: Mapping[str, Size] = MappingProxyType(
    {
        "1:1": (1024, 1024),
        "2:3": (832, 1248),
        "3:2": (1248, 832),
        "3:4": (864, 1184),
        "4:3": (1184, 864),
        "4:5": (896, 1152),
        "5:4": (1152, 896),
        "9:16": (768, 1344),
        "16:9": (1344, 768),
        "21:9": (1536, 672),
    }
)
_THIRD: Mapping[str, Size] = MappingProxyType(
    {
        "1:1": (1024, 1024),
        "2:3": (848, 1264),
        "3:2": (1264, 848),
        "3:4": (896, 1200),
        "4:3": (1200, 896),
        "4:5": (928, 1152),
        "5:4": (1152, 928),
        "9:16": (768, 1376),
        "16:9": (1376, 768),
        "21:9": (1584, 672),
    }
)
_LONG: Mapping[str, Size] = MappingProxyType(
    {"1:4": (512, 2048), "4:1": (2048, 512), "1:8": (384, 3072), "8:1": (3072, 384)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model: output sizes by aspect ratio at 1K, what `imageSize` may be, tokens of a picture at 1K.

    One that `signs` wants what it made back with its signatures.
    """

    id: str
    sizes: Mapping[str, Size]
    image_sizes: tuple[str, ...]
    picture_tokens: int
    media_type: str
    signs: bool = True

    def size(self, aspect_ratio: str, image_size: str) -> Size:
        """Pixels of an output."""
        width, height = self.sizes[aspect_ratio]
        factor = {"1K": 1, "2K": 2, "4K": 4}[image_size]
        return width * factor, height * factor


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        model.id: model
        for model in (
            Model(
                id="gemini-2.5-flash-image",
                sizes=_SECOND,
                image_sizes=("1K",),
                picture_tokens=1290,
                media_type="image/png",
                signs=False,
            ),
            Model(
                id="gemini-nano-banana-2.1",
                sizes=MappingProxyType({**_THIRD, **_LONG}),
                image_sizes=("1K", "2K", "4K"),
                picture_tokens=1120,
                media_type="image/jpeg",
            ),
            Model(
                id="gemini-3.1-flash-lite-image",
                sizes=_THIRD,
                image_sizes=("1K",),
                picture_tokens=1120,
                media_type="image/jpeg",
            ),
            Model(
                id="gemini-3-pro-image",
                sizes=_THIRD,
                image_sizes=("1K", "2K", "4K"),
                picture_tokens=1120,
                media_type="image/jpeg",
            ),
        )
    }
)
"""What answers by default; every other name is not found, as a retired one is."""
