"""Partitions made ahead, keys destroyed on rotation, and what a clock that ran ahead left put right."""

from datetime import timedelta

from analytics import use_cases
from analytics.repository import Work
from common.service import Job
from common.work import UnitOfWork


def make_months(unit: UnitOfWork[Work]) -> int:
    """Have a partition ready for every month to come."""
    with unit.begin() as work:
        return use_cases.make_months(work)


def destroy_keys(unit: UnitOfWork[Work]) -> int:
    """Destroy the keys of names that nobody may give any more."""
    with unit.begin() as work:
        return use_cases.destroy_keys(work)


def bring_back(unit: UnitOfWork[Work]) -> int:
    """Count today what was counted on days that have not come yet."""
    with unit.begin() as work:
        return use_cases.bring_back(work)


def tidying_jobs(unit: UnitOfWork[Work]) -> list[Job]:
    """What the clock asks."""
    return [
        Job(name="make months", every=timedelta(hours=1), run=lambda: make_months(unit)),
        Job(name="destroy keys of names", every=timedelta(minutes=10), run=lambda: destroy_keys(unit), sweep=True),
        Job(name="bring back facts", every=timedelta(minutes=1), run=lambda: bring_back(unit)),
    ]
