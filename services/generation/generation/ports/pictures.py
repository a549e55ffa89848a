"""What generation needs to finish pictures and to keep them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

from generation.domain import Format, Inspection, Origin
from generation.ports.engines import Painting


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

    def keep_memo(self, prefix: str, memo: bytes, *, owner: UUID) -> None:
        """Store the engine's memo of a picture beside it."""
        ...

    def read_memo(self, prefix: str, *, owner: UUID) -> bytes:
        """The memo. Raises NotFound when it has gone with its picture."""
        ...

    def sweep(self, prefix: str) -> int:
        """Destroy everything under a prefix; returns how many objects went."""
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


# Makes of a painting what is stored and served; raises PictureBroken.
Finish = Callable[[Painting, Origin], Finished]
