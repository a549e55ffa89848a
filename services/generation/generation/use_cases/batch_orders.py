"""One order that can wait: whether it may be handed over, where it stands, and when nobody waits for it any more."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from generation.domain import (
    PARTNERS,
    FailureCode,
    Figurine,
    NoEngine,
    Painters,
    QueuePlace,
    State,
    consent_may_come,
)
from generation.domain.batches import HANDOVER_PATIENCE, PATIENCE, seconds_left
from generation.repository import Work
from generation.repository.batches import Waiting
from generation.use_cases.endings import end

_HOPE_PAUSE = timedelta(seconds=2)


def may_go(work: Work, painters: Painters, waiting: Waiting, figurine: Figurine) -> str | None:
    """The engine an order can be handed to now, if any; one that never can ends with this, one that hopes rests."""
    chosen = painters.batch_engine(figurine.style)
    if isinstance(chosen, NoEngine):
        end(work, figurine, State.FAILED, chosen.code)
        return None
    if work.clock.now() >= figurine.requested_at + HANDOVER_PATIENCE:
        end(work, figurine, State.FAILED, FailureCode.ENGINE_UNAVAILABLE)
        return None
    if PARTNERS[chosen].consent in waiting.consented:
        return chosen
    if consent_may_come(waiting.withdrawn_at, ordered_at=figurine.requested_at, now=work.clock.now()):
        work.jobs.postpone([figurine.id], until=work.clock.now() + _HOPE_PAUSE)
    else:
        end(work, figurine, State.FAILED, FailureCode.RESTRICTED)
    return None


def end_overdue(work: Work, *, painters: Painters) -> int:
    """Orders whose day is over end at no cost, and so do those that nobody here can hand over (any more)."""
    now = work.clock.now()
    for figurine_id in work.batches.overdue(ordered_before=now - PATIENCE):
        figurine = work.jobs.find(figurine_id)
        if figurine is not None and figurine.may_become(State.FAILED):
            end(work, figurine, State.FAILED, FailureCode.ENGINE_TIMEOUT)
    for waiting in work.batches.waiting():
        figurine = work.jobs.find(waiting.id)
        if figurine is not None:
            may_go(work, painters, waiting, figurine)
    return 0


def withdraw_from_batches(work: Work, figurine_ids: Iterable[UUID], purpose: str) -> None:
    """A person no longer agrees: what a partner has of hers is dropped, whatever it may still bring."""
    for figurine_id in figurine_ids:
        figurine = work.jobs.find(figurine_id)
        partner = PARTNERS.get(figurine.engine or "") if figurine else None
        if figurine and partner and partner.consent == purpose and figurine.state is State.RENDERING:
            end(work, figurine, State.FAILED, FailureCode.RESTRICTED)


def batch_place(work: Work, figurine: Figurine) -> QueuePlace | None:
    """Where an order stands that waits to be handed over; the time is the one that was promised."""
    place = work.batches.place(figurine.id)
    if place is None:
        return None
    return QueuePlace(place=place, estimate_seconds=seconds_left(figurine.requested_at, work.clock.now()))
