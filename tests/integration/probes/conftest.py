"""The schemas of the five services as the roles of their probes see them, with an owner who may do anything."""

from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg
import pytest

from common.clock import MovableClock
from common.database import Connection, Database
from common.probes import Look
from tests.fixtures.servers import Servers


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def look_of(
    servers: Servers, database_name: str, service_database: Callable[[str], str], clock: MovableClock
) -> Iterator[Callable[[str], Look]]:
    """What the probes of a service look with: its own role, and a clock of the test's."""
    opened: list[Database] = []

    def look_of(service: str) -> Look:
        service_database(service)
        url = servers.postgres_url(f"{service}_probe", database_name)
        opened.append(Database(url, application="probe", max_size=1))
        return Look(database=opened[-1], clock=clock)

    yield look_of
    for database in opened:
        database.close()


@pytest.fixture
def owner_of(
    servers: Servers, database_name: str, service_database: Callable[[str], str]
) -> Iterator[Callable[[str], Connection]]:
    """A transaction of the owner of a service's schema, which is taken back after the test unless it is committed."""
    opened: list[Connection] = []

    def owner_of(service: str) -> Connection:
        service_database(service)
        opened.append(psycopg.connect(servers.postgres_url(f"{service}_owner", database_name)))
        return opened[-1]

    yield owner_of
    for connection in opened:
        with closing(connection):
            connection.rollback()
