"""Every error as problem+json (RFC 9457), with a stable code.

    problems(*refusals: type[Refused], statuses: Statuses = {}) -> dict    what a route declares
    handle_errors(app: Flask, statuses: Statuses) -> None                  what the factory installs

A refusal gets the status of the nearest class in the service's own table, then in STATUSES.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, TypeAlias

import psycopg
import structlog
from flask import Flask, Response, g, request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from common.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unauthenticated, Unavailable

MEDIA_TYPE = "application/problem+json"
Statuses: TypeAlias = Mapping[type[Refused], int]

STATUSES: Statuses = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
    # What the house refuses for a reason of its own clashes with the state of things.
    Refused: 409,
}

# The errors of HTTP itself, as a person should read them.
SENTENCES: Mapping[int, tuple[str, str]] = {
    400: ("invalid_request", "The request is malformed; check it against /openapi.json."),
    401: ("unauthenticated", "Sign in first, then try again."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is no such thing, or it is not yours."),
    405: ("method_not_allowed", "This address does not take that method; the Allow header lists those it takes."),
    406: ("not_acceptable", "The answer does not exist in a form you accept."),
    409: ("conflict", "This clashes with what is already there."),
    413: ("too_large", "The request is too large; send less at once."),
    415: ("unsupported_media_type", "Send the body as application/json."),
    416: ("range_not_satisfiable", "The file ends before the range you asked for."),
    429: ("rate_limited", "Too many requests; wait as long as Retry-After says."),
    431: ("too_large", "The headers are too large; send fewer or shorter ones."),
    500: ("internal_error", "Something broke on our side; try again, and tell support the request id if it stays."),
    503: ("temporarily_unavailable", "This part of the studio is away for a moment; try again shortly."),
}
_RETRY_AFTER_SECONDS = 5
_NAMES = re.compile(r"[\w.\[\]-]{1,80}", re.ASCII)
_KEPT_HEADERS = ("Allow", "Retry-After", "Content-Range", "WWW-Authenticate")
_log = structlog.stdlib.get_logger("common.problems")


class FieldError(BaseModel):
    """What is wrong with one field of the request."""

    field: str
    message: str


class Problem(BaseModel):
    """Why a request was not done: RFC 9457 with a stable code and the request's id."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None
    errors: list[FieldError] | None = None


def problem(status: int, code: str, detail: str, *, errors: Sequence[FieldError] | None = None) -> Response:
    """The answer that says so."""
    body = Problem(
        type=problem_type(code),
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        request_id=g.get("request_id"),
        errors=None if errors is None else list(errors),
    )
    response = Response(body.model_dump_json(exclude_none=True), status, mimetype=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    return response


def problem_type(code: str) -> str:
    """The URI that names this kind of problem, for ever."""
    return f"urn:figurine:problem:{code}"


def status_of(refusal: type[Refused], statuses: Statuses) -> int:
    """The status of the nearest ancestor that a table names; the service's table goes first."""
    table = {**STATUSES, **statuses}
    return next(table[kind] for kind in refusal.__mro__ if kind in table)


def problems(*refusals: type[Refused], statuses: Statuses | None = None) -> dict[str, Any]:
    """The refusals of a route, for its `responses`: problem+json with one example per code."""
    documented: dict[str, Any] = {}
    for refusal in refusals:
        status = status_of(refusal, statuses or {})
        documented.setdefault(str(status), []).append((refusal.code, refusal().sentence))
    return {status: problem_response(int(status), examples) for status, examples in documented.items()}


def problem_response(status: int, examples: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The OpenAPI response object of a status that these codes and sentences share."""
    return {
        "description": " ".join(f"`{code}`: {sentence}" for code, sentence in examples),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"value": _example(status, code, sentence)} for code, sentence in examples},
            }
        },
    }


def _example(status: int, code: str, sentence: str) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {"type": problem_type(code), "title": title, "status": status, "detail": sentence, "code": code}


def handle_errors(app: Flask, statuses: Statuses) -> None:
    """Let no error leave the application in any other form."""
    app.register_error_handler(Refused, partial(_refused, statuses=statuses))
    app.register_error_handler(HTTPException, _http_error)
    # Servers that are away: the person waits and tries again.
    app.register_error_handler(psycopg.OperationalError, _server_away)
    # A value Postgres cannot hold (a NUL in a text, a number out of range) came with the request.
    app.register_error_handler(psycopg.DataError, _unstorable)
    app.register_error_handler(Exception, _broken)


def _refused(refusal: Refused, *, statuses: Statuses) -> Response:
    # Whoever counts what is refused finds it here: by its code alone, some are like others.
    g.refusal = type(refusal)
    response = problem(status_of(type(refusal), statuses), refusal.code, refusal.sentence)
    seconds = getattr(refusal, "retry_after_seconds", None)
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    if isinstance(refusal, Unavailable):
        _log.warning("away", cause=type(refusal.__cause__ or refusal).__name__)
    return response


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    response = problem(error.code, *_sentence(error.code))
    for name, value in error.get_headers():
        if name in _KEPT_HEADERS:
            response.headers[name] = value
    return response


def _sentence(status: int) -> tuple[str, str]:
    return SENTENCES.get(status) or SENTENCES[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500]


def _server_away(error: psycopg.OperationalError) -> Response:
    _log.warning("away", cause=type(error).__name__)
    return problem(503, *SENTENCES[503])


def _unstorable(_error: psycopg.DataError) -> Response:
    _log.warning("unstorable value", exc_info=True)
    return problem(400, "invalid_request", "A value in the request cannot be stored; leave out control characters.")


def _broken(_error: Exception) -> Response:
    _log.error("request failed", exc_info=True)
    return problem(500, *SENTENCES[500])


def invalid(error: ValidationError) -> Response:
    """The answer to a request that does not fit its model; what was sent is never repeated."""
    if request.content_length and request.mimetype not in _BODY_TYPES and request.get_json(silent=True) is None:
        raise UnsupportedMediaType
    if request.is_json:
        request.get_json(cache=True)  # says so if it is not JSON at all
    fields = [FieldError(field=_field(detail), message=_message(detail)) for detail in error.errors(include_url=False)]
    return problem(400, "invalid_request", "Some fields are missing or malformed; see errors.", errors=fields)


_BODY_TYPES = frozenset({"application/json", "multipart/form-data", "application/x-www-form-urlencoded"})


def _field(detail: ErrorDetails) -> str:
    name = ".".join(str(part) for part in detail["loc"])
    # A field we do not know may be named anything by the sender.
    return name if _NAMES.fullmatch(name) else "?"


def _message(detail: ErrorDetails) -> str:
    # Parsers append what they stumbled over: "…a valid UUID, invalid character: found `x`".
    return detail["msg"].split(", ")[0] if detail["type"].endswith("_parsing") else detail["msg"]
