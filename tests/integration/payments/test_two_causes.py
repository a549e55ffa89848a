"""Credits that wait for two reasons at once: a payment that is disputed, and a plan that is not paid."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from dateutil.relativedelta import relativedelta

from tests.fakes.till import Till
from tests.integration.payments.test_giving_back import charge_of
from tests.integration.payments.test_plans import go_on, plan, subscribe

START = datetime(2027, 4, 1, tzinfo=UTC)
PAUSED = START + relativedelta(months=1) + timedelta(days=2, hours=3)


@pytest.fixture
def disputable(till: Till, ada: UUID) -> str:
    """What the provider calls the charge of a plan whose next payment will fail."""
    subscribe(till, ada, at=START)
    (customer,) = till.rows("SELECT reference FROM customers WHERE user_id = %(who)s", ada)[0]
    till.emulator.control.use_method(customer, "pm_card_chargeCustomerFail")
    (order_id,) = till.rows("SELECT id FROM orders WHERE user_id = %(who)s", ada)[0]
    return charge_of(till, order_id)


def fall_out(till: Till, charge: str, *, disputed_first: bool) -> str:
    """The first payment is disputed, and the second one fails."""
    control = till.emulator.control
    if not disputed_first:
        go_on(till, PAUSED)
    dispute = control.dispute(charge)
    till.sweep()
    if disputed_first:
        go_on(till, PAUSED)
    return dispute


def settle(till: Till, who: UUID) -> None:
    """The plan is paid after all."""
    (customer,) = till.rows("SELECT reference FROM customers WHERE user_id = %(who)s", who)[0]
    till.emulator.control.use_method(customer, "pm_card_visa")
    go_on(till, START + relativedelta(months=1) + timedelta(days=9))


def causes(till: Till, who: UUID) -> list[str]:
    """What this person's credits wait for; other tests of this process leave theirs waiting."""
    query = """
        SELECT cause FROM freezes JOIN lots ON lots.id = lot_id WHERE user_id = %(who)s ORDER BY cause
        """
    return [cause.split(":")[0] for (cause,) in till.rows(query, who)]


@pytest.mark.parametrize("disputed_first", [True, False])
def test_a_dispute_that_is_won_does_not_pay_for_the_plan(
    till: Till, ada: UUID, disputable: str, *, disputed_first: bool
) -> None:
    dispute = fall_out(till, disputable, disputed_first=disputed_first)
    assert (plan(till, ada)["plan"]["state"], till.available(ada)) == ("paused", 0)
    assert causes(till, ada) == ["dispute", "unpaid"]

    till.emulator.control.close_dispute(dispute, won=True)
    till.sweep()
    assert (till.available(ada), causes(till, ada)) == (0, ["unpaid"])
    settle(till, ada)
    assert (plan(till, ada)["plan"]["state"], till.available(ada), causes(till, ada)) == ("active", 100, [])


@pytest.mark.parametrize(("disputed_first", "won", "left"), [(True, True, 100), (False, False, 50)])
def test_a_plan_that_is_paid_again_does_not_decide_a_dispute(
    till: Till, ada: UUID, disputable: str, *, disputed_first: bool, won: bool, left: int
) -> None:
    dispute = fall_out(till, disputable, disputed_first=disputed_first)
    settle(till, ada)
    assert (plan(till, ada)["plan"]["state"], till.available(ada)) == ("active", 50)
    assert causes(till, ada) == ["dispute"]
    till.emulator.control.close_dispute(dispute, won=won)
    till.sweep()
    assert (till.available(ada), causes(till, ada)) == (left, [])
