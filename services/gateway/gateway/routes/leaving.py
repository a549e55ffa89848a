"""The pages of leaving: the one that deletes an account, and the one that shows how that stands, without signing in."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from common.current import Current
from gateway.adapters.links import Links
from gateway.routes.arrivals import providers_of
from gateway.routes.pages import HEADERS, show_page, signed_in
from gateway.routes.shared import DISCREET
from gateway.routes.speaking import tell_language

leaving = Blueprint("leaving", __name__)
links = Current(Links)


@leaving.get("/account/delete")
def show_deleting() -> BaseResponse:
    """What goes with an account, what has to stay, and the button that deletes it."""
    account = signed_in()
    if account is None:
        return redirect("/signin?next=/account/delete")
    return show_page("delete.html", **providers_of(account.id))


@leaving.get("/leaving/<request_id>")
def follow(request_id: str) -> Response:
    """The page the last letter leads to. It shows nobody as signed in, whatever cookie comes along."""
    if _opens(request_id, request.args.get("key", "")):
        response = make_response(render_template("leaving.html", request_id=UUID(request_id)))
    else:
        response = make_response(render_template("leaving_refused.html"), HTTPStatus.NOT_FOUND)
    response.headers.update({**HEADERS, **DISCREET})
    tell_language(response)
    return response


def _opens(request_id: str, key: str) -> bool:
    try:
        return links().opens_receipt(UUID(request_id), key)
    except ValueError:
        return False
