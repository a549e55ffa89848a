"""Orders that are not paid and that nobody wants any more: given up, their coupon is free again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from billing.domain.codes import Worth
from billing.ports import PaymentProvider
from billing.use_cases import codes
from billing.use_cases.codes import Terms
from common.database import Database
from ops.emulators.stripe.script import Fault
from tests.fakes.till import Till
from tests.fixtures.stripe import RunningStripe
from tests.fixtures.till import till_at


@pytest.fixture
def coupon(till: Till) -> str:
    """Half the price, once."""
    with till.unit.begin() as work:
        return codes.create(work, Worth(percent=50), Terms(label="a half"))


def give_up(till: Till, who: UUID, order: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    response = till.ask("POST", f"/v1/orders/{order['order_id']}/cancel", who)
    return response.status_code, response.get_json()


def uses(till: Till, who: UUID) -> list[str]:
    """What became of the coupons this person used, the oldest first."""
    return [state for (state,) in till.rows("SELECT state FROM code_uses WHERE user_id = %(who)s ORDER BY id", who)]


def test_an_order_given_up_gives_its_coupon_back_and_can_be_paid_no_more(till: Till, ada: UUID, coupon: str) -> None:
    order = till.order(ada, "pack-20-eur", coupon=coupon)
    status, told = give_up(till, ada, order)
    assert (status, told["state"], told["url"]) == (200, "cancelled", None)
    assert give_up(till, ada, order)[1]["state"] == "cancelled", "twice is once"
    session = till.emulator.client().v1.checkout.sessions.retrieve(till.reference(order["order_id"]))
    assert session.status == "expired"
    again = till.order(ada, "pack-20-eur", coupon=coupon)
    till.pay(again)
    till.sweep()
    assert uses(till, ada) == ["released", "used"]
    assert till.available(ada) == 20


def test_an_order_nobody_paid_in_time_gives_its_coupon_back_too(till: Till, ada: UUID, coupon: str) -> None:
    now = int(till.clock.now().timestamp()) + 5
    for moment in (now, now + 25 * 3600):
        till.emulator.control.advance(to=moment, frozen=True)
        till.follow(moment)
        if moment == now:
            till.order(ada, "pack-20-eur", coupon=coupon)
    till.sweep()
    assert till.rows("SELECT state FROM orders WHERE user_id = %(who)s", ada) == [("expired",)]
    assert uses(till, ada) == ["released"]


def test_money_that_came_before_the_order_was_given_up_wins(till: Till, ada: UUID, coupon: str) -> None:
    order = till.order(ada, "pack-20-eur", coupon=coupon)
    till.pay(order)
    assert give_up(till, ada, order)[1]["state"] == "paid"
    assert (till.available(ada), uses(till, ada)) == (20, ["used"])
    status, told = give_up(till, ada, order)
    assert (status, told["code"]) == (409, "conflict")


def test_money_that_comes_while_the_order_is_being_closed_wins(
    till_dsn: str, till_database: Database, stripe_emulator: RunningStripe, till: Till, ada: UUID
) -> None:
    late = till_at(
        till_dsn, till_database, stripe_emulator, hire=lambda real: PaidMeanwhile(real, lambda: till.pay(order))
    )
    order = late.order(ada, "pack-20-eur")
    assert give_up(late, ada, order)[1]["state"] == "paid"
    late.sweep()
    assert late.available(ada) == 20


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error"])
def test_an_answer_that_never_came_is_asked_for_until_the_order_is_over(
    till: Till, ada: UUID, coupon: str, kind: Any
) -> None:
    order = till.order(ada, "pack-20-eur", coupon=coupon)
    till.emulator.control.will(Fault(kind=kind, on="POST /v1/checkout/sessions/*/expire"))
    assert give_up(till, ada, order)[0] == 503
    till.make_due()
    till.work()
    assert till.rows("SELECT state FROM orders WHERE user_id = %(who)s", ada) == [("cancelled",)]
    assert uses(till, ada) == ["released"]


def test_an_order_whose_page_was_never_recorded_is_found_and_closed(till: Till, ada: UUID) -> None:
    order = till.order(ada, "pack-20-eur")
    reference = till.reference(order["order_id"])
    with till.database.begin() as connection:
        connection.execute(
            "UPDATE orders SET state = 'new', reference = NULL, url = NULL WHERE id = %s", [order["order_id"]]
        )
    assert give_up(till, ada, order)[1]["state"] == "cancelled"
    assert till.emulator.client().v1.checkout.sessions.retrieve(reference).status == "expired"


def test_an_order_given_up_while_its_page_is_opened_has_no_page(
    till_dsn: str, till_database: Database, stripe_emulator: RunningStripe, till: Till, ada: UUID
) -> None:
    def give_all_up() -> None:
        for (order_id,) in till.rows("SELECT id FROM orders WHERE user_id = %(who)s", ada):
            assert give_up(till, ada, {"order_id": order_id})[1]["state"] == "cancelled"

    slow = till_at(till_dsn, till_database, stripe_emulator, hire=lambda real: OpensSlowly(real, give_all_up))
    body = {"price_id": "pack-20-eur", "return_url": "https://studio.test/credits"}
    assert slow.ask("POST", "/v1/checkout", ada, json=body).status_code == 409
    (session,) = till.emulator.client().v1.checkout.sessions.list({}).data
    assert session.status == "expired"


def test_somebody_elses_order_is_not_found(till: Till, ada: UUID) -> None:
    order = till.order(ada, "pack-20-eur")
    status, told = give_up(till, till.clock.new_id(), order)
    assert (status, told["code"]) == (404, "not_found")


class Hired:
    """A provider behind which the real one stands."""

    def __init__(self, real: PaymentProvider) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class PaidMeanwhile(Hired):
    """Somebody pays after it was looked whether anybody had."""

    def __init__(self, real: PaymentProvider, pay: Callable[[], object]) -> None:
        super().__init__(real)
        self._pay = pay

    def cancel_checkout(self, reference: str) -> None:
        self._pay()
        self._real.cancel_checkout(reference)


class OpensSlowly(Hired):
    """Something happens while a page is being opened."""

    def __init__(self, real: PaymentProvider, meanwhile: Callable[[], object]) -> None:
        super().__init__(real)
        self._meanwhile = meanwhile

    def open_checkout(self, request: Any) -> Any:
        self._meanwhile()
        return self._real.open_checkout(request)
