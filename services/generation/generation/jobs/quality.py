"""How well figurines turn out, as figures to be watched."""

from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Gauge

from common.service import Job
from common.work import UnitOfWork
from generation import use_cases
from generation.repository import Work

STARS = Gauge("generation_quality_stars", "Mean of the stars of those who agreed to count them", ["style", "engine"])
RATINGS = Gauge("generation_quality_ratings", "How many ratings that mean is of", ["style", "engine"])
DELIVERED = Gauge("generation_quality_delivered", "Share of an engine's jobs that gave a picture", ["engine"])


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityWatch:
    """Tells the operator about groups of at least so many people."""

    unit: UnitOfWork[Work]
    least_people: int

    def show(self) -> int:
        """Set the figures; a group that has become too small is shown no longer."""
        with self.unit.begin() as work:
            report = use_cases.report_quality(work, least_people=self.least_people)
        for gauge in (STARS, RATINGS, DELIVERED):
            gauge.clear()
        for group in report.styles:
            STARS.labels(group.style, group.engine).set(group.mean_stars)
            RATINGS.labels(group.style, group.engine).set(group.ratings)
        for engine in report.engines:
            DELIVERED.labels(engine.engine).set(engine.delivery.value)
        return 0


def quality_jobs(watch: QualityWatch) -> list[Job]:
    """What the clock asks about quality: a look over 90 days, which need not be taken often."""
    return [Job(name="show quality", every=timedelta(minutes=10), run=watch.show)]
