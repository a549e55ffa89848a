"""The console's door: who may enter a room, how a room's page looks, and what a form of it carries.

routes = desk_routes("jobs", *JOBS.roles)     JSON under /v1/operator: 401, 404 without the role, 403 without factor
pages = desk_pages("jobs page", *JOBS.roles)  pages under /operator: sign-in, 404, the page that asks for a factor
colleague()                                   who is at work here, once she was let in
show_room("operator/jobs.html", jobs=…)       a page in the console's frame
"""

import hmac
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from common.current import current_service, note_person
from common.errors import Refused, Unavailable
from common.problems import problem, status_of
from common.routing import Routes
from gateway.domain.people import ForgedRequest, NotSignedIn, csrf_token
from gateway.domain.rooms import open_to
from gateway.domain.staff import Colleague, Role, SecondFactorRequired
from gateway.domain.tickets import MAX_REASON
from gateway.routes.context import COOKIE, SAFE_METHODS, Person, current_person, personal, unit
from gateway.routes.pages import show_page
from gateway.use_cases import people, staff

# Kept with the request, as the person is.
_COLLEAGUE: Final = "figurine.colleague"
# The way back from a form: said once, in the address, as one of these words.
DONE: Final = "done"
_DRAFT: Final = 20_000


def desk_routes(name: str, *roles: Role) -> Routes:
    """A blueprint of /v1/operator for whoever has one of these roles and has shown her second factor."""
    routes = personal(name)
    routes.before_request(partial(require_staff, *roles))
    return routes


def desk_pages(name: str, *roles: Role) -> Blueprint:
    """A blueprint of /operator, likewise; forms carry `csrf_token`, and what is refused is told on a page."""
    pages = Blueprint(name, __name__)
    pages.before_request(partial(_enter, roles))
    pages.register_error_handler(Refused, _tell)
    return pages


def require_staff(*roles: Role) -> None:
    """Let whoever asks with her token in. Raises NotSignedIn, NotFound, SecondFactorRequired, ScopeMissing."""
    session = current_person().session
    with unit.begin() as work:
        request.environ[_COLLEAGUE] = staff.admit(work, session, roles)


def colleague() -> Colleague:
    """Who is at work here; only behind `desk_routes` and `desk_pages`."""
    return request.environ[_COLLEAGUE]


def visitor() -> Person | None:
    """Who looks at a page of the console, if anybody is signed in."""
    token = request.cookies.get(COOKIE, "")
    try:
        with unit.bound().begin() as work:
            session = people.recognise(work, token)
    except NotSignedIn:
        return None
    return Person(account_id=session.account_id, device=session, token=token, by_cookie=True)


def check_form() -> None:
    """Raises ForgedRequest for a form that is not of a page of ours."""
    sent = request.form.get("csrf_token", "").encode()
    if not hmac.compare_digest(sent, csrf_token(request.cookies.get(COOKIE, "")).encode()):
        raise ForgedRequest


def show_room(template: str, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
    """A page in the console's frame, kept by nobody."""
    who: Colleague | None = request.environ.get(_COLLEAGUE)
    response = show_page(
        template,
        status,
        rooms=open_to(who.roles if who else ()),
        colleague=who,
        longest_reason=MAX_REASON,
        done=request.args.get(DONE, ""),
        **values,
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def back_to(path: str, done: str = "") -> BaseResponse:
    """Where a form leads when it is done: a page that may be reloaded; `done` is a word the page tells."""
    return redirect(f"{path}?{DONE}={done}" if done else path, HTTPStatus.SEE_OTHER)


def reason_given() -> str:
    """The reason that the form of `_reason.html` carries; whether it is one is checked where it is written down."""
    return request.form.get("reason", "")


def _enter(roles: Sequence[Role]) -> BaseResponse | None:
    person = visitor()
    if person is None:
        return redirect(f"/signin?next={quote(_place())}")
    try:
        with unit.bound().begin() as work:
            request.environ[_COLLEAGUE] = staff.admit(work, person.session, roles)
    except SecondFactorRequired as refusal:
        return show_factor_page(refusal, next_page=_place())
    if request.method not in SAFE_METHODS:
        check_form()
        note_person(person.account_id)
    return None


def show_factor_page(refusal: SecondFactorRequired, *, next_page: str, said: str = "") -> Response:
    """What to do about a second factor; with a field for a code where she has one."""
    return show_room(
        "operator/second_factor.html",
        HTTPStatus.FORBIDDEN,
        refusal=refusal,
        next_page=next_page,
        said=said,
        has_passkey=_has_passkey(),
        draft=_draft(),
    )


def _place() -> str:
    """Where she was going; a form leads nowhere by itself."""
    return request.path if request.method in SAFE_METHODS else "/operator"


def _has_passkey() -> bool:
    person = visitor()
    if person is None:
        return False
    with unit.bound().begin() as work:
        return bool(work.factors.passkeys(person.account_id))


def _draft() -> str:
    # The page a form stood on is kept by nobody: what was written into it would be lost with it.
    return request.form.get("message", "")[:_DRAFT]


def _tell(refusal: Refused) -> Response:
    status = status_of(type(refusal), current_service().statuses)
    # For whoever was not let in there is nothing here, not even a page.
    if _COLLEAGUE not in request.environ:
        return problem(status, refusal.code, refusal.sentence)
    away = isinstance(refusal, Unavailable)
    return show_room("operator/refused.html", HTTPStatus(status), sentence=refusal.sentence, away=away, draft=_draft())
