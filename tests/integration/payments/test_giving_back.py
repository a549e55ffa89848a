"""Money that goes back: never more than was paid, never twice, and the credits go with it."""

from typing import Any
from uuid import UUID

import pytest

from billing.domain.payments import NotRefundable
from billing.use_cases import ledger, refunds
from common.clock import SYSTEM_CLOCK
from common.contracts.generation import FigurineRequested
from ops.emulators.stripe.script import Fault
from tests.fakes.till import Till

PACK = "pack-60-eur"


def buy(till: Till, who: UUID) -> UUID:
    """Somebody bought a pack and has its credits."""
    order = till.order(who, PACK)
    till.pay(order)
    till.sweep()
    return UUID(order["order_id"])


def give_back(till: Till, who: UUID, order_id: UUID) -> Any:
    """Ask for the money back."""
    return till.ask("POST", f"/v1/orders/{order_id}/refund", who)


def charge_of(till: Till, order_id: UUID) -> str:
    """What the provider calls the charge of an order."""
    (payment,) = till.rows("SELECT payment FROM orders WHERE id = %(who)s", order_id)[0]
    return str(till.emulator.client().v1.payment_intents.retrieve(payment).latest_charge)


def refunded(till: Till) -> list[int]:
    """What the provider sent back."""
    return [each.amount for each in till.emulator.client().v1.refunds.list({}).data if each.status == "succeeded"]


def broken(till: Till) -> dict[str, Any]:
    """Which laws of payments are broken, and by whom."""
    with till.unit.begin() as work:
        return {law: found for law, found in work.payment_laws.broken().items() if found}


def spend(till: Till, who: UUID, credits: int) -> None:
    """Set credits aside for a figurine."""
    with till.unit.begin() as work:
        ledger.hold_for_figurine(
            work,
            FigurineRequested(
                figurine_id=SYSTEM_CLOCK.new_id(),
                user_id=who,
                style="statuette",
                unit_price=credits,
                variants=1,
            ),
        )


def test_a_pack_nobody_touched_goes_back_once_however_often_it_is_asked_for(till: Till, ada: UUID) -> None:
    order_id = buy(till, ada)
    first = give_back(till, ada, order_id)
    assert (first.status_code, first.get_json()["credits"]) == (202, 60)
    assert till.available(ada) == 0  # gone before the money is
    assert give_back(till, ada, order_id).get_json()["id"] == first.get_json()["id"]
    till.work()
    till.sweep()
    assert refunded(till) == [1299]
    assert till.books(ada)["refunds"] == [(1299, 60, "succeeded")]
    assert till.books(ada)["orders"][0][6] == 1299
    assert broken(till) == {}


def test_the_laws_notice_an_order_without_credits_and_refunds_that_do_not_add_up(till: Till, ada: UUID) -> None:
    order_id = buy(till, ada)
    with till.database.begin() as connection:
        connection.execute("UPDATE orders SET amount_refunded = 1, lot = 'order:of nobody'")
    assert broken(till) == {"paid_without_credits": [str(order_id)], "refunds_differ_from_order": [str(order_id)]}


def test_a_refund_whose_answer_never_came_is_asked_about_before_it_is_repeated(till: Till, ada: UUID) -> None:
    order_id = buy(till, ada)
    till.emulator.control.will(Fault(kind="drop_after", on="POST /v1/refunds*"))
    give_back(till, ada, order_id)
    till.cashier.settle_next_refund()
    assert till.books(ada)["refunds"] == [(1299, 60, "asked")]
    till.make_due()
    till.work()
    assert refunded(till) == [1299]
    assert till.books(ada)["refunds"] == [(1299, 60, "succeeded")]


def test_what_was_used_is_old_or_is_somebody_elses_is_not_given_back(till: Till, ada: UUID) -> None:
    order_id = buy(till, ada)
    assert give_back(till, SYSTEM_CLOCK.new_id(), order_id).status_code == 404
    assert give_back(till, ada, SYSTEM_CLOCK.new_id()).status_code == 404
    spend(till, ada, 3)
    refused = give_back(till, ada, order_id)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    other = buy(till, ada)
    with till.database.begin() as connection:
        connection.execute("UPDATE orders SET paid_at = paid_at - interval '15 days'")
    assert give_back(till, ada, other).status_code == 409
    assert refunded(till) == []


def test_an_operator_refunds_in_parts_up_to_what_was_paid_and_no_further(till: Till, ada: UUID) -> None:
    order_id = buy(till, ada)
    for amount in (433, 433, 433):
        with till.unit.begin() as work:
            refunds.ask_as_operator(work, order_id, amount=amount, reason="The pictures were late")
        till.work()
    with pytest.raises(NotRefundable), till.unit.begin() as work:
        refunds.ask_as_operator(work, order_id, amount=1, reason="Once more")
    assert till.available(ada) == 0
    assert refunded(till) == [433, 433, 433]
    assert [row[1] for row in till.books(ada)["refunds"]] == [20, 20, 20]


def test_what_is_refunded_at_the_provider_takes_credits_and_never_those_of_others(till: Till, ada: UUID) -> None:
    order_id = buy(till, ada)
    buy(till, ada)
    till.emulator.client().v1.refunds.create({"charge": charge_of(till, order_id), "amount": 650})
    till.sweep()
    till.sweep()
    assert till.available(ada) == 120 - 30
    with till.unit.begin() as work:
        refunds.ask_as_operator(work, order_id, amount=None, reason="The rest, too")
    till.work()
    till.sweep()
    assert sum(refunded(till)) == 1299
    assert till.available(ada) == 60


def test_a_refund_that_the_bank_sends_back_gives_the_credits_back(till: Till, ada: UUID) -> None:
    order_id = buy(till, ada)
    give_back(till, ada, order_id)
    till.work()
    refund = till.emulator.client().v1.refunds.list({}).data[0]
    till.emulator.control.fail_refund(refund.id)
    till.sweep()
    till.sweep()
    assert till.available(ada) == 60
    assert till.books(ada)["orders"][0][6] == 0


@pytest.mark.parametrize(("won", "left"), [(True, 60), (False, 0)])
def test_a_dispute_freezes_the_credits_until_it_is_decided(till: Till, ada: UUID, *, won: bool, left: int) -> None:
    order_id = buy(till, ada)
    dispute = till.emulator.control.dispute(charge_of(till, order_id))
    till.sweep()
    assert till.available(ada) == 0
    assert give_back(till, ada, order_id).status_code == 409
    till.emulator.control.close_dispute(dispute, won=won)
    opened = [event for event in till.events() if event["type"] == "charge.dispute.created"]
    till.sweep()
    for event in opened:
        till.tell(event)  # late news
    till.work()
    assert till.available(ada) == left
    assert till.books(ada)["disputes"] == [(1299, "won" if won else "lost")]
    with till.unit.begin() as work:
        order = work.orders.find(order_id)
    assert order is not None
    assert order.refundable == (1299 if won else 0)
