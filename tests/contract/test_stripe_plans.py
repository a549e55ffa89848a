"""The emulator's subscriptions, which live through years on its clock."""

from datetime import UTC, datetime

import pytest
import stripe

from tests.contract.stripe_asking import DAY, period, plan, subscribe


@pytest.fixture
def client(stripe_emulator):
    return stripe_emulator.client()


@pytest.fixture
def control(stripe_emulator):
    return stripe_emulator.control


def kinds(client):
    """What happened, the oldest first."""
    return [event.type for event in client.v1.events.list({"limit": 100}).auto_paging_iter()][::-1]


def seconds(year, month, day, hour=12):
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def date(moment):
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


@pytest.mark.parametrize(
    ("begin", "interval", "ends"),
    [
        (seconds(2027, 1, 31), "month", ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        (seconds(2028, 1, 31), "month", ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]),
        (seconds(2027, 11, 30), "month", ["2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"]),
        (seconds(2028, 2, 29), "year", ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
    ],
)
def test_the_day_a_plan_began_is_kept_where_the_month_has_it(client, control, begin, interval, ends):
    control.advance(to=begin, frozen=True)
    subscription = subscribe(client, plan(client, interval=interval))
    seen = []
    for _ in ends:
        _, end = period(client.v1.subscriptions.retrieve(subscription.id))
        seen.append(date(end))
        control.advance(to=end)
    assert seen == ends


def test_two_years_pass_in_seconds_with_a_bill_for_each_period_and_none_missing(client, control):
    control.advance(to=seconds(2027, 1, 31), frozen=True)
    monthly, yearly = (subscribe(client, plan(client, interval=each)) for each in ("month", "year"))
    control.advance(to=seconds(2029, 1, 31, hour=18))
    for subscription, count in ((monthly, 25), (yearly, 3)):
        bills = list(client.v1.invoices.list({"subscription": subscription.id, "limit": 100}).auto_paging_iter())[::-1]
        assert [bill.status for bill in bills] == ["paid"] * count
        spans = [(bill.lines.data[0].period.start, bill.lines.data[0].period.end) for bill in bills]
        assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]
        assert len({bill.number for bill in bills}) == count
        assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert {account.paid for account in control.books().customers.values()} == {25 * 900, 3 * 900}


def test_an_upcoming_bill_is_announced_and_drafted_an_hour_before_it_is_paid(client, control):
    subscription = subscribe(client, plan(client))
    _, end = period(subscription)
    control.advance(to=end - DAY, frozen=True)
    assert "invoice.upcoming" in kinds(client)
    control.advance(to=end)
    assert client.v1.invoices.list().data[0].status == "draft"
    control.advance(to=end + 3600)
    assert client.v1.invoices.list().data[0].status == "paid"


@pytest.mark.parametrize("ending", ["canceled", "unpaid", "past_due"])
def test_a_card_that_stops_paying_is_tried_again_and_then_given_up(client, control, ending):
    control.settings(after_retries=ending, retry_days=[3, 5])
    subscription = subscribe(client, plan(client))
    control.use_method(subscription.customer, "pm_card_chargeCustomerFail")
    _, end = period(subscription)
    control.advance(to=end + 3600, frozen=True)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "past_due"
    invoice = client.v1.invoices.list().data[0]
    assert (invoice.attempt_count, invoice.next_payment_attempt) == (1, end + 3600 + 3 * DAY)
    control.advance(to=end + 3600 + 8 * DAY)
    assert client.v1.subscriptions.retrieve(subscription.id).status == ending
    assert kinds(client).count("invoice.payment_failed") == 3


def test_a_better_card_brings_a_plan_back_from_past_due(client, control):
    subscription = subscribe(client, plan(client))
    control.use_method(subscription.customer, "pm_card_chargeCustomerFail")
    control.advance(to=period(subscription)[1] + 3600, frozen=True)
    control.use_method(subscription.customer, "pm_card_visa")
    control.advance(to=control.now + 3 * DAY)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert kinds(client)[-3:] == ["invoice.paid", "invoice.payment_succeeded", "customer.subscription.updated"]


def test_half_a_period_of_a_dearer_plan_costs_half_the_difference(client, control):
    small, large = plan(client, amount=1000), plan(client, amount=3000)
    subscription = subscribe(client, small)
    start, end = period(subscription)
    control.advance(to=(start + end) // 2, frozen=True)
    item = subscription["items"].data[0].id
    wish = {"items": [{"id": item, "price": large.id}], "proration_behavior": "always_invoice"}
    preview = client.v1.invoices.create_preview({"subscription": subscription.id, "subscription_details": wish})
    changed = client.v1.subscriptions.update(subscription.id, {**wish, "expand": ["latest_invoice"]})
    bill = changed.latest_invoice
    assert [line.amount for line in bill.lines.data] == [-500, 1500]
    assert (bill.total, bill.status, bill.billing_reason) == (1000, "paid", "subscription_update")
    assert (preview.total, period(changed)) == (1000, (start, end))


def test_a_change_waits_for_the_next_bill_or_costs_nothing_as_told(client, control):
    small, large = plan(client, amount=1000), plan(client, amount=3000)
    for behaviour, total in (("create_prorations", 4000), ("none", 3000)):
        subscription = subscribe(client, small)
        start, end = period(subscription)
        control.advance(to=(start + end) // 2, frozen=True)
        item = subscription["items"].data[0].id
        wish = {"items": [{"id": item, "price": large.id}], "proration_behavior": behaviour}
        client.v1.subscriptions.update(subscription.id, wish)
        control.advance(to=end + 3600)
        assert client.v1.invoices.list({"subscription": subscription.id}).data[0].total == total


def test_a_change_that_is_not_paid_changes_nothing_if_so_wished(client, control):
    small, large = plan(client, amount=1000), plan(client, amount=3000)
    subscription = subscribe(client, small)
    control.use_method(subscription.customer, "pm_card_chargeCustomerFail")
    item = subscription["items"].data[0].id
    wish = {
        "items": [{"id": item, "price": large.id}],
        "proration_behavior": "always_invoice",
        "payment_behavior": "error_if_incomplete",
    }
    told = len(kinds(client))
    with pytest.raises(stripe.CardError):
        client.v1.subscriptions.update(subscription.id, wish)
    after = client.v1.subscriptions.retrieve(subscription.id)
    assert (after["items"].data[0].price.id, after.status) == (small.id, "active")
    assert kinds(client)[told:] == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    with pytest.raises(stripe.CardError):
        subscribe(client, small, token="pm_card_chargeCustomerFail", payment_behavior="error_if_incomplete")
    # Nothing of it is left to be done later.
    control.advance(to=control.now + 10 * DAY)
    assert len(client.v1.invoices.list().data) == 1
    assert len(client.v1.subscriptions.list({"status": "all"}).data) == 1


def test_what_a_cheaper_plan_gives_back_pays_the_next_bill(client, control):
    small, large = plan(client, amount=1000), plan(client, amount=3000)
    subscription = subscribe(client, large)
    start, end = period(subscription)
    control.advance(to=(start + end) // 2, frozen=True)
    item = subscription["items"].data[0].id
    wish = {"items": [{"id": item, "price": small.id}], "proration_behavior": "always_invoice"}
    client.v1.subscriptions.update(subscription.id, wish)
    assert client.v1.customers.retrieve(subscription.customer).balance == -1000
    control.advance(to=end + 3600)
    bill = client.v1.invoices.list().data[0]
    assert (bill.total, bill.amount_due, bill.status) == (1000, 0, "paid")


def test_a_plan_ends_with_its_period_unless_it_is_resumed(client, control):
    subscription = subscribe(client, plan(client))
    client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    resumed = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (resumed.cancel_at, resumed.canceled_at) == (None, None)
    control.advance(to=period(resumed)[1] + 3600, frozen=True)
    again = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    control.advance(to=period(again)[1])
    assert client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert kinds(client)[-1] == "customer.subscription.deleted"
    assert len(client.v1.invoices.list().data) == 2


def test_a_first_bill_that_nobody_pays_ends_the_plan_before_it_began(client, control):
    subscription = subscribe(client, plan(client), token="pm_card_authenticationRequired")
    assert subscription.status == "incomplete"
    control.advance(to=control.now + DAY)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "incomplete_expired"
    assert client.v1.invoices.list().data[0].status == "void"


def test_a_trial_costs_nothing_until_it_ends(client, control):
    subscription = subscribe(client, plan(client), trial_period_days=14)
    assert (subscription.status, subscription.latest_invoice.total) == ("trialing", 0)
    control.advance(to=control.now + 15 * DAY)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert [bill.total for bill in client.v1.invoices.list().data] == [900, 0]
