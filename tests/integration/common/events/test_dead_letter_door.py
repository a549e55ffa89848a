"""Operators come to a service's dead letters over HTTP, in the gateway's name: nothing of a body without a reason."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from common import dead_letter_door, retries
from common.clock import SYSTEM_CLOCK
from common.service import Service
from common.subscriptions import Subscriptions
from common.tokens import TokenIssuer
from common.web import create_app
from tests.fakes.toy.keys import PRIVATE_KEY, PUBLIC_KEY
from tests.fakes.toy.wiring import ToySettings, assemble
from tests.integration.common.events.conftest import Opener
from tests.integration.common.events.place import Toy, body_of
from tests.integration.common.events.toy import Asked, Work, eventually, note

OPERATOR = SYSTEM_CLOCK.new_id()


class Door:
    """The door of the toy service, and somebody before it."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def ask(
        self, method: str, path: str = "", *, role: str = "operator", reason: str = "", **sent: Any
    ) -> TestResponse:
        token = TokenIssuer(PRIVATE_KEY).issue(user_id=OPERATOR, audience="toy", roles=[role], reason=reason or None)
        headers = {"Authorization": f"Bearer {token}"}
        return self._client.open(f"/v1/operator/dead-letters{path}", method=method, headers=headers, **sent)

    def ids(self) -> list[str]:
        return [each["id"] for each in self.ask("GET").get_json()["items"]]


@pytest.fixture
def door(the_toy: Toy) -> Door:
    settings = ToySettings(
        mode="local",
        database_url=SecretStr(the_toy.direct_database_url),
        broker_url=SecretStr(the_toy.broker_url),
        ca_file=the_toy.ca_file,
        token_public_key=PUBLIC_KEY,
    )
    return Door(create_app(_with_door(settings)).test_client())


def _with_door(settings: ToySettings) -> Service[Any]:
    """The toy with the door to its dead letters."""
    return replace(assemble(settings), blueprints=[dead_letter_door.routes])


@pytest.fixture
def broken(the_toy: Toy, open_door: Opener) -> list[bool]:
    """Three events that died of a bug, still there while the list is not empty."""
    bug = [True]

    def note_unless_broken(work: Work, event: Asked) -> None:
        if bug:
            raise ValueError
        note(work, event)

    subscriptions: Subscriptions[Work] = {Asked: note_unless_broken}
    open_door(subscriptions)
    last_attempt = {retries.ATTEMPTS: retries.MAX_ATTEMPTS - 1}
    the_toy.send(*(body_of(Asked(n=n)) for n in (1, 2, 3)), headers=last_attempt)
    eventually(lambda: the_toy.depth("toy.dead") == 3)
    return bug


def test_the_list_names_letters_and_says_nothing_of_what_they_hold(door: Door, broken: list[bool]) -> None:
    told = door.ask("GET")
    assert told.get_json()["by_type"] == {"toy": 3}
    assert {each["error"] for each in told.get_json()["items"]} == {"ValueError"}
    assert '"n"' not in told.text
    assert door.ids() == door.ids()  # looking takes nothing away
    for role in ("support", "finance", "admin"):
        assert door.ask("GET", role=role).status_code == 404


def test_a_letter_is_read_with_a_reason_in_the_signed_token_only(door: Door, broken: list[bool]) -> None:
    (first, *_) = door.ids()
    assert door.ask("GET", f"/{first}").status_code == 400
    told = door.ask("GET", f"/{first}", reason="It may never be right").get_json()
    assert json.loads(told["body"])["data"] == {"n": 1}
    assert door.ask("GET", "/nothing", reason="It may never be right").status_code == 404


def test_a_type_is_played_again_and_what_was_done_is_done_once(door: Door, the_toy: Toy, broken: list[bool]) -> None:
    broken.clear()
    everything = {"type": "toy"}
    assert door.ask("POST", "/replay", json=everything).get_json() == {"count": 3}
    eventually(lambda: sorted(the_toy.effects()) == [1, 2, 3])
    assert door.ask("POST", "/replay", json=everything).get_json() == {"count": 0}
    assert door.ask("POST", "/replay", json={}).status_code == 400
    assert sorted(the_toy.effects()) == [1, 2, 3]


def test_one_letter_is_dropped_and_a_whole_type_never(door: Door, broken: list[bool]) -> None:
    (first, *others) = door.ids()
    assert door.ask("POST", "/drop", json={"type": "toy"}).status_code == 400
    assert [door.ask("POST", "/drop", json={"id": first}).get_json()["count"] for _ in range(2)] == [1, 0]
    assert door.ids() == others


def test_a_broker_that_is_away_means_try_again_shortly(door: Door, the_toy: Toy) -> None:
    the_toy.broker_proxy.cut()
    assert (door.ask("GET").status_code, door.ask("GET").get_json()["code"]) == (503, "temporarily_unavailable")
