"""Buying a pack: from the order to the credits, by webhook or without one."""

from uuid import UUID

from tests.fakes.till import Till


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
