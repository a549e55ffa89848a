"""/operator itself: the first room that opens, and showing a second factor on the way in."""

from http import HTTPStatus

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from common.errors import NotFound
from gateway.domain.factors import WrongCode
from gateway.domain.staff import SecondFactorRequired
from gateway.domain.tries import TooManyTries
from gateway.routes.context import unit
from gateway.routes.desk import check_form, show_factor_page, visitor
from gateway.routes.steps import show_factor

pages = Blueprint("console door", __name__)
_START = "/operator"


@pages.post("/operator/factor")
def take_factor() -> BaseResponse:
    """The code that the page asked for; leads on to where she was going."""
    person = visitor()
    if person is None:
        return redirect("/signin?next=/operator")
    with unit.bound().begin() as work:
        if not work.staff.roles_of(person.account_id):
            raise NotFound
    check_form()
    place = _place_of(request.form.get("next", ""))
    try:
        show_factor(person, request.form.get("code", "")[:40])
    except (WrongCode, TooManyTries) as refusal:
        return show_factor_page(SecondFactorRequired(has_one=True), next_page=place, said=refusal.sentence)
    return redirect(place, HTTPStatus.SEE_OTHER)


def _place_of(path: str) -> str:
    """A room of the console; anything else leads to its front."""
    ours = path.startswith("/operator/") and path.isprintable() and "\\" not in path and "//" not in path
    return path if ours else _START
