"""/v1/figurines/{id}/model: a figurine to print, made when it is asked for; owner only."""

from typing import Annotated, Literal
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.problems import problems
from common.ranges import RangeOutside, asked_span
from generation import use_cases
from generation.domain import (
    HEIGHT_MM,
    HIGHEST_MM,
    LOWEST_MM,
    MEDIA_TYPES,
    SENTENCES,
    SUFFIXES,
    Model,
    ModelFailed,
    ModelPart,
    ModelState,
    NoSuchFigurine,
    NothingToModel,
    Restricted,
    TooManyModels,
)
from generation.routes.context import models, unit
from generation.routes.figurines import FigurinePath

routes = internal_blueprint("models", __name__)

REFUSALS = problems(
    NoSuchFigurine,
    NothingToModel,
    RangeOutside,
    ModelFailed,
    Restricted,
    TooManyModels,
    statuses={RangeOutside: 416, ModelFailed: 422, TooManyModels: 429},
)


class ModelPath(FigurinePath):
    """Which figurine, in which format."""

    format: Literal["glb", "stl", "3mf"]


class ModelQuery(BaseModel):
    """Which of its pictures, from 1, and how high the model is, base included, in millimetres."""

    picture: Annotated[int, Field(ge=1, le=99)] = 1
    height_mm: Annotated[int, Field(ge=LOWEST_MM, le=HIGHEST_MM)] = HEIGHT_MM


class MakingAnswer(Answer):
    """The model is being made; ask again after so many seconds."""

    state: Literal["making"] = "making"
    retry_after: int


class ReportAnswer(Answer):
    """What was measured on the model: millimetres, cubic centimetres, degrees it may be tipped, bytes by file."""

    width_mm: float
    depth_mm: float
    height_mm: float
    volume_cm3: float
    min_wall_mm: float
    tipping_degrees: float
    triangles: int
    watertight: bool
    bytes: dict[str, int]


class ModelAnswer(Answer):
    """A model; `none` was never asked for. `failure` says why there is none."""

    state: Literal["none", "asked", "making", "ready", "failed"]
    picture: int
    height_mm: int
    report: ReportAnswer | None = None
    failure: str | None = None
    sentence: str | None = None
    retry_after: int | None = None


@routes.get(
    "/v1/figurines/<figurine_id>/model", responses={200: ModelAnswer, **problems(NoSuchFigurine, NothingToModel)}
)
def read_model(path: FigurinePath, query: ModelQuery) -> ModelAnswer:
    """What is known of a model; looking does not ask for it."""
    answer = ModelAnswer(state="none", picture=query.picture, height_mm=query.height_mm)
    with unit.begin() as work:
        model = use_cases.find_model(work, current_user_id(), path.figurine_id, query.picture, query.height_mm)
        if model is None:
            return answer
        answer.state = model.state.value
        if model.state in {ModelState.ASKED, ModelState.MAKING}:
            answer.retry_after = use_cases.seconds_to_model(work, model)
    if model.report is not None and model.state is ModelState.READY:
        answer.report = ReportAnswer.model_validate(model.report)
    if model.failure is not None:
        answer.failure, answer.sentence = model.failure, SENTENCES[model.failure]
    return answer


@routes.get("/v1/figurines/<figurine_id>/model.<format>", responses={202: MakingAnswer, **REFUSALS})
def model_file(path: ModelPath, query: ModelQuery) -> Response:
    """The model in one format, whole or a range of it."""
    return _part(path.figurine_id, query, ModelPart(path.format))


@routes.get("/v1/figurines/<figurine_id>/model/preview", responses={202: MakingAnswer, **REFUSALS})
def model_preview(path: FigurinePath, query: ModelQuery) -> Response:
    """A picture of the model."""
    return _part(path.figurine_id, query, ModelPart.PREVIEW)


@routes.get("/v1/figurines/<figurine_id>/model/turntable", responses={202: MakingAnswer, **REFUSALS})
def model_turntable(path: FigurinePath, query: ModelQuery) -> Response:
    """A page on which the model can be turned."""
    return _part(path.figurine_id, query, ModelPart.TURNTABLE)


def _part(figurine_id: UUID, query: ModelQuery, part: ModelPart) -> Response:
    desk, owner = models(), current_user_id()
    with unit.begin() as work:
        model = use_cases.ask_for_model(
            work, owner, figurine_id, query.picture, query.height_mm, in_the_making=desk.in_the_making
        )
        seconds = 0 if model.state is ModelState.READY else use_cases.seconds_to_model(work, model)
    return _making(seconds) if seconds else _file(model, part)


def _making(seconds: int) -> Response:
    answer = MakingAnswer(retry_after=seconds)
    response = Response(answer.model_dump_json(), 202, mimetype="application/json")
    response.headers["Retry-After"] = str(seconds)
    return response


def _file(model: Model, part: ModelPart) -> Response:
    # A model never changes: its place is its name.
    etag = f"{model.place}-{part}"
    response = Response(status=304) if etag in request.if_none_match else _bytes(model, part, etag)
    name = f"figurine-{model.height_mm}mm.{SUFFIXES.get(part, part.value)}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.set_etag(etag)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _bytes(model: Model, part: ModelPart, etag: str) -> Response:
    store = models().store
    total = store.part_length(model.place, part)
    span = asked_span(total, etag)
    response = Response(status=206 if span else 200)
    if request.method != "HEAD":
        # Whoever serves the answer closes it; the body of a HEAD is never served.
        response.response = store.open_part(model.place, part, owner=model.owner, span=span)
    response.content_type = MEDIA_TYPES[part]
    response.content_length = span[1] - span[0] + 1 if span else total
    if span:
        response.headers["Content-Range"] = f"bytes {span[0]}-{span[1]}/{total}"
    return response
