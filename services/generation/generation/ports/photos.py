"""What generation needs of the places where photos lie."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from common.storage import Resealed
from generation.domain import UploadKeys


class PhotoMissing(Exception):
    """The photo is not in the store (any more), or it does not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A sanitised photo and the person's words that came with it."""

    jpeg: bytes
    title: str
    note: str


class PhotoStore(Protocol):
    """Uploaded photos, sealed by the gateway; read once, then deleted."""

    def read(self, upload_id: UUID, *, owner: UUID, keys: UploadKeys) -> Photo:
        """The photo. Raises PhotoMissing, also for one that does not open, and Unavailable when the store is away."""
        ...

    def read_words(self, upload_id: UUID, *, owner: UUID, keys: UploadKeys) -> Photo:
        """The words of an order without a photo; `jpeg` is empty. Raises as `read` does."""
        ...

    def delete(self, upload_id: UUID) -> None:
        """Destroy the photo and everything that came with it, every version."""
        ...

    def strays(self, *, older_than: datetime) -> Iterator[UUID]:
        """Uploads that came before that time and still lie in the store."""
        ...


class SavedPhotoStore(Protocol):
    """Photos their owners chose to save, sealed for them, each with a small copy."""

    def put(self, photo_id: UUID, jpeg: bytes, thumb: bytes, *, owner: UUID) -> None:
        """Store both. Raises Unavailable."""
        ...

    def read(self, photo_id: UUID, *, owner: UUID, thumb: bool = False) -> bytes:
        """The photo, or the small copy. Raises NotFound, Unavailable."""
        ...

    def delete(self, photo_id: UUID) -> None:
        """Destroy both, every version."""
        ...

    def stored(self, *, older_than: datetime) -> Iterator[UUID]:
        """What was stored before that time, each once."""
        ...


class FilesOfBefore(Protocol):
    """Files that may have been sealed before people had keys, all that belong to one id together."""

    def reseal(self, id: UUID, *, owner: UUID, settled_before: datetime) -> Resealed:
        """Move them under the owner's key; those stored after that time wait. Raises Unavailable."""
        ...

    def destroy(self, id: UUID) -> None:
        """Nothing of them is left."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """What a photo measures, in pixels and bytes, and a small copy of it."""

    width: int
    height: int
    length: int
    thumb: bytes


# Measures a photo and makes its small copy; raises PictureBroken.
Develop = Callable[[bytes], Print]
