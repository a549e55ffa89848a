"""Credits: what a person may spend, and how a hold ends. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from common.errors import Refused


class InsufficientCredits(Refused):
    """There are not enough credits for this figurine."""

    code = "insufficient_credits"


class HoldEnded(Refused):
    """This hold has already ended."""

    code = "conflict"


class HoldState(StrEnum):
    """The life of a hold."""

    OPEN = "open"
    SETTLED = "settled"  # some or all captured, the rest released
    RELEASED = "released"
    REFUSED = "refused"  # never held: there was not enough


# A hold ends once. Late news about it is recorded, never applied.
TRANSITIONS: Mapping[HoldState, frozenset[HoldState]] = {
    HoldState.OPEN: frozenset({HoldState.SETTLED, HoldState.RELEASED}),
    HoldState.SETTLED: frozenset(),
    HoldState.RELEASED: frozenset(),
    HoldState.REFUSED: frozenset(),
}


class Account(StrEnum):
    """The accounts of the ledger. The first two exist once per person."""

    AVAILABLE = "available"
    HELD = "held"
    REVENUE = "revenue"
    ISSUED = "issued"  # credits given away: the other side of every grant


class Kind(StrEnum):
    """What an entry is about; the statement shows it."""

    TRIAL = "trial"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One side of an entry, in credits; the postings of an entry sum to zero."""

    account: Account
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a person can spend now, and what is set aside for figurines under way."""

    available: int
    held: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Credits set aside for one figurine, at the price agreed when it was asked for."""

    id: UUID
    figurine_id: UUID
    user_id: UUID
    unit_price: int
    credits: int
    state: HoldState

    def end(self, state: HoldState) -> None:
        """Raise HoldEnded unless the hold may go to this state."""
        if state not in TRANSITIONS[self.state]:
            raise HoldEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One movement, as a person reads it: the change, the balance after it, and why."""

    seq: int
    at: datetime
    kind: Kind
    credits: int
    balance: int
    reason: str
    figurine_id: UUID | None


def trial(credits: int) -> list[Posting]:
    """A gift to try the studio with."""
    return [
        Posting(account=Account.ISSUED, credits=-credits),
        Posting(account=Account.AVAILABLE, credits=credits),
    ]


def setting_aside(credits: int) -> list[Posting]:
    """The price of a figurine leaves what is available until its fate is known."""
    return [
        Posting(account=Account.AVAILABLE, credits=-credits),
        Posting(account=Account.HELD, credits=credits),
    ]


def settlement(hold: Hold, delivered: int) -> list[Posting]:
    """Capture the delivered pictures at the price that was agreed, release the rest."""
    captured = min(hold.unit_price * delivered, hold.credits)
    return [
        Posting(account=Account.HELD, credits=-hold.credits),
        Posting(account=Account.REVENUE, credits=captured),
        Posting(account=Account.AVAILABLE, credits=hold.credits - captured),
    ]


def credits_to(account: Account, postings: Sequence[Posting]) -> int:
    """What these postings move into an account."""
    return sum(posting.credits for posting in postings if posting.account is account)


def counted(number: int, noun: str) -> str:
    """'1 picture', '2 pictures'."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# Why a figurine cost nothing, by the public failure code.
FAILURE_REASONS: Mapping[str, str] = {
    "refused_by_engine": "The engine declined this photo; all credits came back",
    "no_picture": "The engine gave no picture; all credits came back",
    "engine_unavailable": "The engine was away; all credits came back",
    "engine_timeout": "The engine took too long; all credits came back",
    "model_retired": "The engine's model was retired; all credits came back",
    "photo_missing": "The photo was gone before painting began; all credits came back",
    "cancelled": "You cancelled; all credits came back",
    "restricted": "Processing is restricted at your request; all credits came back",
}


def release_reason(code: str) -> str:
    """The line on the statement for a figurine that did not come about."""
    return FAILURE_REASONS.get(code, "No picture was delivered; all credits came back")
