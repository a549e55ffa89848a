"""Promise S5: audits are filed as they were made, shown as they stand, and forgotten when their time is over."""

from collections.abc import Sequence

from privacy.domain.audits import TOLERANCE, Audit, AuditFinding, AuditFromTheFuture
from privacy.inventory import AUDITS_KEPT
from privacy.repository import Work


def file_audit(work: Work, audit: Audit, findings: Sequence[AuditFinding]) -> bool:
    """File an audit, once; False if it was filed before. Raises AuditFromTheFuture."""
    if audit.at > work.clock.now() + TOLERANCE:
        raise AuditFromTheFuture
    return work.audits.file(audit, findings)


def read_last_audit(work: Work) -> tuple[Audit | None, bool]:
    """The last audit, and whether it is time, and past time, for another one."""
    last = work.audits.last()
    return last, last is None or last.is_stale(work.clock.now())


def forget_audits(work: Work, *, limit: int = 100) -> int:
    """Delete audits past their declared period, with their findings, at most `limit`; returns how many."""
    return work.audits.forget(kept=AUDITS_KEPT.interval, limit=limit)
