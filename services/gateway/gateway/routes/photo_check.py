"""/v1/photos/check: what is worth knowing about a photo before ordering with it. Nothing is stored."""

from typing import Annotated, BinaryIO, cast
from uuid import UUID

from flask import request
from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Refused, Unavailable
from common.problems import problems
from gateway.domain.hints import known, of_light
from gateway.domain.people import ForgedRequest
from gateway.domain.photo import PhotoTooLarge, PhotoTooSmall, PhotoUnreadable, PhotoUnsupported
from gateway.routes.context import checks, current_person, intake, peers, personal
from gateway.routes.figurines import MAX_UPLOAD_BYTES

routes = personal("photo_check")


class CheckForm(BaseModel):
    """A photo."""

    photo: Annotated[FileStorage, Field(description="JPEG, PNG, WebP or HEIC; at most 20 MB and 50 megapixels.")]


class HintAnswer(Answer):
    """One thing to know: a code, and a sentence."""

    code: str
    sentence: str


class CheckAnswer(Answer):
    """What to know. Where `complete` is false, not everything could be looked at now; ordering is possible anyway."""

    hints: list[HintAnswer]
    complete: bool


@routes.before_request
def allow_photos() -> None:
    """A photo is larger than anything else people send."""
    request.max_content_length = MAX_UPLOAD_BYTES


@routes.post(
    "/v1/photos/check",
    responses={
        200: CheckAnswer,
        **problems(PhotoUnreadable, PhotoTooSmall, ForgedRequest),
        **problems(PhotoTooLarge, PhotoUnsupported, statuses={PhotoTooLarge: 413, PhotoUnsupported: 415}),
    },
)
def check(form: CheckForm) -> CheckAnswer:
    """Look at a photo: hints warn of a poor figurine and never forbid it. The photo is kept nowhere."""
    account_id = current_person().account_id
    with checks().take(account_id) as free:
        codes, complete = _look(form, account_id) if free else ([], False)
    return CheckAnswer(hints=[HintAnswer(code=code, sentence=words) for code, words in known(codes)], complete=complete)


def _look(form: CheckForm, account_id: UUID) -> tuple[list[str], bool]:
    """What the gateway sees itself, and what generation does, if it has time for it."""
    stream = cast("BinaryIO", form.photo.stream)
    stream.seek(0)
    try:
        photo = intake().sanitise(stream)
    except Unavailable:
        return [], False
    own = of_light(photo.hints)
    try:
        seen = peers().generation.post_photo("/v1/photos/check", user_id=account_id, jpeg=photo.jpeg)
    except Refused:
        return own, False
    return [*own, *seen["hints"]], True
