"""What every public route works with: the rooms, the ports, and who asks."""

import hmac
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request

from common.current import Current, CurrentUnit, note_person
from common.policy import Policies, Policy
from common.routing import Routes
from gateway.adapters.live import Live
from gateway.adapters.passwords import Passwords
from gateway.adapters.peers import Peers
from gateway.adapters.turns import Turns
from gateway.domain.allowances import Budget, RateLimited
from gateway.domain.people import ForgedRequest, NotSignedIn, Session, csrf_token
from gateway.ports import PhotoIntake, PhotoStore
from gateway.repository import Work
from gateway.use_cases import people

COOKIE = "__Host-session"
SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"cookie": []}]
# Kept with the request itself: flask.g belongs to an application context, which a stream may share.
_PERSON = "figurine.person"
_BUDGET = "figurine.budget"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What routes need to know of the settings."""

    policies: Policies
    fingerprint_key: bytes
    # Where people reach it, without a slash at the end.
    public_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks: a signed-in person on one of her devices."""

    account_id: UUID
    session: Session
    token: str
    # Whether a browser of hers asks, on one of our pages.
    by_cookie: bool


unit = CurrentUnit[Work]()
studio = Current(Studio)
passwords = Current(Passwords)
peers = Current(Peers)
live = Current(Live)
intake = Current(PhotoIntake)
checks = Current(Turns)
uploads = Current(PhotoStore)


def policy_of_today() -> Policy:
    """The newest version of the policy that is out: what people can read."""
    return studio().policies.at(unit.clock.now().date())


def public(name: str) -> Routes:
    """A blueprint anybody may call."""
    return Routes(name, __name__)


def personal(name: str, *, counted: bool = True) -> Routes:
    """A blueprint for signed-in people only; its requests count towards their minute, unless it shows pictures."""
    blueprint = Routes(name, __name__, abp_security=SECURITY)
    blueprint.before_request(_count_request if counted else _require_person)
    if counted:
        blueprint.after_request(_tell_budget)
    return blueprint


def current_person() -> Person:
    """Who asks, recognised once per request; raises NotSignedIn, ForgedRequest."""
    person: Person | None = request.environ.get(_PERSON)
    return _recognised(counted=False) if person is None else person


def person_if_any() -> Person | None:
    """Who asks, where that may be nobody: a token has to be right, and a browser whose session is over is nobody's.

    Raises NotSignedIn, ForgedRequest.
    """
    if "Authorization" not in request.headers and _is_nobodys(request.cookies.get(COOKIE, "")):
        return None
    return current_person()


def check_origin() -> None:
    """Refuse what another site makes a browser send; for routes that set a cookie."""
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "same-site", "none"}:
        raise ForgedRequest


def _require_person() -> None:
    current_person()


def _count_request() -> None:
    """Raises RateLimited; a page of the studio's own asks for far less than a minute holds."""
    try:
        _recognised(counted=True)
    except RateLimited as refusal:
        with unit.begin() as work:
            request.environ[_BUDGET], wait = work.rates.state(refusal.account_id)
        raise RateLimited(refusal.account_id, retry_after_seconds=wait) from refusal


def _recognised(*, counted: bool) -> Person:
    token, by_cookie = _presented()
    if by_cookie and request.method not in SAFE_METHODS:
        _check_own_page(token)
    with unit.begin() as work:
        session = people.recognise(work, token)
        if counted:
            request.environ[_BUDGET] = work.rates.take(session.account_id)
    person = Person(account_id=session.account_id, session=session, token=token, by_cookie=by_cookie)
    request.environ[_PERSON] = person
    note_person(session.account_id)
    return person


def _is_nobodys(cookie: str) -> bool:
    try:
        with unit.begin() as work:
            people.recognise(work, cookie)
    except NotSignedIn:
        return True
    return False


def _tell_budget(response: Response) -> Response:
    """What is left, as the IETF's draft on RateLimit header fields has it."""
    budget: Budget | None = request.environ.get(_BUDGET)
    if budget is not None:
        response.headers["RateLimit-Policy"] = f'"person";q={budget.rate};w=60'
        response.headers["RateLimit"] = f'"person";r={budget.left};t={budget.whole_in}'
    return response


def _presented() -> tuple[str, bool]:
    """The token that came, and whether the browser added it by itself."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token, False
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        raise NotSignedIn
    return cookie, True


def _check_own_page(token: str) -> None:
    # Our pages read the value from their own HTML; another site cannot.
    sent = request.headers.get("X-CSRF-Token", "").encode()
    if not hmac.compare_digest(sent, csrf_token(token).encode()):
        raise ForgedRequest
