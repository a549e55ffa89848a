"""The emulator's pictures: made by the studio engine, and labelled so that nobody takes them for Gemini's."""

import asyncio
import colorsys
import hashlib
from collections import OrderedDict
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont, ImageOps

from generation.adapters.studio.engine import StudioEngine
from generation.adapters.studio.frames import SIZES
from generation.ports import PaintingFailed, PaintOrder

if TYPE_CHECKING:
    from ops.emulators.gemini.models import Size

LABEL = "EMULATOR - not made by Gemini"
_STYLE = "acrylic-standee"
_KEPT = 64


class Painter:
    """Paints in processes of its own that begin with the first picture; with `plain`, labels the photo itself."""

    def __init__(self, *, plain: bool) -> None:
        self._studio = None if plain else StudioEngine(workers=1)
        self._scenes: OrderedDict[tuple[str, str], asyncio.Future[Image.Image]] = OrderedDict()

    async def paint(self, photo: bytes, size: "Size", *, seed: int, media_type: str) -> bytes:
        """An encoded picture of `size` pixels; the seed shows in its words and in the colour of its band."""
        scene = await self._scene(photo, size)
        return await asyncio.to_thread(_labelled, scene, size, seed, media_type)

    def close(self) -> None:
        """Stop the processes."""
        if self._studio is not None:
            self._studio.close()

    async def _scene(self, photo: bytes, size: "Size") -> Image.Image:
        """Made once for a photo and a shape, however many ask at once."""
        ratio = min(SIZES, key=lambda name: abs(SIZES[name][0] / SIZES[name][1] - size[0] / size[1]))
        key = (hashlib.sha256(photo).hexdigest(), ratio)
        if key not in self._scenes:
            self._scenes[key] = asyncio.ensure_future(asyncio.to_thread(self._made, photo, ratio))
            while len(self._scenes) > _KEPT:
                self._scenes.popitem(last=False)
        return await asyncio.shield(self._scenes[key])

    def _made(self, photo: bytes, ratio: str) -> Image.Image:
        if self._studio is not None and photo:
            order = PaintOrder(figurine_id=UUID(int=0), style=_STYLE, photo=photo, aspect_ratio=ratio)
            try:
                (painting,) = self._studio.paint(order)
                photo = painting.image
            except PaintingFailed:
                pass  # the photo itself, labelled, is picture enough for an emulator
        if not photo:
            return Image.new("RGB", SIZES[ratio], "lightgrey")
        return Image.open(BytesIO(photo)).convert("RGB")


def _labelled(scene: Image.Image, size: "Size", seed: int, media_type: str) -> bytes:
    picture = ImageOps.fit(scene, size)
    height = max(24, min(size) // 14)
    red, green, blue = colorsys.hsv_to_rgb((seed * 0.381966) % 1.0, 0.75, 0.55)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, size[1] - height, *size), fill=(round(red * 255), round(green * 255), round(blue * 255)))
    words = f"{LABEL} - seed {seed}"
    font = ImageFont.load_default(height * 0.5)
    wide = font.getlength(words)
    if wide > size[0] * 0.95:
        font = ImageFont.load_default(height * 0.5 * size[0] * 0.95 / wide)
    draw.text((size[0] / 2, size[1] - height / 2), words, fill="white", font=font, anchor="mm")
    sink = BytesIO()
    kind = media_type.removeprefix("image/")
    picture.save(sink, kind, **({"compress_level": 1} if kind == "png" else {"quality": 90}))
    return sink.getvalue()
