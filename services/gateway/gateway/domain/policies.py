"""What a person has read of the policy, and how many were told of a version. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from common.errors import Conflict, NotFound, Refused

# How often a batch of letters is written, so that no more go out in a minute than the operator wants.
TELL_EVERY: Final = timedelta(seconds=5)
_MOST_AT_ONCE: Final = 500
# Somebody who signed up a breath before a version came out may be written down a breath after it.
LATE_SIGN_UPS: Final = timedelta(minutes=1)


class NoSuchPolicy(NotFound):
    """There is no policy of that version. GET /v1/policy/versions lists those there are."""


class PolicyChanged(Conflict):
    """It does not say any more what you looked at. Read it again, then decide."""

    code = "policy_changed"


class NoticeTooShort(Conflict):
    """People would have less than 14 days until it counts. Give it later days in a new release."""

    code = "notice_too_short"


class TooManyPolicyTests(Refused):
    """You have sent yourself twenty of these within an hour. Wait a little, then send the next."""

    code = "rate_limited"
    retry_after_seconds = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom a version would be told to: how many accounts there are, and how many of them are leaving."""

    accounts: int
    leaving: int

    @property
    def letters(self) -> int:
        """How many letters would go out."""
        return self.accounts - self.leaving

    def lasting(self, pace: "Pace") -> timedelta:
        """How long it takes to write to all of them."""
        return timedelta(minutes=self.letters / pace.per_minute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many letters go out in a minute."""

    per_minute: int

    @property
    def batch(self) -> int:
        """How many are written at a time."""
        return min(max(1, int(self.per_minute * (TELL_EVERY / timedelta(minutes=1)))), _MOST_AT_ONCE)

    @property
    def pause(self) -> timedelta:
        """How long that has to last."""
        return timedelta(minutes=self.batch / self.per_minute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A significant version that people are being told of; whoever signed up before `walked_to` has been come to."""

    version: str
    published_at: datetime
    walked_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody to be told, and since when she has her account."""

    id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many people were to be told of a version, and what became of that; the rest has not been come to."""

    version: str
    entitled: int
    told: int
    undeliverable: int
    departed: int
    waiting: int
    walked: bool = False

    @property
    def completed(self) -> bool:
        """Whether everybody was come to and nobody waits."""
        return self.walked and not self.waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The last count of a version, as it is shown."""

    entitled: int
    told: int
    undeliverable: int
    departed: int
    waiting: int
    counted_at: datetime | None
    completed_at: datetime | None
