"""Billing's clock door: look whether the ledger is sound."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from billing.jobs.payments import Cashier
from billing.repository import Work
from billing.use_cases import ledger
from common.service import Job
from common.work import UnitOfWork

log = structlog.get_logger(__name__)

VIOLATIONS = Gauge("billing_ledger_violations", "How often a law of the ledger is broken right now", ["law"])


def check_ledger(unit: UnitOfWork[Work]) -> int:
    """Measure every law of the ledger; anything but zero is for an operator."""
    with unit.begin() as work:
        violations = ledger.find_violations(work)
    for law, count in violations.items():
        VIOLATIONS.labels(law).set(count)
        if count:
            log.error("ledger violated", law=law, count=count)
    return 0


def jobs(unit: UnitOfWork[Work], cashier: Cashier) -> list[Job]:
    """What the clock asks of billing."""
    return [
        Job(name="check ledger", every=timedelta(minutes=1), run=lambda: check_ledger(unit)),
        *cashier.jobs(),
    ]
