"""/v1/operator: jobs, engines and the switches of styles, for the studio's operators; whose a job is, is not shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.callers import staff_blueprint
from common.problems import problems
from generation.domain import AlreadyEnded, Figurine, NoSuchFigurine, State
from generation.domain.desk import LATELY, NoBreaker, NoSuchSwitch, NotWaiting
from generation.repository import Work
from generation.routes.context import catalogue, painters, unit
from generation.use_cases import desk

routes = staff_blueprint("desk", __name__, "operator")


class JobPath(BaseModel):
    """Which job, by its figurine."""

    figurine_id: UUID


class SwitchPath(BaseModel):
    """Which style."""

    style: Annotated[str, Field(max_length=40)]


class EnginePath(BaseModel):
    """Which engine."""

    engine: Annotated[str, Field(max_length=40)]


class SwitchBody(BaseModel):
    """Whether the style is offered."""

    offered: bool


class LineAnswer(Answer):
    """Jobs that have not ended: how many, and since when the oldest waits."""

    state: State
    engine: str
    delivery: str
    jobs: int
    oldest: datetime


class LiveJobAnswer(Answer):
    """A job that has not ended."""

    id: UUID
    state: State
    style: str
    engine: str | None
    delivery: str
    attempt: int
    failures: int
    requested_at: datetime
    not_before: datetime | None
    lease_until: datetime | None


class ErrorsAnswer(Answer):
    """How often attempts ended so within a day, and when last."""

    engine: str
    code: str
    count: int
    latest: datetime


class FloorAnswer(Answer):
    """The jobs of the house."""

    lines: list[LineAnswer]
    stuck: list[LiveJobAnswer]
    errors: list[ErrorsAnswer]


class TriedAnswer(Answer):
    """One attempt and how it ended."""

    attempt: int
    engine: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    unknown_calls: int


class JobAnswer(Answer):
    """One job; `person` is whose it is, for the one line that tells her of a look."""

    id: UUID
    person: UUID
    state: State
    style: str
    engine: str | None
    delivery: str
    variants: int
    attempt: int
    failures: int
    requested_at: datetime
    attempts: list[TriedAnswer]


class EngineAnswer(Answer):
    """An engine: how many jobs it paints at once, whether its breaker lets calls pass, and what it delivered lately.

    `breaker` is `closed`, `half-open` or `open`, or null for an engine without one; `try_asked_at` is when somebody
    last wanted it tried again before its pause was over.
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
    errors: list[ErrorsAnswer]


class SwitchAnswer(Answer):
    """A style and since when it is off; `engines` are those that could paint it here."""

    id: str
    name: str
    engines: list[str]
    off_since: datetime | None


class EnginesAnswer(Answer):
    """The engines of the house and the switches of the styles."""

    engines: list[EngineAnswer]
    styles: list[SwitchAnswer]


@routes.get("/v1/operator/jobs", responses={200: FloorAnswer})
def read_floor() -> FloorAnswer:
    """How many jobs are where, which need a look, what went wrong."""
    with unit.begin() as work:
        return FloorAnswer.model_validate(desk.look_over(work))


@routes.get("/v1/operator/jobs/<uuid:figurine_id>", responses={200: JobAnswer, **problems(NoSuchFigurine)})
def read_job(path: JobPath) -> JobAnswer:
    """One job and what was tried for it; no word and no picture of it."""
    with unit.begin() as work:
        return _job(work, desk.find_job(work, path.figurine_id))


@routes.post(
    "/v1/operator/jobs/<uuid:figurine_id>/cancel",
    responses={200: JobAnswer, **problems(NoSuchFigurine, AlreadyEnded)},
)
def cancel_job(path: JobPath) -> JobAnswer:
    """End a job that has not ended; it costs its owner nothing."""
    with unit.begin() as work:
        return _job(work, desk.cancel_job(work, path.figurine_id))


@routes.post(
    "/v1/operator/jobs/<uuid:figurine_id>/retry", responses={200: JobAnswer, **problems(NoSuchFigurine, NotWaiting)}
)
def retry_job(path: JobPath) -> JobAnswer:
    """Let a job that pauses be tried at once, with an engine chosen anew."""
    with unit.begin() as work:
        return _job(work, desk.retry_job(work, path.figurine_id))


@routes.get("/v1/operator/engines", responses={200: EnginesAnswer})
def read_engines() -> EnginesAnswer:
    """Every engine, and every style with its switch."""
    with unit.begin() as work:
        return EnginesAnswer(engines=_engines(work), styles=_switches(work))


@routes.post("/v1/operator/engines/<engine>/try", responses={200: EnginesAnswer, **problems(NoBreaker)})
def try_engine(path: EnginePath) -> EnginesAnswer:
    """Let the next call to an engine try the way, in every worker; whether it passes is seen within seconds."""
    with unit.begin() as work:
        desk.try_engine(work, path.engine)
        return EnginesAnswer(engines=_engines(work), styles=_switches(work))


@routes.put("/v1/operator/styles/<style>", responses={200: EnginesAnswer, **problems(NoSuchSwitch)})
def switch_style(path: SwitchPath, body: SwitchBody) -> EnginesAnswer:
    """Offer a style or do not; what was ordered before is painted."""
    with unit.begin() as work:
        desk.switch_style(work, path.style, offered=body.offered, catalogue=catalogue().styles)
        return EnginesAnswer(engines=_engines(work), styles=_switches(work))


def _engines(work: Work) -> list[EngineAnswer]:
    lines, told = work.desk.lines(), {each.engine: each for each in work.desk.tellings()}
    delivered = {each.engine: each for each in work.desk.delivered()}
    errors = work.desk.errors(since=work.clock.now() - LATELY)

    def jobs(engine: str, state: State) -> int:
        return sum(line.jobs for line in lines if (line.engine, line.state) == (engine, state))

    return [
        EngineAnswer(
            engine=engine,
            limit=painters().limits.of(engine),
            waiting=jobs(engine, State.QUEUED),
            painting=jobs(engine, State.RENDERING),
            breaker=told[engine].breaker if engine in told else None,
            breaker_told_at=told[engine].told_at if engine in told else None,
            try_asked_at=told[engine].asked_at if engine in told else None,
            delivered_within_an_hour=delivered[engine].count if engine in delivered else 0,
            median_ms=delivered[engine].median_ms if engine in delivered else None,
            errors=[ErrorsAnswer.model_validate(each) for each in errors if each.engine == engine],
        )
        for engine in sorted(painters().available)
    ]


def _switches(work: Work) -> list[SwitchAnswer]:
    off = work.desk.switched_off()
    here = catalogue()
    return [
        SwitchAnswer(
            id=style.id,
            name=style.name,
            engines=[engine for engine in style.engines if engine in here.engines],
            off_since=off.get(style.id),
        )
        for style in here.styles.values()
    ]


def _job(work: Work, figurine: Figurine) -> JobAnswer:
    told = {name: getattr(figurine, name) for name in JobAnswer.model_fields if name not in {"person", "attempts"}}
    attempts = [TriedAnswer.model_validate(each) for each in work.desk.attempts(figurine.id)]
    return JobAnswer(**told, person=figurine.user_id, attempts=attempts)
