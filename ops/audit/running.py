"""Runs the checks, one after the other; none that fails keeps the others from running, or counts as passed."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from common.clock import SYSTEM_CLOCK, Clock
from ops.audit.checks import (
    buckets,
    certificates,
    containers,
    cookies,
    credentials,
    dependencies,
    grants,
    leaks,
    listeners,
    pages,
    static,
)
from ops.audit.findings import Check, Finding, Said, Severity, Unexamined
from ops.audit.target import NotExamined, Target

# What privacy takes.
_LONGEST = 1000
By: TypeAlias = Literal["schedule", "hand"]

CHECKS: Sequence[Check] = (
    Check(name="dependencies", title="known vulnerabilities of dependencies", run=dependencies.check),
    Check(name="static", title="static checks of the code", run=static.check),
    Check(name="leaks", title="secrets in the source tree", run=leaks.check),
    Check(name="credentials", title="default credentials", run=credentials.check),
    Check(name="listeners", title="TLS: nothing plain, versions, ciphers", run=listeners.check),
    Check(name="certificates", title="certificates: trust, name, expiry", run=certificates.check),
    Check(name="grants", title="grants in the database", run=grants.check),
    Check(name="buckets", title="buckets: policy and encryption", run=buckets.check),
    Check(name="pages", title="security headers", run=pages.check),
    Check(name="cookies", title="cookie flags", run=cookies.check),
    Check(name="containers", title="container users and ports", run=containers.check),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one check came to, and how many seconds it took."""

    check: Check
    findings: Sequence[Finding]
    unexamined: Sequence[Unexamined]
    seconds: float

    @property
    def result(self) -> str:
        """In a word or two; what was not looked at is never called passed."""
        if self.findings:
            return "findings"
        return "not examined" if self.is_blind else "partly examined" if self.unexamined else "passed"

    @property
    def is_blind(self) -> bool:
        """Whether it could look at nothing at all."""
        return any(each.what == self.check.name for each in self.unexamined)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One audit: when, by whom, and what came of it."""

    id: UUID
    at: datetime
    by: By
    outcomes: Sequence[Outcome] = field(default_factory=tuple)

    def findings(self) -> Iterator[tuple[Check, Finding]]:
        """Every finding, with its check."""
        return ((outcome.check, found) for outcome in self.outcomes for found in outcome.findings)

    def unexamined(self) -> Iterator[tuple[Check, Unexamined]]:
        """Everything that could not be looked at, with its check."""
        return ((outcome.check, found) for outcome in self.outcomes for found in outcome.unexamined)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        found = Counter(finding.severity for _, finding in self.findings())
        return {severity.value: found[severity] for severity in Severity}

    @property
    def failed(self) -> bool:
        """Whether something has to be done at once."""
        return self.counts[Severity.HIGH.value] > 0

    def as_json(self) -> dict[str, Any]:
        """For machines, and as it is filed."""
        return {
            "id": str(self.id),
            "at": self.at.isoformat(),
            "by": self.by,
            "checks": [
                {"name": one.check.name, "result": one.result, "seconds": round(one.seconds, 2)}
                for one in self.outcomes
            ],
            "findings": [
                {
                    "check": check.name,
                    "kind": found.id,
                    "severity": found.severity.value,
                    "sentence": found.sentence[:_LONGEST],
                    "place": found.where[:_LONGEST],
                }
                for check, found in self.findings()
            ],
            "not_examined": [
                {"check": check.name, "what": found.what[:_LONGEST], "why": found.why[:_LONGEST]}
                for check, found in self.unexamined()
            ],
        }


def audit(target: Target, *, by: By, checks: Sequence[Check] = CHECKS, clock: Clock = SYSTEM_CLOCK) -> Audit:
    """Run the checks; takes as long as they take together."""
    at, number = clock.now(), clock.new_id()
    return Audit(id=number, at=at, by=by, outcomes=[_outcome(check, target) for check in checks])


def _outcome(check: Check, target: Target) -> Outcome:
    began = time.monotonic()
    said = _said(check, target)
    return Outcome(
        check=check,
        findings=[each for each in said if isinstance(each, Finding)],
        unexamined=[each for each in said if isinstance(each, Unexamined)],
        seconds=time.monotonic() - began,
    )


def _said(check: Check, target: Target) -> list[Said]:
    try:
        return check.run(target)
    except NotExamined as reason:
        return [Unexamined(what=check.name, why=str(reason))]
    except Exception as error:
        return [Unexamined(what=check.name, why=f"the check itself failed ({type(error).__name__}: {error})")]
