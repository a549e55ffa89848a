"""Two consumers of billing at once, each with news of the same figurine."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event as Flag

import pytest

from billing.domain.laws import Law
from billing.domain.ledger import HoldState
from billing.repository import Work
from billing.use_cases import auditing, ledger
from common.contracts import Event
from common.database import Database
from common.work import UnitOfWork
from tests.builders import DAY, Life

PATIENCE = 500
_PAUSE = Flag()


def wait_until_one_waits_for_a_lock(database: Database, answer: "Future[None]") -> None:
    """Return when a transaction of this database waits for another one, or when it had no need to."""
    for _ in range(PATIENCE):
        with database.begin() as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
        if answer.done() or (row is not None and row[0]):
            return
        _PAUSE.wait(0.01)
    pytest.fail("nobody came to wait for the lock")


def request(unit: UnitOfWork[Work], life: Life) -> None:
    with unit.begin() as work:
        ledger.hold_for_figurine(work, life.requested())


@pytest.fixture
def life(unit: UnitOfWork[Work]) -> Life:
    life = Life()
    with unit.begin() as work:
        ledger.open_account_with_trial_credits(work, life.registered(), credits=life.credits)
    return life


def test_a_request_that_runs_beside_its_own_failure_holds_nothing(
    unit: UnitOfWork[Work], database: Database, life: Life, published: Callable[[], list[Event]]
) -> None:
    with ThreadPoolExecutor(1) as other:
        with unit.begin() as work:
            ledger.release_hold(work, life.failed("cancelled"))
            late = other.submit(request, unit, life)
            wait_until_one_waits_for_a_lock(database, late)
        late.result(10)
    with unit.begin() as work:
        hold = work.ledger.find_hold(life.figurine_id)
        assert hold is not None
        assert hold.state is HoldState.RELEASED
        assert ledger.read_balance(work, life.user_id).held == 0
        assert not auditing.find_violations(work, stale_after=DAY)[Law.HOLDS]
    assert published() == []


def test_the_same_request_twice_at_once_is_held_once(
    unit: UnitOfWork[Work], database: Database, life: Life, published: Callable[[], list[Event]]
) -> None:
    with ThreadPoolExecutor(1) as other:
        with unit.begin() as work:
            ledger.hold_for_figurine(work, life.requested())
            second = other.submit(request, unit, life)
            wait_until_one_waits_for_a_lock(database, second)
        second.result(10)
    with unit.begin() as work:
        assert ledger.read_balance(work, life.user_id).held == life.price
    assert [event.type for event in published()] == ["credits.held"]


def test_a_delivery_and_a_failure_at_once_end_the_hold_once(
    unit: UnitOfWork[Work], database: Database, life: Life, published: Callable[[], list[Event]]
) -> None:
    request(unit, life)

    def fail() -> None:
        with unit.begin() as work:
            ledger.release_hold(work, life.failed())

    with ThreadPoolExecutor(1) as other:
        with unit.begin() as work:
            ledger.capture_delivered_pictures(work, life.generated())
            late = other.submit(fail)
            wait_until_one_waits_for_a_lock(database, late)
        late.result(10)
    with unit.begin() as work:
        balance = ledger.read_balance(work, life.user_id)
    assert (balance.available, balance.held) == (life.credits - life.price, 0)
    assert [event.type for event in published()] == ["credits.held", "credits.captured"]
