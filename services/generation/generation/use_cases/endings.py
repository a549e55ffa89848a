"""How a job ends that gives no picture."""

from common.contracts.generation import (
    FigurineFailed,
)
from generation.domain import (
    FailureCode,
    Figurine,
    State,
)
from generation.repository import Work


def end(work: Work, figurine: Figurine, state: State, code: FailureCode) -> None:
    """Every unhappy end: no charge, no photo kept, and everybody is told why."""
    if figurine.state is State.RENDERING:
        work.attempts.end(figurine, code)
        # The person, and the engine, have room for another job at once.
        work.wake_renderers()
    work.jobs.end(figurine, state, code=code)
    work.uploads.dismiss(figurine.id, code)
    work.wake_deletion()
    work.outbox.add(
        FigurineFailed(
            figurine_id=figurine.id,
            user_id=figurine.user_id,
            style=figurine.style,
            code=code,
            failed_at=work.clock.now(),
        )
    )
