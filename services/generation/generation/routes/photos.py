"""/v1/photos: what is still held, and what is saved."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from flask import Response
from pydantic import BaseModel

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.errors import Unavailable
from common.problems import problems
from generation import use_cases
from generation.domain import NoSuchPhoto
from generation.routes.context import saved_photos, unit

routes = internal_blueprint("photos", __name__)


class UploadAnswer(Answer):
    """A photo that is still held."""

    id: UUID
    figurine_id: UUID
    state: str
    uploaded_at: datetime
    delete_by: datetime


class SavedPhotoAnswer(Answer):
    """A photo that is saved, in pixels and bytes."""

    id: UUID
    width: int
    height: int
    bytes: int
    saved_at: datetime


class PhotosAnswer(Answer):
    """The photos held for a person, those she saved, and how many she may save."""

    items: list[UploadAnswer]
    saved: list[SavedPhotoAnswer]
    saved_limit: int


class PhotoPath(BaseModel):
    """Which saved photo."""

    photo_id: UUID


class PhotoQuery(BaseModel):
    """Whole, or the small copy."""

    size: Literal["full", "thumb"] = "full"


class GoneAnswer(Answer):
    """It is not there any more."""

    gone: bool = True


@routes.get("/v1/photos", responses={200: PhotosAnswer})
def list_photos() -> PhotosAnswer:
    """The photos that are still held, with their deadlines, and the saved ones, the newest first."""
    with unit.begin() as work:
        uploads = work.uploads.held_for(current_user_id())
        saved = work.saved_photos.of(current_user_id())
    return PhotosAnswer(
        items=[UploadAnswer.model_validate(upload) for upload in uploads],
        saved=[SavedPhotoAnswer.model_validate(photo) for photo in saved],
        saved_limit=saved_photos().limit,
    )


@routes.get("/v1/photos/<photo_id>", responses=problems(NoSuchPhoto, Unavailable))
def read_photo(path: PhotoPath, query: PhotoQuery) -> Response:
    """The bytes of a saved photo; owner only."""
    with unit.begin() as work:
        photo = use_cases.find_photo(work, current_user_id(), path.photo_id)
    jpeg = saved_photos().store.read(photo.id, owner=photo.user_id, thumb=query.size == "thumb")
    response = Response(jpeg, content_type="image/jpeg")
    # Kept nowhere on the way: once it is deleted, no cache shows it again.
    response.headers["Cache-Control"] = "private, no-store"
    return response


@routes.delete("/v1/photos/<photo_id>", responses={200: GoneAnswer, **problems(NoSuchPhoto)})
def delete_photo(path: PhotoPath) -> GoneAnswer:
    """Delete a saved photo, for good."""
    with unit.begin() as work:
        use_cases.delete_photo(work, current_user_id(), path.photo_id)
    return GoneAnswer()
