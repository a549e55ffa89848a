"""Where an id and a name can stand in one place, the name is the name."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from common.addresses import OwnAddresses


@pytest.fixture
def client() -> FlaskClient:
    app: Flask = OwnAddresses("test")
    app.add_url_rule("/things", "make", lambda: "made", methods=["POST"])
    app.add_url_rule("/things/<thing_id>", "drop", lambda thing_id: f"dropped {thing_id}", methods=["DELETE"])
    app.add_url_rule("/things/search", "search", lambda: "found", methods=["POST"])
    return app.test_client()


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("DELETE", "/things/search", 405, {"OPTIONS", "POST"}),
        ("PUT", "/things/search", 405, {"OPTIONS", "POST"}),
        ("OPTIONS", "/things/search", 200, {"OPTIONS", "POST"}),
        ("PUT", "/things/7", 405, {"DELETE", "OPTIONS"}),
        ("OPTIONS", "/things/7", 200, {"DELETE", "OPTIONS"}),
        ("GET", "/things", 405, {"OPTIONS", "POST"}),
    ],
)
def test_an_address_says_the_methods_of_its_own_alone(
    client: FlaskClient, method: str, path: str, status: int, allowed: set[str]
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, set(answer.allow)) == (status, allowed)


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [("POST", "/things/search", "found"), ("DELETE", "/things/7", "dropped 7"), ("POST", "/things", "made")],
)
def test_what_an_address_takes_it_takes(client: FlaskClient, method: str, path: str, said: str) -> None:
    assert client.open(path, method=method).text == said
