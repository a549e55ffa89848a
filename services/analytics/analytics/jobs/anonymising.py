"""The end of facts (promise K4): month by month, in steps that may be broken off anywhere and begun again."""

from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from analytics import use_cases
from analytics.repository import Work
from common.service import Job
from common.work import UnitOfWork

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymiser:
    """Each step is a transaction. What is left to do is read from what is there, not from a note of what was done."""

    unit: UnitOfWork[Work]

    def make_next_month_anonymous(self) -> int:
        """Take on the next month that is over, and drop what was taken on; returns how many were."""
        with self.unit.begin() as work:
            over, month = use_cases.months_to_drop(work), use_cases.close_next_month(work)
        if month is not None and self._make_anonymous(month):
            over.append(month)
        for each in over:
            self._drop(each)
        return len(over)

    def _make_anonymous(self, month: date) -> bool:
        with self.unit.begin() as work:
            done = use_cases.make_anonymous(work, month)
        if done is None:
            return False
        log.info(
            "month is anonymous",
            month=f"{month:%Y-%m}",
            facts=done.counted.counted,
            rows=done.found.rows,
            suppressed=done.suppressed,
            smallest=done.found.smallest,
        )
        return True

    def _drop(self, month: date) -> None:
        with self.unit.begin() as work:
            use_cases.let_beginners_be_forgotten(work, month)
            still_kept = use_cases.months_open(work)
        for each in still_kept:
            with self.unit.begin() as work:
                use_cases.let_facts_forget_beginners(work, month, of_month=each)
        with self.unit.begin() as work:
            use_cases.drop_month(work, month)
        log.info("facts dropped", month=f"{month:%Y-%m}")


def anonymising_jobs(unit: UnitOfWork[Work]) -> list[Job]:
    """What the clock asks of it."""
    anonymiser = Anonymiser(unit=unit)
    return [
        Job(
            name="make months anonymous",
            every=timedelta(minutes=10),
            run=anonymiser.make_next_month_anonymous,
            sweep=True,
        )
    ]
