"""The clock's part in counting: what was noticed is told on, and what nobody's use counts for any more is dropped."""

from dataclasses import dataclass
from datetime import timedelta

from common.service import Job
from common.work import UnitOfWork
from gateway.repository import Work
from gateway.use_cases import signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Tells whoever counts of the hours that grew, and keeps no more than it must."""

    unit: UnitOfWork[Work]

    def tell(self) -> int:
        """Tell of some; how many."""
        with self.unit.begin() as work:
            return signals.tell(work)

    def forget(self) -> int:
        """Drop what is over."""
        with self.unit.begin() as work:
            work.usage_rates.forget()
        return 0


def signal_jobs(unit: UnitOfWork[Work]) -> list[Job]:
    """What the clock asks about signals and use."""
    watch = Watch(unit=unit)
    return [
        Job(name="tell signals", every=timedelta(seconds=30), run=watch.tell),
        Job(name="forget usage rates", every=timedelta(minutes=10), run=watch.forget, sweep=True),
    ]
