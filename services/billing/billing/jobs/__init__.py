"""Billing's clock door: lots that end, and whether the ledger is sound."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from billing.domain.catalogue import Catalogues
from billing.domain.laws import NAMED
from billing.jobs import documents
from billing.jobs.payments import Cashier
from billing.repository import Work
from billing.use_cases import auditing, codes, entitling, ledger
from common.service import Job
from common.work import UnitOfWork

log = structlog.get_logger(__name__)

VIOLATIONS = Gauge("billing_ledger_violations", "How often a law of the ledger is broken right now", ["law"])
CORRECTIONS_WAITING = Gauge("billing_corrections_waiting", "Corrections that nobody has followed within an hour")
# The event door locks many accounts in one transaction, in the order of its events: who locks one waits, and who
# locks several could wait for each other.
EXPIRE_AT_ONCE = 1


def check_ledger(unit: UnitOfWork[Work], stale_after: timedelta) -> int:
    """Measure every law of the ledger on what is new; anything but zero is for an operator."""
    with unit.begin() as work:
        found = auditing.check_news(work, stale_after=stale_after)
    for law, offenders in found.items():
        VIOLATIONS.labels(law).set(len(offenders))
        if offenders:
            log.error("ledger violated", law=law, count=len(offenders), first=offenders[:NAMED])
    with unit.begin() as work:
        auditing.tell_breaches(work, found)
    return 0


def audit_ledger(unit: UnitOfWork[Work]) -> int:
    """Walk on through all accounts, if it is time; what is found shows at the next check."""
    with unit.begin() as work:
        return auditing.walk(work)


def expire_lots(unit: UnitOfWork[Work]) -> int:
    """Let credits expire whose time is over."""
    with unit.begin() as work:
        return ledger.expire_lots(work, limit=EXPIRE_AT_ONCE)


def forget_tries(unit: UnitOfWork[Work]) -> int:
    """Forget who guessed at codes once that does not count any more."""
    with unit.begin() as work:
        return codes.forget_tries(work)


def tell_entitlements(unit: UnitOfWork[Work], catalogues: Catalogues) -> int:
    """Compute anew what somebody may do, and tell of it where it changed."""
    with unit.begin() as work:
        return entitling.tell_next(work, catalogues)


def watch_corrections(unit: UnitOfWork[Work]) -> int:
    """See whether a correction waits too long: the gateway did not bring it, or the provider does not take it."""
    with unit.begin() as work:
        waiting = work.corrections.waiting()
    CORRECTIONS_WAITING.set(waiting)
    if waiting:
        log.error("corrections are not followed", count=waiting)
    return 0


def jobs(unit: UnitOfWork[Work], cashier: Cashier, *, stale_after: timedelta) -> list[Job]:
    """What the clock asks of billing."""
    return [
        Job(name="expire lots", every=timedelta(minutes=1), run=lambda: expire_lots(unit), sweep=True),
        Job(name="check ledger", every=timedelta(minutes=1), run=lambda: check_ledger(unit, stale_after)),
        Job(name="audit ledger", every=timedelta(hours=1), run=lambda: audit_ledger(unit)),
        Job(name="forget tries", every=timedelta(hours=1), run=lambda: forget_tries(unit), sweep=True),
        Job(
            name="tell entitlements",
            every=timedelta(minutes=1),
            run=lambda: tell_entitlements(unit, cashier.catalogues),
        ),
        Job(name="watch corrections", every=timedelta(minutes=10), run=lambda: watch_corrections(unit)),
        *cashier.jobs(),
        *documents.jobs(unit),
    ]
