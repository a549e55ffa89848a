"""Orders that can wait: groups handed to a partner, at half the price, and every clock that has to agree. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

# What people are told: the picture is there a day after the order.
PROMISED = timedelta(hours=24)
# How long an order waits to be handed over. Its photo waits with it, and goes then, long before it has to.
HANDOVER_PATIENCE = timedelta(hours=2)
# When an order ends without a picture, counted from the order: the partner has its whole day, whenever it began.
PATIENCE = HANDOVER_PATIENCE + timedelta(hours=24)
# How long a call that may have been received is asked about before it counts as lost.
UNKNOWN_PATIENCE = timedelta(minutes=10)
# How long something that was lost is looked for, so that no copy of a photo stays where nobody reads it.
SEARCH = timedelta(hours=26)
# How long whoever has a batch in hand may be silent; longer than any call and the finishing of its pictures.
LEASE = timedelta(minutes=10)

_FIRST_LOOK = timedelta(seconds=30)
_LONGEST_BETWEEN_LOOKS = timedelta(minutes=10)
_FIRST_REST = timedelta(minutes=2)
_LONGEST_REST = timedelta(minutes=20)


class BatchState(StrEnum):
    """The life of a group of orders at a partner."""

    PREPARING = "preparing"  # its orders are chosen; the partner has been told nothing
    SENDING = "sending"  # the partner may have been told; until that is known it is asked
    RUNNING = "running"  # the partner has it, under a name
    MISSING = "missing"  # the partner says it never came; it is looked for all the same
    LEAVING = "leaving"  # every order has ended; the partner's copy is being deleted
    ENDED = "ended"


BATCH_TRANSITIONS: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.PREPARING: frozenset({BatchState.SENDING, BatchState.ENDED}),
    BatchState.SENDING: frozenset({BatchState.RUNNING, BatchState.MISSING, BatchState.ENDED}),
    BatchState.RUNNING: frozenset({BatchState.LEAVING}),
    BatchState.MISSING: frozenset({BatchState.LEAVING, BatchState.ENDED}),
    BatchState.LEAVING: frozenset({BatchState.ENDED}),
    BatchState.ENDED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A group of orders; `name` is what the partner calls it, `looks` how often in a row nothing new was found."""

    id: UUID
    engine: str
    state: BatchState
    name: str | None
    begun_at: datetime
    sent_at: datetime | None
    looks: int

    def may_become(self, state: BatchState) -> bool:
        """Whether the state table allows this step."""
        return state in BATCH_TRANSITIONS[self.state]


def look_again_after(looks: int) -> timedelta:
    """How long until the next look at a batch, after so many in vain."""
    return min(_FIRST_LOOK * 2 ** min(looks, 10), _LONGEST_BETWEEN_LOOKS)


def rest_after(failures: int, asked: timedelta | None = None) -> timedelta:
    """How long an order rests that could not be handed over; `asked` is what the partner asked for."""
    own = min(_FIRST_REST * 2 ** min(failures, 10), _LONGEST_REST)
    return own if asked is None else max(own, min(asked, _LONGEST_REST))


def seconds_left(requested_at: datetime, now: datetime) -> int:
    """Until the end of the day that people were told of."""
    return max(1, round((requested_at + PROMISED - now).total_seconds()))
