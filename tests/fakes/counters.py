"""Stripe with a person who pays there: at today's Checkout, and with payment intents and plans as before it."""

import json
from dataclasses import dataclass
from typing import Protocol

import stripe

from billing.adapters.stripe import StripeProvider
from billing.ports import CheckoutRequest
from tests.fakes.bank import Payable
from tests.fixtures.stripe import RunningStripe, client

SECRET = "whsec_of_the_contract"


class Counter(Payable, Protocol):
    """One that takes cards, and plans with them."""

    def subscribe(self, request: CheckoutRequest) -> str:
        """Begin a plan; the reference of the subscription."""
        ...

    def told(self) -> tuple[bytes, dict[str, str]]:
        """The webhook that says that a payment succeeded."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Checkout, at the emulator."""

    provider: StripeProvider
    emulator: RunningStripe
    repeats: bool = True

    def pay(self, request: CheckoutRequest) -> str:
        opened = self.provider.open_checkout(request)
        assert self.emulator.control.pay(opened.reference) is None
        return opened.reference

    def subscribe(self, request: CheckoutRequest) -> str:
        session = self.pay(request)
        return str(self.emulator.client().v1.checkout.sessions.retrieve(session).subscription)

    def told(self) -> tuple[bytes, dict[str, str]]:
        return told(self.emulator.client())


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Payment intents and plans, at localstripe."""

    provider: StripeProvider
    base_url: str
    repeats: bool = False  # it keeps no idempotency keys

    @property
    def _v1(self) -> stripe.V1Services:
        return client(self.base_url, "sk_test_local").v1

    def _card(self, customer: str) -> str:
        card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2050, "cvc": "123"}
        method = self._v1.payment_methods.create({"type": "card", "card": card})
        self._v1.payment_methods.attach(method.id, {"customer": customer})
        return method.id

    def pay(self, request: CheckoutRequest) -> str:
        assert request.customer is not None
        return self._v1.payment_intents.create(
            {
                "amount": request.amount,
                "currency": request.currency,
                "customer": request.customer,
                "payment_method": self._card(request.customer),
                "metadata": {"order": str(request.order_id)},
                "confirm": True,
            }
        ).id

    def subscribe(self, request: CheckoutRequest) -> str:
        assert request.customer is not None
        method = self._card(request.customer)
        self._v1.customers.update(request.customer, {"invoice_settings": {"default_payment_method": method}})
        plan = {
            "id": request.price_id,
            "amount": request.amount,
            "currency": request.currency,
            "interval": request.interval,
            "product": {"name": request.name},
        }
        self._v1.plans.create(plan)  # type: ignore[arg-type] - a plain dict
        return self._v1.subscriptions.create(
            {
                "customer": request.customer,
                "items": [{"plan": request.price_id}],
                "metadata": {"order": str(request.order_id)},
            }
        ).id

    def told(self) -> tuple[bytes, dict[str, str]]:
        return told(client(self.base_url, "sk_test_local"))


def told(asked: stripe.StripeClient) -> tuple[bytes, dict[str, str]]:
    """The webhook of the last successful payment, as it would come."""
    events = asked.v1.events.list({"limit": 100}).data
    event = next(each for each in events if each.type == "payment_intent.succeeded")
    body = json.dumps({"livemode": False, **event.to_dict(for_json=True)})
    signed = stripe.WebhookSignature.generate_signature_header(body, SECRET)
    return body.encode(), {"Stripe-Signature": signed}


def stripe_at(base_url: str, key: str) -> StripeProvider:
    return StripeProvider(api_key=key, live=False, webhook_secret=SECRET, base=base_url, deadline=10, retries=0)
