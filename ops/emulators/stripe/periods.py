"""When a subscription's periods begin and end: the anchor's day is kept, the last of a month where it has no such."""

from datetime import UTC, datetime
from typing import Any

from dateutil.relativedelta import relativedelta

from ops.emulators.stripe.errors import Json

_STEPS = {"day": "days", "week": "weeks", "month": "months", "year": "years"}


def end_of(anchor: int, start: int, recurring: Json) -> int:
    """The end of the period that begins at `start`: the anchor and as many intervals as go beyond it."""
    first = datetime.fromtimestamp(anchor, UTC)
    count = _about(anchor, start, recurring)
    while True:
        end = int((first + _interval(recurring, count)).timestamp())
        if end > start:
            return end
        count += 1


def _interval(recurring: Json, count: int) -> relativedelta:
    steps: dict[str, Any] = {_STEPS[recurring["interval"]]: recurring["interval_count"] * count}
    return relativedelta(**steps)


def _about(anchor: int, start: int, recurring: Json) -> int:
    """Intervals that surely do not go beyond `start`; at least one."""
    days = {"day": 1, "week": 7, "month": 31, "year": 366}[recurring["interval"]] * recurring["interval_count"]
    return max(1, (start - anchor) // (days * 86400))


def share_left(start: int, end: int, at: int) -> float:
    """How much of a period is still to come, 0 to 1."""
    return min(1.0, max(0.0, (end - at) / (end - start))) if end > start else 0.0


def day(moment: int) -> str:
    """A date as invoices say it: 26 Nov 2026."""
    when = datetime.fromtimestamp(moment, UTC)
    return f"{when.day} {when:%b %Y}"
