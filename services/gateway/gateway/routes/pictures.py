"""/v1/figurines/{id}/pictures/{n}: the bytes of a picture, for its owner."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Literal
from uuid import UUID

import httpx2
from flask import Response, request
from pydantic import BaseModel

from common.errors import Unavailable
from common.problems import problems
from gateway.domain.figurines import Figurine, NoSuchFigurine, RangeOutside
from gateway.routes.context import current_person, peers, personal, unit
from gateway.use_cases import figurines

routes = personal("pictures", counted=False)

ASKED = ("Range", "If-None-Match", "If-Range")
ANSWERED = ("Content-Type", "Content-Length", "Content-Range", "ETag", "Accept-Ranges", "Cache-Control")


class PicturePath(BaseModel):
    """Which picture of which figurine; pictures count from 1."""

    figurine_id: UUID
    n: int


class PictureQuery(BaseModel):
    """Which size (as painted, 1024 pixels at most, 384 at most, or the engine's own file), and as what kind of file.

    Without a format, as stored. `download` gives the file a name to be saved under.
    """

    size: Literal["full", "preview", "thumb", "original"] = "full"
    format: Literal["png", "jpeg", "webp"] | None = None
    download: bool = False


@routes.get(
    "/v1/figurines/<figurine_id>/pictures/<n>",
    responses=problems(NoSuchFigurine, RangeOutside, Unavailable, statuses={RangeOutside: 416}),
)
def read_picture(path: PicturePath, query: PictureQuery) -> Response:
    """The picture, whole or a range of it."""
    person = current_person()
    with unit.begin() as work:
        figurine = figurines.read_figurine(work, person.account_id, path.figurine_id)
    address = f"/v1/figurines/{path.figurine_id}/pictures/{path.n}"
    response = passed_on(address, user_id=person.account_id, query=query)
    if query.download:
        file_name = _file_name(figurine, path.n, response.mimetype or "")
        response.headers.set("Content-Disposition", "attachment", filename=file_name)
    return response


def passed_on(address: str, *, user_id: UUID | None, query: PictureQuery) -> Response:
    """The bytes as generation sends them, with what they say about themselves."""
    answer = peers().generation.stream(
        address,
        user_id=user_id,
        params={"size": query.size, **({"format": query.format} if query.format else {})},
        headers={name: value for name in ASKED if (value := request.headers.get(name))},
    )
    response = Response(body_of(answer), status=answer.status_code)
    response.call_on_close(answer.close)
    for name in ANSWERED:
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    return response


def _file_name(figurine: Figurine, n: int, media_type: str) -> str:
    """Style, a piece of the id, and the number: tells pictures apart, and tells nobody who is in them."""
    ending = media_type.removeprefix("image/").replace("jpeg", "jpg")
    return f"{figurine.style}-{figurine.id.hex[-8:]}-{n}.{ending}"


def body_of(answer: httpx2.Response) -> Iterator[bytes]:
    """The bytes, piece by piece; where none will be sent, nothing of them is left waiting."""
    if request.method == "HEAD" or answer.status_code == HTTPStatus.NOT_MODIFIED:
        # A server neither reads nor closes the body of such an answer.
        answer.close()
        return iter(())
    return answer.iter_raw(65_536)
