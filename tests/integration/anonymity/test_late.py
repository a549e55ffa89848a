"""What is told of a month that is over is kept under no name, and its months are as they were."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from analytics import use_cases
from analytics.domain import Pseudonyms
from analytics.repository import Work
from common.clock import MovableClock
from common.contracts.gateway import UsageObserved
from common.work import UnitOfWork
from tests.integration.analytics.ends import generated
from tests.integration.anonymity.aged import MONTH, Aged
from tests.integration.anonymity.test_anonymous_months import a_month

PSEUDONYMS = Pseudonyms(bytes(range(32)))
NOON = datetime(2024, 11, 20, 12, tzinfo=UTC)
ADA = UUID(int=7)


def told(unit: UnitOfWork[Work], *moments: datetime) -> None:
    with unit.begin() as work:
        for at in moments:
            use_cases.count_generated(work, generated(at=at, user_id=ADA), pseudonyms=PSEUDONYMS)


def test_a_fact_of_an_anonymous_month_is_counted_as_late_and_kept_nowhere(aged: Aged) -> None:
    a_month(aged)
    aged.run()
    before = aged.rows("SELECT * FROM rollups_of_months")
    told(aged.unit, NOON, NOON, datetime(2024, 12, 1, tzinfo=UTC))
    assert aged.rows("SELECT month, late FROM closed_months") == [(MONTH, 2)]
    assert aged.rows("SELECT day FROM facts") == [(date(2024, 12, 1),)]
    assert aged.rows("SELECT * FROM rollups_of_months WHERE period = %s", MONTH) == before
    assert aged.rows("SELECT month FROM pseudonym_keys") == [(date(2024, 12, 1),)]


def test_a_fact_that_comes_when_its_month_is_due_is_late_before_anybody_took_the_month_on(aged: Aged) -> None:
    a_month(aged)
    told(aged.unit, NOON)
    assert aged.value("SELECT count(*) FROM facts") == 162
    aged.run()
    assert aged.rows("SELECT counted, kept FROM anonymisations") == [(162, 162)]
    assert aged.rows("SELECT month, late FROM closed_months") == [(MONTH, 1)]


def test_whoever_still_lives_a_day_earlier_does_not_write_into_a_month_that_was_closed(
    aged: Aged, clock: MovableClock
) -> None:
    a_month(aged)
    with aged.unit.begin() as work:
        use_cases.close_next_month(work)
    clock.advance(timedelta(days=-1))
    told(aged.unit, NOON)
    assert aged.value("SELECT count(*) FROM facts") == 162
    assert aged.value("SELECT late FROM closed_months") == 1


def test_an_order_that_comes_late_changes_no_figurine_of_a_closed_month(aged: Aged, clock: MovableClock) -> None:
    clock.advance(timedelta(days=-40))
    event = generated(at=datetime(2024, 11, 30, 12, tzinfo=UTC), user_id=ADA)
    with aged.unit.begin() as work:
        use_cases.count_generated(work, event, pseudonyms=PSEUDONYMS)
    clock.advance(timedelta(days=40))
    with aged.unit.begin() as work:
        use_cases.close_next_month(work)
    sums = aged.rows("SELECT * FROM rollups_of_days")
    order = UsageObserved(
        user_id=ADA,
        page="",
        seconds=0,
        kind="order",
        figurine_id=event.figurine_id,
        plan="premium",
        device="phone",
        observed_at=datetime(2024, 12, 1, 1, tzinfo=UTC),
    )
    with aged.unit.begin() as work:
        use_cases.count_usage(work, order, pseudonyms=PSEUDONYMS)
    assert aged.rows("SELECT * FROM rollups_of_days WHERE period < '2024-12-01'") == sums
    assert aged.rows("SELECT kind, device FROM facts ORDER BY day") == [("figurine", "unknown"), ("order", "phone")]


def test_her_own_usage_ends_with_the_month_that_is_anonymous(aged: Aged, clock: MovableClock) -> None:
    clock.advance(timedelta(days=-40))
    told(aged.unit, NOON, datetime(2024, 12, 1, tzinfo=UTC))
    clock.advance(timedelta(days=40))
    aged.run()
    with aged.unit.begin() as work:
        made = use_cases.read_own_usage(work, ADA, pseudonyms=PSEUDONYMS)
    assert [each.day for each in made] == [date(2024, 12, 1)]
