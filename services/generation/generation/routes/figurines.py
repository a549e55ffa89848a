"""/v1/figurines: a place in the queue, and calling off."""

from uuid import UUID

from pydantic import BaseModel

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.problems import problems
from generation import use_cases
from generation.domain import AlreadyEnded, NoSuchFigurine, State
from generation.routes.context import painters, unit

routes = internal_blueprint("figurines", __name__)


class FigurinePath(BaseModel):
    """Which figurine."""

    figurine_id: UUID


class CancelAnswer(Answer):
    """The state the job ended in."""

    state: State


class QueueAnswer(Answer):
    """The place in the queue (1 is next) and the seconds until the picture; nulls when it does not wait."""

    place: int | None = None
    estimate_seconds: int | None = None


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
        place = use_cases.queue_place(work, current_user_id(), path.figurine_id, painters=painters())
    return QueueAnswer.model_validate(place) if place else QueueAnswer()
