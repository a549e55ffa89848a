"""Signing in, being recognised by token or cookie, and signing out."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.domain.people import csrf_token
from tests.integration.gateway.studio import ORIGIN, PASSWORD, Person, Studio


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"email": email, "password": password}
    return client.post("/v1/sessions", json=body, headers=named, base_url=ORIGIN)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(studio: Studio, ada: Person) -> None:
    wrong = sign_in(studio.client(), ada.email, "not her password")
    unknown = sign_in(studio.client(), "nobody@example.org", "not her password")
    answers = [response.get_json() | {"request_id": ""} for response in (wrong, unknown)]
    assert (wrong.status_code, answers[0]["code"]) == (401, "unauthenticated")
    assert (wrong.status_code, answers[0]) == (unknown.status_code, answers[1])
    assert "Set-Cookie" not in wrong.headers


def test_the_cookie_stays_with_this_host_over_tls_and_away_from_scripts(studio: Studio, ada: Person) -> None:
    response = sign_in(studio.client(), ada.email)
    name, *flags = response.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert not any(flag.startswith("Domain") for flag in flags)
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("site", ["cross-site", "nonsense"])
def test_another_site_cannot_sign_anybody_in(studio: Studio, ada: Person, site: str) -> None:
    response = sign_in(studio.client(), ada.email, Sec_Fetch_Site=site)
    assert (response.status_code, response.get_json()["code"]) == (403, "forbidden")
    assert "Set-Cookie" not in response.headers


def test_with_the_cookie_reading_is_free_and_writing_needs_the_pages_own_token(studio: Studio, ada: Person) -> None:
    client = studio.client()
    session = sign_in(client, ada.email).get_json()
    path = f"/v1/sessions/{session['id']}"
    assert client.get("/v1/account", base_url=ORIGIN).status_code == 200
    for forged in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x" * 40}, {"X-CSRF-Token": csrf_token(ada.token)}):
        response = client.delete(path, headers=forged, base_url=ORIGIN)
        assert (response.status_code, response.get_json()["code"]) == (403, "forbidden")
    own = {"X-CSRF-Token": csrf_token(session["token"])}
    gone = client.delete(path, headers=own, base_url=ORIGIN)
    assert (gone.status_code, gone.headers["Set-Cookie"].split(";")[0]) == (204, "__Host-session=")
    assert client.get("/v1/account", base_url=ORIGIN).status_code == 401


def test_with_a_bearer_token_no_page_is_needed(ada: Person) -> None:
    session = sign_in(ada.studio.client(), ada.email).get_json()
    assert ada.ask("DELETE", f"/v1/sessions/{session['id']}").status_code == 204


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "bearer \x7f"])
def test_whoever_brings_no_valid_token_is_asked_to_sign_in(studio: Studio, header: str) -> None:
    for path in ("/v1/account", "/v1/figurines", "/v1/credits", "/v1/events"):
        response = studio.client().get(path, headers={"Authorization": header}, base_url=ORIGIN)
        assert (response.status_code, response.get_json()["code"]) == (401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_devices_are_listed_with_the_one_that_asks(studio: Studio, ada: Person) -> None:
    phone = sign_in(studio.client(), ada.email, User_Agent="Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)").get_json()
    devices = ada.get("/v1/sessions").get_json()["items"]
    assert [(device["device"], device["current"]) for device in devices] == [
        ("iPhone", False),
        ("Another device", True),
    ]
    assert devices[0]["id"] == phone["id"]
    assert "token" not in devices[0]


def test_a_device_that_was_signed_out_is_out_at_once(studio: Studio, ada: Person) -> None:
    phone = sign_in(studio.client(), ada.email).get_json()
    assert ada.ask("DELETE", f"/v1/sessions/{phone['id']}").status_code == 204
    headers = {"Authorization": f"Bearer {phone['token']}"}
    assert studio.client().get("/v1/account", headers=headers, base_url=ORIGIN).status_code == 401
    assert ada.ask("DELETE", f"/v1/sessions/{phone['id']}").status_code == 404


def test_nobody_signs_somebody_else_out(studio: Studio, ada: Person) -> None:
    (hers,) = ada.get("/v1/sessions").get_json()["items"]
    assert studio.sign_up().ask("DELETE", f"/v1/sessions/{hers['id']}").status_code == 404
    assert ada.get("/v1/account").status_code == 200
