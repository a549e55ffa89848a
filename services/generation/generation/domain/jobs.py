"""How a job lives and ends. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from uuid import UUID

from common.contracts.pricing import NOW
from common.errors import NotFound, Refused

MAX_FAILURES = 3
# A call that may have been received is repeated once, and not at once: nobody knows what it cost.
MAX_UNKNOWN = 2
UNKNOWN_PAUSE = timedelta(seconds=30)
# The longest a job waits for an engine that names a time.
LONGEST_PAUSE = timedelta(minutes=15)
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
    PLAN_NEEDED = "plan_needed"  # more or larger pictures than the person's plan allows
    PARENT_MISSING = "parent_missing"  # deleted before a version of it was painted


# Of several reasons the one that is told: what leaves most hope of another attempt.
MOST_HOPE_FIRST = (
    FailureCode.ENGINE_UNAVAILABLE,
    FailureCode.ENGINE_TIMEOUT,
    FailureCode.MODEL_RETIRED,
    FailureCode.REFUSED_BY_ENGINE,
    FailureCode.NO_PICTURE,
)
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
    # Its owner deleted it: nobody sees it any more.
    deleted: bool = False
    engine: str | None = None
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    # The figurine, and which of its pictures, this is a version of.
    parent_id: UUID | None = None
    parent_picture: int | None = None
    # Without a photo: the engine goes on from the parent's picture.
    goes_on: bool = False
    # Whether it is painted in turn, or with others in a batch.
    delivery: str = NOW

    def may_become(self, state: State) -> bool:
        """Whether the state table allows this step."""
        return state in TRANSITIONS[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a waiting job stands: among all who wait for its engine, and among its person's own jobs there."""

    engine: str
    style: str
    place: int
    own_place: int
    painting: int
    own_painting: int
    not_before: datetime | None


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


def after_unknown(failures: int, unknown: int) -> State:
    """Another attempt, or the end, when nobody knows whether the engine took the order, `unknown` times by now."""
    return after_failure(FailureCode.ENGINE_TIMEOUT, failures) if unknown < MAX_UNKNOWN else State.FAILED


def pause_after(failures: int, retry_after: timedelta | None = None) -> timedelta:
    """How long until the next attempt; `retry_after` is what the engine asked for."""
    own = timedelta(seconds=2 ** (failures + 1))
    return own if retry_after is None else max(own, min(retry_after, LONGEST_PAUSE))


def waiting_time(place: int, recent_ms: Sequence[int], at_once: int, *, painting: int = 0, typical: int = 5000) -> int:
    """Seconds until a job at this place is done, from what recent ones took, `typical` milliseconds when none did.

    `at_once` are painted side by side, `painting` of them now; those are counted as if they had just begun, for a
    promise that is kept is worth more than a short one.
    """
    each_ms = median(recent_ms) if recent_ms else typical
    lanes = max(at_once, 1)
    behind = max(0, place - max(0, lanes - painting))
    return max(1, round((1 + -(-behind // lanes)) * each_ms / 1000))
