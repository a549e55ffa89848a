"""Documents on the clock: remind of what is unpaid, look for missing numbers, destroy what no law wants kept."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from billing.repository import Work
from billing.use_cases import invoicing, transfers
from common.service import Job
from common.work import UnitOfWork

log = structlog.get_logger("billing.documents")
MISSING = Gauge("billing_document_numbers_missing", "Numbers that were given out and are on no document")


def tend_transfers(unit: UnitOfWork[Work]) -> int:
    """Remind of one invoice, or let its order end."""
    with unit.begin() as work:
        return transfers.tend_next(work)


def check_numbers(unit: UnitOfWork[Work]) -> int:
    """Count the numbers that are missing; anything but zero is for an operator."""
    with unit.begin() as work:
        missing = invoicing.count_gaps(work)
    MISSING.set(missing)
    if missing:
        log.error("document numbers are missing", count=missing)
    return 0


def forget_documents(unit: UnitOfWork[Work]) -> int:
    """Destroy documents that no law wants kept any longer."""
    with unit.begin() as work:
        return invoicing.forget_over(work)


def jobs(unit: UnitOfWork[Work]) -> list[Job]:
    """What the clock asks."""
    return [
        Job(name="tend transfers", every=timedelta(minutes=1), run=lambda: tend_transfers(unit)),
        Job(name="check document numbers", every=timedelta(minutes=10), run=lambda: check_numbers(unit)),
        Job(name="forget documents", every=timedelta(hours=1), run=lambda: forget_documents(unit), sweep=True),
    ]
