"""/v1/photos: what is still held."""

from datetime import datetime
from uuid import UUID

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from generation.routes.context import unit

routes = internal_blueprint("photos", __name__)


class UploadAnswer(Answer):
    """A photo that is still held."""

    id: UUID
    figurine_id: UUID
    state: str
    uploaded_at: datetime
    delete_by: datetime


class UploadsAnswer(Answer):
    """The photos held for a person."""

    items: list[UploadAnswer]


@routes.get("/v1/photos", responses={200: UploadsAnswer})
def list_photos() -> UploadsAnswer:
    """The photos that are still held, with their deadlines."""
    with unit.begin() as work:
        uploads = work.uploads.held_for(current_user_id())
    return UploadsAnswer(items=[UploadAnswer.model_validate(upload) for upload in uploads])
