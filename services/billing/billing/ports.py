"""What billing needs from things it does not own: somebody who takes money."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from billing.domain.corrections import Copies
from billing.domain.invoices import Invoice
from billing.domain.payments import Order, OrderKind, PaymentSeen, ProviderEvent, RefundSeen
from billing.domain.subscriptions import SubscriptionSeen
from common.corrections import OldValues
from common.errors import Invalid, NotFound, Unavailable


class BadSignature(Invalid):
    """This message is not from the payment provider."""


class UnknownProvider(NotFound):
    """There is no such way of paying here."""


class UnknownCustomer(Unavailable):
    """The payment provider does not know you any more; try again, and it gets to know you anew."""


class OutcomeUnknown(Exception):
    """The provider may have done it, and its answer never came: ask before anything is repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutRequest:
    """An order to be paid. `name` is what the person reads; no name or address of hers goes along.

    `amount` is after the discount, in the currency's minor unit; `list_amount` before it. A plan is paid every
    `interval` ("month" or "year") at the list amount, its discount counts for the first period.
    """

    order_id: UUID
    user_id: UUID
    customer: str | None
    kind: OrderKind
    price_id: str
    name: str
    amount: int
    list_amount: int
    currency: str
    interval: str | None
    success_url: str
    cancel_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """Where the person pays, and until when."""

    reference: str
    url: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """Another plan for a subscription: at once, the difference paid pro rata, or from the next period on.

    `key` is the same for each try of one wish.
    """

    subscription: str
    price_id: str
    name: str
    amount: int
    currency: str
    interval: str
    at_once: bool
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """Money to send back for a payment; `refund_id` makes it one refund however often it is asked for."""

    refund_id: UUID
    order_id: UUID
    payment: str
    amount: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A bill or receipt the provider keeps itself."""

    reference: str
    number: str | None
    at: datetime
    amount: int
    currency: str
    url: str


class PaymentProvider(Protocol):
    """Somebody who takes money. Slow, fallible, and never called inside a transaction.

    Every method may raise Unavailable when it is away. Those that change something raise PaymentDeclined when it
    says no, NotTaken when it does not do such things, and OutcomeUnknown when it may have done it: the same call
    with the same ids is then one call to the provider, and the sweep looks first.
    """

    @property
    def name(self) -> str:
        """What it is called in orders and in the address of its webhook."""
        ...

    @property
    def takes_plans(self) -> bool:
        """Whether plans can be paid with it, again and again."""
        ...

    def ensure_customer(self, user_id: UUID) -> str | None:
        """The provider's reference of this person, made when it has none; None when it needs none."""
        ...

    def delete_customer(self, reference: str) -> None:
        """Forget a person for good; nothing happens to one that is forgotten. Payments and their refunds stay."""
        ...

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """Begin a payment: the same order gives the same checkout."""
        ...

    def correct_copies(self, customer: str, old: OldValues, new: Mapping[str, str]) -> Copies:
        """Put what a person corrected right where the provider holds it, and name what keeps the old value.

        Done twice it is done once; what the provider does not hold, it is not told.
        """
        ...

    def find_payment(self, order: Order, customer: str | None) -> PaymentSeen | None:
        """The payment of an order, found by what it was given along: for orders whose reference was never recorded.

        None when the provider has never heard of it.
        """
        ...

    def read_payment(self, reference: str) -> PaymentSeen | None:
        """A payment by the reference of its checkout or of its money, with refunds and disputes; None if unknown."""
        ...

    def cancel_checkout(self, reference: str) -> None:
        """Let nobody pay this any more; nothing happens to one that is over."""
        ...

    def portal_url(self, customer: str, return_url: str) -> str | None:
        """Where the person manages her cards and bills; None when the provider has no such place."""
        ...

    def read_subscription(self, reference: str) -> SubscriptionSeen | None:
        """A subscription with its paid bills; None if unknown."""
        ...

    def change_plan(self, change: PlanChange) -> SubscriptionSeen:
        """Change the plan of a subscription."""
        ...

    def cancel_at_period_end(self, subscription: str, *, key: str) -> SubscriptionSeen:
        """Let a subscription end with the period that is paid; `key` is the same for each try of one wish."""
        ...

    def resume(self, subscription: str, *, key: str) -> SubscriptionSeen:
        """Take back such an end."""
        ...

    def cancel_now(self, subscription: str) -> None:
        """End a subscription at once; nothing happens to one that has ended."""
        ...

    def refund(self, request: RefundRequest) -> RefundSeen:
        """Send money back."""
        ...

    def list_documents(self, customer: str) -> Sequence[Document]:
        """The bills and receipts the provider keeps itself, the newest first; none when we write them."""
        ...

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent | None:
        """A webhook's message, verified; None when messages are not taken at all. Raises BadSignature."""
        ...

    def events_since(self, since: datetime) -> Iterator[ProviderEvent]:
        """What happened since, the oldest first: for what no webhook told."""
        ...

    def close(self) -> None:
        """Let go of its connections."""
        ...


class Providers:
    """The ways of paying there are, by name; the first is offered when nobody asks for another."""

    def __init__(self, *providers: PaymentProvider) -> None:
        self._by_name = {provider.name: provider for provider in providers}

    def __iter__(self) -> Iterator[PaymentProvider]:
        return iter(self._by_name.values())

    def get(self, name: str | None) -> PaymentProvider:
        """The provider of this name. Raises UnknownProvider."""
        provider = next(iter(self), None) if name is None else self._by_name.get(name)
        if provider is None:
            raise UnknownProvider
        return provider

    def close(self) -> None:
        """Let go of all connections."""
        for provider in self:
            provider.close()


@runtime_checkable
class Printer(Protocol):
    """Prints documents."""

    def render(self, invoice: Invoice) -> bytes:
        """The document as PDF; the same document gives the same bytes."""
        ...

    def unprintable(self, text: str) -> str:
        """The characters of a text that it has no letters for."""
        ...
