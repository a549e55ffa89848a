"""What is kept of a thing that happened, and whether it may be. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from common.contracts.consents import allowed

# A figurine that failed was painted by no engine; one cancelled before its order came has no style.
NONE = "none"
# What somebody looked at the studio with, until her order tells.
UNKNOWN = "unknown"

# An order and the end of its figurine are never further apart; both bear the figurine's mark.
NEAR = timedelta(days=31)

_NOBODYS = bytes(16)


class Kind(StrEnum):
    """What a fact is about."""

    FIGURINE = "figurine"
    ORDER = "order"
    RATING = "rating"
    PURCHASE = "purchase"
    REFUND = "refund"
    SIGN_UP = "sign_up"
    PAGE = "page"


class Outcome(StrEnum):
    """How a figurine ended; the public contract names these."""

    SUCCEEDED = "succeeded"
    PARTLY_SUCCEEDED = "partly_succeeded"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


# A rating, and one that was taken back.
RATED = "rated"
TAKEN_BACK = "taken_back"

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
    """One thing that happened, as it is kept.

    `mark` is its keyed name, so that it counts once; `subject` the person's name of that month, for pages of that day,
    and None where it is nobody's. The hour is of the day in UTC. Amounts are in the currency's minor unit, times in
    milliseconds, and unknown where nothing was painted. `cohort` is the month of the person's first figurine.
    """

    mark: bytes = _NOBODYS
    kind: Kind
    day: date
    hour: int | None = None
    subject: bytes | None = None
    style: str = NONE
    engine: str = NONE
    outcome: str = NONE
    reason: str = NONE
    page: str = NONE
    device: str = UNKNOWN
    os: str = UNKNOWN
    browser: str = UNKNOWN
    country: str = UNKNOWN
    network: bytes | None = None
    plan: str = UNKNOWN
    cohort: date | None = None
    pictures: int = 0
    credits: int = 0
    amount: int = 0
    currency: str = NONE
    seconds: int = 0
    stars: int = 0
    rendering_ms: int | None = None
    waiting_ms: int | None = None
    version: int | None = None

    def seen_as(self, order: "Fact") -> "Fact":
        """The same, with what its order tells of the device and the plan."""
        return replace(
            self,
            device=order.device,
            os=order.os,
            browser=order.browser,
            country=order.country,
            network=order.network,
            plan=order.plan,
        )


def may_count(purpose: str, *, said: bool | None, since: datetime | None, at: datetime) -> bool:
    """Whether what happened at that moment may be counted: not after a no, and after the yes that followed one again.

    `said` is the person's last word and `since` its moment; None where she never said anything.
    """
    return allowed(purpose, said=said) and (since is None or at >= since)


def waiting_ms(*, requested_at: datetime, generated_at: datetime, rendering_ms: int) -> int:
    """How long a figurine waited, beside being painted; never negative."""
    return max(round((generated_at - requested_at) / timedelta(milliseconds=1)) - rendering_ms, 0)
