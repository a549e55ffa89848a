"""/developers: keys and webhooks, for who is signed in."""

from typing import Final

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from gateway.domain.keys import SCOPES
from gateway.domain.languages import catalogued
from gateway.domain.webhooks import Happening
from gateway.routes.pages import show_page, signed_in

developers = Blueprint("developers", __name__)

HAPPENINGS: Final = {
    Happening.GENERATED: catalogued("The pictures of a figurine are there."),
    Happening.FAILED: catalogued("There will be no picture, and it cost nothing."),
    Happening.DELETED: catalogued("A figurine is gone for good."),
    Happening.CREDITS: catalogued("Your credits have moved."),
}


@developers.get("/developers")
def show() -> Response:
    """A person's keys and webhooks, and where the API is described."""
    if not signed_in():
        return redirect("/signin?next=/developers")
    return show_page("developers.html", scopes=SCOPES, happenings=HAPPENINGS)
