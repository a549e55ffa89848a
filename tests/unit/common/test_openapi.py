"""The OpenAPI document is valid, complete, and tells every error."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.fakes.toy.client import new_client

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return new_client().get("/openapi.json").get_json()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_of_the_blueprints_is_in_it(document: dict[str, Any]) -> None:
    assert {(path, method) for path, method, _ in operations(document)} == {
        ("/marbles", "post"),
        ("/marbles/{id}", "get"),
        ("/failures/{kind}", "get"),
        ("/marks", "post"),
        ("/labels", "post"),
        ("/unhurried-marks", "post"),
        ("/owner", "get"),
    }


def test_every_operation_says_what_it_does_and_answers(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert operation["summary"], (path, method)
        assert any(status.startswith("2") for status in operation["responses"]), (path, method)


def test_every_error_is_a_problem_with_an_example_of_its_code(document: dict[str, Any]) -> None:
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"]
                for code, example in response["content"]["application/problem+json"]["examples"].items():
                    assert (example["value"]["code"], str(example["value"]["status"])) == (code, status)


def test_a_refusal_of_the_service_stands_under_the_status_it_gets(document: dict[str, Any]) -> None:
    responses = document["paths"]["/marbles"]["post"]["responses"]
    assert "insufficient_marbles" in responses["402"]["description"]
    assert "conflict" in responses["409"]["description"]


def test_what_takes_a_body_can_refuse_it_for_size_and_type(document: dict[str, Any]) -> None:
    responses = document["paths"]["/marbles"]["post"]["responses"]
    assert {"201", "400", "413", "415", "500", "503"} <= set(responses)
    assert "413" not in document["paths"]["/owner"]["get"]["responses"]


def test_what_stands_behind_the_gateway_says_so(document: dict[str, Any]) -> None:
    owner = document["paths"]["/owner"]["get"]
    assert owner["security"] == [{"service_token": []}]
    assert "401" in owner["responses"]
    assert document["components"]["securitySchemes"]["service_token"]["scheme"] == "bearer"
