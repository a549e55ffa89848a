"""The queue: an engine for each waiting job, and a place."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from common.contracts.pricing import BATCH
from generation.domain import (
    FailureCode,
    NoEngine,
    NoSuchFigurine,
    Painters,
    QueuePlace,
    State,
    consent_may_come,
)
from generation.repository import Work
from generation.repository.queue import Length, Unassigned
from generation.use_cases.batch_orders import batch_place
from generation.use_cases.endings import end

_BATCH = 500
_HOPE_PAUSE = timedelta(seconds=2)


def assign_engines(work: Work, painters: Painters) -> None:
    """Choose an engine for every job that waits without one; a job that none may paint ends. Only inside the queue."""
    while unassigned := work.queue.unassigned(limit=_BATCH):
        if not _assign(work, painters, unassigned) or len(unassigned) < _BATCH:
            return


def queue_place(work: Work, user_id: UUID, figurine_id: UUID, *, painters: Painters) -> QueuePlace | None:
    """Where the person's job stands and about how long it will take; None when it does not wait."""
    figurine = work.jobs.find(figurine_id)
    if figurine is None or figurine.user_id != user_id or figurine.deleted:
        raise NoSuchFigurine
    if figurine.state is not State.QUEUED:
        return None
    if figurine.delivery == BATCH:
        return batch_place(work, figurine)
    if figurine.engine is None:
        work.queue.enter()
        assign_engines(work, painters)
    standing = work.queue.standing(figurine_id)
    if standing is None:
        return None
    recent = work.attempts.recent_durations(standing.engine, standing.style)
    return painters.place(standing, recent, now=work.clock.now())


def reconsider_stranded(work: Work, painters: Painters) -> int:
    """Jobs whose engine has left the studio get another, or an end."""
    stranded = work.queue.reconsider_stranded(available=sorted(painters.available))
    if stranded:
        work.wake_renderers()
    return 0


def measure_queue(work: Work) -> list[Length]:
    """How long the lines are, for the operator."""
    return work.queue.lengths()


def _assign(work: Work, painters: Painters, unassigned: list[Unassigned]) -> int:
    """Returns for how many jobs something was decided."""
    lines: dict[str, list[Unassigned]] = defaultdict(list)
    hoping: list[UUID] = []
    for job in unassigned:
        match painters.choose(job.style, job.consented, goes_on=job.goes_on):
            case NoEngine.NO_CONSENT if _consent_may_come(work, job):
                hoping.append(job.id)
            case NoEngine() as none:
                _end(work, job, none.code)
            case engine:
                lines[engine].append(job)
    for engine, jobs in lines.items():
        work.queue.assign(jobs, engine)
    # Behind the others, so that those who hope keep nobody from being looked at.
    work.jobs.postpone(hoping, until=work.clock.now() + _HOPE_PAUSE)
    return len(unassigned) - len(hoping)


def _consent_may_come(work: Work, job: Unassigned) -> bool:
    return consent_may_come(job.withdrawn_at, ordered_at=job.requested_at, now=work.clock.now())


def _end(work: Work, job: Unassigned, code: FailureCode) -> None:
    figurine = work.jobs.find(job.id)
    if figurine is not None and figurine.may_become(State.FAILED):
        end(work, figurine, State.FAILED, code)
