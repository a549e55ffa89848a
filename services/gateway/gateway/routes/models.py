"""/v1/figurines/{id}/model: a figurine to print, made when it is asked for; owner only, free of charge."""

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field
from werkzeug.http import dump_options_header

from common.answers import Answer
from common.contracts.consents import PROCESSING
from common.problems import problems
from gateway.domain.consents import Restricted
from gateway.domain.figurines import NoSuchFigurine, RangeOutside
from gateway.domain.models import (
    HEIGHT_MM,
    HIGHEST_MM,
    LOWEST_MM,
    ModelFailed,
    NothingToModel,
    TooManyModels,
    file_name,
)
from gateway.routes.context import current_person, peers, personal, unit
from gateway.routes.pictures import ANSWERED, ASKED, body_of
from gateway.use_cases import figurines

routes = personal("models")

# The turntable is a page with a script of its own: it may draw, and reach nobody and nothing of ours.
TURNTABLE_POLICY: Final = (
    "sandbox allow-scripts; default-src 'none'; img-src data:; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; frame-ancestors 'none'"
)
REFUSALS: Final = problems(
    NoSuchFigurine,
    NothingToModel,
    Restricted,
    RangeOutside,
    ModelFailed,
    TooManyModels,
    statuses={RangeOutside: 416, ModelFailed: 422, TooManyModels: 429},
)


class ModelPath(BaseModel):
    """Which figurine."""

    figurine_id: UUID


class ModelFilePath(ModelPath):
    """Which figurine, in which format."""

    format: Literal["glb", "stl", "3mf"]


class ModelQuery(BaseModel):
    """Which of its pictures, from 1, and how high the model is, base included, in millimetres."""

    picture: Annotated[int, Field(ge=1, le=99)] = 1
    height_mm: Annotated[int, Field(ge=LOWEST_MM, le=HIGHEST_MM)] = HEIGHT_MM


class MakingAnswer(Answer):
    """The model is being made; ask again after so many seconds, which Retry-After says as well."""

    state: Literal["making"]
    retry_after: Annotated[int, Field(examples=[4])]


class ModelReportAnswer(Answer):
    """What was measured on the model: millimetres, cubic centimetres, degrees it may be tipped before it falls."""

    width_mm: float
    depth_mm: float
    height_mm: float
    volume_cm3: float
    min_wall_mm: float
    tipping_degrees: float
    triangles: int
    watertight: bool


class ModelFileAnswer(Answer):
    """A file of the model, and its size in bytes."""

    format: Literal["glb", "stl", "3mf", "turntable"]
    url: str
    bytes: int


class ModelFailureAnswer(Answer):
    """Why there is no model."""

    code: str
    sentence: str


class ModelAnswer(Answer):
    """A model of one picture; `none` was never asked for. Asking for a file of it makes it, free of charge."""

    state: Literal["none", "making", "ready", "failed"]
    picture: int
    height_mm: int
    report: ModelReportAnswer | None
    files: list[ModelFileAnswer]
    preview: str | None
    failure: ModelFailureAnswer | None
    retry_after: int | None


def _file(media_type: str) -> dict[Any, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {
        200: {"description": "The file.", "content": {media_type: binary}},
        202: MakingAnswer,
        206: {"description": "The range that was asked for.", "content": {media_type: binary}},
        304: {"description": "The copy you have is the file."},
        **REFUSALS,
    }


@routes.get(
    "/v1/figurines/<figurine_id>/model", responses={200: ModelAnswer, **problems(NoSuchFigurine, NothingToModel)}
)
def read_model(path: ModelPath, query: ModelQuery) -> ModelAnswer:
    """What is known of a model, what was measured on it, and where its files are; looking does not make it."""
    person = current_person()
    with unit.begin() as work:
        figurines.read_figurine(work, person.account_id, path.figurine_id)
    known = peers().generation.get(
        f"/v1/figurines/{path.figurine_id}/model", user_id=person.account_id, params=_params(query)
    )
    report, failure = known["report"], known["failure"]
    return ModelAnswer(
        state="making" if known["state"] == "asked" else known["state"],
        picture=query.picture,
        height_mm=query.height_mm,
        report=ModelReportAnswer.model_validate(report) if report else None,
        files=_files(path.figurine_id, query, report["bytes"]) if report else [],
        preview=_url(path.figurine_id, "model/preview", query) if report else None,
        failure=ModelFailureAnswer(code=failure, sentence=known["sentence"]) if failure else None,
        retry_after=known["retry_after"],
    )


@routes.get("/v1/figurines/<figurine_id>/model.<format>", responses=_file("application/octet-stream"))
def read_model_file(path: ModelFilePath, query: ModelQuery) -> Response:
    """The model as GLB to look at, STL or 3MF to print. Whoever asks first waits a few seconds: 202 says how long."""
    return _served(path.figurine_id, f"model.{path.format}", query, path.format)


@routes.get("/v1/figurines/<figurine_id>/model/preview", responses=_file("image/jpeg"))
def read_model_preview(path: ModelPath, query: ModelQuery) -> Response:
    """A picture of the model, as it would stand on a table."""
    response = _served(path.figurine_id, "model/preview", query, "jpg")
    response.headers.pop("Content-Disposition", None)
    return response


@routes.get("/v1/figurines/<figurine_id>/model/turntable", responses=_file("text/html"))
def read_model_turntable(path: ModelPath, query: ModelQuery) -> Response:
    """One HTML file that shows the model and lets it be turned; it asks nobody for anything, so keep it."""
    response = _served(path.figurine_id, "model/turntable", query, "html")
    response.headers["Content-Security-Policy"] = TURNTABLE_POLICY
    return response


def _served(figurine_id: UUID, what: str, query: ModelQuery, suffix: str) -> Response:
    person = current_person()
    with unit.begin() as work:
        figurine = figurines.read_figurine(work, person.account_id, figurine_id)
        restricted = PROCESSING not in work.consents.granted(person.account_id)
    if restricted:
        _require_ready(figurine_id, query, person.account_id)
    answer = peers().generation.stream(
        f"/v1/figurines/{figurine_id}/{what}",
        user_id=person.account_id,
        params=_params(query),
        headers={name: value for name in ASKED if (value := request.headers.get(name))},
    )
    response = Response(body_of(answer), status=answer.status_code)
    response.call_on_close(answer.close)
    for name in (*ANSWERED, "Retry-After"):
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    if answer.status_code != HTTPStatus.ACCEPTED:
        response.headers["Content-Disposition"] = _attachment(file_name(figurine.title, query.height_mm, suffix))
    return response


def _require_ready(figurine_id: UUID, query: ModelQuery, account_id: UUID) -> None:
    """Whoever restricted the use of her data has what was made, and nothing new. Raises Restricted."""
    known = peers().generation.get(f"/v1/figurines/{figurine_id}/model", user_id=account_id, params=_params(query))
    if known["state"] != "ready":
        raise Restricted


def _attachment(name: str) -> str:
    """For browsers that know no other letters a plain name besides (RFC 6266, appendix D)."""
    plain = name.encode("ascii", "ignore").decode().lstrip("-")
    names = (
        {"filename": plain}
        if plain == name
        else {"filename": f"figurine-{plain}", "filename*": f"UTF-8''{quote(name)}"}
    )
    return dump_options_header("attachment", names)


def _files(figurine_id: UUID, query: ModelQuery, sizes: dict[str, int]) -> list[ModelFileAnswer]:
    files = {"glb": "model.glb", "stl": "model.stl", "3mf": "model.3mf", "turntable": "model/turntable"}
    return [
        ModelFileAnswer.model_validate(
            {"format": name, "url": _url(figurine_id, what, query), "bytes": sizes[name]}, from_attributes=False
        )
        for name, what in files.items()
    ]


def _url(figurine_id: UUID, what: str, query: ModelQuery) -> str:
    return f"/v1/figurines/{figurine_id}/{what}?picture={query.picture}&height_mm={query.height_mm}"


def _params(query: ModelQuery) -> dict[str, str]:
    return {"picture": str(query.picture), "height_mm": str(query.height_mm)}
