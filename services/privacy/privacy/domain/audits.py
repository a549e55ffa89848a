"""Security audits (promise S5): what is kept of one, and when the last one is too old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from uuid import UUID

from common.errors import Invalid

# How often the studio is audited, and how long one that was missed may still be made good.
PERIOD = timedelta(days=1)
FRESH_FOR = 2 * PERIOD
# How far the clock of who audits may be ahead.
TOLERANCE = timedelta(minutes=5)

By: TypeAlias = Literal["schedule", "hand"]
Severity: TypeAlias = Literal["high", "medium", "low"]
SEVERITIES: Sequence[Severity] = ("high", "medium", "low")


class AuditFromTheFuture(Invalid):
    """The audit was made later than now; set the clock of who audits right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one check came to: `passed`, `findings`, `partly examined` or `not examined`."""

    name: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding:
    """Something found, or (without a severity) something that could not be looked at, and why."""

    check_name: str
    kind: str
    severity: Severity | None
    sentence: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """An audit, as everybody may know it."""

    id: UUID
    at: datetime
    by: By
    high: int
    medium: int
    low: int
    checks: Sequence[CheckResult]

    @property
    def not_examined(self) -> list[str]:
        """The checks that could look at nothing, or not at everything."""
        return [check.name for check in self.checks if check.result.endswith("examined")]

    def is_stale(self, now: datetime) -> bool:
        """Whether another one should have been made by now; one from the future proves nothing."""
        return not -TOLERANCE <= now - self.at <= FRESH_FOR
