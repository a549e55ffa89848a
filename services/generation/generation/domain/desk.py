"""What operators see of jobs and engines; nothing of whose they are. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from common.contracts.pricing import BATCH, NOW
from common.errors import Conflict, NotFound
from generation.domain.jobs import LONGEST_PAINTING, State

# How far back errors are counted.
LATELY: Final = timedelta(hours=24)
# Longer than a job may take in a state without somebody having a look, by when it is wanted.
_QUEUED_TOO_LONG: Final[Mapping[str, timedelta]] = {NOW: timedelta(minutes=30), BATCH: timedelta(hours=26)}
_PRICED_TOO_LONG: Final = timedelta(minutes=10)
SWITCHED_OFF: Final = "The studio does not offer it at the moment."


class NotWaiting(Conflict):
    """Only a job that waits can be tried again at once: one that is painted goes on, and an end is an end."""


class NoBreaker(NotFound):
    """There is no engine of that name here whose calls could be held back."""


class NoSuchSwitch(NotFound):
    """There is no style of that name in the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Jobs that have not ended, by state, engine (empty until one is chosen) and when they are wanted."""

    state: str
    engine: str
    delivery: str
    jobs: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveJob:
    """A job that has not ended, without whose it is."""

    id: UUID
    state: str
    style: str
    engine: str | None
    delivery: str
    attempt: int
    failures: int
    requested_at: datetime
    not_before: datetime | None
    lease_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """How often attempts with an engine ended so lately, and when last."""

    engine: str
    code: str
    count: int
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One attempt of a job: with which engine, how it ended, and how many calls nobody knows the end of."""

    attempt: int
    engine: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    unknown_calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How an engine's circuit breaker stood when a worker last told of it; when somebody last wanted it tried again."""

    engine: str
    breaker: str
    told_at: datetime
    asked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What an engine delivered within an hour, and half of it faster than so many milliseconds."""

    engine: str
    count: int
    median_ms: int | None


def since_too_long(now: datetime) -> Mapping[tuple[State, str], datetime]:
    """By state and delivery, the moment before which whoever is in it still needs a look."""
    return {
        **{(State.PRICED, delivery): now - _PRICED_TOO_LONG for delivery in (NOW, BATCH)},
        **{(State.QUEUED, delivery): now - patience for delivery, patience in _QUEUED_TOO_LONG.items()},
        (State.RENDERING, NOW): now - LONGEST_PAINTING - _QUEUED_TOO_LONG[NOW],
        (State.RENDERING, BATCH): now - _QUEUED_TOO_LONG[BATCH],
    }
