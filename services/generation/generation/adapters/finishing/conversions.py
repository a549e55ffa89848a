"""Stored pictures as other kinds of file, made on request."""

from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from common.errors import Unavailable
from generation.adapters.finishing.encoding import encoded, opened
from generation.adapters.finishing.signatures import CONVERTED, Signatures
from generation.adapters.finishing.xmp import packet
from generation.domain import Format, Origin


class Conversions:
    """Converts a few pictures at once, and remembers the latest.

    No two signatures are the same, so only a remembered file can be read in ranges. It is remembered in memory: what
    is stored may be erased, and nobody would look for a copy.
    """

    def __init__(
        self,
        signatures: Signatures,
        *,
        at_once: int = 2,
        patience_seconds: float = 3.0,
        remembered_bytes: int = 32 * 1024 * 1024,
    ) -> None:
        """Whoever waits longer than `patience_seconds` is told to try again, before the gateway gives up on us."""
        self._signatures = signatures
        self._places = BoundedSemaphore(at_once)
        self._patience_seconds = patience_seconds
        self._lock = Lock()
        self._remembered: OrderedDict[str, bytes] = OrderedDict()
        self._most_bytes = remembered_bytes

    def convert(self, name: str, read: Callable[[], bytes], format: Format, origin: Origin) -> bytes:
        """The picture that `read` gives, as that kind of file. Raises Unavailable while too many are being made."""
        remembered = self._recall(name)
        if remembered is not None:
            return remembered
        with self._place():
            # Whoever asked for the same before us may have been at it.
            return self._recall(name) or self._remember(name, self._made(read(), format, origin))

    def _made(self, stored: bytes, kind: Format, origin: Origin) -> bytes:
        pixels = opened(stored)
        parent = (stored, _sniffed(stored).media_type)
        return self._signatures.sign(encoded(pixels, kind, packet(origin)), kind, origin, step=CONVERTED, parent=parent)

    @contextmanager
    def _place(self) -> Generator[None]:
        if not self._places.acquire(timeout=self._patience_seconds):
            raise Unavailable("Many pictures are being converted just now; try again in a few seconds.")
        try:
            yield
        finally:
            self._places.release()

    def _recall(self, name: str) -> bytes | None:
        with self._lock:
            if name in self._remembered:
                self._remembered.move_to_end(name)
            return self._remembered.get(name)

    def _remember(self, name: str, image: bytes) -> bytes:
        with self._lock:
            # The first one stays: somebody may be reading it in ranges.
            image = self._remembered.setdefault(name, image)
            while sum(map(len, self._remembered.values())) > self._most_bytes:
                self._remembered.popitem(last=False)
        return image


def _sniffed(image: bytes) -> Format:
    """What kind of file one of ours is."""
    if image.startswith(b"\xff\xd8"):
        return Format.JPEG
    return Format.PNG if image.startswith(b"\x89PNG") else Format.WEBP
