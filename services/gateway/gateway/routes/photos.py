"""/v1/photos: what is held of one's photos, and the proof of what went."""

from datetime import datetime
from typing import Any
from uuid import UUID

from common.answers import Answer
from gateway.routes.context import current_person, peers, personal

routes = personal("photos")


class UploadAnswer(Answer):
    """A photo that is still held, and when it is gone at the latest."""

    id: UUID
    figurine_id: UUID
    state: str
    uploaded_at: datetime
    delete_by: datetime


class ProofAnswer(Answer):
    """A photo that is gone: when it came, when it went, why; `held_seconds` is between the two."""

    upload_id: UUID
    uploaded_at: datetime
    deleted_at: datetime
    held_seconds: int
    reason: str


class PhotosAnswer(Answer):
    """Uploads still held, photos saved by choice, and proofs of the last 30 days."""

    uploads: list[UploadAnswer]
    saved: list[dict[str, Any]]
    proofs: list[ProofAnswer]


@routes.get("/v1/photos", responses={200: PhotosAnswer})
def list_photos() -> PhotosAnswer:
    """Where one's photos are."""
    account_id = current_person().account_id
    held = peers().generation.get("/v1/photos", user_id=account_id)
    proofs = peers().privacy.get("/v1/photos/proofs", user_id=account_id, params={"limit": "100"})
    return PhotosAnswer(uploads=held["items"], saved=[], proofs=proofs["items"])
