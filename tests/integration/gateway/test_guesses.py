"""Guessing at passwords: slowed down for who guesses, never the end for who has the password."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from common.clock import MovableClock
from common.service import Service
from common.web import create_app
from gateway.adapters.links import Links
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio

WRONG = "not her password"
HOME = "203.0.113.7"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def timed(studio: Studio, clock: MovableClock) -> Studio:
    """The same studio, whose time goes by when it is told to."""
    service: Service[Any] = replace(studio.service, unit=replace(studio.service.unit, clock=clock))
    return replace(studio, service=service, app=create_app(service))


@pytest.fixture
def ada(timed: Studio) -> Person:
    return timed.sign_up()


def sign_in(client: FlaskClient, email: str, password: str = WRONG, *, address: str = HOME) -> TestResponse:
    body = {"email": email, "password": password}
    return client.post("/v1/sessions", json=body, environ_base={"REMOTE_ADDR": address}, base_url=ORIGIN)


def wait_of(response: TestResponse) -> int:
    assert (response.status_code, response.get_json()["code"]) == (429, "rate_limited")
    return int(response.headers["Retry-After"])


def test_after_five_wrong_passwords_even_the_right_one_waits_a_minute_and_gets_in_then(
    timed: Studio, clock: MovableClock, ada: Person
) -> None:
    assert [sign_in(timed.client(), ada.email).status_code for _ in range(5)] == [401] * 5
    wait = wait_of(sign_in(timed.client(), ada.email, PASSWORD))
    assert wait <= 60
    clock.advance(timedelta(seconds=wait - 2))
    assert sign_in(timed.client(), ada.email, PASSWORD).status_code == 429
    clock.advance(timedelta(seconds=2))
    assert sign_in(timed.client(), ada.email, PASSWORD).status_code == 201
    # What she tried before is forgiven.
    assert [sign_in(timed.client(), ada.email).status_code for _ in range(5)] == [401] * 5


def test_an_address_nobody_has_is_answered_just_the_same(timed: Studio, ada: Person) -> None:
    def answers(email: str) -> list[tuple[int, str, str | None]]:
        given = [sign_in(timed.client(), email) for _ in range(7)]
        return [(each.status_code, each.get_json()["detail"], each.headers.get("Retry-After")) for each in given]

    assert answers(ada.email) == answers("nobody-guessed-at@example.org")


def test_many_guesses_at_once_count_before_they_are_looked_at(timed: Studio, ada: Person) -> None:
    with ThreadPoolExecutor(8) as guessers:
        answers = list(guessers.map(lambda _: sign_in(timed.client(), ada.email).status_code, range(12)))
    assert sorted(answers) == [401] * 5 + [429] * 7


def test_capitals_and_spaces_make_no_other_address(timed: Studio, ada: Person) -> None:
    for email in (ada.email, ada.email.upper(), f" {ada.email}", ada.email.title(), f"{ada.email} "):
        assert sign_in(timed.client(), email).status_code == 401
    assert sign_in(timed.client(), ada.email).status_code == 429


def test_strangers_in_many_networks_lock_nobody_out(timed: Studio, clock: MovableClock, ada: Person) -> None:
    def guess_from_everywhere() -> list[int]:
        return [sign_in(timed.client(), ada.email, address=f"10.{n}.0.1").status_code for n in range(100, 135)]

    known = timed.client()
    assert sign_in(known, ada.email, PASSWORD).status_code == 201
    # Thirty, and one more of each network.
    assert guess_from_everywhere() == [401] * 35
    assert sign_in(timed.client(), ada.email, address="10.134.0.1").status_code == 429
    # On the device she uses she notices nothing, wherever she is.
    assert sign_in(known, ada.email, PASSWORD, address="10.101.0.9").status_code == 201
    # On another one she gets in where nobody guesses, and after half an hour at the latest where somebody does.
    assert sign_in(timed.client(), ada.email, PASSWORD, address="172.16.0.1").status_code == 201
    assert wait_of(sign_in(timed.client(), ada.email, PASSWORD, address="10.134.0.1")) <= 1800
    clock.advance(timedelta(minutes=30))
    assert sign_in(timed.client(), ada.email, PASSWORD, address="10.134.0.1").status_code == 201


def test_a_known_device_has_ten_tries_and_is_known_to_its_own_account_only(timed: Studio, ada: Person) -> None:
    eve, known = timed.sign_up(), timed.client()
    assert sign_in(known, ada.email, PASSWORD).status_code == 201
    assert [sign_in(known, ada.email).status_code for _ in range(11)] == [401] * 10 + [429]
    assert [sign_in(known, eve.email).status_code for _ in range(6)] == [401] * 5 + [429]


@pytest.mark.parametrize("cookie", ["", ".", "x", "x.y", "x." + "0" * 64, "\x7f.\xff"])
def test_no_device_is_known_by_a_cookie_that_is_not_ours(timed: Studio, ada: Person, cookie: str) -> None:
    client = timed.client()
    client.set_cookie("__Host-device", cookie, secure=True, domain="localhost")
    assert [sign_in(client, ada.email).status_code for _ in range(6)] == [401] * 5 + [429]


def test_one_network_cannot_go_through_many_accounts(timed: Studio, clock: MovableClock) -> None:
    answers = [sign_in(timed.client(), f"of-a-list-{n}@example.org", address=f"2001:db8:7:{n}::1") for n in range(61)]
    assert [each.status_code for each in answers] == [401] * 60 + [429]
    assert wait_of(answers[-1]) <= 30
    assert sign_in(timed.client(), "of-a-list-0@example.org", address="2001:db8:8::1").status_code == 401


def test_right_passwords_use_nothing_up(timed: Studio, ada: Person) -> None:
    for _ in range(7):
        assert sign_in(timed.client(), ada.email, PASSWORD).status_code == 201
    with timed.service.unit.database.begin() as connection:
        ((left,),) = connection.execute(
            "SELECT count(*) FROM tries WHERE due_at > %s", [timed.service.unit.clock.now()]
        )
    assert left == 0


def test_whoever_has_set_a_new_password_by_mail_is_not_kept_out(timed: Studio, ada: Person) -> None:
    for _ in range(6):
        sign_in(timed.client(), ada.email)
    with timed.service.unit.begin() as work:
        recovery_id = work.recoveries.put(ada.id)
    link = linked(timed, ada, recovery_id)
    client, better = timed.client(), "eleven purple umbrellas"
    assert client.post("/reset", data={"token": link, "password": better}, base_url=ORIGIN).status_code == 200
    assert sign_in(timed.client(), ada.email, better).status_code == 429
    assert sign_in(client, ada.email, better).status_code == 201


def linked(studio: Studio, person: Person, recovery_id: Any) -> str:
    (links,) = [port for port in studio.service.ports if isinstance(port, Links)]
    return links.recovery(person.id, recovery_id).partition("token=")[2]


def test_a_signed_in_device_cannot_guess_at_the_password_either(timed: Studio, ada: Person) -> None:
    wish = {"password": WRONG, "new_password": "another long sentence"}
    answers = [ada.ask("PUT", "/v1/account/password", json=wish) for _ in range(11)]
    assert [each.status_code for each in answers] == [403] * 10 + [429]
    assert wait_of(ada.ask("POST", "/v1/privacy/requests", json={"kind": "erasure", "password": PASSWORD})) <= 60
