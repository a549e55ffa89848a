"""The provider of the public contract called `stripe`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import stripe

from billing.domain.corrections import Copies
from billing.domain.payments import NotTaken, Order, OrderKind, PaymentSeen, ProviderEvent, RefundSeen
from billing.domain.subscriptions import SubscriptionSeen
from billing.ports import Checkout, CheckoutRequest, Document, OutcomeUnknown, PlanChange, RefundRequest
from common.clock import SYSTEM_CLOCK, Clock
from common.corrections import OldValues

from .client import RETRIES, changing, connect, missing, reading
from .copies import StripeCopies
from .events import Inbox
from .payments import NAME, Payments, read_refund
from .plans import Plans
from .prices import Prices
from .shapes import Json, at


class StripeProvider:
    """Takes cards through Stripe's own pages. Told are amounts and ids of ours, never who somebody is.

    `live` says whether real money moves; events of the other world are refused. Without `webhook_secret` no webhook
    is taken, and the sweep finds out everything.
    """

    def __init__(
        self,
        *,
        api_key: str,
        live: bool,
        webhook_secret: str | None = None,
        base: str | None = None,
        ca_file: Path | None = None,
        deadline: float = 20,
        retries: int = RETRIES,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._client = connect(api_key, base=base, ca_file=ca_file, deadline=deadline, retries=retries)
        self._v1 = self._client.v1
        self._prices = Prices(self._client)
        self._payments = Payments(self._client)
        self._copies = StripeCopies(self._client)
        self._plans = Plans(self._client, self._prices)
        self._inbox = Inbox(self._client, secret=webhook_secret, live=live, clock=clock)

    @property
    def name(self) -> str:
        """What orders and the webhook's address call it."""
        return NAME

    @property
    def takes_plans(self) -> bool:
        """It asks for the money of each period by itself."""
        return True

    def ensure_customer(self, user_id: UUID) -> str:
        """Stripe's reference of this person: an opaque id is all it gets; the address she gives it herself."""
        with changing():
            made = self._v1.customers.create(
                {"metadata": {"user": str(user_id)}}, {"idempotency_key": f"customer:{user_id}"}
            )
        return made.id

    def delete_customer(self, reference: str) -> None:
        """Delete Stripe's customer; one that is gone is gone."""
        with reading():
            try:
                known = self._v1.customers.retrieve(reference).to_dict()
            except stripe.InvalidRequestError as error:
                if missing(error):
                    return
                raise
        if not known.get("deleted"):
            with changing():
                self._v1.customers.delete(reference)

    def correct_copies(self, customer: str, old: OldValues, new: Mapping[str, str]) -> Copies:
        """What Stripe holds of what the person corrected."""
        return self._copies.correct(customer, old, new)

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """A page of Stripe's where the order is paid."""
        wish: dict[str, Any] = {
            "client_reference_id": str(request.order_id),
            "metadata": {"order": str(request.order_id)},
            "success_url": request.success_url,
            "cancel_url": request.cancel_url,
            **({"customer": request.customer} if request.customer else {}),
            **(self._plan(request) if request.kind is OrderKind.PLAN else _pack(request)),
        }
        with changing():
            session = self._v1.checkout.sessions.create(
                cast("Any", wish), {"idempotency_key": f"order:{request.order_id}"}
            )
        if session.url is None:
            raise OutcomeUnknown
        return Checkout(reference=session.id, url=session.url, expires_at=at(session.expires_at))

    def find_payment(self, order: Order, customer: str | None) -> PaymentSeen | None:
        """The payment of an order, among those of its owner."""
        return None if customer is None else self._payments.find(str(order.id), customer, order.created_at)

    def read_payment(self, reference: str) -> PaymentSeen | None:
        """A payment by its checkout (cs_…) or its money (pi_…)."""
        return self._payments.read(reference)

    def cancel_checkout(self, reference: str) -> None:
        """Close the page; one that was paid or is closed stays as it is."""
        if not reference.startswith("cs_"):
            return
        try:
            with changing():
                self._v1.checkout.sessions.expire(reference, {}, {"idempotency_key": f"expire:{reference}"})
        except NotTaken:
            return

    def portal_url(self, customer: str, return_url: str) -> str:
        """Stripe's page for cards and bills."""
        with changing():
            return self._v1.billing_portal.sessions.create({"customer": customer, "return_url": return_url}).url

    def read_subscription(self, reference: str) -> SubscriptionSeen | None:
        """A subscription with its paid bills."""
        return self._plans.read(reference)

    def change_plan(self, change: PlanChange) -> SubscriptionSeen:
        """Another plan for a subscription."""
        return self._plans.change(change)

    def cancel_at_period_end(self, subscription: str, *, key: str) -> SubscriptionSeen:
        """Let a subscription end with its period."""
        return self._plans.end_with_period(subscription, end=True, key=key)

    def resume(self, subscription: str, *, key: str) -> SubscriptionSeen:
        """Let it go on after all."""
        return self._plans.end_with_period(subscription, end=False, key=key)

    def cancel_now(self, subscription: str) -> None:
        """End it."""
        self._plans.cancel(subscription)

    def refund(self, request: RefundRequest) -> RefundSeen:
        """Send money back to the card it came from."""
        with changing():
            refund = self._v1.refunds.create(
                {
                    "payment_intent": request.payment,
                    "amount": request.amount,
                    "metadata": {"refund": str(request.refund_id), "order": str(request.order_id)},
                },
                {"idempotency_key": f"refund:{request.refund_id}"},
            )
        return read_refund(refund.to_dict())

    def list_documents(self, customer: str) -> Sequence[Document]:
        """The bills Stripe wrote for the person's plans."""
        with reading():
            try:
                invoices = self._v1.invoices.list({"customer": customer, "limit": 100})
            except stripe.InvalidRequestError as error:
                if missing(error):
                    return ()
                raise
        return [_document(invoice.to_dict()) for invoice in invoices.data]

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent | None:
        """A webhook's message, verified."""
        return self._inbox.read(body, headers)

    def events_since(self, since: datetime) -> Iterator[ProviderEvent]:
        """What happened since."""
        return self._inbox.since(since)

    def close(self) -> None:
        """The library's sessions are closed with the process."""

    def _plan(self, request: CheckoutRequest) -> dict[str, Any]:
        wish: dict[str, Any] = {
            "mode": "subscription",
            "line_items": [{"price": self._prices.ensure(request), "quantity": 1}],
            "subscription_data": {"metadata": {"order": str(request.order_id)}},
        }
        if request.amount < request.list_amount:
            wish["discounts"] = [{"coupon": self._discount(request)}]
        return wish

    def _discount(self, request: CheckoutRequest) -> str:
        """What a coupon of ours takes off the first period."""
        with changing():
            coupon = self._v1.coupons.create(
                {
                    "amount_off": request.list_amount - request.amount,
                    "currency": request.currency,
                    "duration": "once",
                    "max_redemptions": 1,
                },
                {"idempotency_key": f"coupon:{request.order_id}"},
            )
        return coupon.id


def _pack(request: CheckoutRequest) -> dict[str, Any]:
    return {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": request.currency,
                    "unit_amount": request.amount,
                    "product_data": {"name": request.name},
                },
                "quantity": 1,
            }
        ],
        "payment_intent_data": {"metadata": {"order": str(request.order_id)}},
    }


def _document(invoice: Json) -> Document:
    return Document(
        reference=invoice["id"],
        number=invoice.get("number"),
        at=at(invoice["created"]),
        amount=invoice["total"],
        currency=invoice["currency"],
        url=invoice.get("hosted_invoice_url") or "",
    )
