"""Who waits for an answer of the studio's: for how long, and until when a question is kept open."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import Gauge, Histogram

from common.service import Job
from common.work import UnitOfWork
from gateway.repository import Work
from gateway.use_cases import acts, tickets

_HOUR = 3600
FIRST_ANSWER = Histogram(
    "support_first_answer_seconds",
    "Time from a question to its first answer",
    buckets=(600, _HOUR, 4 * _HOUR, 8 * _HOUR, 24 * _HOUR, 48 * _HOUR, 72 * _HOUR, 168 * _HOUR),
)
UNANSWERED = Gauge("support_unanswered", "Questions that wait for an answer")
OLDEST_UNANSWERED = Gauge("support_oldest_unanswered_seconds", "How long the oldest of them has waited: promise N2")
OLDEST_UNACKNOWLEDGED = Gauge(
    "support_oldest_unacknowledged_seconds", "Age of the oldest question nobody was told has arrived: promise N2"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Sees to it that questions come to an end, and says how long people wait."""

    unit: UnitOfWork[Work]

    def close_quiet(self) -> int:
        """Close what was answered long ago and not written to since."""
        with self.unit.begin() as work:
            return tickets.close_quiet(work)

    def end_old_acts(self) -> int:
        """Forget what staff did longer ago than the trail reaches."""
        with self.unit.begin() as work:
            return acts.end_old(work)

    def measure(self) -> int:
        """How long people wait, and how long those did who were answered since it was measured last."""
        with self.unit.begin() as work:
            now, waiting = work.clock.now(), work.answer_times.waiting()
            answered = work.answer_times.first_answers(limit=1000)
        UNANSWERED.set(waiting.unanswered)
        OLDEST_UNANSWERED.set(_age(waiting.oldest_unanswered, now))
        OLDEST_UNACKNOWLEDGED.set(_age(waiting.oldest_unacknowledged, now))
        for seconds in answered:
            FIRST_ANSWER.observe(seconds)
        return len(answered)


def desk_jobs(unit: UnitOfWork[Work]) -> list[Job]:
    """What the clock asks of the desk."""
    desk = Desk(unit)
    return [
        Job(name="close quiet questions", every=timedelta(hours=1), run=desk.close_quiet),
        Job(name="forget old acts of staff", every=timedelta(hours=1), run=desk.end_old_acts),
        Job(name="measure waiting", every=timedelta(seconds=30), run=desk.measure),
    ]


def _age(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0.0
