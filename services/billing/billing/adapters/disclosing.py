"""A payment provider whose calls are on record: what tells it something of a person's is written down first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from billing.domain.disclosures import Known, ProviderCall, Told
from billing.domain.payments import Order, PaymentSeen, ProviderEvent, RefundSeen
from billing.domain.subscriptions import SubscriptionSeen
from billing.ports import (
    Checkout,
    CheckoutRequest,
    Copies,
    Document,
    PaymentProvider,
    PlanChange,
    RefundRequest,
)
from common.corrections import OldValues


class DisclosingProvider:
    """The same provider. `tell` records a call in a transaction of its own, before the call is made.

    So a call that was never answered is on record, and so is one whose caller died over it: too many, never too few.
    What only asks, by a name the provider gave itself, tells it nothing and is not recorded.
    """

    def __init__(self, provider: PaymentProvider, tell: Callable[[ProviderCall], None]) -> None:
        self._provider = provider
        self._record = tell

    @property
    def name(self) -> str:
        """What orders and the webhook's address call it."""
        return self._provider.name

    @property
    def takes_plans(self) -> bool:
        """Whether plans can be paid with it."""
        return self._provider.takes_plans

    def ensure_customer(self, user_id: UUID) -> str | None:
        """It gets to know a person, by an id of ours."""
        self._tell(Told.CUSTOMER, Known.PERSON, user_id)
        return self._provider.ensure_customer(user_id)

    def delete_customer(self, reference: str) -> None:
        """It is told to forget a person."""
        self._tell(Told.CUSTOMER, Known.CUSTOMER, reference)
        self._provider.delete_customer(reference)

    def correct_copies(self, customer: str, old: OldValues, new: Mapping[str, str]) -> Copies:
        """It is told what a person corrected, where it holds that."""
        self._tell(Told.CUSTOMER, Known.CUSTOMER, customer)
        return self._provider.correct_copies(customer, old, new)

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """It is told what is bought."""
        self._tell(Told.ORDER, Known.PERSON, request.user_id)
        return self._provider.open_checkout(request)

    def find_payment(self, order: Order, customer: str | None) -> PaymentSeen | None:
        """Asks."""
        return self._provider.find_payment(order, customer)

    def read_payment(self, reference: str) -> PaymentSeen | None:
        """Asks."""
        return self._provider.read_payment(reference)

    def cancel_checkout(self, reference: str) -> None:
        """It is told that something is not bought."""
        self._tell(Told.ORDER, Known.CHECKOUT, reference)
        self._provider.cancel_checkout(reference)

    def portal_url(self, customer: str, return_url: str) -> str | None:
        """It is told that somebody comes."""
        self._tell(Told.CUSTOMER, Known.CUSTOMER, customer)
        return self._provider.portal_url(customer, return_url)

    def read_subscription(self, reference: str) -> SubscriptionSeen | None:
        """Asks."""
        return self._provider.read_subscription(reference)

    def change_plan(self, change: PlanChange) -> SubscriptionSeen:
        """It is told which plan is wanted."""
        self._tell(Told.PLAN, Known.PLAN, change.subscription)
        return self._provider.change_plan(change)

    def cancel_at_period_end(self, subscription: str, *, key: str) -> SubscriptionSeen:
        """It is told that a plan ends."""
        self._tell(Told.PLAN, Known.PLAN, subscription)
        return self._provider.cancel_at_period_end(subscription, key=key)

    def resume(self, subscription: str, *, key: str) -> SubscriptionSeen:
        """It is told that a plan goes on."""
        self._tell(Told.PLAN, Known.PLAN, subscription)
        return self._provider.resume(subscription, key=key)

    def cancel_now(self, subscription: str) -> None:
        """It is told that a plan is over."""
        self._tell(Told.PLAN, Known.PLAN, subscription)
        self._provider.cancel_now(subscription)

    def refund(self, request: RefundRequest) -> RefundSeen:
        """It is told what goes back."""
        self._tell(Told.REFUND, Known.ORDER, request.order_id)
        return self._provider.refund(request)

    def list_documents(self, customer: str) -> Sequence[Document]:
        """Asks."""
        return self._provider.list_documents(customer)

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent | None:
        """Listens."""
        return self._provider.read_event(body, headers)

    def events_since(self, since: datetime) -> Iterator[ProviderEvent]:
        """Asks."""
        return self._provider.events_since(since)

    def close(self) -> None:
        """Let go of its connections."""
        self._provider.close()

    def _tell(self, told: Told, known: Known, id: object) -> None:
        self._record(ProviderCall(provider=self.name, told=told, known=known, id=str(id)))
