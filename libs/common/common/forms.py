"""Form fields as what they are: text and files, never JSON in disguise.

The routing library reads every field as JSON first, so that a title of `2026` becomes a number and
`null` nothing at all, and deep brackets exhaust its parser.

A form whose model says `x-also-json` may come as a JSON object instead, where no file has to come along.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, get_origin

from flask import abort, request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from common.problems import invalid


def taking_form(view: Callable[..., Any], model: type[BaseModel]) -> Callable[..., Any]:
    """The view, given its `form` as the model; answers invalid_request if it does not fit."""

    @wraps(view)
    def taken(**given: Any) -> Any:
        try:
            form = model.model_validate(_sent_as_json() if _is_json(model) else _sent(model))
        except ValidationError as error:
            abort(invalid(error))
        return view(form=form, **given)

    return taken


def takes_json(schema: Mapping[str, Any]) -> bool:
    """Whether a form of this JSON Schema may come as JSON too."""
    return bool(schema.get("x-also-json"))


def _is_json(model: type[BaseModel]) -> bool:
    return request.is_json and takes_json(model.model_json_schema())


def _sent_as_json() -> object:
    # What is no JSON at all is no object either, and the model says so.
    return request.get_json(silent=True)


def _sent(model: type[BaseModel]) -> dict[str, object]:
    # A file field left empty in a browser comes as a file without a name.
    files = MultiDict([(key, file) for key, file in request.files.items(multi=True) if file.filename])
    everything = CombinedMultiDict[str, Any]([request.form, files])
    lists = {field.alias or name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}
    return {key: everything.getlist(key) if key in lists else everything[key] for key in everything}
