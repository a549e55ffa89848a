"""What operators of the studio do about jobs and styles."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from generation.domain import AlreadyEnded, FailureCode, Figurine, NoSuchFigurine, State
from generation.domain.desk import LATELY, Errors, Line, LiveJob, NoBreaker, NoSuchSwitch, NotWaiting, since_too_long
from generation.repository import Work
from generation.use_cases.endings import end

STUCK_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The jobs of the house at one moment."""

    lines: list[Line]
    stuck: list[LiveJob]
    errors: list[Errors]


def look_over(work: Work) -> Floor:
    """How many jobs are where, which need a look, and what went wrong within a day."""
    now = work.clock.now()
    return Floor(
        lines=work.desk.lines(),
        stuck=work.desk.stuck(since_too_long(now), limit=STUCK_SHOWN),
        errors=work.desk.errors(since=now - LATELY),
    )


def find_job(work: Work, figurine_id: UUID) -> Figurine:
    """One job. Raises NoSuchFigurine, also for what its owner deleted."""
    figurine = work.jobs.find(figurine_id)
    if figurine is None or figurine.deleted:
        raise NoSuchFigurine("There is no job with this id.")
    return figurine


def cancel_job(work: Work, figurine_id: UUID) -> Figurine:
    """End a job that has not ended, as its owner could; her credits come back. Asked again, it stays so.

    Raises NoSuchFigurine, AlreadyEnded.
    """
    figurine = find_job(work, figurine_id)
    if figurine.state is not State.CANCELLED:
        if not figurine.may_become(State.CANCELLED):
            raise AlreadyEnded
        end(work, figurine, State.CANCELLED, FailureCode.CANCELLED)
    return find_job(work, figurine_id)


def retry_job(work: Work, figurine_id: UUID) -> Figurine:
    """Let a job that pauses wait no longer, and choose its engine anew; its turn stays what it was.

    Raises NoSuchFigurine, NotWaiting.
    """
    figurine = find_job(work, figurine_id)
    if figurine.state is not State.QUEUED:
        raise NotWaiting
    work.jobs.queue(figurine)
    work.wake_renderers()
    return find_job(work, figurine_id)


def try_engine(work: Work, engine: str) -> None:
    """Have every worker's next call to an engine tried, though its breaker holds calls back. Raises NoBreaker.

    Where calls pass already, nothing changes. One that fails is held back as long as ever.
    """
    if engine not in {each.engine for each in work.desk.tellings()}:
        raise NoBreaker
    work.desk.wish_try(engine)
    work.wake_breakers()


def switch_style(work: Work, style: str, *, offered: bool, catalogue: Collection[str]) -> None:
    """Offer a style or do not; orders that were taken are painted either way. Raises NoSuchSwitch."""
    if style not in catalogue:
        raise NoSuchSwitch
    work.desk.switch(style, offered=offered)
