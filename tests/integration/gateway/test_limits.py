"""Requests a minute: of a key, of an address, of pictures, counted by all processes together; and other sites."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from common.database import Database
from common.service import Service
from common.web import create_app
from gateway.routes.limits import MEDIA_A_MINUTE, Door, network_of
from gateway.routes.scopes import NEEDS, Needs
from tests.integration.gateway.studio import ORIGIN, SHOP, Person, Studio
from tests.integration.gateway.test_api_keys import script, shifted

SOME = "01a21ae1-2b00-709c-9728-51839d4b0658"
SOME_ID = re.compile(r"\{\w+_id\}")
POLICY, LEFT = "RateLimit-Policy", "RateLimit"


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture(scope="module")
def strict(studio: Studio) -> Studio:
    """The same studio, where an address may ask three times a minute."""
    ports = [
        replace(port, per_address=3, digest_key=b"of these tests alone") if isinstance(port, Door) else port
        for port in studio.service.ports
    ]
    service = replace(studio.service, ports=ports)
    return replace(studio, service=service, app=create_app(service))


def knock(studio: Studio, address: str, path: str = "/v1/styles", **headers: str) -> TestResponse:
    return studio.client().get(path, base_url=ORIGIN, headers=headers, environ_base={"REMOTE_ADDR": address})


def test_an_address_that_asks_too_often_waits_in_every_process_and_others_do_not(strict: Studio) -> None:
    again = replace(strict, app=create_app(strict.service))
    answers = [knock(studio, "203.0.113.1") for studio in (strict, again, strict, again)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers[POLICY] == '"address";q=3;w=60'
    assert answers[0].headers[LEFT].startswith('"address";r=2;t=')
    assert answers[3].get_json()["code"] == "rate_limited"
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 20
    assert answers[3].headers[LEFT].startswith('"address";r=0;t=')
    assert knock(strict, "203.0.113.2").status_code == 200


def test_whoever_guesses_at_tokens_is_counted_by_the_address(strict: Studio) -> None:
    guesses = [knock(strict, "203.0.113.3", "/v1/credits", Authorization=f"Bearer {n}") for n in range(4)]
    assert [answer.status_code for answer in guesses] == [401, 401, 401, 429]


def test_one_household_with_many_ipv6_addresses_counts_once(strict: Studio) -> None:
    statuses = [knock(strict, f"2001:db8:1:2::{n}").status_code for n in range(1, 5)]
    assert statuses == [200, 200, 200, 429]
    assert network_of("::ffff:203.0.113.9") == network_of("203.0.113.9")
    assert network_of("unix:") == ""


def test_no_address_is_stored(strict: Studio, gateway_service: Service[Any]) -> None:
    knock(strict, "203.0.113.77")
    with gateway_service.unit.database.begin() as connection:
        rows = connection.execute("SELECT sender FROM door_rates").fetchall()
    assert rows
    assert all(b"203.0.113.77" not in bytes(sender) and len(bytes(sender)) == 32 for (sender,) in rows)


def test_a_key_keeps_to_its_own_limit_and_its_owner_goes_on(ada: Person) -> None:
    key = script(ada, rate=2)
    answers = [key.get("/v1/figurines") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers[POLICY] == '"key";q=2;w=60, "person";q=300;w=60'
    assert answers[2].headers[LEFT].startswith('"key";r=0;t=')
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 30
    assert ada.get("/v1/figurines").status_code == 200


def test_a_key_is_held_to_its_owners_minute_too(ada: Person) -> None:
    key = script(ada, rate=500)
    ahead = ada.get("/v1/figurines").headers[LEFT]
    after = key.get("/v1/figurines").headers[LEFT]
    assert int(after.split('"person";r=')[1].split(";")[0]) < int(ahead.split('"person";r=')[1].split(";")[0]) + 1


def test_pictures_have_a_minute_of_their_own(studio: Studio, ada: Person) -> None:
    made = ada.order().get_json()["id"]
    studio.settle()
    shown = ada.get(f"/v1/figurines/{made}/pictures/1")
    assert shown.headers[POLICY] == f'"media";q={MEDIA_A_MINUTE};w=60'


def test_every_answer_to_a_program_tells_what_is_left(studio: Studio, document: dict[str, Any]) -> None:
    untold = [
        need
        for need in NEEDS
        if POLICY
        not in studio.client().open(SOME_ID.sub(SOME, need.split()[1]), method=need.split()[0], base_url=ORIGIN).headers
    ]
    # The payment provider is never refused for how often it tells.
    assert untold == ["POST /v1/payments/{provider}/webhook"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert "429" in operation["responses"], (method, path)


def test_what_needs_somebody_says_so_in_the_document_and_keys_stand_beside_it(document: dict[str, Any]) -> None:
    for need, wanted in NEEDS.items():
        method, path = need.split()
        security = document["paths"][path][method.lower()].get("security", [])
        keys = [each["api_key"] for each in security if "api_key" in each]
        assert keys == ([] if isinstance(wanted, Needs) else [[wanted.value]]), need
        assert bool(security) == (wanted is not Needs.NOBODY), need


@pytest.fixture(scope="module")
def document(studio: Studio) -> dict[str, Any]:
    return studio.client().get("/openapi.json").get_json()


def preflight(studio: Studio, origin: str, path: str = "/v1/figurines") -> TestResponse:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return studio.client().options(path, headers=headers, base_url=ORIGIN)


def test_a_site_that_is_let_in_may_ask_with_a_key_and_read_the_answer(studio: Studio, ada: Person) -> None:
    asked = preflight(studio, SHOP)
    assert asked.status_code == 204
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    answer = script(ada).get("/v1/figurines", headers={"Origin": SHOP})
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert LEFT in answer.headers["Access-Control-Expose-Headers"]
    assert "Origin" in answer.headers["Vary"]


Ask = Callable[[Studio], TestResponse]


@pytest.mark.parametrize(
    "ask",
    [
        lambda studio: preflight(studio, "https://elsewhere.example"),
        lambda studio: preflight(studio, "null"),
        lambda studio: preflight(studio, SHOP, "/account"),
        lambda studio: studio.client().get("/v1/styles", headers={"Origin": SHOP + ".evil"}, base_url=ORIGIN),
    ],
    ids=["another site", "no site", "a page", "a name that begins alike"],
)
def test_nobody_else_is_let_in(studio: Studio, ask: Ask) -> None:
    assert "Access-Control-Allow-Origin" not in ask(studio).headers


def test_no_site_is_ever_let_in_with_a_cookie(studio: Studio, ada: Person) -> None:
    for answer in (preflight(studio, SHOP), ada.client.get("/v1/account", headers={"Origin": SHOP}, base_url=ORIGIN)):
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.headers.get("Access-Control-Allow-Origin") != "*"


def test_while_the_database_is_away_nobody_is_refused_for_asking_too_often(severed: Studio) -> None:
    answer = knock(severed, "203.0.113.5", "/v1/catalogue")
    assert answer.status_code == 200
    assert LEFT not in answer.headers


@pytest.fixture
def severed(studio: Studio) -> Studio:
    """The same studio, whose database nobody reaches."""
    away = Database("postgresql://nobody@127.0.0.1:1/none", application="gateway", patience_seconds=0.1)
    service = replace(studio.service, unit=replace(studio.service.unit, database=away))
    return replace(studio, service=service, app=create_app(service))


def test_a_clock_that_ran_ahead_locks_no_address_out(strict: Studio) -> None:
    ahead = replace(strict, app=create_app(shifted(strict, timedelta(hours=2)).service))
    assert knock(ahead, "203.0.113.11").status_code == 200
    assert knock(strict, "203.0.113.11").status_code == 200
