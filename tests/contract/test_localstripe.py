"""localstripe, somebody else's Stripe: what it can be used for, and what it cannot."""

import httpx2
import pytest
import stripe

from ops.embedded.waiting import until
from tests.contract.stripe_asking import buy, mailbox
from tests.fixtures.stripe import client as client_of

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}


@pytest.fixture
def client(localstripe):
    return client_of(localstripe, "sk_test_local")


def paid(client):
    """A customer who paid seven euros."""
    customer = client.v1.customers.create({"email": "a@example.com"})
    method = client.v1.payment_methods.create({"type": "card", "card": CARD})
    client.v1.payment_methods.attach(method.id, {"customer": customer.id})
    wish = {"amount": 700, "currency": "eur", "customer": customer.id, "payment_method": method.id}
    return client.v1.payment_intents.create({**wish, "confirm": True, "metadata": {"order": "o-1"}})


def test_a_payment_and_its_refund_go_the_way_of_stripe(client):
    intent = paid(client)
    assert (intent.status, intent.metadata["order"]) == ("succeeded", "o-1")
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 300})
    assert (refund.status, refund.amount) == ("succeeded", 300)


def test_its_webhooks_are_signed_as_stripe_signs(client, localstripe):
    with mailbox() as box:
        told = {"url": box.url, "secret": "whsec_local"}
        httpx2.post(f"{localstripe}/_config/webhooks/tests", json=told).raise_for_status()
        intent = paid(client)
        # What the tests before have caused may come as well: it sends after a second.
        until(lambda: intent.id in succeeded(box), "The webhook of the payment", seconds=20)


def succeeded(box):
    events = [stripe.Webhook.construct_event(body, signature, "whsec_local") for signature, body in box.received]
    return {event.data.object["id"] for event in events if event.type == "payment_intent.succeeded"}


def test_it_has_no_checkout_forgets_idempotency_keys_and_refunds_too_much(client):
    with pytest.raises(stripe.StripeError):
        buy(client)
    made = [client.v1.customers.create({}, {"idempotency_key": "k"}).id for _ in range(2)]
    assert len(set(made)) == 2
    assert client.v1.refunds.create({"payment_intent": paid(client).id, "amount": 9900}).amount == 9900
