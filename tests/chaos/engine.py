"""Generation's worker with an engine that waits at a gate: python -m tests.chaos.engine worker

While the gate (a file named by CHAOS_GATE) is missing, every job that is claimed stays in the middle of its painting.
"""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from PIL import Image

from common.process import run
from common.service import Service
from generation.ports import Painting, PaintOrder
from generation.repository import Work
from generation.wiring import build

GATE = "CHAOS_GATE"
SIDE = 64
_LOOK_SECONDS = 0.05
_PICTURE_SECONDS = 0.2


class GatedEngine:
    """Paints grey squares with a white one in them, each in a fifth of a second, as long as the gate is open."""

    name = "gated"

    def __init__(self, gate: Path) -> None:
        self._gate = gate
        self._closed = Event()
        buffer = io.BytesIO()
        sheet = Image.new("RGB", (SIDE, SIDE), "grey")
        sheet.paste("white", (SIDE // 4, SIDE // 4, SIDE // 2, SIDE // 2))
        sheet.save(buffer, "JPEG")
        self._painting = Painting(image=buffer.getvalue(), media_type="image/jpeg", width=SIDE, height=SIDE)

    def paint(self, order: PaintOrder) -> Sequence[Painting]:
        while not self._gate.exists() and not self._closed.wait(_LOOK_SECONDS):
            pass
        self._closed.wait(_PICTURE_SECONDS * order.variants)
        return [self._painting] * order.variants

    def close(self) -> None:
        self._closed.set()


def service() -> Service[Work]:
    """Generation, with this engine."""
    return build(engine=GatedEngine(Path(os.environ[GATE])))


if __name__ == "__main__":
    run("generation", service)
