"""Query parameters, read by what their model said once, when the route was made.

The routing library asks every model for its JSON Schema anew at each request, which costs more than all the rest of
its reading.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import abort, request
from pydantic import BaseModel, ValidationError

from common.problems import invalid


def taking_query(view: Callable[..., Any], model: type[BaseModel]) -> Callable[..., Any]:
    """The view, given its `query` as the model; answers invalid_request if it does not fit."""
    lists = _lists(model)

    @wraps(view)
    def taken(**given: Any) -> Any:
        sent = request.args
        try:
            query = model.model_validate({key: sent.getlist(key) if key in lists else sent[key] for key in sent})
        except ValidationError as error:
            abort(invalid(error))
        return view(query=query, **given)

    return taken


def _lists(model: type[BaseModel]) -> frozenset[str]:
    """What may be sent more than once."""
    properties: Mapping[str, Mapping[str, Any]] = model.model_json_schema().get("properties", {})
    return frozenset(name for name, schema in properties.items() if _is_list(schema))


def _is_list(schema: Mapping[str, Any]) -> bool:
    return any(each.get("type") == "array" for each in (schema, *schema.get("anyOf", ())))
