"""Privacy on a real Postgres: its database, its rooms, and a clock that moves only when told to."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts import EVENTS, Event, decode
from common.database import Database
from common.person_keys import PersonKeys
from common.service import Service
from common.tokens import TokenIssuer
from common.web import create_app
from common.work import UnitOfWork
from privacy.repository import Work
from privacy.settings import Settings
from privacy.wiring import build
from tests.fakes.asking import Answered, Ask
from tests.fakes.toy.keys import PRIVATE_KEY, PUBLIC_KEY
from tests.integration.privacy.copying import EXPORT_KEYS, KEYRING


@pytest.fixture(scope="session")
def privacy_dsn(service_database: Callable[[str], str]) -> str:
    return service_database("privacy")


@pytest.fixture(scope="session")
def database(privacy_dsn: str) -> Iterator[Database]:
    database = Database(privacy_dsn, application="test", max_size=20)
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
    rooms = partial(Work, keys=PersonKeys(KEYRING), export_keys=EXPORT_KEYS)
    return UnitOfWork(service="privacy", database=database, build=rooms, clock=clock)


@pytest.fixture
def ada() -> UUID:
    return SYSTEM_CLOCK.new_id()


@pytest.fixture
def published(database: Database) -> Callable[[], list[Event]]:
    """The events of this test that wait for the relay, in their order."""

    def published() -> list[Event]:
        with database.begin() as connection:
            rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
        return [decode(body, EVENTS).event for (body,) in rows]

    return published


def settings_of(dsn: str, **more: Any) -> Settings:
    """The settings of a service that asks nobody but its database."""
    return Settings(
        mode="local",
        database_url=SecretStr(dsn),
        broker_url=SecretStr("amqp://localhost/unused"),
        token_public_key=PUBLIC_KEY,
        sealing_keys=SecretStr(f"1:{'A' * 43}="),
        **more,
    )


@pytest.fixture(scope="session")
def service(privacy_dsn: str) -> Iterator[Service[Work]]:
    service = build(settings_of(privacy_dsn))
    yield service
    service.unit.database.close()


@pytest.fixture(scope="session")
def ask(service: Service[Work]) -> Ask:
    client = create_app(service).test_client()
    issuer = TokenIssuer(PRIVATE_KEY)

    def ask(
        path: str, user_id: UUID | None, *, method: str = "GET", json: object = None, audience: str = "privacy"
    ) -> Answered:
        token = issuer.issue(user_id=user_id, audience=audience)
        response = client.open(path, method=method, json=json, headers={"Authorization": f"Bearer {token}"})
        return response.status_code, response.get_json()

    return ask
