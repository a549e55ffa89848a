"""What has to be done from time to time: partitions made ahead, and days that cannot be put right."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from analytics.domain import Change, day_of, month_after
from analytics.repository import Work
from analytics.use_cases.settling import write

MONTHS_AHEAD: Final = 3
_BATCH: Final = 1000


def make_months(work: Work) -> int:
    """Make the partitions of this month and the next ones, and of what the net caught; returns how many."""
    # Before anything is read: who waits for whoever counts must not hold what a partition waits for.
    work.facts.hold()
    today = day_of(work.clock.now())
    coming = [month_after(today, count) for count in range(MONTHS_AHEAD + 1)]
    return sum(work.facts.make_month(month) for month in [*coming, *work.facts.months_in_the_net()])


def bring_back(work: Work) -> int:
    """What was counted while our clock ran ahead counts today, in facts and rollups alike; returns how many."""
    today = day_of(work.clock.now())
    work.facts.hold()
    ahead = work.facts.ahead_of(today + timedelta(days=1), limit=_BATCH)
    write(work, [Change(before=fact, after=replace(fact, day=today, hour=None)) for fact in ahead])
    return len(ahead)
