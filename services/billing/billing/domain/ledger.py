"""Credits: what a person may spend, and how a hold ends. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from billing.domain.lots import Lot, LotKind, Return
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
    """The accounts of the ledger. The first three exist once per person."""

    AVAILABLE = "available"
    HELD = "held"
    FROZEN = "frozen"  # what cannot be spent while its payment is disputed
    REVENUE = "revenue"
    ISSUED = "issued"  # credits given: the other side of every grant
    EXPIRED = "expired"
    RETURNED = "returned"  # taken back, as their payment was


class Kind(StrEnum):
    """What an entry is about; the statement shows it."""

    TRIAL = "trial"
    PLAN = "plan"
    PACK = "pack"
    GIFT = "gift"
    ADJUSTMENT = "adjustment"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    EXPIRY = "expiry"
    CLAWBACK = "clawback"
    FREEZE = "freeze"
    THAW = "thaw"


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
    frozen: int
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
    # What kind of credits moved and until when they can be spent, where it is of one lot only.
    lot_kind: LotKind | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Everything one entry changes: its sides, and the lots as they are afterwards."""

    user_id: UUID
    kind: Kind
    reason: str
    postings: Sequence[Posting]
    lots: Sequence[Lot] = ()
    figurine_id: UUID | None = None
    # The lot it is about, where it is about one only.
    about: Lot | None = field(default=None)


def moving(source: Account, target: Account, credits: int) -> list[Posting]:
    """So many credits from one account to another."""
    return [Posting(account=source, credits=-credits), Posting(account=target, credits=credits)]


def setting_aside(credits: int) -> list[Posting]:
    """The price of a figurine leaves what is available until its fate is known."""
    return moving(Account.AVAILABLE, Account.HELD, credits)


def price_of(hold: Hold, delivered: int) -> int:
    """What the delivered pictures cost, at the price that was agreed and never more than was set aside."""
    return min(hold.unit_price * delivered, hold.credits)


def settlement(returns: Sequence[Return]) -> list[Posting]:
    """A hold ends: what was delivered is earned, the rest goes where its lots are."""
    went = {
        Account.REVENUE: sum(each.captured for each in returns),
        Account.AVAILABLE: sum(each.available for each in returns),
        Account.FROZEN: sum(each.frozen for each in returns),
        Account.EXPIRED: sum(each.expired for each in returns),
        Account.RETURNED: sum(each.taken_back for each in returns),
    }
    sides = [Posting(account=account, credits=credits) for account, credits in went.items()]
    return [Posting(account=Account.HELD, credits=-sum(went.values())), *sides]


def credits_to(account: Account, postings: Sequence[Posting]) -> int:
    """What these postings move into an account."""
    return sum(posting.credits for posting in postings if posting.account is account)
