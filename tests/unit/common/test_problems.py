"""Every way a request can fail has one shape, a stable code, and nothing in it that was sent."""

from collections.abc import Generator
from uuid import uuid4

import pytest
import structlog
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from common.tokens import TokenIssuer
from tests.fakes.toy.client import new_client
from tests.fakes.toy.keys import PRIVATE_KEY


@pytest.fixture(autouse=True)
def quiet() -> Generator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return new_client()


def assert_problem(response: TestResponse, status: int, code: str) -> None:
    body = response.get_json()
    assert response.mimetype == "application/problem+json"
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:figurine:problem:{code}"
    assert body["title"]
    assert body["detail"].endswith(".")
    assert body["request_id"] == response.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("notfound", 404, "not_found"),
        ("forbidden", 403, "forbidden"),
        ("conflict", 409, "conflict"),
        ("unavailable", 503, "temporarily_unavailable"),
        ("insufficientmarbles", 402, "insufficient_marbles"),
        ("toomanymarbles", 429, "rate_limited"),
        ("operationalerror", 503, "temporarily_unavailable"),
        ("dataerror", 400, "invalid_request"),
        ("zerodivisionerror", 500, "internal_error"),
    ],
)
def test_whatever_a_use_case_raises_is_a_problem_with_its_code(
    client: FlaskClient, kind: str, status: int, code: str
) -> None:
    assert_problem(client.get(f"/failures/{kind}"), status, code)


@pytest.mark.parametrize(
    ("kind", "seconds"), [("toomanymarbles", "7"), ("unavailable", "5"), ("operationalerror", "5")]
)
def test_who_must_wait_is_told_how_long(client: FlaskClient, kind: str, seconds: str) -> None:
    assert client.get(f"/failures/{kind}").headers["Retry-After"] == seconds


def test_our_own_mistakes_are_not_described_to_the_world(client: FlaskClient) -> None:
    assert "ZeroDivision" not in client.get("/failures/zerodivisionerror").text


def test_an_unknown_address_is_not_found(client: FlaskClient) -> None:
    assert_problem(client.get("/nowhere"), 404, "not_found")


def test_a_method_that_an_address_does_not_take_names_those_it_takes(client: FlaskClient) -> None:
    response = client.delete("/marbles")
    assert_problem(response, 405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


def test_a_body_that_is_no_json_is_an_invalid_request(client: FlaskClient) -> None:
    response = client.post("/marbles", data='{"colour": ', content_type="application/json")
    assert_problem(response, 400, "invalid_request")
    assert "errors" not in response.get_json()


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"colour": NaN, "size": 1}', '{"size": 1' + "0" * 5000 + "}", "\\ud800"]
)
def test_json_that_breaks_parsers_is_an_invalid_request(client: FlaskClient, body: str) -> None:
    assert_problem(client.post("/marbles", data=body, content_type="application/json"), 400, "invalid_request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
def test_a_body_of_another_type_is_an_unsupported_media_type(client: FlaskClient, content_type: str) -> None:
    response = client.post("/marbles", data="colour=red", content_type=content_type)
    assert_problem(response, 415, "unsupported_media_type")


def test_a_body_beyond_the_limit_is_too_large(client: FlaskClient) -> None:
    body = b'{"colour": "' + b"a" * 1024 * 1024 + b'"}'
    assert_problem(client.post("/marbles", data=body, content_type="application/json"), 413, "too_large")


def test_every_field_that_is_wrong_is_named(client: FlaskClient) -> None:
    response = client.post("/marbles", json={"colour": "RED", "size": 12, "who": 1})
    assert_problem(response, 400, "invalid_request")
    assert {error["field"] for error in response.get_json()["errors"]} == {"colour", "size", "who"}


def test_a_path_that_is_no_id_is_an_invalid_request(client: FlaskClient) -> None:
    assert_problem(client.get("/marbles/not-an-id"), 400, "invalid_request")


CLIENT = new_client()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])  # it only keeps quiet
@given(
    colour=st.from_regex(r"[A-Z]{4}@[a-z]{5}\.[a-z]{3}", fullmatch=True),
    size=st.from_regex(r"[a-z]{6}ZQX", fullmatch=True),
    seen_at=st.from_regex(r"[a-z]{6}ZQX", fullmatch=True),
    unknown=st.from_regex(r"[a-z]{3} [a-z]{5} <ZQX>", fullmatch=True),
)
def test_nothing_that_was_sent_comes_back_in_an_error(colour: str, size: str, seen_at: str, unknown: str) -> None:
    response = CLIENT.post("/marbles", json={"colour": colour, "size": size, "seen_at": seen_at, unknown: 1})
    assert response.status_code == 400
    assert not [sent for sent in (colour, size, seen_at, unknown) if sent in response.text]


class TestBehindTheGateway:
    def test_nobody_is_let_in_without_a_token(self, client: FlaskClient) -> None:
        response = client.get("/owner")
        assert_problem(response, 401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", ["Bearer", "Bearer x.y.z", "Basic dTpw", "x", "Bearer " + "a" * 5000])
    def test_nobody_is_let_in_with_a_bad_token(self, client: FlaskClient, header: str) -> None:
        assert_problem(client.get("/owner", headers={"Authorization": header}), 401, "unauthenticated")

    def test_whom_the_gateway_vouches_for_is_known(self, client: FlaskClient) -> None:
        user_id = uuid4()
        response = client.get("/owner", headers={"Authorization": f"Bearer {self.token(user_id)}"})
        assert response.get_json() == {"user_id": str(user_id)}

    def test_a_token_for_another_service_is_refused(self, client: FlaskClient) -> None:
        token = self.token(uuid4(), audience="billing")
        assert_problem(client.get("/owner", headers={"Authorization": f"Bearer {token}"}), 401, "unauthenticated")

    def test_somebody_not_signed_in_is_refused_where_a_person_is_needed(self, client: FlaskClient) -> None:
        response = client.get("/owner", headers={"Authorization": f"Bearer {self.token(None)}"})
        assert_problem(response, 401, "unauthenticated")

    def test_a_service_that_proves_itself_may_name_the_request(self, client: FlaskClient) -> None:
        headers = {"Authorization": f"Bearer {self.token(uuid4())}", "X-Request-Id": "0192-abcdef"}
        assert client.get("/owner", headers=headers).headers["X-Request-Id"] == "0192-abcdef"

    @pytest.mark.parametrize("name", ["short", "x" * 65, "new\tline-abc", "<script>abc"])
    def test_a_strange_request_id_is_not_taken_over(self, client: FlaskClient, name: str) -> None:
        headers = {"Authorization": f"Bearer {self.token(uuid4())}", "X-Request-Id": name}
        assert client.get("/owner", headers=headers).headers["X-Request-Id"] != name

    def test_a_stranger_may_not_name_the_request(self, client: FlaskClient) -> None:
        assert client.get("/nowhere", headers={"X-Request-Id": "0192-abcdef"}).headers["X-Request-Id"] != "0192-abcdef"

    @staticmethod
    def token(user_id: object, audience: str = "toy") -> str:
        return TokenIssuer(PRIVATE_KEY).issue(user_id=user_id, audience=audience)  # pyright: ignore[reportArgumentType] - a UUID or None


def test_every_answer_forbids_guessing_caching_and_framing(client: FlaskClient) -> None:
    for address in ("/healthz", "/nowhere", "/openapi.json"):
        headers = client.get(address).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
