"""What generation needs from things it does not own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

from generation.domain import Format, Inspection, ModelFailure, ModelPart, ModelReport, Origin
from generation.domain.hints import PhotoHint


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
    """One finished picture: encoded image, its media type, size in pixels, and the model if one painted it."""

    image: bytes
    media_type: str
    width: int
    height: int
    # What painted it and what it calls this answer, for the picture's provenance; empty when nobody else took part.
    model: str = ""
    response_id: str = ""


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
class PhotoLooker(Protocol):
    """Sees what a figurine of a photo might suffer from."""

    def hints(self, photo: bytes) -> tuple[PhotoHint, ...]:
        """What to warn about; the photo is kept nowhere. Raises Unavailable when that cannot be told now."""
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
    """The sizes a picture is kept in: as painted, 1024 pixels at most, 384 at most, and the engine's own bytes."""

    FULL = "full"
    PREVIEW = "preview"
    THUMB = "thumb"
    ORIGINAL = "original"


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


@runtime_checkable
class Seals(Protocol):
    """A person's words, sealed for her and for one column."""

    def seal(self, words: str, *, owner: UUID, purpose: str) -> bytes:
        """The words for the column."""
        ...

    def open(self, sealed: bytes, *, owner: UUID, purpose: str) -> str:
        """The words again."""
        ...


class PictureBroken(Exception):
    """What an engine gave is no sound picture; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A picture ready to be stored: checked, cleaned, marked and signed in every size."""

    media_type: str
    width: int
    height: int
    files: Mapping[Size, bytes]
    original_type: str | None = None


# Makes of a painting what is stored and served; raises PictureBroken.
Finish = Callable[[Painting, Origin], Finished]


@runtime_checkable
class Converter(Protocol):
    """Other kinds of file of a stored picture."""

    def convert(self, name: str, read: Callable[[], bytes], format: Format, origin: Origin) -> bytes:
        """The picture that `read` gives, as that kind of file; the same bytes for a name for a while.

        Raises Unavailable while too many are being made.
        """
        ...


@runtime_checkable
class Inspector(Protocol):
    """Reads and verifies what a picture says about its origin."""

    @property
    def authority(self) -> str:
        """The certificates whose signatures count, in PEM."""
        ...

    def inspect(self, image: bytes, media_type: str) -> Inspection:
        """What the manifest says, and whether it holds now."""
        ...


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
