"""Subscriptions: a plan that is paid for again and again, and what it allows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from common.errors import Conflict


class NoSubscription(Conflict):
    """You have no plan; choose one first."""


class AlreadySubscribed(Conflict):
    """You have a plan already; change that one instead of buying another."""


class AccountClosing(Conflict):
    """This account is being deleted; nothing can be bought with it any more."""

    code = "account_closing"


class PlanChangeRefused(Conflict):
    """This plan cannot become that one now."""


class SubscriptionState(StrEnum):
    """How a subscription stands, as the provider says, and what we make of it."""

    PENDING = "pending"  # begun, the first payment not through
    ACTIVE = "active"
    PAST_DUE = "past_due"  # a payment failed and is tried again; the credits stay
    PAUSED = "paused"  # it failed for too long; the plan's credits wait
    CANCELED = "canceled"


# The provider decides and some of its news may be lost, so that states are skipped; only the end is the end.
SUBSCRIPTION_TRANSITIONS: Mapping[SubscriptionState, frozenset[SubscriptionState]] = {
    SubscriptionState.PENDING: frozenset(
        {
            SubscriptionState.ACTIVE,
            SubscriptionState.PAST_DUE,
            SubscriptionState.PAUSED,
            SubscriptionState.CANCELED,
        }
    ),
    SubscriptionState.ACTIVE: frozenset(
        {SubscriptionState.PAST_DUE, SubscriptionState.PAUSED, SubscriptionState.CANCELED}
    ),
    SubscriptionState.PAST_DUE: frozenset(
        {SubscriptionState.ACTIVE, SubscriptionState.PAUSED, SubscriptionState.CANCELED}
    ),
    SubscriptionState.PAUSED: frozenset(
        {SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE, SubscriptionState.CANCELED}
    ),
    SubscriptionState.CANCELED: frozenset(),
}

# Why a plan is to end whatever its owner says: it was paid in the same moment as another one of hers.
SECOND = "second"
# Or because she has left.
ACCOUNT_DELETED = "account_deleted"

# While it stands so, the plan's entitlements hold.
ENTITLING = frozenset({SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A person's plan. `price_id` is what the next period costs, `paid_price_id` what the running one was paid for.

    `seen_at` is when the provider was asked last; an older look never overwrites a newer one. `version` grows with
    each change, and tells one wish of the person from the next. `end_because` is set on one that the studio ends.
    """

    id: UUID
    user_id: UUID
    provider: str
    reference: str
    price_id: str
    paid_price_id: str | None
    state: SubscriptionState
    cancel_at_period_end: bool
    period_start: datetime | None
    period_end: datetime | None
    past_due_since: datetime | None
    version: int
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    end_because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    """A line of a paid bill for a plan; negative for time that was paid before and is not used."""

    price_id: str
    amount: int
    starts_at: datetime
    ends_at: datetime
    proration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSeen:
    """A bill of a subscription that was paid. `payment` is what refunds and disputes name."""

    reference: str
    payment: str | None
    amount_paid: int
    currency: str
    paid_at: datetime
    lines: tuple[LineSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionSeen:
    """A subscription as the provider knows it now, with its paid bills, the oldest first.

    `order_id` is the order it began with, as far as the provider was told.
    """

    provider: str
    reference: str
    order_id: UUID | None
    price_id: str
    state: SubscriptionState
    cancel_at_period_end: bool
    period_start: datetime
    period_end: datetime
    bills: tuple[BillSeen, ...] = ()
