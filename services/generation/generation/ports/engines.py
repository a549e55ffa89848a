"""What generation needs of engines that paint, and of what looks at a photo before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID

from generation.domain.hints import PhotoHint


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A picture that was painted before, as its engine gave it, and the engine's own memo of it."""

    image: bytes = field(repr=False)
    media_type: str
    memo: bytes = field(repr=False)


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
    # What the style offers to choose, by option: {"material": "bronze"}.
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    # What a painting model is told; the person's own words stand in it as quoted data.
    prompt: str = ""
    # Without a photo: the pictures to go on from, the latest last.
    history: Sequence[Turn] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Painting:
    """One finished picture: encoded image, its media type, size in pixels, and the model if one painted it."""

    image: bytes
    media_type: str
    width: int
    height: int
    # What painted it and what it calls this answer, for the picture's provenance; empty when nobody else took part.
    model: str = ""
    response_id: str = ""
    # What the engine needs to go on from this picture one day; for nobody else to read. Empty when it cannot.
    memo: bytes = field(default=b"", repr=False)


class PaintingFailed(Exception):
    """The engine gave no picture; `code` is one of the public failure codes.

    `detail` tells operators why, without personal data; `retry_after` is how many seconds the engine asks for
    before it is tried again.
    """

    def __init__(self, code: str, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


class PaintingUnknown(PaintingFailed):
    """So many calls may have been received and billed, and their answers never came: not to be simply repeated."""

    def __init__(self, code: str = "engine_timeout", detail: str = "", *, calls: int = 1) -> None:
        super().__init__(code, detail)
        self.calls = calls


class ImageEngine(Protocol):
    """Paints figurines. Slow, fallible, and not ours."""

    @property
    def name(self) -> str:
        """What the public contract calls this engine."""
        ...

    def paint(self, order: PaintOrder) -> Sequence[Painting]:
        """Paint up to `order.variants` pictures; raises PaintingFailed when there is none."""
        ...

    def close(self) -> None:
        """Stop whatever the engine keeps running."""
        ...


@runtime_checkable
class HasBreaker(Protocol):
    """An engine that is left alone for a while when it fails again and again."""

    @property
    def breaker_state(self) -> str:
        """Whether calls pass: `closed`, `half-open` or `open`."""
        ...

    def try_again(self) -> bool:
        """Let the next call try the way, though the pause is not over; False where calls are not held back."""
        ...


@runtime_checkable
class PhotoLooker(Protocol):
    """Sees what a figurine of a photo might suffer from."""

    def hints(self, photo: bytes) -> tuple[PhotoHint, ...]:
        """What to warn about; the photo is kept nowhere. Raises Unavailable when that cannot be told now."""
        ...
