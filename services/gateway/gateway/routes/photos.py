"""/v1/photos: what is held of one's photos, the saved ones among them, and the proof of what went."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Unavailable
from common.problems import problems
from gateway.domain.people import ForgedRequest
from gateway.domain.photo import NoSuchPhoto
from gateway.routes.context import current_person, peers, personal
from gateway.routes.pictures import PictureQuery, passed_on

routes = personal("photos")

_HELD: Mapping[str, str] = {
    "held": "It is here for its figurine, which is not made yet.",
    "deleting": "It is not needed any more, and is being deleted now.",
}


class UploadAnswer(Answer):
    """A photo that is still held, and when it is gone at the latest; `sentence` says what it waits for."""

    id: UUID
    figurine_id: UUID
    state: Literal["held", "deleting"]
    sentence: str
    uploaded_at: datetime
    delete_by: datetime


class SavedPhotoAnswer(Answer):
    """A photo that is kept, sealed, until its owner deletes it; in pixels and bytes."""

    id: UUID
    width: int
    height: int
    bytes: int
    saved_at: datetime


class ProofAnswer(Answer):
    """A photo that is gone: when it came, when it went, why; `held_seconds` is between the two."""

    upload_id: UUID
    uploaded_at: datetime
    deleted_at: datetime
    held_seconds: int
    reason: str


class PhotosAnswer(Answer):
    """Uploads still held, photos saved by choice, how many may be saved, and proofs of the last 30 days."""

    uploads: list[UploadAnswer]
    saved: list[SavedPhotoAnswer]
    saved_limit: Annotated[int, Field(examples=[50])]
    proofs: list[ProofAnswer]


class PhotoPath(BaseModel):
    """Which saved photo."""

    photo_id: UUID


class PhotoQuery(BaseModel):
    """Whole, or 384 pixels at most."""

    size: Literal["full", "thumb"] = "full"


@routes.get("/v1/photos", responses={200: PhotosAnswer})
def list_photos() -> PhotosAnswer:
    """Where one's photos are."""
    account_id = current_person().account_id
    held = peers().generation.get("/v1/photos", user_id=account_id)
    proofs = peers().privacy.get("/v1/photos/proofs", user_id=account_id, params={"limit": "100"})
    return PhotosAnswer(
        uploads=[UploadAnswer(**upload, sentence=_HELD[upload["state"]]) for upload in held["items"]],
        saved=held["saved"],
        saved_limit=held["saved_limit"],
        proofs=proofs["items"],
    )


@routes.get("/v1/photos/<uuid:photo_id>", responses=problems(NoSuchPhoto, Unavailable))
def read_photo(path: PhotoPath, query: PhotoQuery) -> Response:
    """The bytes of a saved photo, a JPEG; owner only."""
    return passed_on(_address(path.photo_id), user_id=current_person().account_id, query=PictureQuery(size=query.size))


@routes.delete(
    "/v1/photos/<uuid:photo_id>",
    responses={204: {"description": "It is gone."}, **problems(NoSuchPhoto, ForgedRequest)},
)
def delete_photo(path: PhotoPath) -> Response:
    """Delete a saved photo, for good. Figurines that were ordered with it are made all the same."""
    peers().generation.delete(_address(path.photo_id), user_id=current_person().account_id)
    return Response(status=HTTPStatus.NO_CONTENT)


def saved_photo_bytes(account_id: UUID, photo_id: UUID) -> bytes:
    """A saved photo as it was cleaned when it came, a JPEG. Raises NotFound (also for somebody else's), Unavailable."""
    return peers().generation.fetch(_address(photo_id), user_id=account_id)


def _address(photo_id: UUID) -> str:
    return f"/v1/photos/{photo_id}"
