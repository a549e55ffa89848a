"""Somebody leaves: whatever was open with her payments ends, once, and nobody keeps her as a customer."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from billing.domain.codes import Worth
from billing.use_cases import codes, departing
from ops.emulators.stripe.script import Fault
from tests.fakes.till import BACK, Crash, Till
from tests.integration.payments.test_crashes import Mortal
from tests.integration.payments.test_giving_back import broken, buy, refunded
from tests.integration.payments.test_giving_up import uses
from tests.integration.payments.test_plans import MONTH, subscribe

# What nothing of leaving may move: credits of packs and the trial, what was paid, and the papers of it.
KEPT = {
    "paid": "SELECT id, amount_paid FROM orders WHERE user_id = %(who)s AND state = 'paid' ORDER BY id",
    "papers": "SELECT id, gross FROM invoices WHERE user_id = %(who)s ORDER BY id",
    "packs": "SELECT id, free, held FROM lots WHERE user_id = %(who)s AND kind <> 'plan' ORDER BY id",
}
FAULTS = [
    Fault(kind="drop_before", on="DELETE /v1/*"),
    Fault(kind="drop_after", on="DELETE /v1/*"),
    Fault(kind="error", on="DELETE /v1/*"),
    Fault(kind="drop_after", on="POST /v1/checkout/sessions/*/expire"),
    Fault(kind="error", on="GET /v1/customers/*"),
]


def leave(till: Till, who: UUID) -> None:
    with till.unit.begin() as work:
        departing.end_everything(work, who)


def is_over(till: Till, who: UUID) -> bool:
    with till.unit.begin() as work:
        return departing.payments_are_ended(work, who)


def kept(till: Till, who: UUID) -> dict[str, Any]:
    return {name: till.rows(query, who) for name, query in KEPT.items()}


def customer_of(till: Till, who: UUID) -> str:
    (reference,) = till.rows("SELECT reference FROM customers WHERE user_id = %(who)s", who)[0]
    return str(reference)


def is_deleted(till: Till, customer: str) -> bool:
    return bool(till.emulator.client().v1.customers.retrieve(customer).to_dict().get("deleted"))


def settle_down(till: Till) -> None:
    """All jobs, as often as they wish."""
    for _ in range(3):
        till.make_due()
        till.work()


@pytest.fixture
def all_of_it(till: Till, ada: UUID) -> dict[str, Any]:
    """A pack, a plan, and an order that is not paid; what of it is to stay."""
    # A little ahead: the provider's clock never goes back.
    subscribe(till, ada, at=till.clock.now().replace(microsecond=0) + timedelta(seconds=5))
    buy(till, ada)
    till.order(ada, "pack-20-eur")
    return kept(till, ada)


def test_a_plan_an_open_order_and_the_customer_are_gone_and_the_books_stay(
    till: Till, ada: UUID, all_of_it: dict[str, Any]
) -> None:
    customer = customer_of(till, ada)
    leave(till, ada)
    assert not is_over(till, ada)
    settle_down(till)
    assert is_over(till, ada)
    assert is_deleted(till, customer)
    assert [state for _, _, state, _ in till.books(ada)["plans"]] == ["canceled"]
    assert [order[2] for order in till.books(ada)["orders"]] == ["paid", "paid", "cancelled"]
    assert (kept(till, ada), refunded(till), broken(till)) == (all_of_it, [], {})


def test_told_twice_or_long_after_it_changes_nothing_more(till: Till, ada: UUID, all_of_it: dict[str, Any]) -> None:
    leave(till, ada)
    leave(till, ada)
    settle_down(till)
    before = till.books(ada)
    leave(till, ada)
    settle_down(till)
    till.sweep()
    assert is_over(till, ada)
    assert till.books(ada) == before


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind} {fault.on}")
def test_what_the_provider_does_not_answer_is_asked_until_it_is_over(
    till: Till, ada: UUID, all_of_it: dict[str, Any], fault: Fault
) -> None:
    customer = customer_of(till, ada)
    leave(till, ada)
    till.emulator.control.will(fault)
    settle_down(till)
    assert (is_over(till, ada), is_deleted(till, customer), kept(till, ada)) == (True, True, all_of_it)


@pytest.mark.parametrize("commits", range(1, 9))
@pytest.mark.parametrize("after", [True, False])
def test_a_machine_that_dies_in_the_middle_goes_on_where_it_was(
    till: Till, ada: UUID, all_of_it: dict[str, Any], commits: int, *, after: bool
) -> None:
    leave(till, ada)
    unit = Mortal.of(till.unit, commits, after=after)
    with suppress(Crash):
        replace(till, cashier=replace(till.cashier, unit=unit)).work()
    settle_down(till)
    assert (is_over(till, ada), kept(till, ada)) == (True, all_of_it)


def test_nothing_is_sold_to_somebody_who_left(till: Till, ada: UUID) -> None:
    leave(till, ada)
    refused = till.ask("POST", "/v1/checkout", ada, json={"price_id": MONTH, "return_url": BACK})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "account_closing")
    assert is_over(till, ada)


def test_what_is_paid_after_leaving_is_paid_back(till: Till, ada: UUID) -> None:
    order = till.order(ada, "pack-20-eur")
    till.pay(order)
    leave(till, ada)
    settle_down(till)
    (price,) = till.rows("SELECT amount_paid FROM orders WHERE user_id = %(who)s", ada)[0]
    assert (refunded(till), till.available(ada), is_over(till, ada), broken(till)) == ([price], 0, True, {})


def test_a_plan_that_is_paid_after_leaving_ends_and_is_paid_back(till: Till, ada: UUID) -> None:
    order = till.order(ada, MONTH)
    assert till.pay(order) is None
    leave(till, ada)
    till.sweep()
    settle_down(till)
    assert (till.available(ada), is_over(till, ada), broken(till)) == (0, True, {})
    assert [state for _, _, state, _ in till.books(ada)["plans"]] == ["canceled"]
    assert len(refunded(till)) == 1


def test_messages_about_somebody_who_was_deleted_change_nothing(
    till: Till, ada: UUID, all_of_it: dict[str, Any]
) -> None:
    leave(till, ada)
    settle_down(till)
    before = till.books(ada)
    for event in till.events():
        assert till.tell(event).status_code == 200
    till.work()
    assert (till.books(ada), is_over(till, ada)) == (before, True)


def test_a_customer_made_in_the_moment_of_leaving_is_deleted_too(till: Till, ada: UUID) -> None:
    leave(till, ada)
    customer = till.provider.ensure_customer(ada)
    assert customer is not None
    with till.unit.begin() as work:
        work.customers.add(ada, "stripe", customer)
    assert not is_over(till, ada)
    settle_down(till)
    assert (is_over(till, ada), is_deleted(till, customer)) == (True, True)


def test_a_coupon_of_an_order_that_was_left_behind_is_free_for_others(till: Till, ada: UUID) -> None:

    with till.unit.begin() as work:
        coupon = codes.create(work, Worth(percent=10), codes.Terms(label="ten"))
    till.order(ada, "pack-20-eur", coupon=coupon)
    leave(till, ada)
    settle_down(till)
    assert uses(till, ada) == ["released"]
