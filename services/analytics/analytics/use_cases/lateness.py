"""What is told of a month that is over, or about to be: it is never kept under a name."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from analytics.domain import Fact, day_of, first_of_month
from analytics.domain.anonymity import is_over
from analytics.repository import Observation, Work

# No month is closed before its days are about this old; for younger ones nobody needs to ask.
_YOUNG: Final = timedelta(days=680)


def without_the_late(work: Work, observations: Iterable[Observation]) -> list[Observation]:
    """Those of months that are open. The others are counted as late, and nothing else is kept of them.

    Whoever asks holds the lock of those who count: no month is closed in between.
    """
    those = list(observations)
    late = [each for each in those if not _is_open(work, each.fact.day)]
    if not late:
        return those
    work.months.note_late(Counter(first_of_month(each.fact.day) for each in late))
    return [each for each in those if _is_open(work, each.fact.day)]


def those_open(work: Work, facts: Iterable[Fact]) -> list[Fact]:
    """Facts that may still change."""
    return [fact for fact in facts if _is_open(work, fact.day)]


def _is_open(work: Work, day: date) -> bool:
    today = day_of(work.clock.now())
    if today - day < _YOUNG:
        return True
    closed = work.months.last_closed()
    return not is_over(day, today) and (closed is None or first_of_month(day) > closed)
