"""How a job lives and ends. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from uuid import UUID

from common.errors import NotFound, Refused

MAX_FAILURES = 3
# How long a job waits before it tries the object store again.
STORE_PAUSE = timedelta(seconds=15)
# A renderer that lost its claim may go on storing for this long; what it stored is swept after that.
LONGEST_PAINTING = timedelta(minutes=20)


class State(StrEnum):
    """The life of a figurine's job; the public contract names these."""

    PRICED = "priced"
    QUEUED = "queued"
    RENDERING = "rendering"
    SUCCEEDED = "succeeded"
    PARTLY_SUCCEEDED = "partly_succeeded"
    FAILED = "failed"
    REJECTED = "rejected"  # no credits
    CANCELLED = "cancelled"


_ENDINGS = frozenset({State.FAILED, State.CANCELLED})
# Late news about an ended job is dropped; RENDERING falls back to QUEUED when its renderer dies.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.PRICED: frozenset({State.QUEUED, State.REJECTED}) | _ENDINGS,
    State.QUEUED: frozenset({State.RENDERING}) | _ENDINGS,
    State.RENDERING: frozenset({State.QUEUED, State.SUCCEEDED, State.PARTLY_SUCCEEDED}) | _ENDINGS,
    State.SUCCEEDED: frozenset(),
    State.PARTLY_SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.REJECTED: frozenset(),
    State.CANCELLED: frozenset(),
}


def is_terminal(state: State) -> bool:
    """Whether nothing can follow."""
    return not TRANSITIONS[state]


class AlreadyEnded(Refused):
    """This figurine is already finished, so there is nothing left to cancel."""

    code = "conflict"


class NoSuchFigurine(NotFound):
    """There is no such figurine, or it is not yours."""


class FailureCode(StrEnum):
    """Why a figurine failed; the public contract names these."""

    REFUSED_BY_ENGINE = "refused_by_engine"
    NO_PICTURE = "no_picture"
    ENGINE_UNAVAILABLE = "engine_unavailable"
    ENGINE_TIMEOUT = "engine_timeout"
    MODEL_RETIRED = "model_retired"
    PHOTO_MISSING = "photo_missing"
    CANCELLED = "cancelled"
    INSUFFICIENT_CREDITS = "insufficient_credits"
    RESTRICTED = "restricted"


# Worth another attempt: the next one may well find the engine in better shape.
RETRYABLE = frozenset({FailureCode.ENGINE_UNAVAILABLE, FailureCode.ENGINE_TIMEOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figurine:
    """A job and what it was asked for; without an upload, a cancellation that came first."""

    id: UUID
    user_id: UUID
    upload_id: UUID | None
    style: str
    variants: int
    aspect_ratio: str
    seed: int
    unit_price: int
    state: State
    attempt: int
    failures: int
    requested_at: datetime
    options: Mapping[str, str] = field(default_factory=dict[str, str])

    def may_become(self, state: State) -> bool:
        """Whether the state table allows this step."""
        return state in TRANSITIONS[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlace:
    """How many jobs go first, and about how long until the picture, in seconds."""

    place: int
    estimate_seconds: int


def outcome(requested: int, delivered: int) -> State:
    """How a job ends that delivered something."""
    return State.SUCCEEDED if delivered >= requested else State.PARTLY_SUCCEEDED


def after_failure(code: FailureCode, failures: int) -> State:
    """Another attempt, or the end, after so many failures before this one."""
    return State.QUEUED if code in RETRYABLE and failures + 1 < MAX_FAILURES else State.FAILED


def waiting_time(place: int, recent_ms: Sequence[int], renderers: int) -> int:
    """Seconds until a job at this place is done, from what recent ones took; 5 s each when none did."""
    typical_ms = median(recent_ms) if recent_ms else 5000
    rounds = -(-place // max(renderers, 1))
    return max(1, round(rounds * typical_ms / 1000))
