"""What billing publishes. Credits are whole numbers."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from common.contracts.base import Event


class BalanceMoved(Event):
    """Every event of the ledger carries the balance it left behind.

    `balance_version` grows by one with each movement of the account, so that a late
    event never overwrites a newer balance.
    """

    user_id: UUID
    available: int
    held: int
    balance_version: int


class CreditsGranted(BalanceMoved):
    """Credits were added, for the reason given."""

    type: ClassVar[str] = "credits.granted"

    credits: int
    reason: str


class CreditsHeld(BalanceMoved):
    """The price of a figurine is set aside; it may be painted."""

    type: ClassVar[str] = "credits.held"

    figurine_id: UUID
    hold_id: UUID
    credits: int


class CreditsRefused(Event):
    """The figurine cannot be afforded."""

    type: ClassVar[str] = "credits.refused"

    figurine_id: UUID
    user_id: UUID
    reason: str


class CreditsCaptured(BalanceMoved):
    """Delivered pictures were charged; the rest of the hold came back."""

    type: ClassVar[str] = "credits.captured"

    figurine_id: UUID
    hold_id: UUID
    credits: int
    pictures: int


class CreditsReleased(BalanceMoved):
    """A hold came back whole, or what was left of it did."""

    type: ClassVar[str] = "credits.released"

    figurine_id: UUID
    hold_id: UUID
    credits: int
    reason: str


class CreditsExpired(BalanceMoved):
    """Credits were not spent in time."""

    type: ClassVar[str] = "credits.expired"

    credits: int


class CreditsWithdrawn(BalanceMoved):
    """Credits cannot be spent any more, or not for now: `clawback`, `freeze` or `adjustment`."""

    type: ClassVar[str] = "credits.withdrawn"

    credits: int
    reason: str


class PaymentReceived(Event):
    """Money came for an order, in the currency's minor unit; its credits are granted."""

    type: ClassVar[str] = "payment.received"

    user_id: UUID
    order_id: UUID
    provider: str
    kind: str
    price_id: str
    credits: int
    amount: int
    currency: str
    # From a billing that did not say, the moment of the event.
    received_at: datetime | None = None


class PaymentRefunded(Event):
    """Money of an order went back, in the currency's minor unit, and so many of its credits with it.

    `kind` is `refund`, or `chargeback` where the bank took it; of one order a bank does that once.
    """

    type: ClassVar[str] = "payment.refunded"

    user_id: UUID
    order_id: UUID
    refund_id: UUID | None = None
    kind: str
    credits: int
    amount: int
    currency: str
    refunded_at: datetime


class SubscriptionChanged(Event):
    """A plan began, goes on, is paid late, waits, or ended. `price_id` is what the next period costs."""

    type: ClassVar[str] = "subscription.changed"

    user_id: UUID
    subscription_id: UUID
    state: str
    price_id: str
    paid_price_id: str | None = None
    cancel_at_period_end: bool = False
    period_end: datetime | None = None


class EntitlementsChanged(Event):
    """What a person may do, from now on: pictures of one order, pixels, public links, requests per minute.

    Computed from her plan; `price_id` is the one that allows it, None without a plan. `entitlements_version` grows by
    one with each change, so that a late event never overwrites a newer one. Of whom none was ever told, what
    everybody may do holds (common.contracts.allowances.FREE).
    """

    type: ClassVar[str] = "entitlements.changed"

    user_id: UUID
    entitlements_version: int
    price_id: str | None = None
    variants: int
    resolution: int
    shares: int
    api_rate: int


class MailRequested(Event):
    """A letter is to be written to a person: which, and the numbers and dates in it; her address is the gateway's.

    `attachment` is one of billing's documents, fetched when the letter is sent.
    """

    type: ClassVar[str] = "mail.requested"

    user_id: UUID
    template: str
    parameters: dict[str, str] = Field(default_factory=dict[str, str])
    attachment: UUID | None = None


EVENTS: tuple[type[Event], ...] = (
    CreditsGranted,
    CreditsHeld,
    CreditsRefused,
    CreditsCaptured,
    CreditsReleased,
    CreditsExpired,
    CreditsWithdrawn,
    PaymentReceived,
    PaymentRefunded,
    SubscriptionChanged,
    EntitlementsChanged,
    MailRequested,
)
