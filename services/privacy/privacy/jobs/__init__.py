"""Privacy's clock door: notice a promise that is not kept, show how it stands, forget old evidence."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from common.service import Job
from common.work import UnitOfWork
from privacy import use_cases
from privacy.domain import Retention
from privacy.jobs.archives import ArchiveDesk, archive_jobs
from privacy.jobs.promises import promise_jobs
from privacy.ports import Anchors, Pace
from privacy.repository import Work
from privacy.use_cases import audits, erasures, requests

log = structlog.get_logger(__name__)

OPEN_CLOCKS = Gauge("privacy_open_clocks", "Uploads that are held now")
OVERDUE_CLOCKS = Gauge("privacy_overdue_clocks", "Uploads that are held past their deadline: promise K1 is broken")
LATE_ERASURES = Gauge("privacy_late_erasures", "Erasures with a service that has not answered in time: promise R3")
OLDEST_UPLOAD = Gauge("privacy_oldest_upload_seconds", "Age of the oldest upload that is held, in seconds")


def watch_clocks(unit: UnitOfWork[Work]) -> int:
    """Report uploads past their deadline and measure the rest; returns how many were reported."""
    with unit.begin() as work:
        reported = use_cases.report_overdue(work)
        retention = use_cases.read_retention(work)
    _show(retention)
    if reported:
        log.error("promise broken", promise=use_cases.K1, uploads=reported)
    return reported


def forget_evidence(unit: UnitOfWork[Work]) -> int:
    """Delete a batch of evidence past its period, which only its owner's function may do; returns how many."""
    with unit.begin() as work:
        return use_cases.forget_evidence(work)


def forget_audits(unit: UnitOfWork[Work]) -> int:
    """Delete audits past their period, as their owner's function allows; returns how many."""
    with unit.begin() as work:
        return audits.forget_audits(work)


def begin_requests(unit: UnitOfWork[Work]) -> int:
    """Begin with what people had time to think again about; returns how many."""
    with unit.begin() as work:
        return requests.begin_due(work)


def chase_erasures(unit: UnitOfWork[Work]) -> int:
    """Name the services that have not answered in time, and ask them again."""
    with unit.begin() as work:
        late = erasures.chase(work)
    LATE_ERASURES.set(late)
    return 0


def forget_requests(unit: UnitOfWork[Work]) -> int:
    """Delete a batch of requests that need not be shown any more; returns how many."""
    with unit.begin() as work:
        return requests.forget(work)


def jobs(
    unit: UnitOfWork[Work], archives: ArchiveDesk | None = None, *, pace: Pace, anchors: Anchors | None = None
) -> list[Job]:
    """What the clock asks of privacy."""
    return [
        Job(name="watch clocks", every=timedelta(minutes=1), run=lambda: watch_clocks(unit), sweep=True),
        Job(name="begin requests", every=timedelta(seconds=10), run=lambda: begin_requests(unit)),
        Job(name="chase erasures", every=timedelta(seconds=30), run=lambda: chase_erasures(unit)),
        Job(name="forget evidence", every=timedelta(minutes=10), run=lambda: forget_evidence(unit), sweep=True),
        Job(name="forget requests", every=timedelta(hours=1), run=lambda: forget_requests(unit), sweep=True),
        Job(name="forget audits", every=timedelta(hours=1), run=lambda: forget_audits(unit), sweep=True),
        *archive_jobs(archives),
        *promise_jobs(unit, pace, anchors),
    ]


def _show(retention: Retention) -> None:
    OPEN_CLOCKS.set(retention.open)
    OVERDUE_CLOCKS.set(retention.overdue)
    OLDEST_UPLOAD.set(retention.oldest_seconds)
