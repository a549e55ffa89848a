"""A looker that sees what a test tells it to."""

from collections import deque
from threading import Event

from common.errors import Unavailable
from generation.domain.hints import PhotoHint


class FakeLooker:
    """Sees nothing to warn of, unless told; `photos` are those it was shown."""

    def __init__(self) -> None:
        self.photos: list[bytes] = []
        self.begun = Event()
        self._sights: deque[tuple[PhotoHint, ...] | Event | None] = deque()

    def will(self, *sights: tuple[PhotoHint, ...] | Event | None) -> None:
        """What it sees next, one each: hints; None for being away; an event to wait for first."""
        self._sights.extend(sights)

    def hints(self, photo: bytes) -> tuple[PhotoHint, ...]:
        """As told."""
        self.photos.append(photo)
        sight = self._sights.popleft() if self._sights else ()
        if sight is None:
            raise Unavailable
        if isinstance(sight, Event):
            self.begun.set()
            assert sight.wait(30), "nobody told the looker to go on"
            return ()
        return sight
