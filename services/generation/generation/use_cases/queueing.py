"""The queue: an engine for each waiting job, a place, and what somebody's yes or no changes about it."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from common.contracts.privacy import ConsentChanged
from generation.domain import (
    PARTNERS,
    FailureCode,
    NoEngine,
    NoSuchFigurine,
    Painters,
    QueuePlace,
    State,
    consent_may_come,
)
from generation.domain.quality import QUALITY_CONSENT
from generation.repository import Work
from generation.repository.queue import Length, Unassigned
from generation.use_cases.endings import end

_BATCH = 500
_TO_PARTNERS = frozenset(partner.consent for partner in PARTNERS.values())
_HOPE_PAUSE = timedelta(seconds=2)


def note_consent(work: Work, event: ConsentChanged) -> None:
    """Somebody agreed to a partner, or no longer does: what waits is looked at anew, what is painted is asked again.

    Whether her ratings may be counted is kept, too: whoever counts them asks.
    """
    if event.purpose not in _TO_PARTNERS | {QUALITY_CONSENT}:
        return
    news = work.consents.note(event.user_id, event.purpose, granted=event.granted, changed_at=event.changed_at)
    if news and event.purpose in _TO_PARTNERS:
        work.queue.reconsider(event.user_id)
        work.wake_renderers()


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
        match painters.choose(job.style, job.consented):
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
