"""The emulator's money: checkouts, refunds, disputes."""

import httpx2
import pytest
import stripe

from tests.contract.stripe_asking import DAY, buy, plan


@pytest.fixture
def client(stripe_emulator):
    return stripe_emulator.client()


@pytest.fixture
def control(stripe_emulator):
    return stripe_emulator.control


def kinds(client):
    """What happened, the oldest first."""
    return [event.type for event in client.v1.events.list({"limit": 100}).auto_paging_iter()][::-1]


def test_a_checkout_is_paid_with_the_metadata_of_its_order(client, control):
    session = buy(client, payment_intent_data={"metadata": {"order": "o-1"}}, client_reference_id="u-1")
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert control.pay(session.id) is None
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent", "line_items"]})
    assert (paid.status, paid.payment_status, paid.amount_total, paid.url) == ("complete", "paid", 500, None)
    assert paid.payment_intent.metadata["order"] == "o-1"
    assert [line.description for line in paid.line_items.data] == ["10 credits"]
    assert kinds(client)[-4:] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_a_declined_card_leaves_the_checkout_open_for_another(client, control):
    session = buy(client)
    assert control.pay(session.id, "pm_card_visa_chargeDeclined") == "Your card was declined."
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert control.pay(session.id, "pm_card_authenticationRequired", authenticates=False)
    assert control.pay(session.id, "pm_card_authenticationRequired") is None
    intents = client.v1.payment_intents.list().data
    assert [(intent.status, intent.amount_received) for intent in intents] == [("succeeded", 500)]


@pytest.mark.parametrize(
    ("token", "ending", "payment_status"),
    [("pm_sepa_debit_pays", "succeeded", "paid"), ("pm_sepa_debit_fails", "failed", "unpaid")],
)
def test_a_bank_debit_ends_later(client, control, token, ending, payment_status):
    session = buy(client)
    control.pay(session.id, token)
    waiting = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert waiting.payment_intent.status == "processing"
    control.advance(to=control.now + DAY)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == payment_status
    assert kinds(client)[-1] == f"checkout.session.async_payment_{ending}"
    assert sum(account.paid for account in control.books().customers.values()) == (500 if ending == "succeeded" else 0)


def test_a_checkout_expires_and_then_takes_no_money(client, control):
    by_time, by_hand = buy(client), buy(client)
    client.v1.checkout.sessions.expire(by_hand.id)
    control.advance(to=control.now + 2 * DAY)
    assert {client.v1.checkout.sessions.retrieve(each.id).status for each in (by_time, by_hand)} == {"expired"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(by_hand.id)
    assert kinds(client).count("checkout.session.expired") == 2
    with pytest.raises(httpx2.HTTPStatusError):
        control.pay(by_time.id)


def test_a_coupon_lowers_the_first_bill_only_and_is_used_up(client, control):
    coupon = client.v1.coupons.create({"amount_off": 300, "currency": "eur", "duration": "once", "max_redemptions": 1})
    wish = {
        "mode": "subscription",
        "line_items": [{"price": plan(client).id, "quantity": 1}],
        "success_url": "https://shop.example/",
        "discounts": [{"coupon": coupon.id}],
    }
    session = client.v1.checkout.sessions.create(wish)
    assert (session.amount_total, session.total_details.amount_discount) == (600, 300)
    control.pay(session.id)
    control.advance(to=control.now + 32 * DAY)
    assert [invoice.total for invoice in client.v1.invoices.list().data] == [900, 600]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(wish)


def test_refunds_never_exceed_what_was_paid(client, control):
    session = buy(client)
    control.pay(session.id)
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    refund = client.v1.refunds.create({"payment_intent": intent, "amount": 200, "reason": "requested_by_customer"})
    assert (refund.status, refund.amount) == ("succeeded", 200)
    for wish in ({"amount": 301}, {"amount": 100, "reason": "bored"}, {"amount": 0}):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create({"payment_intent": intent, **wish})
    client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent})
    assert caught.value.code == "charge_already_refunded"
    assert client.v1.charges.list().data[0].refunded
    assert kinds(client)[-4:] == ["charge.refunded", "refund.created"] * 2
    (account,) = control.books().customers.values()
    assert (account.paid, account.refunded) == (500, 500)


def test_a_refund_can_fail_days_after_it_succeeded(client, control):
    session = buy(client)
    control.pay(session.id, "pm_card_refundFail")
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    refund = client.v1.refunds.create({"payment_intent": intent})
    control.advance(to=control.now + 2 * DAY)
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert kinds(client)[-2:] == ["refund.updated", "refund.failed"]
    assert sum(account.refunded for account in control.books().customers.values()) == 0


@pytest.mark.parametrize(("won", "left"), [(True, 0), (False, 500)])
def test_a_dispute_takes_the_money_until_it_is_won(client, control, won, left):
    control.pay(buy(client).id)
    charge = client.v1.charges.list().data[0]
    dispute = control.dispute(charge.id)
    assert client.v1.charges.retrieve(charge.id).disputed
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"charge": charge.id})
    control.close_dispute(dispute, won=won)
    assert client.v1.disputes.retrieve(dispute).status == ("won" if won else "lost")
    assert kinds(client)[-1] == "charge.dispute.closed"
    assert sum(account.disputed for account in control.books().customers.values()) == left
