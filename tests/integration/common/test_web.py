"""What a person sees of a service whose server goes away, and comes back."""

from collections.abc import Generator
from urllib.parse import urlsplit, urlunsplit

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from common.web import create_app
from tests.fakes.severable import SeverableLine
from tests.fakes.toy.keys import PUBLIC_KEY
from tests.fakes.toy.running import eventually
from tests.fakes.toy.wiring import ToySettings, assemble


@pytest.fixture
def line(toy_database: str) -> Generator[SeverableLine]:
    address = urlsplit(toy_database)
    with SeverableLine(address.hostname or "127.0.0.1", address.port or 5432) as line:
        yield line


@pytest.fixture
def client(toy_database: str, line: SeverableLine) -> Generator[FlaskClient]:
    address = urlsplit(toy_database)
    login = address.netloc.rpartition("@")[0]
    # localhost, because the certificate of the server behind the line is its name.
    through = address._replace(netloc=f"{login}@localhost:{line.port}")
    settings = ToySettings(
        mode="local",
        database_url=SecretStr(urlunsplit(through)),
        broker_url=SecretStr("amqp://127.0.0.1:1"),
        token_public_key=PUBLIC_KEY,
    )
    toy = assemble(settings)
    yield create_app(toy).test_client()
    toy.unit.database.close()


def test_readiness_follows_the_database(client: FlaskClient, line: SeverableLine) -> None:
    assert client.get("/readyz").get_json() == {"status": "ok", "checks": {"database": "ok"}}
    line.cut()
    eventually(lambda: client.get("/readyz").status_code == 503)
    assert client.get("/readyz").get_json()["checks"] == {"database": "failed"}
    assert client.get("/healthz").status_code == 200
    line.mend()
    eventually(lambda: client.get("/readyz").status_code == 200)


def test_a_database_that_is_away_means_try_again_shortly(client: FlaskClient, line: SeverableLine) -> None:
    line.cut()
    response = client.post("/unhurried-marks", json={"kind": "late"})
    assert response.status_code == 503
    assert response.get_json()["code"] == "temporarily_unavailable"
    assert int(response.headers["Retry-After"]) >= 1


def test_a_value_the_database_cannot_hold_is_an_invalid_request(client: FlaskClient) -> None:
    response = client.post("/unhurried-marks", json={"kind": "a\x00b"})
    assert response.status_code == 400
    assert response.get_json()["code"] == "invalid_request"


def test_a_connection_lost_between_requests_means_try_again_shortly(client: FlaskClient, line: SeverableLine) -> None:
    assert client.post("/unhurried-marks", json={"kind": "first"}).status_code == 201
    line.cut()
    assert client.post("/unhurried-marks", json={"kind": "second"}).status_code == 503
