"""What the clock asks for beside counting: judging hours that are over, and publishing months that have settled."""

from datetime import timedelta
from random import SystemRandom
from typing import Final

import structlog

from analytics.domain.noise import Below, Budget
from analytics.repository import Work
from analytics.use_cases import publishing, watching
from common.service import Job
from common.work import UnitOfWork

log = structlog.get_logger(__name__)
# The system's own source of chance: what noise is drawn from must not be guessed.
CHANCE: Final[Below] = SystemRandom().randrange


def report_jobs(unit: UnitOfWork[Work], *, budget: Budget | None) -> list[Job]:
    """Both, each in one transaction of its own."""

    def judge() -> int:
        with unit.begin() as work:
            hour = watching.judge_next_hour(work)
        return int(hour is not None)

    def publish() -> int:
        with unit.begin() as work:
            month = publishing.publish_next(work, budget, CHANCE)
        if month is None:
            return 0
        log.info("month published", month=month.isoformat(), epsilon=None if budget is None else budget.text)
        return 1

    return [
        Job(name="judge hours", every=timedelta(minutes=1), run=judge),
        Job(name="publish months", every=timedelta(hours=1), run=publish),
    ]
