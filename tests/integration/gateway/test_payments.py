"""Buying at the public door, with the Stripe emulator behind billing."""

import json
from typing import Any

import pytest
import stripe

from common.service import Service
from tests.fixtures.stripe import RunningStripe
from tests.integration.gateway.studio import ORIGIN, Person, Studio

WEBHOOK = "/v1/payments/stripe/webhook"


@pytest.fixture
def ada(studio: Studio, stripe_emulator: RunningStripe) -> Person:
    return studio.sign_up()


def buy(person: Person, price_id: str, key: str | None = None) -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = person.ask("POST", "/v1/checkout", json={"price_id": price_id}, headers=headers)
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()


def pay(emulator: RunningStripe, order: dict[str, Any]) -> None:
    sessions = emulator.client().v1.checkout.sessions.list({}).data
    session = next(each for each in sessions if each.client_reference_id == order["order_id"])
    assert emulator.control.pay(session.id) is None


def tell(studio: Studio, emulator: RunningStripe, billing: Service[Any]) -> list[int]:
    """The provider's webhooks come in, and billing's jobs do what they have."""
    statuses: list[int] = []
    for event in reversed(emulator.client().v1.events.list({"limit": 100}).data):
        body = json.dumps(event.to_dict(for_json=True)).encode()
        signed = stripe.WebhookSignature.generate_signature_header(body.decode(), emulator.webhook_secret)
        answer = studio.client().post(WEBHOOK, data=body, headers={"Stripe-Signature": signed}, base_url=ORIGIN)
        statuses.append(answer.status_code)
    look = next(job for job in billing.jobs if job.name == "look at payments")
    while look.run():
        pass
    studio.carry()
    return statuses


def test_a_pack_is_bought_at_the_public_door_and_its_credits_are_there(
    studio: Studio, ada: Person, stripe_emulator: RunningStripe, peers: dict[str, Service[Any]]
) -> None:
    before = ada.credits()["available"]
    order = buy(ada, "pack-20-eur", key="once")
    assert buy(ada, "pack-20-eur", key="once") == order
    session = stripe_emulator.client().v1.checkout.sessions.list({}).data[0]
    assert str(session.success_url).startswith(f"{ORIGIN}/credits?checkout=done")
    pay(stripe_emulator, order)
    assert set(tell(studio, stripe_emulator, peers["billing"])) == {200}
    assert ada.credits()["available"] == before + 20
    (bought,) = ada.get("/v1/orders").get_json()["items"]
    assert (bought["id"], bought["state"], bought["amount_paid"]) == (order["order_id"], "paid", 499)
    assert bought["url"] is None
    assert bought["give_back_until"] is not None
    assert ada.ask("POST", "/v1/billing-portal").get_json()["url"].startswith(stripe_emulator.base_url)

    given_back = ada.ask("POST", f"/v1/orders/{bought['id']}/refund")
    assert (given_back.status_code, given_back.get_json()["amount"]) == (202, 499)
    assert ada.credits()["available"] == before
    assert ada.get("/v1/orders").get_json()["items"][0]["give_back_until"] is None
    assert studio.sign_up().ask("POST", f"/v1/orders/{bought['id']}/refund").status_code == 404


def test_a_plan_is_bought_changed_ended_and_resumed_at_the_public_door(
    studio: Studio, ada: Person, stripe_emulator: RunningStripe, peers: dict[str, Service[Any]]
) -> None:
    assert ada.get("/v1/subscription").get_json()["plan"] is None
    assert ada.ask("POST", "/v1/subscription/cancel").status_code == 409
    pay(stripe_emulator, buy(ada, "collector-month-eur"))
    tell(studio, stripe_emulator, peers["billing"])
    assert ada.get("/v1/subscription").get_json()["plan"]["state"] == "active"
    changed = ada.ask("POST", "/v1/subscription/change", json={"price_id": "studio-month-eur"})
    assert changed.get_json()["plan"]["price_id"].startswith("studio-")
    assert ada.ask("POST", "/v1/subscription/cancel").get_json()["plan"]["cancel_at_period_end"] is True
    assert ada.ask("POST", "/v1/subscription/resume").get_json()["plan"]["cancel_at_period_end"] is False


def test_a_declined_card_is_said_to_be_one(
    studio: Studio, ada: Person, stripe_emulator: RunningStripe, peers: dict[str, Service[Any]]
) -> None:
    pay(stripe_emulator, buy(ada, "collector-month-eur"))
    tell(studio, stripe_emulator, peers["billing"])
    customer = stripe_emulator.client().v1.customers.list({}).data[0].id
    stripe_emulator.control.use_method(customer, "pm_card_chargeCustomerFail")
    refused = ada.ask("POST", "/v1/subscription/change", json={"price_id": "studio-month-eur"})
    assert (refused.status_code, refused.get_json()["code"]) == (402, "payment_declined")
    assert ada.get("/v1/subscription").get_json()["plan"]["paid_price_id"] == "collector-month-eur"


def test_bad_requests_are_refused_with_a_reason(ada: Person) -> None:
    for body, status in (({}, 400), ({"price_id": "x" * 81}, 400), ({"price_id": "nothing"}, 404)):
        assert ada.ask("POST", "/v1/checkout", json=body).status_code == status
    assert ada.ask("POST", "/v1/checkout", json={"price_id": "pack-20-eur", "provider": "acme"}).status_code == 404
    assert ada.ask("POST", "/v1/checkout", json={"price_id": "pack-20-eur", "coupon": "nonesuch"}).status_code == 404
    assert ada.ask("POST", "/v1/orders/not-an-id/refund").status_code == 400
    assert ada.ask("POST", "/v1/billing-portal").status_code == 409


def test_buying_wants_a_session_and_a_page_of_ours(studio: Studio, ada: Person) -> None:
    nobody = studio.client().post("/v1/checkout", json={"price_id": "pack-20-eur"}, base_url=ORIGIN)
    assert nobody.status_code == 401
    forged = ada.client.post("/v1/checkout", json={"price_id": "pack-20-eur"}, base_url=ORIGIN)
    assert forged.status_code == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (WEBHOOK, b"{}", 400),
        (WEBHOOK, b"\xff" * 100, 400),
        (WEBHOOK, b"x" * (512 * 1024 + 1), 413),
        ("/v1/payments/acme/webhook", b"{}", 404),
        ("/v1/payments/UPPER/webhook", b"{}", 400),
    ],
)
def test_what_the_provider_did_not_sign_is_refused(studio: Studio, path: str, body: bytes, status: int) -> None:
    headers = {"Stripe-Signature": "t=1,v1=00", "Content-Type": "application/json"}
    assert studio.client().post(path, data=body, headers=headers, base_url=ORIGIN).status_code == status


def test_an_order_that_nobody_paid_is_given_up_once_and_one_that_was_paid_stays(
    ada: Person, stripe_emulator: RunningStripe
) -> None:
    order = buy(ada, "pack-20-eur")
    for _ in range(2):
        told = ada.ask("POST", f"/v1/orders/{order['order_id']}/cancel")
        assert (told.status_code, told.get_json()["state"], told.get_json()["url"]) == (200, "cancelled", None)
    paid = buy(ada, "pack-20-eur")
    pay(stripe_emulator, paid)
    assert ada.ask("POST", f"/v1/orders/{paid['order_id']}/cancel").get_json()["state"] == "paid"
    assert ada.ask("POST", f"/v1/orders/{paid['order_id']}/cancel").status_code == 409
    assert ada.ask("POST", "/v1/orders/nonsense/cancel").status_code == 400
