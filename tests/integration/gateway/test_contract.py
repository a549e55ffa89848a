"""The public contract: complete, valid, and never answered with a 500."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from gateway.routes.scopes import address_of
from tests.integration.gateway.studio import ORIGIN, Person, Studio

METHODS = {"get", "post", "put", "patch", "delete"}
WORDS = st.text(max_size=40)
KNOWN = st.sampled_from(
    [
        "email",
        "password",
        "name",
        "adult",
        "policy_version",
        "version",
        "token",
        "style",
        "variants",
        "title",
        "note",
        "photo",
        "saved_photo_id",
        "save_photo",
        "options",
        "code",
        "price_id",
        "coupon",
        "provider",
        "topic",
        "step",
        "challenge_id",
        "credential",
        "message",
    ]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KNOWN | WORDS, inner, max_size=5),
    max_leaves=12,
)
PATHS = (
    "/v1/accounts",
    "/v1/accounts/verify",
    "/v1/accounts/recover",
    "/v1/accounts/reset",
    "/v1/sessions",
    "/v1/sessions/step",
    "/v1/sessions/passkey",
    "/v1/sessions/proof",
    "/v1/account/passkeys",
    "/v1/account/totp/confirm",
    "/v1/figurines",
    "/v1/credits/codes",
    "/v1/credits/codes/check",
    "/v1/checkout",
    "/v1/subscription/change",
    "/v1/support/tickets",
    "/v1/policy/acknowledge",
    "/v1/usage/beacon",
)
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
fuzzed = settings(max_examples=60)


@pytest.fixture(scope="module")
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture(scope="module")
def document(studio: Studio) -> dict[str, Any]:
    return studio.client().get("/openapi.json").get_json()


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_of_the_public_api_is_documented_with_a_sentence(studio: Studio, document: dict[str, Any]) -> None:
    documented = {
        (path, method)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS and operation["summary"]
    }
    routes = {
        (address_of(rule.rule), method.lower())
        for rule in studio.app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith(("/v1/", "/s/")) and method.lower() in METHODS
    }
    assert documented == routes


def test_what_needs_a_signed_in_person_says_so(document: dict[str, Any]) -> None:
    open_to_all = {
        (path, method)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS and not operation.get("security")
    }
    assert open_to_all == {
        ("/v1/accounts", "post"),
        ("/v1/accounts/verify", "post"),
        ("/v1/accounts/recover", "post"),
        ("/v1/accounts/reset", "post"),
        # Whoever has the link in the mail.
        ("/v1/account/email/confirm", "post"),
        ("/v1/account/email/stop", "post"),
        ("/v1/sessions", "post"),
        ("/v1/sessions/step", "post"),
        ("/v1/sessions/passkey", "post"),
        ("/v1/sessions/passkey/options", "post"),
        ("/v1/styles", "get"),
        ("/v1/privacy/processing", "get"),
        ("/v1/privacy/keys", "get"),
        ("/v1/audits", "get"),
        ("/v1/promises", "get"),
        ("/v1/promises/{promise}/findings", "get"),
        ("/v1/findings", "get"),
        # Whoever holds the key of an erasure: there is no account any more.
        ("/v1/privacy/erasures/{request_id}", "get"),
        ("/v1/privacy/erasures/{request_id}/receipt", "get"),
        ("/v1/catalogue", "get"),
        ("/v1/statistics", "get"),
        # Whoever has a question.
        ("/v1/support/tickets", "post"),
        # Every page, also of somebody who is not signed in.
        ("/v1/usage/beacon", "get"),
        ("/v1/usage/beacon", "post"),
        ("/v1/policy", "get"),
        ("/v1/policy/versions", "get"),
        ("/v1/policy/versions/{version}", "get"),
        # Signed by the payment provider.
        ("/v1/payments/{provider}/webhook", "post"),
        # Whoever has the link.
        ("/s/{token}", "get"),
        ("/s/{token}/pictures/{n}", "get"),
    }


def sane(response: TestResponse) -> None:
    """An answer, or a refusal that is a problem with a code and a sentence."""
    assert response.status_code < 500
    if response.status_code >= 400:
        assert response.content_type == "application/problem+json"
        assert {"code", "detail", "request_id"} <= response.get_json().keys()


@fuzzed
@given(path=st.sampled_from(PATHS), body=JSON)
def test_no_json_breaks_a_route(ada: Person, path: str, body: object) -> None:
    sane(ada.ask("POST", path, json=body))


@fuzzed
@given(
    path=st.sampled_from(PATHS),
    body=st.binary(max_size=200),
    kind=st.sampled_from(["application/json", "multipart/form-data; boundary=x", "text/plain", "", "a/b; q=\xff"]),
)
def test_no_bytes_break_a_route(ada: Person, path: str, body: bytes, kind: str) -> None:
    sane(ada.ask("POST", path, data=body, content_type=kind))


@fuzzed
@given(fields=st.dictionaries(KNOWN, WORDS, max_size=6), photo=st.binary(max_size=60))
def test_no_form_breaks_an_order(ada: Person, fields: dict[str, str], photo: bytes) -> None:
    sane(ada.order(photo, **{name: value for name, value in fields.items() if name != "photo"}))


@fuzzed
@given(
    path=st.sampled_from(
        [
            "/v1/figurines",
            "/v1/figurines/{}",
            "/v1/figurines/{}/pictures/{}",
            "/v1/figurines/{}/share",
            "/v1/credits/statement",
            "/s/{}",
            "/s/{}/pictures/{}",
            "/v1/policy/versions/{}",
            "/policy/{}",
            "/verify",
            "/v1/support/tickets/{}",
            "/v1/privacy/accesses",
        ]
    ),
    inserted=st.text(st.characters(exclude_characters="/?#", exclude_categories=["Cs"]), min_size=1, max_size=30),
    query=st.dictionaries(st.sampled_from(["limit", "cursor", "state", "style", "size", "token"]), WORDS),
)
def test_no_address_breaks_a_route(ada: Person, path: str, inserted: str, query: dict[str, str]) -> None:
    response = ada.get(path.replace("{}", inserted), query_string=query)
    assert response.status_code < 500


@fuzzed
@given(
    name=st.sampled_from(["Authorization", "Idempotency-Key", "Cookie", "X-CSRF-Token", "User-Agent", "Accept"]),
    value=HEADER,
)
def test_no_header_breaks_a_route(studio: Studio, name: str, value: str) -> None:
    body = {"email": "nobody@example.org", "password": "nobody's password"}
    sane(studio.client().post("/v1/accounts", json=body, headers={name: value}, base_url=ORIGIN))
    sane(studio.client().get("/v1/account", headers={name: value}, base_url=ORIGIN))


def test_every_request_and_every_answer_has_an_example_that_fits(document: dict[str, Any]) -> None:
    wrong: list[str] = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (body.get("content", {}).get("application/json") for body in bodies):
                if content is not None:
                    wrong += [f"{method} {path}: {problem}" for problem in problems_of(content, document)]
    assert wrong == []


def problems_of(content: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """What is wrong with the examples of a body; at least one is expected."""
    schema = {**content["schema"], "components": document["components"]}
    shown = [content["example"]] if "example" in content else [each["value"] for each in content["examples"].values()]
    return [error.message for example in shown for error in Draft202012Validator(schema).iter_errors(example)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/account/passkeys/options"),
        ("DELETE", "/v1/sessions/proof"),
        ("DELETE", "/v1/sessions/step"),
    ],
)
def test_where_an_id_could_stand_too_an_address_takes_only_its_own_methods(ada: Person, method: str, path: str) -> None:
    refused = ada.ask(method, path)
    assert (refused.status_code, refused.get_json()["code"]) == (405, "method_not_allowed")
    assert set(refused.allow) == {"OPTIONS", "POST"}
    assert set(ada.ask("OPTIONS", path).allow) == {"OPTIONS", "POST"}
