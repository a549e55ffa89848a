"""/v1/figurines/{id}/pictures/{n}: the bytes of a picture, for its owner."""

from uuid import UUID

from flask import Response, request
from pydantic import BaseModel

from common.callers import current_user_id, internal_blueprint
from common.errors import Refused
from common.problems import problems
from generation import use_cases
from generation.domain import NoSuchPicture, StoredPicture
from generation.ports import Size
from generation.routes.context import pictures, unit
from generation.routes.figurines import FigurinePath

routes = internal_blueprint("pictures", __name__)


class RangeOutside(Refused):
    """The picture ends before the range you asked for."""

    code = "range_not_satisfiable"


class PicturePath(FigurinePath):
    """Which picture of which figurine; pictures count from 1."""

    n: int


class PictureQuery(BaseModel):
    """Which size of the picture."""

    size: Size = Size.FULL


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
    span = asked_span(total, etag)
    response = Response(status=206 if span else 200)
    if request.method != "HEAD":
        # Whoever serves the answer closes it; the body of a HEAD is never served.
        response.response = pictures().open(stored.prefix, size, owner=owner, span=span)
    response.content_type = stored.media_type if size is Size.FULL else "image/jpeg"
    response.content_length = span[1] - span[0] + 1 if span else total
    if span:
        response.headers["Content-Range"] = f"bytes {span[0]}-{span[1]}/{total}"
    return response


def asked_span(total: int, etag: str) -> tuple[int, int] | None:
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
