"""Privacy on a real Postgres: its database, its rooms, and a clock that moves only when told to."""

from collections.abc import Callable, Iterator

import pytest

from common.clock import MovableClock
from common.database import Database
from common.work import UnitOfWork
from privacy.repository import Work


@pytest.fixture(scope="session")
def privacy_dsn(service_database: Callable[[str], str]) -> str:
    return service_database("privacy")


@pytest.fixture(scope="session")
def database(privacy_dsn: str) -> Iterator[Database]:
    database = Database(privacy_dsn, application="test")
    yield database
    database.close()


@pytest.fixture(autouse=True)
def _without_uploads_of_earlier_tests(database: Database) -> None:
    # Young evidence stays: nothing the role of the service may do takes it away.
    with database.begin() as connection:
        connection.execute("DELETE FROM clocks")
        connection.execute("DELETE FROM outbox")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def unit(database: Database, clock: MovableClock) -> UnitOfWork[Work]:
    return UnitOfWork(service="privacy", database=database, build=Work, clock=clock)
