"""What happens on the platform, counted without watching anyone. Pure."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from common.errors import Invalid

# Promise K4: after two years nobody can be found again. The month under way comes on top.
MONTHS_KEPT = 25

LONGEST_SPAN = timedelta(days=366)

# A figurine that failed was painted by no engine; one cancelled before its order came has no style.
NONE = "none"

_PSEUDONYM_BYTES = 16


class SpanRefused(Invalid):
    """Ask for at most 366 days, the first of them first."""


class Outcome(StrEnum):
    """How a figurine ended; the public contract names these."""

    SUCCEEDED = "succeeded"
    PARTLY_SUCCEEDED = "partly_succeeded"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


# Failures that are no fault of the studio, by the public failure code.
_OUTCOMES: Mapping[str, Outcome] = {
    "insufficient_credits": Outcome.REJECTED,
    "plan_needed": Outcome.REJECTED,
    "cancelled": Outcome.CANCELLED,
}


def outcome_of_failure(code: str) -> Outcome:
    """How a figurine without a picture ended."""
    return _OUTCOMES.get(code, Outcome.FAILED)


def outcome_of_delivery(*, requested: int, delivered: int) -> Outcome:
    """How a figurine with pictures ended."""
    return Outcome.SUCCEEDED if delivered >= requested else Outcome.PARTLY_SUCCEEDED


class Pseudonyms:
    """Names that only the holder of the key can give, and nobody can take back.

    HMAC-SHA256 (RFC 2104), cut to 16 bytes. A person has a new name every month (in UTC), so
    that what she did in one month does not add up with another to a picture of her; her own
    usage is found under each month's name in turn. The key of a month is derived from the
    key in the settings: HMAC(HMAC(key, "person 2026-11"), user id).
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_person(self, user_id: UUID, day: date) -> bytes:
        """The person's name in the month of this day."""
        return self._name(f"person {day:%Y-%m}", user_id)

    def of_person_until(self, user_id: UUID, day: date) -> list[bytes]:
        """The person's names in every month that is kept, the month of this day first."""
        return [self.of_person(user_id, month) for month in _months_back(day, MONTHS_KEPT)]

    def of_figurine(self, figurine_id: UUID) -> bytes:
        """The figurine's name, for ever: late news about it must meet the same row."""
        return self._name("figurine", figurine_id)

    def _name(self, scope: str, id: UUID) -> bytes:
        key = hmac.digest(self._key, scope.encode(), "sha256")
        return hmac.digest(key, id.bytes, "sha256")[:_PSEUDONYM_BYTES]


def day_of(moment: datetime) -> date:
    """The day in UTC; finer than that nobody asks."""
    return moment.astimezone(UTC).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """The end of one figurine. Times are in milliseconds, and unknown where nothing was painted."""

    figurine: bytes
    subject: bytes
    day: date
    style: str
    engine: str
    outcome: Outcome
    pictures: int
    rendering_ms: int | None
    waiting_ms: int | None


def waiting_ms(*, requested_at: datetime, generated_at: datetime, rendering_ms: int) -> int:
    """How long a figurine waited, beside being painted; never negative."""
    return max(round((generated_at - requested_at) / timedelta(milliseconds=1)) - rendering_ms, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Figurines of one style that a person was delivered on one day."""

    day: date
    style: str
    figurines: int
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many figurines, with so many pictures in all."""

    figurines: int
    pictures: int


def summed(made: Iterable[Made]) -> Count:
    """All of it together."""
    lines = list(made)
    return Count(figurines=sum(line.figurines for line in lines), pictures=sum(line.pictures for line in lines))


def by_style(made: Iterable[Made]) -> dict[str, Count]:
    """What was made of each style, by name."""
    lines = list(made)
    return {style: summed(line for line in lines if line.style == style) for style in sorted({x.style for x in lines})}


def by_day(made: Iterable[Made]) -> dict[date, Count]:
    """What was made on each day that something was, the earliest first."""
    lines = list(made)
    return {day: summed(line for line in lines if line.day == day) for day in sorted({x.day for x in lines})}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """What ended on one day, of one style and engine, in one way; everybody's together."""

    day: date
    style: str
    engine: str
    outcome: str
    figurines: int
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUps:
    """Accounts opened on one day."""

    day: date
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from the first to the last, both included. Raises SpanRefused where there are none, or too many."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.last - self.first < LONGEST_SPAN:
            raise SpanRefused


def _months_back(day: date, count: int) -> Iterator[date]:
    month = day.replace(day=1)
    for _ in range(count):
        yield month
        month = (month - timedelta(days=1)).replace(day=1)
