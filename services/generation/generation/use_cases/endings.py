"""How a job ends that gives no picture."""

from uuid import UUID

from prometheus_client import Counter

from common.contracts.consents import ANALYTICS, PROCESSING
from common.contracts.generation import FigurineFailed
from common.contracts.words import Word
from generation.domain import (
    FailureCode,
    Figurine,
    State,
)
from generation.repository import Work

ENDED = Counter("generation_jobs_ended", "Jobs that ended, by state and by why there is no picture", ["state", "code"])


def words_on_counting(work: Work, user_id: UUID) -> dict[str, Word]:
    """What whoever counts ends has to know of the person: the news of it may come to them later than this end."""
    return last_words(work, user_id, ANALYTICS, PROCESSING)


def last_words(work: Work, user_id: UUID, *purposes: str) -> dict[str, Word]:
    """What the person last said about these purposes; nothing where she said nothing."""
    found = {purpose: work.consents.of(user_id, purpose) for purpose in purposes}
    return {purpose: word for purpose, word in found.items() if word is not None}


def end(work: Work, figurine: Figurine, state: State, code: FailureCode) -> None:
    """Every unhappy end: no charge, no photo kept, and everybody is told why."""
    if figurine.state is State.RENDERING:
        work.attempts.end(figurine, code)
        # The person, and the engine, have room for another job at once.
        work.wake_renderers()
    work.jobs.end(figurine, state, code=code)
    ENDED.labels(state, code).inc()
    work.uploads.dismiss(figurine.id, code)
    work.wake_deletion()
    work.outbox.add(
        FigurineFailed(
            figurine_id=figurine.id,
            user_id=figurine.user_id,
            style=figurine.style,
            code=code,
            failed_at=work.clock.now(),
            words=words_on_counting(work, figurine.user_id),
        )
    )
