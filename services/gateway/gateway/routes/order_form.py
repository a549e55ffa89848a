"""The form with which a figurine is ordered."""

from typing import Annotated, Literal
from uuid import UUID

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, Field, Json, StringConstraints, ValidationInfo, field_validator
from werkzeug.datastructures import FileStorage as UploadedFile

Id = Annotated[str, StringConstraints(max_length=60)]


class OrderForm(BaseModel):
    """An order: a photo, sent with it or saved before, and what to make of it."""

    saved_photo_id: Annotated[UUID | None, Field(description="A saved photo, instead of `photo`.")] = None
    photo: Annotated[
        FileStorage | None,
        Field(validate_default=True, description="JPEG, PNG, WebP or HEIC; at most 20 MB and 50 megapixels."),
    ] = None
    save_photo: Annotated[bool, Field(description="Keep the photo, sealed, until it is deleted; at most so many.")] = (
        False
    )
    style: Annotated[str, Field(max_length=60, examples=["acrylic-standee"])]
    variants: int = 1
    aspect_ratio: str = "1:1"
    title: Annotated[str, Field(max_length=200, description="The name on the base.")] = ""
    note: Annotated[str, Field(max_length=1000, description="A wish for the engine.")] = ""
    delivery: Annotated[
        Literal["now", "batch"],
        Field(
            description=(
                "When it is made: `now`, or `batch` for within a day at half the credits, rounded down. Google Gemini "
                "paints what can wait; styles say with `batch` whether they can."
            )
        ),
    ] = "now"
    options: Annotated[
        Json[dict[Id, Id]],
        Field(
            default_factory=dict[str, str],
            description=(
                'A JSON object, as in {"backdrop": "warm"}: ids of the style\'s options to ids of their choices. '
                "An option left out takes its first choice."
            ),
        ),
    ]

    @field_validator("photo")
    @classmethod
    def _is_a_file_or_saved(cls, photo: object, form: ValidationInfo) -> object:
        saved = form.data.get("saved_photo_id", "malformed")
        if photo is None and saved is None:
            raise ValueError("send a photo, or the id of a saved one")
        if photo is None:
            return photo
        # The library's own type takes a field of text as well.
        if not isinstance(photo, UploadedFile):
            raise ValueError("send the photo as a file")  # noqa: TRY004 - pydantic wants a ValueError
        if isinstance(saved, UUID):
            raise ValueError("send a photo or the id of a saved one, not both")  # noqa: TRY004 - as above
        return photo
