"""Webhooks of the emulator: signed as Stripe signs, repeated until taken, and lost, doubled or late on demand."""

import json

import pytest
import stripe

from ops.emulators.stripe.script import Mishap, WebhookFault
from tests.contract.stripe_asking import buy, mailbox

SECRET = "whsec_of_the_tests"


@pytest.fixture
def box():
    with mailbox() as opened:
        yield opened


@pytest.fixture
def client(stripe_emulator, box):
    stripe_emulator.control.endpoint(box.url, SECRET)
    yield stripe_emulator.client()
    # Nothing may be sent to a mailbox that is no longer there.
    stripe_emulator.control.reset()


@pytest.fixture
def control(stripe_emulator):
    return stripe_emulator.control


def opened(received):
    signature, body = received
    return stripe.Webhook.construct_event(body, signature, SECRET)


def types(box):
    return [json.loads(body)["type"] for _, body in box.received]


def test_events_arrive_signed_and_in_order(client, control, box):
    session = buy(client, metadata={"order": "o-1"})
    control.pay(session.id)
    control.settled()
    events = [opened(each) for each in box.received]
    assert events[-1].type == "checkout.session.completed"
    assert events[-1].data.object.metadata["order"] == "o-1"
    assert [event.id for event in events] == [event.id for event in client.v1.events.list({"limit": 100}).data][::-1]
    assert not any(event.livemode for event in events)
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_an_endpoint_hears_only_what_it_asked_for(client, control, box):
    with mailbox() as second:
        made = client.v1.webhook_endpoints.create({"url": second.url, "enabled_events": ["customer.created"]})
        client.v1.products.create({"name": "x"})
        client.v1.customers.create({})
        control.settled()
        assert types(second) == ["customer.created"]
        signature, body = second.received[0]
        assert stripe.Webhook.construct_event(body, signature, made.secret).api_version == made.api_version


def test_a_refused_webhook_comes_again_until_it_is_taken(client, control, box):
    box.answers = [500, 404, 302]
    client.v1.customers.create({})
    box.wait_for(4)
    control.settled()
    assert {opened(each).id for each in box.received} == {client.v1.events.list().data[0].id}
    assert [each.status for each in control.deliveries()] == [500, 404, 302, 200]
    assert client.v1.events.list().data[0].pending_webhooks == 0


def test_a_lost_webhook_is_found_among_those_not_delivered_and_can_be_sent_again(client, control, box):
    control.will(WebhookFault(kind=Mishap.DROP, types=["customer.*"]))
    client.v1.customers.create({})
    client.v1.products.create({"name": "x"})
    control.settled()
    assert types(box) == ["product.created"]
    lost = client.v1.events.list({"delivery_success": False}).data
    assert [event.type for event in lost] == ["customer.created"]
    control.resend(lost[0].id)
    control.settled()
    assert types(box) == ["product.created", "customer.created"]


def test_webhooks_can_come_twice(client, control, box):
    control.will(WebhookFault(kind=Mishap.DUPLICATE))
    client.v1.customers.create({})
    control.settled()
    first, second = box.received
    assert opened(first).id == opened(second).id


def test_webhooks_can_be_held_and_come_in_another_order(client, control, box):
    control.will(WebhookFault(kind=Mishap.HOLD, times=None))
    control.pay(buy(client).id)
    control.settled()
    assert box.received == []
    assert control.release("reversed") == len(client.v1.events.list({"limit": 100}).data)
    control.settled()
    assert types(box)[0] == "checkout.session.completed"
    control.release()


def test_one_webhook_can_be_late_and_others_overtake_it(client, control, box):
    control.will(WebhookFault(kind=Mishap.DELAY, types=["customer.created"], seconds=0.2))
    client.v1.customers.create({})
    client.v1.products.create({"name": "x"})
    box.wait_for(2)
    assert types(box) == ["product.created", "customer.created"]


@pytest.mark.parametrize("mishap", [Mishap.WRONG_SIGNATURE, Mishap.OLD_TIMESTAMP])
def test_a_webhook_that_is_not_to_be_trusted_is_refused_by_the_client(client, control, box, mishap):
    control.will(WebhookFault(kind=mishap))
    client.v1.customers.create({})
    control.settled()
    with pytest.raises(stripe.SignatureVerificationError):
        opened(box.received[0])


def test_a_webhook_can_claim_to_be_about_real_money(client, control, box):
    control.will(WebhookFault(kind=Mishap.LIVEMODE))
    client.v1.customers.create({})
    control.settled()
    assert opened(box.received[0]).livemode
