"""What somebody gets whose request is none: problem+json, written before there is an application."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException

from common.problems import MEDIA_TYPE, SENTENCES, problem_type

_STATUSES: Mapping[type[Exception], int] = {LimitRequestLine: 431, LimitRequestHeaders: 431, ParseException: 400}


def raw_refusal(error: Exception) -> bytes:
    """A whole HTTP answer that says what is wrong, and nothing of what was sent."""
    status = next((code for kind, code in _STATUSES.items() if isinstance(error, kind)), 500)
    code, sentence = SENTENCES[status]
    phrase = HTTPStatus(status).phrase
    problem = {"type": problem_type(code), "title": phrase, "status": status, "detail": sentence, "code": code}
    body = json.dumps(problem).encode()
    head = f"HTTP/1.1 {status} {phrase}\r\nConnection: close\r\nContent-Type: {MEDIA_TYPE}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
