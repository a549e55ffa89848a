"""/v1/figurines/{id}/pictures/{n}: the bytes of a picture, for its owner."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel

from common.callers import current_user_id, internal_blueprint
from common.errors import Unavailable
from common.problems import problems
from common.ranges import RangeOutside, asked_span
from generation import use_cases
from generation.domain import Format, NoSuchPicture, StoredPicture
from generation.ports import Size
from generation.routes.context import converter, pictures, unit
from generation.routes.figurines import FigurinePath

routes = internal_blueprint("pictures", __name__)


class PicturePath(FigurinePath):
    """Which picture of which figurine; pictures count from 1."""

    n: int


class PictureQuery(BaseModel):
    """Which size of the picture, and as what kind of file; as stored if that is not said."""

    size: Size = Size.FULL
    format: Format | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One stored file of a picture."""

    prefix: str
    size: Size
    media_type: str
    owner: UUID

    @property
    def name(self) -> str:
        return f"{self.prefix}-{self.size}"

    def read(self) -> bytes:
        opened = pictures().open(self.prefix, self.size, owner=self.owner)
        try:
            return b"".join(opened)
        finally:
            opened.close()


@routes.get("/v1/figurines/<figurine_id>/pictures/<n>", responses=problems(NoSuchPicture, RangeOutside, Unavailable))
def picture(path: PicturePath, query: PictureQuery) -> Response:
    """The bytes of a picture, whole or a range of them; owner only."""
    owner = current_user_id()
    with unit.begin() as work:
        stored = use_cases.find_picture(work, owner, path.figurine_id, path.n)
    return serve(stored, query, owner, path.figurine_id)


def serve(stored: StoredPicture, query: PictureQuery, owner: UUID, figurine_id: UUID) -> Response:
    """The answer to a request for a picture: all of it, a part of it, or that it is known already."""
    file = _file(stored, query, owner)
    if query.format is None or query.format.media_type == file.media_type:
        return _as_stored(file)
    return _converted(file, query.format, stored, figurine_id)


def _file(stored: StoredPicture, query: PictureQuery, owner: UUID) -> _File:
    """The file to answer with, or to make the answer of."""
    size, media_type = query.size, "image/jpeg"
    if size is Size.ORIGINAL and stored.original_type and query.format in {None, _format(stored.original_type)}:
        media_type = stored.original_type
    elif size in {Size.FULL, Size.ORIGINAL}:
        size, media_type = Size.FULL, stored.media_type
    return _File(prefix=stored.prefix, size=size, media_type=media_type, owner=owner)


def _format(media_type: str) -> Format:
    return Format(media_type.removeprefix("image/"))


def _as_stored(file: _File) -> Response:
    # A picture never changes: its place is its name.
    etag = file.name
    if etag in request.if_none_match:
        return _with_headers(Response(status=304), etag)
    total = pictures().length(file.prefix, file.size)
    span = asked_span(total, etag)
    response = _answer(file.media_type, total, span)
    if request.method != "HEAD":
        # Whoever serves the answer closes it; the body of a HEAD is never served.
        response.response = pictures().open(file.prefix, file.size, owner=file.owner, span=span)
    return _with_headers(response, etag)


def _converted(file: _File, wanted: Format, stored: StoredPicture, figurine_id: UUID) -> Response:
    name = f"{file.name}.{wanted}"
    known = _known(name)
    if known:
        return _with_headers(Response(status=304), known)
    image = converter().convert(name, file.read, wanted, stored.origin(figurine_id))
    # Made again, the pixels are the same and the signature is not: a range may only continue these very bytes.
    etag = f"{name}-{sha256(image).hexdigest()[:16]}"
    span = asked_span(len(image), etag)
    response = _answer(wanted.media_type, len(image), span)
    if request.method != "HEAD":
        response.response = [image[span[0] : span[1] + 1] if span else image]
    return _with_headers(response, etag)


def _known(name: str) -> str | None:
    """The tag of the file that the caller has already; any one of its making will do."""
    sent = request.if_none_match
    if sent.star_tag:
        return name
    return next((tag for tag in sorted(sent.as_set(include_weak=True)) if tag.startswith(f"{name}-")), None)


def _answer(media_type: str, total: int, span: tuple[int, int] | None) -> Response:
    """The answer without its body."""
    response = Response(status=206 if span else 200)
    response.content_type = media_type
    response.content_length = span[1] - span[0] + 1 if span else total
    if span:
        response.headers["Content-Range"] = f"bytes {span[0]}-{span[1]}/{total}"
    return response


def _with_headers(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
