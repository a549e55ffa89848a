"""/v1/figurines/{id}/pictures/{n}: the bytes of a picture, for its owner."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Literal
from uuid import UUID

import httpx2
from flask import Response, request
from pydantic import BaseModel

from common.problems import problems
from gateway.domain.figurines import NoSuchFigurine, RangeOutside
from gateway.routes.context import current_person, peers, personal, unit
from gateway.use_cases import figurines

routes = personal("pictures")

ASKED = ("Range", "If-None-Match", "If-Range")
ANSWERED = ("Content-Type", "Content-Length", "Content-Range", "ETag", "Accept-Ranges", "Cache-Control")


class PicturePath(BaseModel):
    """Which picture of which figurine; pictures count from 1."""

    figurine_id: UUID
    n: int


class PictureQuery(BaseModel):
    """Which size: as painted, 1024 pixels at most, or 384 at most."""

    size: Literal["full", "preview", "thumb"] = "full"


@routes.get(
    "/v1/figurines/<figurine_id>/pictures/<n>",
    responses=problems(NoSuchFigurine, RangeOutside, statuses={RangeOutside: 416}),
)
def read_picture(path: PicturePath, query: PictureQuery) -> Response:
    """The picture, whole or a range of it."""
    person = current_person()
    with unit.begin() as work:
        figurines.read_figurine(work, person.account_id, path.figurine_id)
    answer = peers().generation.stream(
        f"/v1/figurines/{path.figurine_id}/pictures/{path.n}",
        user_id=person.account_id,
        params={"size": query.size},
        headers={name: value for name in ASKED if (value := request.headers.get(name))},
    )
    response = Response(body_of(answer), status=answer.status_code)
    response.call_on_close(answer.close)
    for name in ANSWERED:
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    return response


def body_of(answer: httpx2.Response) -> Iterator[bytes]:
    """The bytes, piece by piece; where none will be sent, nothing of them is left waiting."""
    if request.method == "HEAD" or answer.status_code == HTTPStatus.NOT_MODIFIED:
        # A server neither reads nor closes the body of such an answer.
        answer.close()
        return iter(())
    return answer.iter_raw(65_536)
