"""Billing on a real Postgres, with the consumer's own way of taking events."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from billing.repository import Work
from billing.subscribers import subscriptions
from common.clock import MovableClock
from common.contracts import EVENTS, Event, decode
from common.database import Database
from common.intake import Intake
from common.work import UnitOfWork
from tests.fakes.brokerless import BrokerlessConsumer
from tests.fakes.leftovers import clear
from tests.integration.billing.rooms import rooms_with_codes

TRIAL = 10


@pytest.fixture(scope="session")
def billing_dsn(service_database: Callable[[str], str]) -> str:
    return service_database("billing")


@pytest.fixture(scope="session")
def database(billing_dsn: str) -> Iterator[Database]:
    database = Database(billing_dsn, application="test", max_size=20)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def _nothing_left_to_tell(database: Database) -> Iterator[None]:
    yield
    clear("billing", database)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def unit(database: Database, clock: MovableClock) -> UnitOfWork[Work]:
    return UnitOfWork(service="billing", database=database, build=rooms_with_codes, clock=clock)


@pytest.fixture(scope="session")
def consumer(database: Database) -> Iterator[BrokerlessConsumer[Work]]:
    unit = UnitOfWork(service="billing", database=database, build=rooms_with_codes)
    with closing(Intake(database=database, unit=unit, subscriptions=subscriptions(trial_credits=TRIAL))) as intake:
        yield BrokerlessConsumer(intake)


@pytest.fixture
def published(database: Database) -> Callable[[], list[Event]]:
    """The events of this test that wait for the relay."""
    clear("billing", database)

    def published() -> list[Event]:
        with database.begin() as connection:
            rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
        return [decode(body, EVENTS).event for (body,) in rows]

    return published
