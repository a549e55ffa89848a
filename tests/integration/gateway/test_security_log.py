"""Where an account was used is shown to its owner and nobody else, sealed, and for thirty days."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from common.clock import SYSTEM_CLOCK
from common.inventory.expiring import forget_expired
from common.service import Service
from common.web import create_app
from gateway.domain.security import FAILURES_A_DAY
from gateway.inventory import INVENTORY
from gateway.use_cases.alerts import AT_MOST
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"
WRONG = "not her password"


def sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, *, address: str = HOME, **headers: str
) -> TestResponse:
    sent = {"User-Agent": FIREFOX, **{name.replace("_", "-"): value for name, value in headers.items()}}
    response = client.post(
        "/v1/sessions",
        json={"email": email, "password": password},
        headers=sent,
        environ_base={"REMOTE_ADDR": address},
        base_url=ORIGIN,
    )
    # As a server does once the answer is sent.
    response.close()
    return response


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def rows(gateway_service: Service[Any]) -> Callable[[UUID], list[tuple[Any, ...]]]:
    def rows(account_id: UUID) -> list[tuple[Any, ...]]:
        with gateway_service.unit.database.begin() as connection:
            return connection.execute(
                "SELECT kind, address, agent FROM security_log WHERE account_id = %s ORDER BY id", [account_id]
            ).fetchall()

    return rows


def uses(person: Person, **query: str) -> list[dict[str, Any]]:
    return person.get("/v1/account/security", query_string=query).get_json()["items"]


def kinds(person: Person) -> list[str]:
    return [each["kind"] for each in uses(person)]


def test_a_sign_in_is_shown_with_browser_system_and_address_in_plain_words(studio: Studio, ada: Person) -> None:
    assert sign_in(studio.client(), ada.email).status_code == 201
    latest, first = uses(ada)
    assert (latest["kind"], latest["sentence"], latest["current"]) == ("signed_in", "Signed in", False)
    assert (latest["device"], latest["address"]) == ("Firefox on Windows", HOME)
    assert first["current"]


def test_address_and_program_lie_sealed_and_in_nobodys_log(
    studio: Studio, ada: Person, rows: Callable[[UUID], list[tuple[Any, ...]]]
) -> None:
    sign_in(studio.client(), ada.email)
    _, address, agent = rows(ada.id)[-1]
    assert HOME.encode() not in bytes(address)
    assert b"Firefox" not in bytes(agent)


def test_a_wrong_password_is_noted_once_it_is_answered_and_an_unknown_address_leaves_nothing(
    studio: Studio, ada: Person, gateway_service: Service[Any]
) -> None:
    def count() -> int:
        with gateway_service.unit.database.begin() as connection:
            ((found,),) = connection.execute("SELECT count(*) FROM security_log").fetchall()
        return found

    before = count()
    assert sign_in(studio.client(), "nobody@example.org", WRONG).status_code == 401
    assert count() == before
    assert sign_in(studio.client(), ada.email, WRONG, address=ELSEWHERE).status_code == 401
    assert kinds(ada) == ["sign_in_failed", "signed_in"]
    assert uses(ada)[0]["address"] == ELSEWHERE


def test_whoever_guesses_cannot_fill_somebodys_log(studio: Studio, ada: Person, gateway_service: Service[Any]) -> None:
    with gateway_service.unit.database.begin() as connection:
        connection.execute(
            "INSERT INTO security_log (id, account_id, kind, at)"
            " SELECT gen_random_uuid(), %s, 'sign_in_failed', now() FROM generate_series(1, %s)",
            [ada.id, FAILURES_A_DAY - 1],
        )
    for _ in range(2):
        sign_in(studio.client(), ada.email, WRONG)
    noted = uses(ada, limit="100")
    assert [each["kind"] for each in noted].count("sign_in_failed") == FAILURES_A_DAY
    assert sign_in(studio.client(), ada.email).status_code == 201
    assert "signed_in" in [each["kind"] for each in uses(ada, limit="100")]


def test_signing_out_here_and_from_elsewhere_are_told_apart(studio: Studio, ada: Person) -> None:
    other = sign_in(studio.client(), ada.email).get_json()["id"]
    sign_in(studio.client(), ada.email)
    assert ada.ask("DELETE", f"/v1/sessions/{other}").status_code == 204
    assert ada.ask("DELETE", "/v1/sessions").get_json() == {"ended": 1}
    assert kinds(ada)[:2] == ["session_ended", "session_ended"]
    (own,) = [each["id"] for each in ada.get("/v1/sessions").get_json()["items"]]
    assert ada.ask("DELETE", f"/v1/sessions/{own}").status_code == 204
    again = replace(ada, token=sign_in(studio.client(), ada.email).get_json()["token"])
    assert kinds(again)[:3] == ["signed_in", "signed_out", "session_ended"]


def test_a_session_that_is_not_hers_to_end_leaves_nothing(studio: Studio, ada: Person) -> None:
    stranger = studio.sign_up()
    (own,) = [each["id"] for each in ada.get("/v1/sessions").get_json()["items"]]
    assert stranger.ask("DELETE", f"/v1/sessions/{own}").status_code == 404
    assert (kinds(ada), kinds(stranger)) == (["signed_in"], ["signed_in"])


def test_a_password_that_is_asked_for_again_and_wrong_is_noted_wherever_it_is_asked(ada: Person) -> None:
    changed = {"password": WRONG, "new_password": "another long sentence"}
    assert ada.ask("PUT", "/v1/account/password", json=changed).status_code == 403
    assert ada.ask("PATCH", "/v1/account", json={"email": "new@example.org", "password": WRONG}).status_code == 403
    leaving = {"kind": "erasure", "password": WRONG}
    assert ada.ask("POST", "/v1/privacy/requests", json=leaving).status_code == 401
    assert kinds(ada) == ["password_refused"] * 3 + ["signed_in"]


def test_a_new_password_is_noted_with_the_devices_it_signs_out(studio: Studio, ada: Person) -> None:
    sign_in(studio.client(), ada.email)
    changed = {"password": PASSWORD, "new_password": "another long sentence"}
    assert ada.ask("PUT", "/v1/account/password", json=changed).status_code == 204
    assert kinds(ada)[:2] == ["session_ended", "password_changed"]


def test_asking_for_deletion_is_noted(ada: Person) -> None:
    assert ada.ask("POST", "/v1/privacy/requests", json={"kind": "erasure"}).status_code == 202
    assert kinds(ada)[0] == "deletion_asked"


def test_it_is_read_page_by_page_by_its_owner_alone(studio: Studio, ada: Person) -> None:
    for _ in range(3):
        sign_in(studio.client(), ada.email)
    page = ada.get("/v1/account/security", query_string={"limit": "3"}).get_json()
    rest = ada.get("/v1/account/security", query_string={"cursor": page["next_cursor"]}).get_json()
    assert [len(page["items"]), len(rest["items"]), rest["next_cursor"]] == [3, 1, None]
    assert studio.client().get("/v1/account/security").status_code == 401
    assert kinds(studio.sign_up()) == ["signed_in"]


def test_no_proxy_is_believed_unless_the_settings_say_how_many_stand_before_us(
    studio: Studio, ada: Person, gateway_service: Service[Any]
) -> None:
    forged = "10.66.66.66"
    sign_in(studio.client(), ada.email, X_Forwarded_For=forged)
    assert uses(ada)[0]["address"] == HOME
    behind_one = create_app(replace(gateway_service, proxies=1)).test_client()
    sign_in(behind_one, ada.email, address="10.0.0.1", X_Forwarded_For=f"{forged}, {ELSEWHERE}")
    assert uses(ada)[0]["address"] == ELSEWHERE
    sign_in(behind_one, ada.email, address="10.0.0.1", X_Forwarded_For="not an address")
    assert uses(ada)[0]["address"] == ""


def test_what_is_older_than_thirty_days_goes(ada: Person, gateway_service: Service[Any]) -> None:
    with gateway_service.unit.database.begin() as connection:
        connection.execute(
            "UPDATE security_log SET at = %s WHERE account_id = %s",
            [SYSTEM_CLOCK.now() - timedelta(days=30), ada.id],
        )
        assert forget_expired(connection, INVENTORY, SYSTEM_CLOCK.now())["security_log"] >= 1
    assert kinds(ada) == []


def test_a_sign_in_from_where_she_never_was_is_told_by_mail_and_one_from_where_she_was_is_not(
    studio: Studio, ada: Person, gateway_service: Service[Any]
) -> None:
    post = PostOffice(gateway_service.unit)

    def told() -> list[str]:
        post.deliver()
        return [letter.text for letter in post.boxes[ada.email] if letter.subject == "A new device signed in"]

    sign_in(studio.client(), ada.email, address=ELSEWHERE)
    assert told() == []  # In an account's first hour she goes through her own devices.
    with gateway_service.unit.database.begin() as connection:
        connection.execute("UPDATE accounts SET created_at = created_at - interval '1 hour' WHERE id = %s", [ada.id])
    browser = studio.client()
    assert sign_in(browser, ada.email, address=HOME).status_code == 201
    (letter,) = told()
    assert "Firefox on Windows" in letter
    assert HOME not in letter
    # The same network, a browser that is known, and a program she uses there already.
    sign_in(studio.client(), ada.email, address="203.0.113.200")
    sign_in(browser, ada.email, address="192.0.2.1")
    sign_in(studio.client(), ada.email, address=ELSEWHERE)
    assert len(told()) == 1
    sign_in(studio.client(), ada.email, address=ELSEWHERE, User_Agent="curl/8")
    assert len(told()) == 2


def test_nobody_fills_a_mailbox_with_new_devices(studio: Studio, ada: Person, gateway_service: Service[Any]) -> None:
    with gateway_service.unit.database.begin() as connection:
        connection.execute("UPDATE accounts SET created_at = created_at - interval '1 hour' WHERE id = %s", [ada.id])
    for number in range(AT_MOST + 2):
        sign_in(studio.client(), ada.email, address=f"10.{number}.0.1")
    with gateway_service.unit.database.begin() as connection:
        ((count,),) = connection.execute(
            "SELECT count(*) FROM mails WHERE account_id = %s AND template = 'new-device'", [ada.id]
        ).fetchall()
    assert count == AT_MOST
