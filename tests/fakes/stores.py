"""Photos and pictures in memory, for tests that are about something else than the store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from generation.domain import Origin, UploadKeys
from generation.ports import Finished, OpenPicture, Painting, Photo, PhotoMissing, Print, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    owner: UUID
    came_at: datetime


class MemoryPhotos:
    """Uploaded photos; remembers which were destroyed, and how often there was something to destroy."""

    def __init__(self) -> None:
        self.destroyed: list[UUID] = []
        self._held: dict[UUID, _Held] = {}

    def put(self, upload_id: UUID, *, owner: UUID, at: datetime) -> None:
        """A photo comes."""
        self._held[upload_id] = _Held(owner=owner, came_at=at)

    def read(self, upload_id: UUID, *, owner: UUID, keys: UploadKeys) -> Photo:  # noqa: ARG002 - nothing is sealed
        """The photo. Raises PhotoMissing."""
        held = self._held.get(upload_id)
        if held is None or held.owner != owner:
            raise PhotoMissing
        return Photo(jpeg=upload_id.bytes, title="", note="")

    def read_words(self, upload_id: UUID, *, owner: UUID, keys: UploadKeys) -> Photo:
        """The words alone. Raises PhotoMissing."""
        return self.read(upload_id, owner=owner, keys=keys)

    def held(self) -> list[UUID]:
        """What there is."""
        return list(self._held)

    def delete(self, upload_id: UUID) -> None:
        """Destroy it."""
        if self._held.pop(upload_id, None) is not None:
            self.destroyed.append(upload_id)

    def strays(self, *, older_than: datetime) -> Iterator[UUID]:
        """What came before that time."""
        return iter([upload_id for upload_id, held in self._held.items() if held.came_at < older_than])


class MemorySavedPhotos:
    """Photos that were saved, by id."""

    def __init__(self) -> None:
        self.kept: dict[UUID, bytes] = {}

    def put(self, photo_id: UUID, jpeg: bytes, thumb: bytes, *, owner: UUID) -> None:  # noqa: ARG002 - one is enough
        """Store it."""
        self.kept[photo_id] = jpeg

    def read(self, photo_id: UUID, *, owner: UUID, thumb: bool = False) -> bytes:  # noqa: ARG002 - nothing is sealed
        """The photo."""
        return self.kept[photo_id]

    def delete(self, photo_id: UUID) -> None:
        """Destroy it."""
        self.kept.pop(photo_id, None)

    def stored(self, *, older_than: datetime) -> Iterator[UUID]:  # noqa: ARG002 - there are no strays in memory
        """Everything."""
        return iter(list(self.kept))


def measured(jpeg: bytes) -> Print:
    """What lies in memory measures nothing much."""
    return Print(width=1, height=1, length=len(jpeg), thumb=b"")


class MemoryPictures:
    """Stored pictures by key."""

    def __init__(self) -> None:
        self.stored: dict[str, tuple[bytes, UUID]] = {}

    def put(self, prefix: str, size: Size, image: bytes, *, owner: UUID) -> None:
        """Store one size."""
        self.stored[f"{prefix}-{size}"] = (image, owner)

    def open(self, prefix: str, size: Size, *, owner: UUID, span: tuple[int, int] | None = None) -> OpenPicture:
        """Nobody reads pictures that lie in memory only."""
        raise NotImplementedError

    def length(self, prefix: str, size: Size) -> int:
        """How many bytes the picture has."""
        return len(self.stored[f"{prefix}-{size}"][0])

    def keep_memo(self, prefix: str, memo: bytes, *, owner: UUID) -> None:
        """Store what the engine needs to go on."""
        self.stored[f"{prefix}-memo"] = (memo, owner)

    def read_memo(self, prefix: str, *, owner: UUID) -> bytes:
        """It again."""
        memo, whose = self.stored[f"{prefix}-memo"]
        assert whose == owner
        return memo

    def sweep(self, prefix: str) -> int:
        """Destroy everything under the prefix."""
        found = [key for key in self.stored if key.startswith(prefix)]
        for key in found:
            del self.stored[key]
        return len(found)


def as_painted(painting: Painting, _origin: Origin) -> Finished:
    """The picture as painted is enough."""
    return Finished(
        media_type=painting.media_type,
        width=painting.width,
        height=painting.height,
        files={Size.FULL: painting.image},
    )
