"""Generation's worker with an engine that does nothing, so that only the house around it is timed."""

import io

from PIL import Image

from common.process import run
from generation.ports import Painting, PaintOrder
from generation.wiring import build

SIDE = 64


class BlankEngine:
    """Answers every order at once with the same small picture, which has as little in it as one may have."""

    name = "blank"

    def __init__(self) -> None:
        buffer = io.BytesIO()
        Image.radial_gradient("L").resize((SIDE, SIDE)).convert("RGB").save(buffer, "JPEG")
        self._image = buffer.getvalue()

    def paint(self, order: PaintOrder) -> list[Painting]:
        return [Painting(image=self._image, media_type="image/jpeg", width=SIDE, height=SIDE)] * order.variants

    def close(self) -> None:
        return


if __name__ == "__main__":
    run("generation", lambda: build(engine=BlankEngine()))
