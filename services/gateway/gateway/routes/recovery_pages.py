"""/recover and /reset: a forgotten password, in a browser; neither needs a script."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from common.current import Current
from common.erasure import PersonGone
from common.errors import Invalid, Refused
from gateway.adapters.links import Links
from gateway.domain.people import ForgedRequest
from gateway.domain.recovery import RecoveryOver
from gateway.domain.tries import TooManyTries
from gateway.routes.context import unit
from gateway.routes.guards import remember_device
from gateway.routes.pages import show_page
from gateway.routes.recovery import ask_for_link, set_password
from gateway.routes.translating import said
from gateway.use_cases import recovery

pages = Blueprint("recovery_pages", __name__)
links = Current(Links)
LONGEST = 254


@pages.get("/recover")
def ask() -> Response:
    """Where somebody goes who has forgotten her password."""
    return show_page("recover.html", email="", refused="")


@pages.post("/recover")
def asked() -> Response:
    """Have the link mailed. Whether there is such an account, this page does not say either."""
    email = request.form.get("email", "")[: LONGEST + 1]
    try:
        ask_for_link(email)
    except TooManyTries as refusal:
        page = show_page("recover.html", HTTPStatus.TOO_MANY_REQUESTS, email=email, refused=said(refusal.sentence))
        page.headers["Retry-After"] = str(refusal.retry_after_seconds)
        return page
    except Invalid as refusal:
        return show_page("recover.html", HTTPStatus.BAD_REQUEST, email=email, refused=said(refusal.sentence))
    except ForgedRequest as refusal:
        return show_page("recover.html", HTTPStatus.FORBIDDEN, email="", refused=said(refusal.sentence))
    return show_page("recover_asked.html", email=email.strip())


@pages.get("/reset")
def choose() -> Response:
    """Where the link of the mail leads. Looking at it uses nothing up: mail scanners follow links too."""
    token = request.args.get("token", "")
    try:
        account_id, recovery_id = links().read_recovery(token)
        with unit.begin(person=account_id) as work:
            account = recovery.read(work, account_id, recovery_id)
    except (RecoveryOver, PersonGone) as refusal:
        return _over(refusal)
    return _secret(show_page("reset.html", token=token, email=account.email, refused=""))


@pages.post("/reset")
def chosen() -> Response:
    """Set the password. The token is the authority, so it does not matter which page sent it."""
    token = request.form.get("token", "")
    try:
        known = set_password(token, request.form.get("password", ""))
    except (RecoveryOver, PersonGone) as refusal:
        return _over(refusal)
    except Invalid as refusal:
        page = show_page("reset.html", HTTPStatus.BAD_REQUEST, token=token, email="", refused=said(refusal.sentence))
        return _secret(page)
    done = show_page("reset_done.html")
    remember_device(done, *known)
    return done


def _over(refusal: Refused) -> Response:
    status = HTTPStatus.FORBIDDEN if isinstance(refusal, PersonGone) else HTTPStatus.BAD_REQUEST
    return show_page("reset_over.html", status, sentence=said(refusal.sentence))


def _secret(page: Response) -> Response:
    """The token stands in the page and its address: neither is to be kept or told on."""
    page.headers["Cache-Control"] = "no-store"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
