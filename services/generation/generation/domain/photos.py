"""Photos: how long they may stay. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from common.errors import NotFound

# Promise K1: whatever becomes of the job, the photo is gone a day after it came.
UPLOAD_LIFETIME = timedelta(hours=24)
# Deletion begins this long before the deadline, so that an outage does not break the promise.
EXPIRY_MARGIN = timedelta(hours=1)
# How many photos one person may save, unless the settings say otherwise.
SAVED_PHOTOS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded photo that is still held; or, with `words_only`, what was said without one."""

    id: UUID
    figurine_id: UUID
    user_id: UUID
    state: str
    uploaded_at: datetime
    delete_by: datetime
    words_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadKeys:
    """The wrapped data keys of an upload; None where it lies beside the object, as that of an older gateway does."""

    photo: bytes | None = None
    words: bytes | None = None


class NoSuchPhoto(NotFound):
    """There is no such photo, or it is not yours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPhoto:
    """A photo that is to be copied from its upload, or destroyed."""

    id: UUID
    user_id: UUID
    upload_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPhoto:
    """A photo its owner chose to save, in pixels and bytes; as clean as its upload was."""

    id: UUID
    user_id: UUID
    width: int
    height: int
    bytes: int
    saved_at: datetime
