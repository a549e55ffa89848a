"""/leaving/{request_id}: how an erasure stands, and its receipt, for who has no account any more."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request

from common.current import Current
from gateway.adapters.links import Links
from gateway.routes.pages import HEADERS
from gateway.routes.shared import DISCREET

leaving = Blueprint("leaving", __name__)
links = Current(Links)


@leaving.get("/leaving/<request_id>")
def follow(request_id: str) -> Response:
    """The page the last letter leads to. It shows nobody as signed in, whatever cookie comes along."""
    if _opens(request_id, request.args.get("key", "")):
        response = make_response(render_template("leaving.html", request_id=UUID(request_id)))
    else:
        response = make_response(render_template("leaving_refused.html"), HTTPStatus.NOT_FOUND)
    response.headers.update({**HEADERS, **DISCREET})
    return response


def _opens(request_id: str, key: str) -> bool:
    try:
        return links().opens_receipt(UUID(request_id), key)
    except ValueError:
        return False
