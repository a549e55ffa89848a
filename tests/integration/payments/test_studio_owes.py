"""What the studio owes is paid back until it is; and nobody's plan is judged by what was never heard."""

from datetime import timedelta
from uuid import UUID

import pytest

from ops.emulators.stripe.script import Fault
from tests.fakes.till import BACK, Till
from tests.integration.payments.test_giving_back import broken, buy, give_back, refunded
from tests.integration.payments.test_plans import MONTH, STUDIO, plan, subscribe

DAY = timedelta(days=1)


@pytest.fixture
def two_plans(till: Till, ada: UUID) -> int:
    """Two were paid at once, so that one was paid back; what it cost."""
    till.emulator.control.will(Fault(kind="drop_before", on="POST /v1/checkout/sessions/*/expire", times=9))
    for order in [till.order(ada, MONTH), till.order(ada, MONTH)]:
        till.pay(order)
    till.sweep()
    (price,) = refunded(till)
    return price


def test_a_refund_the_studio_owes_and_a_bank_sent_back_is_sent_again(till: Till, ada: UUID, two_plans: int) -> None:
    (sent,) = till.emulator.client().v1.refunds.list({}).data
    till.emulator.control.fail_refund(sent.id)
    for event in till.events():
        till.tell(event)
    till.work()
    assert (refunded(till), till.available(ada)) == ([], 50), "its credits do not come back in between"
    till.clock.advance(timedelta(hours=2))
    till.work()
    assert (refunded(till), till.available(ada), broken(till)) == ([two_plans], 50, {})
    till.clock.advance(DAY)
    till.work()
    assert refunded(till) == [two_plans], "once it is paid back, nothing more is"


def test_a_refund_a_person_asked_for_and_that_failed_gives_its_credits_back_and_is_not_repeated(
    till: Till, ada: UUID
) -> None:
    order_id = buy(till, ada)
    give_back(till, ada, order_id)
    till.work()
    (sent,) = till.emulator.client().v1.refunds.list({}).data
    till.emulator.control.fail_refund(sent.id)
    for event in till.events():
        till.tell(event)
    till.clock.advance(DAY)
    till.work()
    assert (refunded(till), till.available(ada)) == ([], 60)


def test_a_provider_that_is_away_does_not_break_the_job_of_refunds(till: Till, ada: UUID) -> None:
    order_id = buy(till, ada)
    give_back(till, ada, order_id)
    till.emulator.control.will(Fault(kind="error", on="GET /v1/*", times=9))
    assert till.cashier.settle_next_refund() == 0
    till.emulator.control.will()
    till.make_due()
    till.work()
    assert len(refunded(till)) == 1


def test_a_plan_that_ended_unheard_does_not_make_the_next_one_the_second(till: Till, ada: UUID) -> None:
    subscribe(till, ada, at=till.clock.now().replace(microsecond=0) + timedelta(seconds=5))
    first = till.emulator.client().v1.subscriptions.list({"status": "all"}).data[0].id
    # A page of before, which was never closed; meanwhile the plan is ended at the provider, and no message comes.
    order = _opened_before(till, ada)
    till.emulator.client().v1.subscriptions.cancel(first)
    till.pay(order)
    for event in till.events():
        if event["type"].startswith("checkout.session"):
            till.tell(event)
    till.work()
    rows = till.rows("SELECT state, end_because FROM subscriptions WHERE user_id = %(who)s ORDER BY id", ada)
    assert rows == [("canceled", None), ("active", None)]
    assert refunded(till) == []
    assert plan(till, ada)["plan"]["price_id"] == STUDIO


def test_a_plan_that_ended_unheard_does_not_keep_anybody_from_buying_another(till: Till, ada: UUID) -> None:
    subscribe(till, ada, at=till.clock.now().replace(microsecond=0) + timedelta(seconds=5))
    body = {"price_id": STUDIO, "return_url": BACK}
    assert till.ask("POST", "/v1/checkout", ada, json=body).status_code == 409
    till.emulator.client().v1.subscriptions.cancel(till.emulator.client().v1.subscriptions.list({}).data[0].id)
    till.pay(till.order(ada, STUDIO))
    till.sweep()
    assert plan(till, ada)["plan"]["price_id"] == STUDIO


def _opened_before(till: Till, who: UUID) -> dict[str, object]:
    """A plan's page that was opened before the plan there is; its check saw no other."""
    with till.database.begin() as connection:
        connection.execute("UPDATE subscriptions SET state = 'canceled', ended_at = now() WHERE user_id = %s", [who])
    order = till.order(who, STUDIO)
    with till.database.begin() as connection:
        connection.execute("UPDATE subscriptions SET state = 'active', ended_at = NULL WHERE user_id = %s", [who])
    return order
