"""Days, and spans of days, in UTC. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from common.errors import Invalid

LONGEST_SPAN = timedelta(days=366)


class SpanRefused(Invalid):
    """Ask for at most 366 days, the first of them first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from the first to the last, both included. Raises SpanRefused where there are none, or too many."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.last - self.first < LONGEST_SPAN:
            raise SpanRefused


def day_of(moment: datetime) -> date:
    """The day in UTC; finer than that nobody asks."""
    return moment.astimezone(UTC).date()
