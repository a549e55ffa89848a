"""Looking for many accounts that are opened from one neighbourhood of addresses."""

from datetime import timedelta

from common.service import Job
from common.work import UnitOfWork
from gateway.repository import Work
from gateway.use_cases import crowds


def crowd_jobs(unit: UnitOfWork[Work], *, limit: int) -> list[Job]:
    """What the clock asks for."""

    def notice() -> int:
        with unit.begin() as work:
            crowds.notice(work, limit=limit)
        return 0

    return [Job(name="notice crowds", every=timedelta(minutes=5), run=notice)]
