"""/v1/figurines/{id}/edits: another version of a figurine, or the same once more."""

import secrets
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from flask import Response, request
from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import from_json
from werkzeug.datastructures import FileStorage as UploadedFile

from common.errors import Invalid
from common.problems import problems
from gateway.domain.allowances import PlanNeeded
from gateway.domain.consents import ConsentRequired, Restricted
from gateway.domain.figurines import InsufficientCredits, NoSuchFigurine
from gateway.domain.idempotency import IdempotencyMismatch
from gateway.domain.people import ForgedRequest, NotSignedIn
from gateway.domain.photo import (
    NoSuchPhoto,
    PhotoTooLarge,
    PhotoTooSmall,
    PhotoUnreadable,
    PhotoUnsupported,
    TooManySavedPhotos,
)
from gateway.domain.styles import NoSuchStyle, StyleUnavailable
from gateway.domain.versions import Edit, NothingToEdit, PhotoNeeded
from gateway.routes import order_photo
from gateway.routes.context import current_person, personal, unit
from gateway.routes.counting import facts_of_device
from gateway.routes.figurines import MAX_UPLOAD_BYTES, FigurineAnswer, FigurinePath, made
from gateway.routes.once import answered
from gateway.routes.order_form import Id
from gateway.routes.placing import place
from gateway.routes.planned import naming_the_plan
from gateway.use_cases.figurines import Placement
from gateway.use_cases.versions import place_edit, quote_edit

routes = personal("edits")


def _chosen(options: Any) -> Any:
    """An object in JSON; in a form, the same as text."""
    if not isinstance(options, str):
        return options
    try:
        return from_json(options)
    except ValueError as error:
        raise ValueError("write the options as a JSON object") from error


class EditForm(BaseModel):
    """What is to be different; what is left out is as it was, and with nothing at all it is the same once more.

    A picture that Gemini painted (`editable`) needs no photo. Any other version needs it again: `photo`, in a form, or
    the id of a saved one.
    """

    model_config = ConfigDict(json_schema_extra={"x-also-json": True})

    note: Annotated[str, Field(max_length=1000, description="A wish for the engine.", examples=["A blue scarf."])] = ""
    style: Annotated[str | None, Field(max_length=60)] = None
    picture: Annotated[int, Field(description="Which of its pictures the version is made of.")] = 1
    variants: Annotated[int, Field(description="How many pictures of the version.")] = 1
    aspect_ratio: str | None = None
    title: Annotated[str | None, Field(max_length=200)] = None
    options: Annotated[dict[Id, Id] | None, BeforeValidator(_chosen)] = None
    same_seed: Annotated[bool, Field(description="The same seed again, instead of a new one.")] = False
    saved_photo_id: Annotated[UUID | None, Field(description="A saved photo, instead of `photo`.")] = None
    save_photo: Annotated[bool, Field(description="Keep the photo, sealed, until it is deleted.")] = False
    photo: Annotated[FileStorage | None, Field(description="Only in a form: JPEG, PNG, WebP or HEIC.")] = None

    @field_validator("photo")
    @classmethod
    def _is_a_file(cls, photo: object) -> object:
        # The library's own type takes a field of text as well.
        if photo is not None and not isinstance(photo, UploadedFile):
            raise ValueError("send the photo as a file, in a form")
        return photo

    @model_validator(mode="after")
    def _one_photo(self) -> "EditForm":
        if self.photo is not None and self.saved_photo_id is not None:
            raise ValueError("send a photo or the id of a saved one, not both")
        return self


@routes.before_request
def allow_photos() -> None:
    """A photo may come along."""
    request.max_content_length = MAX_UPLOAD_BYTES


@routes.post(
    "/v1/figurines/<figurine_id>/edits",
    responses={
        202: FigurineAnswer,
        **problems(
            Invalid,
            NoSuchFigurine,
            NothingToEdit,
            PhotoNeeded,
            NoSuchStyle,
            NoSuchPhoto,
            TooManySavedPhotos,
            StyleUnavailable,
            PhotoUnreadable,
            PhotoTooSmall,
            NotSignedIn,
            ForgedRequest,
            ConsentRequired,
            Restricted,
            IdempotencyMismatch,
        ),
        **problems(
            InsufficientCredits,
            PlanNeeded,
            PhotoTooLarge,
            PhotoUnsupported,
            statuses={InsufficientCredits: 402, PlanNeeded: 402, PhotoTooLarge: 413, PhotoUnsupported: 415},
        ),
    },
)
def edit(path: FigurinePath, form: EditForm) -> Response:
    """Make another version of a figurine: a figurine of its own, at its own price, that knows where it comes from."""
    account_id = current_person().account_id
    parts = _said(form)
    repeated = answered(str(account_id), parts)
    if repeated is not None:
        return repeated
    with naming_the_plan(account_id), unit.begin() as work:
        quoted = quote_edit(
            work, account_id, path.figurine_id, _wanted(form), photo=_has_photo(form), new_seed=secrets.randbits(31)
        )
    save = _has_photo(form) and order_photo.is_to_be_saved(form, account_id)
    jpeg = order_photo.jpeg_of(form, account_id) if _has_photo(form) else None
    placement = Placement(
        figurine_id=unit.clock.new_id(),
        upload_id=unit.clock.new_id(),
        order=quoted.quote.order,
        price=quoted.quote.price,
        seed=quoted.seed,
        save=save,
        parent=quoted.parent,
        allowance_version=quoted.quote.allowance_version,
        facts=facts_of_device(),
    )
    return place(account_id, placement, jpeg, parts, partial(made, place_edit, account_id))


def _wanted(form: EditForm) -> Edit:
    return Edit(
        picture=form.picture,
        note=form.note,
        variants=form.variants,
        style=form.style or None,
        aspect_ratio=form.aspect_ratio or None,
        title=form.title,
        options=form.options,
        same_seed=form.same_seed,
    )


def _has_photo(form: EditForm) -> bool:
    return form.photo is not None or form.saved_photo_id is not None


def _said(form: EditForm) -> tuple[str, ...]:
    """What the request says, the photo included."""
    words = form.model_dump_json(exclude={"photo"})
    return (words, *order_photo.said(form)) if _has_photo(form) else (words,)
