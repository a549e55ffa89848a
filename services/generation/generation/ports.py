"""What generation needs from things it does not own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

from generation.domain import ModelFailure, ModelPart, ModelReport


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

    def close(self) -> None:
        """Stop whatever the engine keeps running."""
        ...


class PhotoMissing(Exception):
    """The photo is not in the store (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A sanitised photo and the person's words that came with it."""

    jpeg: bytes
    title: str
    note: str


class PhotoStore(Protocol):
    """Uploaded photos, sealed by the gateway; read once, then deleted."""

    def read(self, upload_id: UUID, *, owner: UUID) -> Photo:
        """The photo. Raises PhotoMissing, and Unavailable when the store is away."""
        ...

    def delete(self, upload_id: UUID) -> None:
        """Destroy the photo and everything that came with it, every version."""
        ...

    def strays(self, *, older_than: datetime) -> Iterator[UUID]:
        """Uploads that came before that time and still lie in the store."""
        ...


class Size(StrEnum):
    """The sizes a picture is kept in: as painted, 1024 pixels at most, 384 at most."""

    FULL = "full"
    PREVIEW = "preview"
    THUMB = "thumb"


class OpenPicture(Protocol):
    """A picture's bytes, opened piece by piece; `length` of them come, `total` is the whole."""

    length: int
    total: int

    def __iter__(self) -> Iterator[bytes]:
        """The pieces."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


@runtime_checkable
class PictureStore(Protocol):
    """Pictures of figurines, sealed for their owner."""

    def put(self, prefix: str, size: Size, image: bytes, *, owner: UUID) -> None:
        """Store one size of a picture."""
        ...

    def open(self, prefix: str, size: Size, *, owner: UUID, span: tuple[int, int] | None = None) -> OpenPicture:
        """The whole, or the bytes from `span[0]` to `span[1]` inclusive."""
        ...

    def length(self, prefix: str, size: Size) -> int:
        """How many bytes the picture has."""
        ...

    def sweep(self, prefix: str) -> int:
        """Destroy everything under a prefix; returns how many objects went."""
        ...


# Makes the smaller sizes of an encoded picture.
Resize = Callable[[bytes], Mapping[Size, bytes]]


class ModelNotMade(Exception):
    """There is no model; `failure` is the code of one of the sentences people read."""

    def __init__(self, failure: ModelFailure, detail: str = "") -> None:
        super().__init__(failure, detail)  # both: it comes out of another process
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeModel:
    """A model's files, read back and found sound, and what was measured on them."""

    files: Mapping[ModelPart, bytes]
    report: ModelReport


class ModelMaker(Protocol):
    """Makes printable models of pictures. Slow, and hungry."""

    def make(self, picture: bytes, *, scene: str, height_mm: int) -> MadeModel:
        """The model of an encoded picture; `scene` is the studio engine's style, if that painted it.

        Raises ModelNotMade, and Unavailable when it cannot be tried now.
        """
        ...

    def close(self) -> None:
        """Stop whatever the maker keeps running."""
        ...


@runtime_checkable
class ModelStore(Protocol):
    """Files of models, sealed for their owner."""

    def put_part(self, place: str, part: ModelPart, data: bytes, *, owner: UUID) -> None:
        """Store one file of a model."""
        ...

    def open_part(
        self, place: str, part: ModelPart, *, owner: UUID, span: tuple[int, int] | None = None
    ) -> OpenPicture:
        """The whole, or the bytes from `span[0]` to `span[1]` inclusive."""
        ...

    def part_length(self, place: str, part: ModelPart) -> int:
        """How many bytes the file has."""
        ...

    def sweep_parts(self, stem: str, *, keep: str = "") -> int:
        """Destroy everything whose place begins with `stem`, except what lies at `keep`."""
        ...
