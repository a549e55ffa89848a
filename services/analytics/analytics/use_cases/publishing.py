"""Publish a month, once; and tell what is out."""

from datetime import date
from functools import partial

from analytics.domain.moments import day_of, month_after
from analytics.domain.noise import Below, Budget
from analytics.domain.statistics import AT_MOST, MONTHS_SHOWN, Release, Statistics, next_month, published
from analytics.repository import Work


def publish_next(work: Work, budget: Budget | None, below: Below) -> date | None:
    """Publish the month whose turn it is; None when none is due, or another was faster."""
    month = next_month(work.releases.newest(), day_of(work.clock.now()))
    if month is None:
        return None
    groups = work.releases.groups(month, at_most=AT_MOST)
    together = partial(work.releases.people_together, month, at_most=AT_MOST)
    figurines = published(groups, together, budget, below)
    release = Release(month=month, epsilon=None if budget is None else budget.text)
    return month if work.releases.add(release, figurines) else None


def read_statistics(work: Work) -> Statistics:
    """What is out of the last twelve months."""
    since = month_after(day_of(work.clock.now()), -MONTHS_SHOWN)
    return Statistics(releases=work.releases.since(since), figurines=work.releases.figurines_since(since))
