"""The toy's web application, for tests that need no server behind it."""

from flask.testing import FlaskClient
from pydantic import SecretStr

from common.web import create_app
from tests.fakes.toy.keys import PUBLIC_KEY
from tests.fakes.toy.wiring import ToySettings, assemble


def new_client() -> FlaskClient:
    """A client of an application whose database and broker are away."""
    settings = ToySettings(
        mode="local",
        database_url=SecretStr("postgresql://nobody@127.0.0.1:1/nothing"),
        broker_url=SecretStr("amqp://127.0.0.1:1"),
        token_public_key=PUBLIC_KEY,
    )
    return create_app(assemble(settings)).test_client()
