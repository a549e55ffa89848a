"""What an operator asks of privacy from a shell."""

import sys

from common.work import UnitOfWork
from privacy.domain.audits import Audit, AuditFinding
from privacy.repository import Work
from privacy.use_cases import audits


def show_audits(unit: UnitOfWork[Work]) -> None:
    """Print the last audit with everything it found: `python -m privacy audits`."""
    with unit.begin() as work:
        last, stale = audits.read_last_audit(work)
        findings = work.audits.findings(last.id) if last else []
    if last is None:
        sys.stdout.write("There was no audit yet. Make one with `make audit`.\n")
        return
    sys.stdout.write("\n".join([_head(last), *map(_line, findings)]) + "\n")
    if stale:
        sys.stdout.write("Another one should have been made by now: is `python -m ops.audit --every 24` running?\n")


def _head(audit: Audit) -> str:
    how = "on schedule" if audit.by == "schedule" else "by hand"
    counts = f"{audit.high} high, {audit.medium} medium, {audit.low} low"
    return f"{audit.at:%Y-%m-%d %H:%M} UTC, {how}, {audit.id}: {counts}; {len(audit.checks)} checks"


def _line(found: AuditFinding) -> str:
    if found.severity is None:
        what = "" if found.place == found.check_name else f", {found.place}"
        return f"not examined: {found.check_name}{what}: {found.sentence}"
    return f"{found.severity:6} {found.place}: {found.sentence} [{found.kind}]"
