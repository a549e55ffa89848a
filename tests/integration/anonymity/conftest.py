"""Analytics in a database of its own, in which months grow old and go."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from analytics.repository import Work
from analytics.wiring import MIGRATIONS
from common.clock import MovableClock
from common.database import Database
from common.migrations import migrate
from common.work import UnitOfWork
from tests.fixtures.postgres import divided_database
from tests.fixtures.servers import Servers
from tests.integration.anonymity.aged import Aged


@pytest.fixture(scope="session")
def aged_name(servers: Servers) -> Iterator[str]:
    with divided_database(servers, f"aged_{os.getpid()}", "analytics") as name:
        migrate(servers.postgres_url("analytics_owner", name), MIGRATIONS)
        yield name


@pytest.fixture(scope="session")
def database(servers: Servers, aged_name: str) -> Iterator[Database]:
    database = Database(servers.postgres_url("analytics", aged_name), application="test")
    yield database
    database.close()


@pytest.fixture(scope="session")
def owner(servers: Servers, aged_name: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(servers.postgres_url("analytics_owner", aged_name), autocommit=True) as connection:
        yield connection


@pytest.fixture
def clock() -> MovableClock:
    """Three days before the two years of the month's first day end."""
    return MovableClock(datetime(2026, 10, 29, 3, tzinfo=UTC))


@pytest.fixture
def unit(database: Database, clock: MovableClock) -> UnitOfWork[Work]:
    return UnitOfWork(service="analytics", database=database, build=Work, clock=clock)


@pytest.fixture
def aged(owner: psycopg.Connection[Any], unit: UnitOfWork[Work], clock: MovableClock) -> Aged:
    aged = Aged(owner=owner, unit=unit, clock=clock)
    aged.empty()
    return aged


@pytest.fixture
def in_its_own_role(database: Database) -> Callable[[str], None]:
    """Do something as the running service could."""

    def do(statement: str) -> None:
        with database.begin() as connection:
            connection.execute(statement.encode())

    return do
