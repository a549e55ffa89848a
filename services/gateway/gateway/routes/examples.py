"""An example for every request and every answer of the OpenAPI document, made of its schemas.

What a model says itself (`examples=`, a default, the first of a choice) is taken; the rest is a plain value.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_JSON: Final = "application/json"
_STRINGS: Final[Mapping[str, str]] = {
    "uuid": "01a21ae1-2b00-709c-9728-51839d4b0658",
    "date-time": "2026-11-27T09:30:00Z",
    "date": "2026-11-27",
    "uri": "https://studio.example/s/1",
}
_PLAIN: Final[Mapping[str, Any]] = {"integer": 1, "number": 1.5, "boolean": True, "null": None}
_DEEP: Final = 8


def add_examples(document: dict[str, Any], operation: dict[str, Any]) -> None:
    """Give an operation's bodies and answers an example each, where they have none."""
    for content in _contents(operation):
        if "example" not in content and "examples" not in content and "schema" in content:
            content["example"] = example_of(content["schema"], document)


def example_of(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int = 0) -> Any:
    """One value of a schema."""
    schema = _resolved(schema, document)
    said = [schema[name] for name in ("example", "const", "default") if schema.get(name) is not None]
    said += [schema[name][0] for name in ("examples", "enum") if schema.get(name)]
    if said:
        return said[0]
    choice = next((schema[name][0] for name in ("anyOf", "oneOf", "allOf") if schema.get(name)), None)
    return _of_type(schema, document, depth) if choice is None else example_of(choice, document, depth + 1)


def _of_type(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int) -> Any:
    kind = schema.get("type", "object")
    if kind == "string":
        return _STRINGS.get(schema.get("format", ""), "A few words.")[: schema.get("maxLength", 99)]
    if kind == "array":
        items = schema.get("items", {})
        return [example_of(items, document, depth + 1)] if items and depth < _DEEP else []
    if kind != "object":
        return max(schema.get("minimum", 1), _PLAIN[kind]) if kind in {"integer", "number"} else _PLAIN[kind]
    return {
        name: example_of(field, document, depth + 1)
        for name, field in schema.get("properties", {}).items()
        if depth < _DEEP or name in schema.get("required", ())
    }


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _contents(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What is sent and answered as JSON."""
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        if _JSON in body.get("content", {}):
            yield body["content"][_JSON]
