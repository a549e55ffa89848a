"""A paying person leaves: the books are what they were, to the last credit, and lead to nobody."""

from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from billing.domain.laws import Law
from billing.domain.lots import LotKind
from billing.domain.payments import Order
from billing.inventory import INVENTORY
from billing.jobs.payments import Cashier
from billing.repository import Work
from billing.use_cases import auditing, granting, leaving, ledger, refunds
from common.clock import MovableClock
from common.contracts.privacy import UserDeletionRequested
from common.database import Database
from common.erasure import Fence, Leaving
from common.erasure.eraser import Eraser
from common.erasure.nowhere import NOWHERE
from common.intake import Intake
from common.rights import rights_of
from common.service import Service
from common.work import UnitOfWork
from tests.builders import DAY, Life, envelope
from tests.fakes.brokerless import BrokerlessConsumer
from tests.integration.billing.rooms import rooms_with_codes
from tests.integration.billing.test_paid_by_invoice import (
    Buy,
    ada,
    booked,
    buy,
    cashier,
    clock,
    look_at_all,
    provider,
    read,
    work_off,
)
from tests.integration.erasure.five import settings_with

__all__ = ["ada", "buy", "cashier", "clock", "provider"]

# What an accountant adds up: the same question before and after has the same answer.
TOTALS = (
    "SELECT account, count(*), sum(credits) FROM postings GROUP BY 1",
    "SELECT count(*), sum(available), sum(held), sum(frozen), sum(version) FROM accounts",
    "SELECT kind, count(*), sum(credits), sum(free), sum(held), sum(owed) FROM lots GROUP BY 1",
    "SELECT kind, reason, count(*), sum(credits), sum(balance) FROM entries GROUP BY 1, 2",
    "SELECT state, count(*), sum(credits), sum(captured) FROM holds GROUP BY 1",
    "SELECT state, count(*), sum(amount), sum(amount_paid), sum(amount_refunded) FROM orders GROUP BY 1",
    "SELECT state, count(*), sum(amount), sum(credits) FROM refunds GROUP BY 1",
    "SELECT count(*), sum(amount) FROM transfers",
    "SELECT kind, count(*), sum(net), sum(tax), sum(gross) FROM invoices GROUP BY 1",
)
# The same, of one person each.
OF_EACH = (
    "SELECT available, held, frozen, version FROM accounts WHERE user_id = %s",
    "SELECT account, count(*), sum(credits) FROM postings WHERE user_id = %s GROUP BY 1",
    "SELECT seq, kind, credits, balance FROM entries WHERE user_id = %s",
    "SELECT id, kind, credits, free, held, owed FROM lots WHERE user_id = %s",
    "SELECT id, state, credits, captured FROM holds WHERE user_id = %s",
    "SELECT id, state, amount, amount_paid FROM orders WHERE user_id = %s",
)

TRIAL_CREDITS = 10

Rows = list[list[tuple[object, ...]]]


@pytest.fixture
def service(database: Database, clock: MovableClock) -> Service[Work]:
    """Billing, as its wiring puts it together for who leaves."""
    return Service(
        settings=settings_with(Ed25519PrivateKey.generate()),
        unit=UnitOfWork(
            service="billing", database=database, build=rooms_with_codes, clock=clock, fence=Fence(b"f" * 32)
        ),
        migrations=Path(),
        inventory=INVENTORY,
        leaving=Leaving(begin=leaving.end_payments, settled=leaving.is_settled),
    )


def added_up(database: Database, queries: tuple[str, ...], *values: object) -> Rows:
    with database.begin() as connection:
        return [sorted(connection.execute(query.encode(), list(values)).fetchall(), key=str) for query in queries]


def eraser(service: Service[Work]) -> Eraser[Work]:
    assert service.unit.fence is not None
    return Eraser(service, service.unit.fence, None, NOWHERE)


def erase(service: Service[Work], user_id: UUID) -> None:
    """As the event asks for it, until it is over."""
    database = service.unit.database
    subscriptions = rights_of(service).subscriptions
    intake = Intake(database=database, unit=service.unit, subscriptions=subscriptions)
    request_id = service.unit.clock.new_id()
    try:
        BrokerlessConsumer(intake).deliver([envelope(UserDeletionRequested(user_id=user_id, request_id=request_id))])
    finally:
        intake.close()
    assert eraser(service).run() == 1
    with database.begin() as connection:
        over = connection.execute("SELECT state FROM erasures WHERE request_id = %s", [request_id]).fetchone()
    assert over == ("erased",)


@pytest.fixture
def life(unit: UnitOfWork[Work], consumer: BrokerlessConsumer[Work], cashier: Cashier, buy: Buy, ada: UUID) -> UUID:
    """She bought two packs and gave one back, was given a present, and had figurines made, one of which failed."""
    kept, returned = buy(ada), buy(ada)
    for order in (kept, returned):
        booked(unit, "received", order, "12.99")
    look_at_all(cashier)
    with unit.begin() as work:
        refunds.ask_own(work, ada, returned.id)
        granting.grant(
            work, ada, kind=LotKind.GIFT, credits=5, source=f"gift:{ada}", expires_at=None, reason="A present"
        )
    made, failed = Life(user_id=ada), Life(user_id=ada)
    consumer.deliver([envelope(made.requested()), envelope(failed.requested())])
    consumer.deliver([envelope(made.generated(1)), envelope(failed.failed())])
    assert read(unit, kept).amount_paid == 1299
    return ada


def test_every_total_is_the_same_before_and_after_and_all_laws_hold(
    unit: UnitOfWork[Work], service: Service[Work], database: Database, life: UUID
) -> None:
    before, hers = added_up(database, TOTALS), added_up(database, OF_EACH, life)
    assert all(hers), "there is something in each of her books"
    erase(service, life)
    assert added_up(database, TOTALS) == before
    assert not any(added_up(database, OF_EACH, life))
    with database.begin() as connection:
        (row,) = connection.execute("SELECT DISTINCT user_id FROM orders WHERE id = %s", [hers[5][0][0]]).fetchall()
    assert added_up(database, OF_EACH, row[0]) == hers, "one pseudonym in all of them, so that they go on adding up"
    with unit.begin() as work:
        laws = auditing.find_violations(work, stale_after=DAY)
    assert {law: broken for law, broken in laws.items() if law != Law.STALE and broken} == {}


def test_whoever_has_credits_set_aside_is_waited_for(
    consumer: BrokerlessConsumer[Work], service: Service[Work], life: UUID, clock: MovableClock
) -> None:
    waiting = Life(user_id=life)
    consumer.deliver([envelope(waiting.requested())])
    with pytest.raises(AssertionError):
        erase(service, life)
    consumer.deliver([envelope(waiting.failed("cancelled"))])
    clock.advance(DAY)
    assert eraser(service).run() == 1
    assert not any(added_up(service.unit.database, OF_EACH, life))


@pytest.fixture
def unpaid(buy: Buy, ada: UUID) -> Order:
    """She ordered by transfer, and nothing came."""
    return buy(ada)


def test_an_order_nobody_paid_is_given_up_before_she_is_forgotten_and_late_money_brings_her_nothing(
    unit: UnitOfWork[Work], service: Service[Work], unpaid: Order, cashier: Cashier, clock: MovableClock
) -> None:
    with pytest.raises(AssertionError):
        erase(service, unpaid.user_id)
    work_off(cashier)
    clock.advance(DAY)
    assert eraser(service).run() == 1
    assert not any(added_up(service.unit.database, OF_EACH, unpaid.user_id))
    booked(unit, "received", unpaid, "12.99")
    look_at_all(cashier)
    forgotten = read(unit, unpaid)
    assert forgotten.user_id != unpaid.user_id
    with unit.begin() as work:
        assert ledger.read_balance(work, forgotten.user_id).available == TRIAL_CREDITS
