"""When somebody leaves: what is under way for her ends, and what could still store something is waited for."""

from datetime import timedelta
from uuid import UUID

from generation.domain import LONGEST_PAINTING, FailureCode, State
from generation.repository import Work
from generation.use_cases.endings import end


def end_work(work: Work, user_id: UUID) -> None:
    """Every job that is not over is cancelled, at no cost; links lead nowhere."""
    for figurine in work.jobs.unfinished_of(user_id):
        end(work, figurine, State.CANCELLED, FailureCode.CANCELLED)
    work.shares.remove_all(user_id)


def is_settled(work: Work, user_id: UUID, _request_id: UUID) -> bool:
    """Whether nobody may still be storing something of hers; what arrived late is ended first."""
    end_work(work, user_id)
    return not work.jobs.still_storing(user_id, patience=_PATIENCE)


# A renderer that was painting when its job was cancelled sweeps up after itself; one that died is waited for.
_PATIENCE: timedelta = LONGEST_PAINTING
