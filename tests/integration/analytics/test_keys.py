"""Keys of names: made once, destroyed on rotation, and after that nobody finds what they named."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from analytics import use_cases
from analytics.domain import Pseudonyms
from analytics.jobs.tidying import destroy_keys
from analytics.repository import Work
from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts.gateway import UsageObserved
from common.database import Database
from common.work import UnitOfWork
from tests.integration.analytics.ends import generated

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture
def ada() -> UUID:
    return SYSTEM_CLOCK.new_id()


def looked(user_id: UUID | None, at: datetime, seconds: int = 30) -> UsageObserved:
    return UsageObserved(user_id=user_id, page="/studio", seconds=seconds, observed_at=at, device="phone")


def count(unit: UnitOfWork[Work], pseudonyms: Pseudonyms, *events: object) -> None:
    with unit.begin() as work:
        for event in events:
            if isinstance(event, UsageObserved):
                use_cases.count_usage(work, event, pseudonyms=pseudonyms)
            else:
                use_cases.count_generated(work, event, pseudonyms=pseudonyms)  # pyright: ignore[reportArgumentType]


def names(unit: UnitOfWork[Work], pseudonyms: Pseudonyms, user_id: UUID) -> Sequence[bytes]:
    with unit.begin() as work:
        return use_cases.names_of(work, user_id, pseudonyms=pseudonyms)


def found(database: Database, names: Sequence[bytes]) -> dict[str, int]:
    with database.begin() as connection:
        return dict(
            connection.execute(
                "SELECT kind, count(*) FROM facts WHERE subject = ANY(%s) GROUP BY kind", [list(names)]
            ).fetchall()
        )


def keys(database: Database) -> tuple[int, int]:
    with database.begin() as connection:
        ((months, days),) = connection.execute(
            "SELECT (SELECT count(*) FROM pseudonym_keys), (SELECT count(*) FROM visitor_keys)"
        ).fetchall()
    return months, days


def test_many_who_need_the_key_of_a_month_at_once_get_the_same(
    unit: UnitOfWork[Work], database: Database, ada: UUID, pseudonyms: Pseudonyms
) -> None:
    with ThreadPoolExecutor(6) as consumers:
        list(consumers.map(lambda _: count(unit, pseudonyms, generated(at=NOON, user_id=ada)), range(12)))
    assert keys(database) == (1, 0)
    assert found(database, names(unit, pseudonyms, ada)) == {"figurine": 12}


def test_pages_lead_to_nobody_after_two_days_and_her_own_time_is_still_hers(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock, ada: UUID, pseudonyms: Pseudonyms
) -> None:
    count(unit, pseudonyms, looked(ada, NOON, 40), looked(ada, NOON, 2), looked(None, NOON))
    assert found(database, names(unit, pseudonyms, ada)) == {"page": 2}
    clock.advance(DAY)
    destroy_keys(unit)
    assert found(database, names(unit, pseudonyms, ada)) == {"page": 2}
    clock.advance(DAY)
    assert destroy_keys(unit) == 1
    assert found(database, names(unit, pseudonyms, ada)) == {}
    with unit.begin() as work:
        (spent,) = use_cases.read_own_time(work, ada, pseudonyms=pseudonyms)
    assert (spent.day, spent.seconds) == (NOON.date(), 42)


def test_once_a_months_key_is_destroyed_nobody_finds_what_it_named_and_the_rest_is_still_found(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock, ada: UUID, pseudonyms: Pseudonyms
) -> None:
    count(unit, pseudonyms, generated(at=NOON, user_id=ada))
    before = names(unit, pseudonyms, ada)
    clock.advance(datetime(2028, 11, 30, tzinfo=UTC) - NOON)
    assert destroy_keys(unit) == 0
    count(unit, pseudonyms, generated(at=clock.now(), user_id=ada))
    assert found(database, names(unit, pseudonyms, ada)) == {"figurine": 2}
    clock.advance(DAY)
    assert destroy_keys(unit) == 1
    assert found(database, names(unit, pseudonyms, ada)) == {"figurine": 1}
    # The row is still there; what leads to it is not.
    assert found(database, before) == {"figurine": 1}


def test_what_is_told_of_after_its_key_is_gone_counts_and_is_nobodys(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock, ada: UUID, pseudonyms: Pseudonyms
) -> None:
    clock.advance(timedelta(days=900))
    count(unit, pseudonyms, generated(at=NOON, user_id=ada))
    assert keys(database) == (0, 0)
    with database.begin() as connection:
        assert connection.execute("SELECT day, subject FROM facts").fetchall() == [(NOON.date(), None)]
        assert connection.execute("SELECT sum(facts) FROM rollups_of_months").fetchall() == [(1,)]


def break_off(unit: UnitOfWork[Work]) -> None:
    with unit.begin() as work:
        assert use_cases.destroy_keys(work) == 2
        raise ConnectionError


def test_a_sweep_that_breaks_off_destroys_nothing_and_the_next_one_does(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock, ada: UUID, pseudonyms: Pseudonyms
) -> None:
    count(unit, pseudonyms, generated(at=NOON, user_id=ada), looked(ada, NOON))
    clock.advance(timedelta(days=900))
    with pytest.raises(ConnectionError):
        break_off(unit)
    assert keys(database) == (1, 1)
    assert [destroy_keys(unit), destroy_keys(unit)] == [2, 0]


def test_a_key_of_one_database_names_nobody_in_another(
    unit: UnitOfWork[Work], database: Database, ada: UUID, pseudonyms: Pseudonyms
) -> None:
    """The key in the settings alone, and the database alone, are of no use."""
    count(unit, pseudonyms, generated(at=NOON, user_id=ada))
    assert found(database, names(unit, Pseudonyms(bytes(32)), ada)) == {}
    month = pseudonyms.of_month(NOON.date().replace(day=1), None)
    assert found(database, [month.of_person(ada)]) == {}
