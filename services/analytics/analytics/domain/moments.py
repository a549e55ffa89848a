"""Days, months, and spans of days, in UTC. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

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
    """The day in UTC, whatever zone the moment was written in."""
    return moment.astimezone(UTC).date()


def first_of_month(day: date) -> date:
    """The month of a day, as its first."""
    return day.replace(day=1)


def start_of(day: date, hour: int = 0) -> datetime:
    """When a day, or an hour of it, begins in UTC."""
    return datetime.combine(day, time(hour), UTC)


def month_after(day: date, count: int) -> date:
    """The month so many after that of a day, as its first."""
    months = day.year * 12 + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)
