"""Partitions by month: made ahead, by whoever comes first, after whatever the clock did; nothing is ever lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from analytics import use_cases
from analytics.domain import Pseudonyms
from analytics.jobs.tidying import bring_back, make_months
from analytics.repository import Work
from common.clock import MovableClock
from common.database import Database
from common.migrations import migrate
from common.work import UnitOfWork
from ops.embedded.site import PROJECT
from tests.integration.analytics.ends import generated

NOON = datetime(2031, 5, 31, 12, tzinfo=UTC)


@pytest.fixture
def database(empty_database: str) -> Iterator[Database]:
    """Of its own: tables come and go here."""
    migrate(empty_database, PROJECT / "services/analytics/analytics/migrations")
    database = Database(empty_database, application="test")
    yield database
    database.close()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


def months(database: Database) -> set[str]:
    with database.begin() as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'").fetchall()
    return {name for (name,) in rows}


def where(database: Database) -> dict[str, int]:
    with database.begin() as connection:
        return dict(
            connection.execute("SELECT tableoid::regclass::text, count(*) FROM facts GROUP BY 1 ORDER BY 1").fetchall()
        )


def count(unit: UnitOfWork[Work], pseudonyms: Pseudonyms, *at: datetime) -> None:
    with unit.begin() as work:
        for each in at:
            use_cases.count_generated(work, generated(at=each), pseudonyms=pseudonyms)


def test_months_are_made_ahead_once_by_however_many(unit: UnitOfWork[Work], database: Database) -> None:
    before = months(database)
    with ThreadPoolExecutor(4) as workers:
        made = list(workers.map(lambda _: make_months(unit), range(4)))
    assert sorted(made) == [0, 0, 0, 4]
    assert months(database) - before == {"facts_2031_05", "facts_2031_06", "facts_2031_07", "facts_2031_08"}


def test_what_no_month_was_made_for_is_caught_and_comes_to_its_month(
    unit: UnitOfWork[Work], database: Database, pseudonyms: Pseudonyms
) -> None:
    long_ago = NOON - timedelta(days=400)
    count(unit, pseudonyms, long_ago, NOON, NOON)
    assert where(database) == {"facts_rest": 3}
    make_months(unit)
    assert where(database) == {"facts_2030_04": 1, "facts_2031_05": 2}
    count(unit, pseudonyms, long_ago)
    assert where(database) == {"facts_2030_04": 2, "facts_2031_05": 2}
    assert make_months(unit) == 0


def test_months_are_made_while_others_count(unit: UnitOfWork[Work], database: Database, pseudonyms: Pseudonyms) -> None:
    def act(turn: int) -> None:
        if turn % 3:
            count(unit, pseudonyms, NOON, NOON - timedelta(days=40))
        else:
            make_months(unit)

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(act, range(24)))
    make_months(unit)
    assert where(database) == {"facts_2031_04": 16, "facts_2031_05": 16}


def test_after_a_jump_of_the_clock_facts_of_days_to_come_count_today_in_facts_and_rollups(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock, pseudonyms: Pseudonyms
) -> None:
    clock.advance(timedelta(days=3000))
    count(unit, pseudonyms, clock.now(), clock.now())
    clock.advance(-timedelta(days=3000))
    assert [bring_back(unit), bring_back(unit)] == [2, 0]
    with database.begin() as connection:
        assert connection.execute("SELECT DISTINCT day FROM facts").fetchall() == [(NOON.date(),)]
        assert connection.execute("SELECT period, facts FROM rollups_of_days").fetchall() == [(NOON.date(), 2)]
        assert connection.execute("SELECT period, facts FROM rollups_of_months").fetchall() == [(date(2031, 5, 1), 2)]


def test_news_from_a_clock_that_runs_ahead_count_now(
    unit: UnitOfWork[Work], database: Database, pseudonyms: Pseudonyms
) -> None:
    count(unit, pseudonyms, NOON + timedelta(days=4000))
    with database.begin() as connection:
        assert connection.execute("SELECT day, hour FROM facts").fetchall() == [(NOON.date(), 12)]
