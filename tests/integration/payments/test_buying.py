"""Buying a pack: from the order to the credits, by webhook or without one."""

from uuid import UUID

from billing.domain.codes import Worth
from billing.use_cases import codes
from billing.use_cases.codes import Terms
from tests.fakes.till import BACK, Till


def test_a_pack_that_was_paid_brings_its_credits_once(till: Till, ada: UUID) -> None:
    order = till.order(ada, "pack-20-eur")
    assert order["state"] == "open"
    assert order["url"]
    assert till.available(ada) == 0

    assert till.pay(order) is None
    for event in till.events():
        assert till.tell(event).status_code == 200
    till.work()

    assert till.available(ada) == 20
    assert till.books(ada)["orders"] == [("pack", "pack-20-eur", "paid", 20, 499, 499, 0, "eur")]
    assert till.rows("SELECT 1 FROM payment_events WHERE handled_at IS NULL") == []


def test_without_any_webhook_the_sweep_finds_the_payment(till: Till, ada: UUID) -> None:
    order = till.order(ada, "pack-60-eur")
    till.pay(order)
    till.sweep()
    assert till.available(ada) == 60


def test_a_customer_whom_the_provider_forgot_gets_to_be_known_anew(till: Till, ada: UUID) -> None:
    till.order(ada, "pack-20-eur")
    till.emulator.control.reset()
    body = {"price_id": "pack-20-eur", "return_url": BACK}
    refused = till.ask("POST", "/v1/checkout", ada, json=body)
    assert (refused.status_code, refused.get_json()["code"]) == (503, "temporarily_unavailable")
    till.pay(till.order(ada, "pack-20-eur"))
    till.sweep()
    assert till.available(ada) == 20


def test_an_order_that_a_coupon_makes_free_is_paid_with_that(till: Till, ada: UUID) -> None:
    with till.unit.begin() as work:
        code = codes.create(work, Worth(percent=100), Terms(label="test"))
    order = till.order(ada, "pack-20-eur", coupon=code)
    assert (order["state"], order["url"]) == ("paid", None)
    assert till.available(ada) == 20


def test_a_coupon_makes_a_pack_and_the_first_period_of_a_plan_cheaper(till: Till, ada: UUID) -> None:
    with till.unit.begin() as work:
        code = codes.create(work, Worth(percent=50), Terms(label="test", max_uses=None, max_per_person=5))
    till.pay(till.order(ada, "pack-20-eur", coupon=code))
    till.pay(till.order(ada, "collector-month-eur", coupon=code))
    till.sweep()
    paid = [(row[0], row[3], row[5]) for row in till.books(ada)["orders"]]
    assert paid == [("pack", 20, 250), ("plan", 50, 450)]
