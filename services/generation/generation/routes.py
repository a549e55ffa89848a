"""Generation's HTTP door; only the gateway comes through it."""

from datetime import datetime
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.current import Current, CurrentUnit
from common.errors import Refused
from common.problems import problems
from generation import use_cases
from generation.domain import AlreadyEnded, NoSuchFigurine, NoSuchPicture, State, StoredPicture
from generation.ports import PictureStore, Size
from generation.repository import Work


class RangeOutside(Refused):
    """The picture ends before the range you asked for."""

    code = "range_not_satisfiable"


class Catalogue:
    """The styles this service paints."""

    def __init__(self, styles: use_cases.Catalogue, *, renderers: int) -> None:
        self.styles = styles
        self.renderers = renderers


routes = internal_blueprint("generation", __name__)
unit = CurrentUnit[Work]()
# A runtime-checkable Protocol is as good as a class here.
pictures = Current(PictureStore)  # type: ignore[type-abstract]
catalogue = Current(Catalogue)


class FigurinePath(BaseModel):
    """Which figurine."""

    figurine_id: UUID


class PicturePath(FigurinePath):
    """Which picture of which figurine; pictures count from 1."""

    n: int


class PictureQuery(BaseModel):
    """Which size of the picture."""

    size: Size = Size.FULL


class StyleAnswer(Answer):
    """A style of the catalogue; price in credits per picture."""

    id: str
    name: str
    description: str
    price: int
    subjects: tuple[str, ...]
    engines: tuple[str, ...]


class StylesAnswer(Answer):
    """The catalogue."""

    items: list[StyleAnswer]


class CancelAnswer(Answer):
    """The state the job ended in."""

    state: State


class QueueAnswer(Answer):
    """The place in the queue (1 is next) and the seconds until the picture; nulls when it does not wait."""

    place: int | None = None
    estimate_seconds: int | None = None


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


@routes.get("/v1/styles", responses={200: StylesAnswer})
def list_styles() -> StylesAnswer:
    """The style catalogue."""
    return StylesAnswer(items=[StyleAnswer.model_validate(style) for style in catalogue().styles.values()])


@routes.post(
    "/v1/figurines/<figurine_id>/cancel", responses={200: CancelAnswer, **problems(NoSuchFigurine, AlreadyEnded)}
)
def cancel(path: FigurinePath) -> CancelAnswer:
    """End a job that has not ended."""
    with unit.begin() as work:
        return CancelAnswer(state=use_cases.cancel_figurine(work, current_user_id(), path.figurine_id))


@routes.get("/v1/figurines/<figurine_id>/queue", responses={200: QueueAnswer, **problems(NoSuchFigurine)})
def queue(path: FigurinePath) -> QueueAnswer:
    """Where a job stands and about how long it will take."""
    with unit.begin() as work:
        place = use_cases.queue_place(work, current_user_id(), path.figurine_id, renderers=catalogue().renderers)
    return QueueAnswer.model_validate(place) if place else QueueAnswer()


@routes.get("/v1/photos", responses={200: UploadsAnswer})
def list_photos() -> UploadsAnswer:
    """The photos that are still held, with their deadlines."""
    with unit.begin() as work:
        uploads = work.uploads.held_for(current_user_id())
    return UploadsAnswer(items=[UploadAnswer.model_validate(upload) for upload in uploads])


@routes.get("/v1/figurines/<figurine_id>/pictures/<n>", responses=problems(NoSuchPicture, RangeOutside))
def picture(path: PicturePath, query: PictureQuery) -> Response:
    """The bytes of a picture, whole or a range of them; owner only."""
    owner = current_user_id()
    with unit.begin() as work:
        stored = use_cases.find_picture(work, owner, path.figurine_id, path.n)
    # A picture never changes: its place is its name.
    etag = f"{stored.prefix}-{query.size}"
    if etag in request.if_none_match:
        return _with_headers(Response(status=304), etag)
    return _with_headers(_picture_response(stored, query.size, owner, etag), etag)


def _picture_response(stored: StoredPicture, size: Size, owner: UUID, etag: str) -> Response:
    total = pictures().length(stored.prefix, size)
    span = _span(total, etag)
    response = Response(status=206 if span else 200)
    if request.method != "HEAD":
        # Whoever serves the answer closes it; the body of a HEAD is never served.
        response.response = pictures().open(stored.prefix, size, owner=owner, span=span)
    response.content_type = stored.media_type if size is Size.FULL else "image/jpeg"
    response.content_length = span[1] - span[0] + 1 if span else total
    if span:
        response.headers["Content-Range"] = f"bytes {span[0]}-{span[1]}/{total}"
    return response


def _span(total: int, etag: str) -> tuple[int, int] | None:
    """The one byte range that was asked for, inclusive; anything else gets the whole (RFC 9110, section 14)."""
    wanted = request.range
    stale = "If-Range" in request.headers and request.if_range.etag != etag
    if wanted is None or stale or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return None
    bounds = wanted.range_for_length(total)
    if bounds is None:
        raise RangeOutside
    return bounds[0], bounds[1] - 1


def _with_headers(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
