"""What is kept of a thing that happened, and whether it may be. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from common.contracts.consents import allowed

# A figurine that failed was painted by no engine; one cancelled before its order came has no style.
NONE = "none"


class Outcome(StrEnum):
    """How a figurine ended; the public contract names these."""

    SUCCEEDED = "succeeded"
    PARTLY_SUCCEEDED = "partly_succeeded"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


# Failures that are no fault of the studio, by the public failure code.
_OUTCOMES: Mapping[str, Outcome] = {
    "insufficient_credits": Outcome.REJECTED,
    "plan_needed": Outcome.REJECTED,
    "cancelled": Outcome.CANCELLED,
}


def outcome_of_failure(code: str) -> Outcome:
    """How a figurine without a picture ended."""
    return _OUTCOMES.get(code, Outcome.FAILED)


def outcome_of_delivery(*, requested: int, delivered: int) -> Outcome:
    """How a figurine with pictures ended."""
    return Outcome.SUCCEEDED if delivered >= requested else Outcome.PARTLY_SUCCEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """The end of one figurine. Times are in milliseconds, and unknown where nothing was painted."""

    figurine: bytes
    subject: bytes
    day: date
    style: str
    engine: str
    outcome: Outcome
    pictures: int
    rendering_ms: int | None
    waiting_ms: int | None


def may_count(purpose: str, *, said: bool | None, since: datetime | None, at: datetime) -> bool:
    """Whether what happened at that moment may be counted: not after a no, and after the yes that followed one again.

    `said` is the person's last word and `since` its moment; None where she never said anything.
    """
    return allowed(purpose, said=said) and (since is None or at >= since)


def waiting_ms(*, requested_at: datetime, generated_at: datetime, rendering_ms: int) -> int:
    """How long a figurine waited, beside being painted; never negative."""
    return max(round((generated_at - requested_at) / timedelta(milliseconds=1)) - rendering_ms, 0)
