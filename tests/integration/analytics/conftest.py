"""Analytics on a real Postgres, empty before every test."""

from collections.abc import Callable, Iterator

import pytest

from analytics.domain import Pseudonyms
from analytics.repository import Work
from common.clock import MovableClock
from common.database import Database
from common.work import UnitOfWork
from tests.integration.analytics.emptied import empty


@pytest.fixture(scope="session")
def analytics_dsn(service_database: Callable[[str], str]) -> str:
    return service_database("analytics")


@pytest.fixture(scope="session")
def database(analytics_dsn: str) -> Iterator[Database]:
    database = Database(analytics_dsn, application="test")
    yield database
    database.close()


@pytest.fixture(autouse=True)
def _without_counts_of_earlier_tests(database: Database) -> None:
    empty(database)


@pytest.fixture(scope="session")
def pseudonyms() -> Pseudonyms:
    return Pseudonyms(bytes(range(32)))


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def unit(database: Database, clock: MovableClock) -> UnitOfWork[Work]:
    return UnitOfWork(service="analytics", database=database, build=Work, clock=clock)
