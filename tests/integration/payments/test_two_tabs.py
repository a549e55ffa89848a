"""Two tabs that pay for a plan in the same moment: one plan lives, the other ends and its money goes back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ops.emulators.stripe.script import Fault
from tests.fakes.till import BACK, Till
from tests.integration.payments.test_giving_back import broken, refunded
from tests.integration.payments.test_plans import MONTH, plan, wish

NO_ANSWERS = [
    Fault(kind="drop_after", on="DELETE /v1/subscriptions*"),
    Fault(kind="drop_after", on="POST /v1/refunds*"),
]
NO_CALLS = [
    Fault(kind="drop_before", on="DELETE /v1/subscriptions*"),
    Fault(kind="drop_before", on="POST /v1/refunds*"),
]


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """What comes of them at once."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [each.result() for each in [pool.submit(job) for job in jobs]]


def alive(till: Till) -> list[str]:
    """The plans there are at the provider."""
    listed = till.emulator.client().v1.subscriptions.list({"status": "all"}).data
    return [each.id for each in listed if each.status != "canceled"]


@pytest.mark.parametrize("faults", [[], NO_ANSWERS, NO_CALLS], ids=["", "answers lost", "calls lost"])
def test_two_plans_paid_in_the_same_moment_are_one_and_the_other_is_paid_back(
    till: Till, ada: UUID, faults: list[Fault]
) -> None:
    # The page of the one tab would be closed by the other; that call is lost.
    till.emulator.control.will(Fault(kind="drop_before", on="POST /v1/checkout/sessions/*/expire", times=9))
    orders = together(*[lambda: till.order(ada, MONTH)] * 2)
    assert together(*[lambda order=order: till.pay(order) for order in orders]) == [None, None]
    assert len(alive(till)) == 2
    till.emulator.control.will(*faults)
    for event in till.events():
        till.tell(event)
    while any(together(till.cashier.look_at_next, till.cashier.look_at_next)):
        pass
    assert till.available(ada) == 50, "before anybody has asked for anything"
    till.work()
    till.make_due()
    till.work()
    till.sweep()

    (kept,) = alive(till)
    assert till.rows("SELECT reference FROM subscriptions WHERE end_because IS NULL") == [(kept,)]
    books = till.books(ada)
    price = books["orders"][0][4]
    assert [order[2] for order in books["orders"]] == ["paid", "paid"]
    assert sorted(order[6] for order in books["orders"]) == [0, price]
    assert books["refunds"] == [(price, 50, "succeeded")]
    assert refunded(till) == [price]
    assert till.available(ada) == 50
    assert (plan(till, ada)["plan"]["state"], broken(till)) == ("active", {})
    documents = till.rows("SELECT kind FROM invoices WHERE user_id = %(who)s ORDER BY kind", ada)
    assert documents == [("credit_note",), ("receipt",), ("receipt",)]


def test_a_second_plan_that_was_ended_is_not_the_persons_and_the_first_goes_on(till: Till, ada: UUID) -> None:
    till.emulator.control.will(Fault(kind="drop_before", on="POST /v1/checkout/sessions/*/expire", times=9))
    for order in [till.order(ada, MONTH), till.order(ada, MONTH)]:
        till.pay(order)
    till.sweep()
    assert len(till.rows("SELECT 1 FROM outbox WHERE type = 'subscription.changed'")) == 1
    assert wish(till, ada, "cancel").get_json()["plan"]["cancel_at_period_end"] is True
    assert till.ask("POST", "/v1/checkout", ada, json={"price_id": MONTH, "return_url": BACK}).status_code == 409


def test_the_database_lets_nobody_have_two_plans(till: Till, ada: UUID) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        till.rows(
            """
            INSERT INTO subscriptions (id, user_id, provider, reference, price_id, state, cancel_at_period_end,
                                       created_at, seen_at)
            SELECT gen_random_uuid(), %(who)s, 'stripe', n::text, 'p', 'active', false, now(), now()
              FROM generate_series(1, 2) AS n
            """,
            ada,
        )
