"""Looks at photos before they are ordered with, beside the renderers and never in their way."""

from threading import BoundedSemaphore

from common.errors import Unavailable
from generation.domain.hints import PhotoHint, hints_of
from generation.ports import PaintingFailed

from .engine import StudioEngine


class Looker:
    """One process, started with the first photo; the photo is in its memory while it is looked at, and nowhere else.

    `seconds` is how long one look may take. Who comes while another photo is looked at is not made to wait.
    """

    def __init__(self, *, memory_bytes: int = 700_000_000, seconds: float = 4.0) -> None:
        self._engine = StudioEngine(workers=1, memory_bytes=memory_bytes, seconds_per_picture=seconds)
        self._place = BoundedSemaphore(1)

    def hints(self, photo: bytes) -> tuple[PhotoHint, ...]:
        """What to warn about; raises Unavailable when that cannot be told now."""
        if not self._place.acquire(blocking=False):
            raise Unavailable
        try:
            return hints_of(self._engine.look(photo))
        except PaintingFailed as failed:
            raise Unavailable from failed
        finally:
            self._place.release()

    def close(self) -> None:
        """Let the photo in hand be looked at, then stop the process."""
        self._engine.close()
