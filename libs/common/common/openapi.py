"""The OpenAPI 3.1 document of an application, with the errors every route can answer.

complete(document: dict) -> dict    adds the errors of HTTP itself to what the routes declare
"""

from collections.abc import Iterator
from typing import Any

from flask_openapi3.models.schema import Schema

from common.forms import takes_json
from common.problems import SENTENCES, problem_response

# The library knows an older JSON Schema; what it does not know of one, such as `examples`, it would drop.
Schema.model_config["extra"] = "allow"
Schema.model_rebuild(force=True)

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Document, on every operation, the errors that come from the door and not from the use case."""
    for operation in _operations(document):
        _offer_json(operation, document)
        responses: dict[str, Any] = operation.setdefault("responses", {})
        generated = _from_the_door(operation)
        # The library writes a 400 of its own shape; ours is a problem.
        if not _is_problem(responses.get("400", {})):
            responses.pop("400", None)
        for status in generated:
            responses.setdefault(str(status), problem_response(status, [SENTENCES[status]]))
        operation["responses"] = dict(sorted(responses.items()))
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in _METHODS)


def _offer_json(operation: dict[str, Any], document: dict[str, Any]) -> None:
    """A form that may come as JSON too says so."""
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    form = content.get("multipart/form-data", {}).get("schema", {})
    name = form.get("$ref", "").rpartition("/")[2]
    if takes_json(document.get("components", {}).get("schemas", {}).get(name, {})):
        content["application/json"] = {"schema": dict(form)}


def _from_the_door(operation: dict[str, Any]) -> Iterator[int]:
    if operation.get("parameters") or operation.get("requestBody"):
        yield 400
    if operation.get("security"):
        yield 401
    if operation.get("requestBody"):
        yield from (413, 415)
    yield from (500, 503)


def _is_problem(response: dict[str, Any]) -> bool:
    return "application/problem+json" in response.get("content", {})
