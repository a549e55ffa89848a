"""What generation needs from things it does not own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintOrder:
    """Everything an engine gets to know; no name, no address, no id of the person."""

    figurine_id: UUID
    style: str
    photo: bytes
    title: str = ""
    note: str = ""
    variants: int = 1
    aspect_ratio: str = "1:1"
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Painting:
    """One finished picture: encoded image, its media type, size in pixels."""

    image: bytes
    media_type: str
    width: int
    height: int


class PaintingFailed(Exception):
    """The engine gave no picture; `code` is one of the public failure codes."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


class ImageEngine(Protocol):
    """Paints figurines. Slow, fallible, and not ours."""

    @property
    def name(self) -> str:
        """What the public contract calls this engine."""
        ...

    def paint(self, order: PaintOrder) -> Sequence[Painting]:
        """Paint up to `order.variants` pictures; raises PaintingFailed when there is none."""
        ...
