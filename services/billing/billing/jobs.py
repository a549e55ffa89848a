"""Billing's clock door: look whether the ledger is sound."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from billing.repository import Work
from billing.use_cases import invoicing, ledger, transfers
from common.service import Job
from common.work import UnitOfWork

log = structlog.get_logger(__name__)

VIOLATIONS = Gauge("billing_ledger_violations", "How often a law of the ledger is broken right now", ["law"])


def check_ledger(unit: UnitOfWork[Work]) -> int:
    """Measure every law of the ledger; anything but zero is for an operator."""
    with unit.begin() as work:
        violations = ledger.find_violations(work) | invoicing.find_violations(work)
    for law, count in violations.items():
        VIOLATIONS.labels(law).set(count)
        if count:
            log.error("ledger violated", law=law, count=count)
    return 0


def tend_transfers(unit: UnitOfWork[Work]) -> int:
    """Remind of one invoice, or let its order end."""
    with unit.begin() as work:
        return transfers.tend_next(work)


def forget_documents(unit: UnitOfWork[Work]) -> int:
    """Destroy documents that no law wants kept any longer."""
    with unit.begin() as work:
        return invoicing.forget_over(work)


def jobs(unit: UnitOfWork[Work]) -> list[Job]:
    """What the clock asks of billing."""
    return [
        Job(name="check ledger", every=timedelta(minutes=1), run=lambda: check_ledger(unit)),
        Job(name="tend transfers", every=timedelta(minutes=1), run=lambda: tend_transfers(unit)),
        Job(name="forget documents", every=timedelta(hours=1), run=lambda: forget_documents(unit)),
    ]
