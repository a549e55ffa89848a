"""Analytics' clock door: forget what is over."""

from datetime import timedelta

from analytics import use_cases
from analytics.repository import Work
from common.service import Job
from common.work import UnitOfWork


def forget(unit: UnitOfWork[Work]) -> int:
    """Delete a batch of facts past their period; returns how many."""
    with unit.begin() as work:
        return use_cases.forget(work)


def jobs(unit: UnitOfWork[Work]) -> list[Job]:
    """What the clock asks of analytics."""
    return [Job(name="forget", every=timedelta(minutes=10), run=lambda: forget(unit))]
