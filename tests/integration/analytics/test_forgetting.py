"""Facts go after two years; the sums of their months stay."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics import use_cases
from analytics.domain import Grain, Kind, Pseudonyms
from analytics.inventory import INVENTORY
from analytics.repository import Work
from common.clock import MovableClock
from common.database import Database
from common.inventory.expiring import forget_expired
from common.work import UnitOfWork
from tests.integration.analytics.ends import generated

MIDNIGHT = datetime(2024, 11, 23, tzinfo=UTC)
TWO_YEARS_LATER = MIDNIGHT.replace(year=2026)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(MIDNIGHT)


def forget(unit: UnitOfWork[Work], *, limit: int = 1000) -> int:
    with unit.database.begin() as connection:
        return forget_expired(connection, INVENTORY, unit.clock.now(), limit=limit).get("facts", 0)


def count(unit: UnitOfWork[Work], pseudonyms: Pseudonyms, *, at: datetime = MIDNIGHT, times: int = 1) -> None:
    with unit.begin() as work:
        for _ in range(times):
            use_cases.count_generated(work, generated(at=at), pseudonyms=pseudonyms)


def days_of_facts(database: Database) -> list[date]:
    with database.begin() as connection:
        return [day for (day,) in connection.execute("SELECT day FROM facts ORDER BY day").fetchall()]


@pytest.mark.parametrize("into_the_day", [timedelta(0), timedelta(days=1) - SECOND])
def test_a_fact_goes_two_years_after_its_day_began(
    unit: UnitOfWork[Work], clock: MovableClock, pseudonyms: Pseudonyms, database: Database, into_the_day: timedelta
) -> None:
    clock.advance(into_the_day)
    count(unit, pseudonyms, at=MIDNIGHT + into_the_day)
    clock.advance(TWO_YEARS_LATER - MIDNIGHT - SECOND - into_the_day)
    assert (forget(unit), len(days_of_facts(database))) == (0, 1)
    clock.advance(2 * SECOND)
    assert (forget(unit), len(days_of_facts(database))) == (1, 0)
    assert forget(unit) == 0


def test_of_two_days_only_the_one_that_is_over_is_forgotten(
    unit: UnitOfWork[Work], clock: MovableClock, pseudonyms: Pseudonyms, database: Database
) -> None:
    next_day = MIDNIGHT + timedelta(days=1)
    count(unit, pseudonyms)
    clock.advance(next_day - MIDNIGHT)
    count(unit, pseudonyms, at=next_day)
    clock.advance(TWO_YEARS_LATER - next_day)
    assert (forget(unit), days_of_facts(database)) == (1, [next_day.date()])


def test_what_was_counted_stays_when_its_facts_are_forgotten(
    unit: UnitOfWork[Work], clock: MovableClock, pseudonyms: Pseudonyms
) -> None:
    count(unit, pseudonyms, times=2)
    clock.advance(TWO_YEARS_LATER - MIDNIGHT)
    assert forget(unit) == 2
    month = MIDNIGHT.date().replace(day=1)
    with unit.begin() as work:
        (counted,) = work.rollups.read(Grain.MONTH, first=month, last=month, kinds=[Kind.FIGURINE], by=["style"])
    assert (counted.by, counted.facts, counted.pictures) == ({"kind": "figurine", "style": "window-box"}, 2, 2)


def test_a_batch_takes_no_more_than_its_share_and_the_next_goes_on(
    unit: UnitOfWork[Work], clock: MovableClock, pseudonyms: Pseudonyms
) -> None:
    count(unit, pseudonyms, times=3)
    clock.advance(TWO_YEARS_LATER - MIDNIGHT)
    batches = [forget(unit, limit=2) for _ in range(3)]
    assert batches == [2, 1, 0]
