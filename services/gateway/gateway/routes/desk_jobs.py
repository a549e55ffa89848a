"""/v1/operator: jobs, engines and the switches of styles, for operators. Whose a job is, is shown to nobody."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Conflict, Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.domain.rooms import ENGINES, JOBS
from gateway.domain.tickets import check_reason
from gateway.routes.context import peers, unit
from gateway.routes.desk import desk_routes
from gateway.routes.desk_acts import WhyBody, asked_of, without_person, write_down

jobs = desk_routes("console jobs", *JOBS.roles)
engines = desk_routes("console engines", *ENGINES.roles)


class JobLineAnswer(Answer):
    """Jobs that have not ended, by state, engine (empty until one is chosen) and delivery; since when the oldest is."""

    state: str
    engine: str
    delivery: str
    jobs: int
    oldest: datetime


class LiveJobAnswer(Answer):
    """A job that has not ended, and how often it was tried."""

    id: UUID
    state: str
    style: str
    engine: str | None
    delivery: str
    attempt: int
    failures: int
    requested_at: datetime
    not_before: datetime | None
    lease_until: datetime | None


class AttemptErrorsAnswer(Answer):
    """How often attempts with an engine ended so within a day, and when last."""

    engine: str
    code: str
    count: int
    latest: datetime


class JobsAnswer(Answer):
    """The jobs of the house: counted, those that need a look (the oldest 50), and what went wrong within a day."""

    lines: list[JobLineAnswer]
    stuck: list[LiveJobAnswer]
    errors: list[AttemptErrorsAnswer]


class AttemptAnswer(Answer):
    """One attempt and how it ended; `unknown_calls` were perhaps received and never answered."""

    attempt: int
    engine: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    unknown_calls: int


class OneJobAnswer(Answer):
    """One job and what was tried for it."""

    id: UUID
    state: str
    style: str
    engine: str | None
    delivery: str
    variants: int
    attempt: int
    failures: int
    requested_at: datetime
    attempts: list[AttemptAnswer]


class EngineStandingAnswer(Answer):
    """An engine: its limit, who waits, what it delivered within an hour, and whether calls to it pass.

    `breaker` is `closed` (calls pass), `half-open` (one call tries) or `open` (none passes); null without one.
    `try_asked_at` is when somebody last wanted it tried again before its pause was over.
    """

    engine: str
    limit: int
    waiting: int
    painting: int
    breaker: str | None
    breaker_told_at: datetime | None
    try_asked_at: datetime | None
    delivered_within_an_hour: int
    median_ms: int | None
    errors: list[AttemptErrorsAnswer]


class StyleSwitchAnswer(Answer):
    """A style, the engines here that paint it, and since when it is off; null while it is offered."""

    id: str
    name: str
    engines: list[str]
    off_since: datetime | None


class EngineRoomAnswer(Answer):
    """Every engine of the studio, and every style with its switch."""

    engines: list[EngineStandingAnswer]
    styles: list[StyleSwitchAnswer]


class OneJobPath(BaseModel):
    """Which job, by its figurine."""

    figurine_id: UUID


class EnginePath(BaseModel):
    """Which engine."""

    engine: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class StyleSwitchPath(BaseModel):
    """Which style."""

    style: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class StyleSwitchBody(BaseModel):
    """Whether the style is offered."""

    offered: bool


@jobs.get("/v1/operator/jobs", responses={200: JobsAnswer, **problems(Unavailable)})
def list_jobs() -> JobsAnswer:
    """How many jobs are where, which need a look, what went wrong."""
    peer, account_id = asked_of(peers().generation)
    return JobsAnswer(**peer.get("/v1/operator/jobs", user_id=account_id))


@jobs.get("/v1/operator/jobs/<uuid:figurine_id>", responses={200: OneJobAnswer, **problems(NotFound, Unavailable)})
def read_one_job(path: OneJobPath) -> OneJobAnswer:
    """One job and what was tried for it; no picture, no word, and not whose it is."""
    return OneJobAnswer(**without_person(find_job(path.figurine_id)))


@jobs.post(
    "/v1/operator/jobs/<uuid:figurine_id>/cancel",
    responses={200: OneJobAnswer, **problems(NotFound, Invalid, Conflict, Unavailable)},
)
def cancel_one_job(path: OneJobPath, body: WhyBody) -> OneJobAnswer:
    """End a job that has not ended; it costs its owner nothing, and she reads why."""
    return act_on_job(path.figurine_id, "cancel", body.reason)


@jobs.post(
    "/v1/operator/jobs/<uuid:figurine_id>/retry",
    responses={200: OneJobAnswer, **problems(NotFound, Invalid, Conflict, Unavailable)},
)
def retry_one_job(path: OneJobPath, body: WhyBody) -> OneJobAnswer:
    """Let a job that pauses be tried at once, with an engine chosen anew; its turn stays what it was."""
    return act_on_job(path.figurine_id, "retry", body.reason)


@engines.get("/v1/operator/engines", responses={200: EngineRoomAnswer, **problems(Unavailable)})
def read_engine_room() -> EngineRoomAnswer:
    """Every engine, and every style with its switch."""
    peer, account_id = asked_of(peers().generation)
    return EngineRoomAnswer(**peer.get("/v1/operator/engines", user_id=account_id))


@engines.post(
    "/v1/operator/engines/<engine>/try",
    responses={200: EngineRoomAnswer, **problems(NotFound, Invalid, Unavailable)},
)
def try_engine_again(path: EnginePath, body: WhyBody) -> EngineRoomAnswer:
    """Let the next call to an engine try the way, in every worker, though its breaker holds calls back.

    If that call fails, calls are held back as long as ever. The reason stands in the trail.
    """
    return try_again(path.engine, body.reason)


@engines.put(
    "/v1/operator/styles/<style>", responses={200: EngineRoomAnswer, **problems(NotFound, Invalid, Unavailable)}
)
def switch_style(path: StyleSwitchPath, body: StyleSwitchBody) -> EngineRoomAnswer:
    """Offer a style or do not. Within seconds the style wall follows; what was ordered before is made."""
    return switch(path.style, offered=body.offered)


def find_job(figurine_id: UUID) -> dict[str, Any]:
    """One job, with whose it is. Raises NotFound, Unavailable."""
    peer, account_id = asked_of(peers().generation)
    return peer.get(f"/v1/operator/jobs/{figurine_id}", user_id=account_id)


def act_on_job(figurine_id: UUID, how: str, reason: str) -> OneJobAnswer:
    """`cancel` or `retry` a job. Raises NotFound, Invalid, Conflict, Unavailable."""
    reason = check_reason(reason)
    owner = UUID(find_job(figurine_id)["person"])
    what = "A figurine of yours that was called off" if how == "cancel" else "A figurine of yours that was tried again"
    write_down(f"job.{how}", thing=str(figurine_id), person=owner, what=what, reason=reason)
    peer, account_id = asked_of(peers().generation)
    return OneJobAnswer(**without_person(peer.post(f"/v1/operator/jobs/{figurine_id}/{how}", user_id=account_id)))


def try_again(engine: str, reason: str) -> EngineRoomAnswer:
    """Have an engine tried at once. Raises NotFound, Invalid, Unavailable."""
    write_down("engine.try", thing=engine, reason=check_reason(reason))
    peer, account_id = asked_of(peers().generation)
    return EngineRoomAnswer(**peer.post(f"/v1/operator/engines/{engine}/try", user_id=account_id))


def switch(style: str, *, offered: bool) -> EngineRoomAnswer:
    """Offer a style or do not. Raises NotFound, Unavailable."""
    write_down("style.on" if offered else "style.off", thing=style)
    peer, account_id = asked_of(peers().generation)
    told = peer.put(f"/v1/operator/styles/{style}", user_id=account_id, body={"offered": offered})
    with unit.begin() as work:
        work.styles.hear_anew()
    return EngineRoomAnswer(**told)
