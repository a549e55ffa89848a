"""What every payment provider has to do, tried on each of them; and what Stripe's has to do on two Stripes.

One is our emulator of today's wire; the other, localstripe, is somebody else's server of the time before: payment
intents instead of Checkout, plans instead of prices, the old shapes of objects.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from billing.adapters.catalogue import read_catalogues
from billing.domain.payments import (
    NotTaken,
    Order,
    OrderKind,
    OrderState,
    PaymentDeclined,
    PaymentState,
    RefundState,
    Subject,
    SubjectKind,
)
from billing.domain.periods import read_bill
from billing.domain.subscriptions import SubscriptionState
from billing.ports import BadSignature, CheckoutRequest, RefundRequest
from billing.use_cases.checkout import request_for
from common.clock import SYSTEM_CLOCK
from tests.fakes.bank import Payable, bank_at
from tests.fakes.counters import Before, Counter, Today, stripe_at
from tests.fixtures.stripe import RunningStripe

BACK = "https://studio.test/credits"
CATALOGUES = read_catalogues()
PACK, PLAN = CATALOGUES.pack("pack-20-eur"), CATALOGUES.plan("collector-month-eur")


@pytest.fixture(params=["today", "before"])
def counter(request: pytest.FixtureRequest) -> Counter:
    return counter_named(request, request.param)


def counter_named(request: pytest.FixtureRequest, name: str) -> Counter:
    if name == "today":
        emulator: RunningStripe = request.getfixturevalue("stripe_emulator")
        return Today(provider=stripe_at(emulator.base_url, emulator.key), emulator=emulator)
    base_url: str = request.getfixturevalue("localstripe")
    return Before(provider=stripe_at(base_url, "sk_test_local"), base_url=base_url)


@pytest.fixture(params=["today", "before", "by transfer"])
def any_counter(request: pytest.FixtureRequest) -> Iterator[Payable]:
    """Every provider there is."""
    if request.param == "by transfer":
        with bank_at(request.getfixturevalue("service_database")("billing")) as bank:
            yield bank
    else:
        yield counter_named(request, request.param)


def order(kind: OrderKind = OrderKind.PACK) -> Order:
    price = PACK if kind is OrderKind.PACK else PLAN
    return Order(
        id=SYSTEM_CLOCK.new_id(),
        user_id=SYSTEM_CLOCK.new_id(),
        provider="stripe",
        kind=kind,
        price_id=price.price_id,
        catalogue_version="1",
        credits=price.credits,
        list_amount=price.amount,
        amount=price.amount,
        currency=price.currency,
        state=OrderState.NEW,
        created_at=SYSTEM_CLOCK.now(),
    )


def asked(counter: Payable, placed: Order) -> CheckoutRequest:
    price = PACK if placed.kind is OrderKind.PACK else PLAN
    customer = counter.provider.ensure_customer(placed.user_id)
    return request_for(placed, price, customer=customer, return_url=BACK)


def refund_of(placed: Order, payment: str, amount: int, refund_id: UUID | None = None) -> RefundRequest:
    return RefundRequest(
        refund_id=refund_id or SYSTEM_CLOCK.new_id(),
        order_id=placed.id,
        payment=payment,
        amount=amount,
        currency=placed.currency,
        reason="Asked for",
    )


def test_a_payment_is_read_by_its_reference(any_counter: Payable) -> None:
    placed = order()
    reference = any_counter.pay(asked(any_counter, placed))
    seen = any_counter.provider.read_payment(reference)
    assert seen is not None
    assert (seen.order_id, seen.state, seen.amount_paid, seen.currency) == (placed.id, PaymentState.PAID, 499, "eur")
    assert seen.payment is not None
    assert any_counter.provider.read_payment(seen.payment) is not None


def test_what_nobody_has_heard_of_is_none(any_counter: Payable) -> None:
    assert any_counter.provider.read_payment("pi_nobody") is None
    assert any_counter.provider.read_subscription("sub_nobody") is None


def test_a_refund_is_seen_at_its_payment_under_our_id(any_counter: Payable) -> None:
    placed = order()
    seen = any_counter.provider.read_payment(any_counter.pay(asked(any_counter, placed)))
    assert seen is not None
    assert seen.payment is not None
    part, rest = refund_of(placed, seen.payment, 200), refund_of(placed, seen.payment, 299)
    for request in (part, rest):
        assert any_counter.provider.refund(request).state in {RefundState.PENDING, RefundState.SUCCEEDED}
    after = any_counter.provider.read_payment(seen.payment)
    assert after is not None
    assert {(each.refund_id, each.amount) for each in after.refunds} == {(part.refund_id, 200), (rest.refund_id, 299)}


def test_a_refund_that_is_asked_for_twice_is_one_and_never_more_than_was_paid(any_counter: Payable) -> None:
    placed = order()
    seen = any_counter.provider.read_payment(any_counter.pay(asked(any_counter, placed)))
    assert seen is not None
    assert seen.payment is not None
    if any_counter.repeats:
        request = refund_of(placed, seen.payment, 300)
        assert any_counter.provider.refund(request) == any_counter.provider.refund(request)
        with pytest.raises((PaymentDeclined, NotTaken)):
            any_counter.provider.refund(refund_of(placed, seen.payment, 200))
        after = any_counter.provider.read_payment(seen.payment)
        assert after is not None
        assert [each.amount for each in after.refunds] == [300]


def test_an_order_has_one_page_that_can_be_closed_until_it_is_paid(any_counter: Payable) -> None:
    if not any_counter.repeats:
        return  # localstripe has no pages
    provider, placed = any_counter.provider, order()
    request = asked(any_counter, placed)
    opened = provider.open_checkout(request)
    assert provider.open_checkout(request) == opened
    found = provider.read_payment(opened.reference)
    assert found is not None
    assert (found.order_id, found.state, found.amount_paid) == (placed.id, PaymentState.OPEN, 0)
    for _ in range(2):
        provider.cancel_checkout(opened.reference)
    closed = provider.read_payment(opened.reference)
    assert closed is not None
    assert closed.state in {PaymentState.EXPIRED, PaymentState.CANCELLED}
    paid = any_counter.pay(asked(any_counter, order()))
    provider.cancel_checkout(paid)
    still = provider.read_payment(paid)
    assert still is not None
    assert still.state is PaymentState.PAID


def test_a_verified_message_and_the_list_of_events_lead_to_the_payment(counter: Counter) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    placed = order()
    seen = counter.provider.read_payment(counter.pay(asked(counter, placed)))
    assert seen is not None
    subject = Subject(kind=SubjectKind.PAYMENT, reference=seen.payment or "")
    body, headers = counter.told()
    event = counter.provider.read_event(body, headers)
    assert event is not None
    assert event.subject == subject
    assert event.id in {each.id for each in counter.provider.events_since(began) if each.subject == subject}
    with pytest.raises(BadSignature):
        counter.provider.read_event(body + b" ", headers)


def test_a_plan_is_read_with_its_bill_ends_with_its_period_and_goes_on_after_all(counter: Counter) -> None:
    placed = order(OrderKind.PLAN)
    reference = counter.subscribe(asked(counter, placed))
    seen = counter.provider.read_subscription(reference)
    assert seen is not None
    assert (seen.order_id, seen.price_id, seen.state) == (placed.id, PLAN.price_id, SubscriptionState.ACTIVE)
    assert timedelta(days=27) < seen.period_end - seen.period_start < timedelta(days=32)
    (bill,) = seen.bills
    charge = read_bill(bill, CATALOGUES.plan)
    assert charge is not None
    assert (bill.amount_paid, charge.credits, charge.whole_period) == (899, 50, True)
    assert counter.provider.cancel_at_period_end(reference, key="a").cancel_at_period_end
    assert not counter.provider.resume(reference, key="b").cancel_at_period_end
    for _ in range(2):
        counter.provider.cancel_now(reference)
    ended = counter.provider.read_subscription(reference)
    assert ended is not None
    assert ended.state is SubscriptionState.CANCELED


def test_the_money_of_a_plan_leads_to_its_subscription(counter: Counter) -> None:
    reference = counter.subscribe(asked(counter, order(OrderKind.PLAN)))
    seen = counter.provider.read_subscription(reference)
    assert seen is not None
    payment = seen.bills[0].payment
    assert payment is not None
    money = counter.provider.read_payment(payment)
    assert money is not None
    assert (money.subscription, money.order_id) == (reference, None)


def test_bills_the_provider_writes_are_listed(counter: Counter) -> None:
    request = asked(counter, order(OrderKind.PLAN))
    counter.subscribe(request)
    (document,) = counter.provider.list_documents(request.customer or "")
    assert (document.amount, document.currency) == (899, "eur")


def test_a_stripe_that_asks_for_the_old_shapes_is_understood_too(stripe_emulator: RunningStripe) -> None:
    stripe_emulator.control.settings(old_shapes=True)
    counter = Today(provider=stripe_at(stripe_emulator.base_url, stripe_emulator.key), emulator=stripe_emulator)
    test_a_plan_is_read_with_its_bill_ends_with_its_period_and_goes_on_after_all(counter)
    test_a_refund_is_seen_at_its_payment_under_our_id(counter)


def test_a_payment_whose_reference_nobody_kept_is_found_by_its_order(stripe_emulator: RunningStripe) -> None:
    counter = Today(provider=stripe_at(stripe_emulator.base_url, stripe_emulator.key), emulator=stripe_emulator)
    placed = order()
    request = asked(counter, placed)
    reference = counter.pay(request)
    found = counter.provider.find_payment(placed, request.customer)
    assert found is not None
    assert (found.order_id, found.reference, found.amount_paid) == (placed.id, reference, 499)
    assert counter.provider.find_payment(order(), request.customer) is None


def test_of_a_customer_stripe_learns_an_opaque_id_and_nothing_else(stripe_emulator: RunningStripe) -> None:
    provider = stripe_at(stripe_emulator.base_url, stripe_emulator.key)
    who = SYSTEM_CLOCK.new_id()
    reference = provider.ensure_customer(who)
    assert provider.ensure_customer(who) == reference
    customer = stripe_emulator.client().v1.customers.retrieve(reference).to_dict()
    assert customer["metadata"] == {"user": str(who)}
    assert [customer.get(name) for name in ("email", "name", "address", "phone", "description")] == [None] * 5
