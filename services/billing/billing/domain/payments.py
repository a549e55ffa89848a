"""Orders, what was paid for them, and what went back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from common.errors import Conflict, NotFound, Refused

S = TypeVar("S", bound=StrEnum)


class PaymentDeclined(Refused):
    """The payment was declined; use another card or another way to pay."""

    code = "payment_declined"


class UnknownOrder(NotFound):
    """There is no such order, or it is not yours."""


class NotRefundable(Conflict):
    """This order cannot be refunded any more; write to support and we will look at it."""


class NotGivenUp(Conflict):
    """This order cannot be given up: its payment is under way. Look again in a few minutes."""


class NotTaken(Conflict):
    """This way of paying does not offer that; choose another."""


class IllegalTransition(Conflict):
    """That cannot follow what has happened already."""


class OrderKind(StrEnum):
    """What an order is for. The last two nobody places: they come of a subscription that goes on."""

    PACK = "pack"
    PLAN = "plan"  # the first period of a subscription
    RENEWAL = "renewal"  # each further period
    CHANGE = "change"  # the difference when a plan is changed within a period


class OrderState(StrEnum):
    """The life of an order."""

    NEW = "new"  # recorded; the provider may not know of it yet
    OPEN = "open"  # can be paid
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


# Money that comes late is money still: whatever was thought of the order, it is paid then, and for good.
ORDER_TRANSITIONS: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.NEW: frozenset(
        {OrderState.OPEN, OrderState.PAID, OrderState.EXPIRED, OrderState.FAILED, OrderState.CANCELLED}
    ),
    OrderState.OPEN: frozenset({OrderState.PAID, OrderState.EXPIRED, OrderState.FAILED, OrderState.CANCELLED}),
    OrderState.PAID: frozenset(),
    OrderState.EXPIRED: frozenset({OrderState.PAID}),
    OrderState.FAILED: frozenset({OrderState.PAID}),
    OrderState.CANCELLED: frozenset({OrderState.PAID}),
}


class RefundState(StrEnum):
    """The life of a refund."""

    ASKED = "asked"  # recorded here, credits taken back; whether the provider knows is not known yet
    PENDING = "pending"  # the provider took it
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REFUND_TRANSITIONS: Mapping[RefundState, frozenset[RefundState]] = {
    RefundState.ASKED: frozenset({RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    # A bank can send money back after the provider called it done.
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    RefundState.FAILED: frozenset(),
}


class DisputeState(StrEnum):
    """The life of a dispute: somebody asked their bank for the money back."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


DISPUTE_TRANSITIONS: Mapping[DisputeState, frozenset[DisputeState]] = {
    DisputeState.OPEN: frozenset({DisputeState.WON, DisputeState.LOST}),
    DisputeState.WON: frozenset(),
    DisputeState.LOST: frozenset(),
}


def may_become(table: Mapping[S, frozenset[S]], was: S, now: S) -> bool:
    """Whether the news is news: late and repeated ones are not, and change nothing."""
    return now in table[was]


def advance(table: Mapping[S, frozenset[S]], was: S, now: S) -> S:
    """The new state. Raises IllegalTransition."""
    if now not in table[was]:
        message = f"{was} cannot become {now}"
        raise IllegalTransition(message)
    return now


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Something a person buys. Money is in the currency's minor unit, and as it was when the order was placed.

    `amount` is what is left of `list_amount` after a coupon. `reference` is what the provider calls the way to pay it,
    `payment` what it calls the money that came (refunds and disputes name that), `bill` its bill for a plan's period.
    `lot` is the source of the credits that were granted for it. `given_up`: its owner wants nothing more of it.
    """

    id: UUID
    user_id: UUID
    provider: str
    kind: OrderKind
    price_id: str
    catalogue_version: str
    credits: int
    list_amount: int
    amount: int
    currency: str
    state: OrderState
    coupon: str | None = None
    reference: str | None = None
    url: str | None = None
    payment: str | None = None
    bill: str | None = None
    subscription_id: UUID | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    lot: str | None = None
    amount_paid: int = 0
    amount_refunded: int = 0
    created_at: datetime
    expires_at: datetime | None = None
    paid_at: datetime | None = None
    ended_at: datetime | None = None
    given_up: bool = False

    @property
    def refundable(self) -> int:
        """What of the money could still go back."""
        return self.amount_paid - self.amount_refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What came in for an order, and what the provider calls it."""

    amount: int
    at: datetime
    reference: str | None = None
    payment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back for an order, and the credits that were taken back with it."""

    id: UUID
    order_id: UUID
    amount: int
    credits: int
    reason: str
    state: RefundState
    reference: str | None = None
    created_at: datetime
    asked_by: str = "person"


# --- What a provider tells, in words of our own.


class PaymentState(StrEnum):
    """How a payment stands at the provider."""

    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSeen:
    """A refund at the provider; `refund_id` is ours, when we asked for it."""

    reference: str
    refund_id: UUID | None
    amount: int
    state: RefundState


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSeen:
    """A dispute at the provider."""

    reference: str
    amount: int
    state: DisputeState


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSeen:
    """A payment as the provider knows it now: the state of the world, whatever any message said.

    `reference` names the way to pay, `payment` the money itself, as in Order. `subscription` is the provider's
    reference when a subscription came of it or asked for it.
    """

    provider: str
    order_id: UUID | None
    state: PaymentState
    reference: str | None = None
    payment: str | None = None
    subscription: str | None = None
    amount_paid: int = 0
    currency: str = ""
    paid_at: datetime | None = None
    refunds: tuple[RefundSeen, ...] = ()
    disputes: tuple[DisputeSeen, ...] = ()


class SubjectKind(StrEnum):
    """What can be looked at."""

    ORDER = "order"  # by our id
    CHECKOUT = "checkout"  # the three others by the provider's reference
    PAYMENT = "payment"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an event is about: something to look at, at the provider."""

    kind: SubjectKind
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """A provider's message, verified. It is never believed for more than that something is worth a look.

    `subject` is None for what does not concern us.
    """

    id: str
    type: str
    at: datetime
    subject: Subject | None


# How long a pack that was never touched can be given back by its owner alone.
REFUND_DAYS = 14


def credits_to_take_back(order: Order, amount: int) -> int:
    """The credits that belong to so much of the money; all parts together are all of the credits."""
    if order.amount_paid == 0:
        return 0
    before = order.credits * order.amount_refunded // order.amount_paid
    return order.credits * (order.amount_refunded + amount) // order.amount_paid - before


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of bringing the books to what was seen: whose it was, and whether to look again later."""

    user_id: UUID | None = None
    again: bool = False
