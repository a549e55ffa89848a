"""What every public route works with: the rooms, the ports, and who asks."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import request

from common.current import Current, CurrentUnit, note_person
from common.policy import Policies, Policy
from common.routing import Routes
from gateway.adapters.live import Live
from gateway.adapters.passwords import Passwords
from gateway.adapters.peers import Peers
from gateway.adapters.turns import Turns
from gateway.domain.allowances import RateLimited
from gateway.domain.keys import ApiKey, ScopeMissing, check_scope, is_key
from gateway.domain.people import ForgedRequest, NotSignedIn, Session, UnknownPolicy, csrf_token
from gateway.domain.policies import Pace
from gateway.ports import PhotoIntake, PhotoStore
from gateway.repository import Work
from gateway.routes import limits
from gateway.routes.scopes import scope_needed
from gateway.use_cases import people, policies

COOKIE = "__Host-session"
SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"cookie": []}]
# Kept with the request itself: flask.g belongs to an application context, which a stream may share.
_PERSON = "figurine.person"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What routes need to know of the settings."""

    policies: Policies
    fingerprint_key: bytes
    # Where people reach it, without a slash at the end.
    public_url: str
    # How fast people are told of a policy.
    policy_pace: Pace
    # Whether call-backs may go to this machine, for trying things out.
    local_webhooks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks: a signed-in person on one of her devices, or a script of hers with a key."""

    account_id: UUID
    device: Session | None
    token: str
    # Whether a browser of hers asks, on one of our pages.
    by_cookie: bool
    key: ApiKey | None = None

    @property
    def session(self) -> Session:
        """The device she is signed in on. Raises ScopeMissing for a script: what asks for it, no key may do."""
        if self.device is None:
            raise ScopeMissing
        return self.device


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
    return policies_out().at(unit.clock.now().date())


def policies_out() -> Policies:
    """Every version that may be shown, on its day: none that waits for somebody's word."""
    known = studio().policies
    if not known.need_word:
        return known.out(())
    with unit.bound().begin() as work:
        return policies.out(work, known)


def check_read(version: str) -> None:
    """Raises UnknownPolicy for a version that nobody can have read, for it is not out."""
    if policies_out().find(version, unit.clock.now().date()) is None:
        raise UnknownPolicy


def public(name: str, *, counted: bool = True) -> Routes:
    """A blueprint anybody may call; counted by the address it is called from."""
    blueprint = Routes(name, __name__)
    if counted:
        blueprint.before_request(limits.count_address)
        blueprint.after_request(limits.tell_budgets)
    return blueprint


def personal(name: str, *, counted: bool = True) -> Routes:
    """A blueprint for signed-in people only; its requests count towards their minute, unless it shows pictures."""
    blueprint = Routes(name, __name__, abp_security=SECURITY)
    blueprint.before_request(_count_request if counted else _count_media)
    blueprint.after_request(limits.tell_budgets)
    return blueprint


def current_person() -> Person:
    """Who asks, recognised once per request; raises NotSignedIn, ForgedRequest."""
    person: Person | None = request.environ.get(_PERSON)
    return _recognised(_nothing) if person is None else person


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


def _count_request() -> None:
    """Raises RateLimited; a page of the studio's own asks for far less than a minute holds."""
    _recognised_or_counted(lambda work, account_id: limits.note(work.rates.take(account_id)))


def _count_media() -> None:
    """Pictures do not count towards a minute's requests; they have a minute of their own. Raises RateLimited."""
    _recognised_or_counted(limits.count_media)


def _recognised_or_counted(count: Callable[[Work, UUID], None]) -> None:
    """Whoever guesses at tokens is counted by her address, and so is a key that may not do what it tries."""
    try:
        _recognised(count)
    except (NotSignedIn, ScopeMissing):
        limits.count_address()
        raise
    except RateLimited as refusal:
        limits.note(refusal.budget)
        if refusal.account_id is None:
            raise
        with unit.begin() as work:
            budget, wait = work.rates.state(refusal.account_id)
        limits.note(budget)
        raise RateLimited(refusal.account_id, retry_after_seconds=wait) from refusal


def _recognised(count: Callable[[Work, UUID], None]) -> Person:
    token, by_cookie = _presented()
    if by_cookie and request.method not in SAFE_METHODS:
        _check_own_page(token)
    with unit.begin() as work:
        person = _who(work, token, by_cookie=by_cookie)
        if person.key is not None:
            limits.count_key(work, person.key)
        count(work, person.account_id)
    request.environ[_PERSON] = person
    note_person(person.account_id)
    return person


def _who(work: Work, token: str, *, by_cookie: bool) -> Person:
    """Raises NotSignedIn; ScopeMissing for a key that may not do what is asked."""
    if by_cookie or not is_key(token):
        session = people.recognise(work, token)
        return Person(account_id=session.account_id, device=session, token=token, by_cookie=by_cookie)
    key = people.recognise_key(work, token)
    check_scope(key, scope_needed(request))
    return Person(account_id=key.account_id, device=None, token=token, by_cookie=False, key=key)


def _nothing(_work: Work, _account_id: UUID) -> None:
    """Counted by its address already, or not at all."""


def _is_nobodys(cookie: str) -> bool:
    try:
        with unit.begin() as work:
            people.recognise(work, cookie)
    except NotSignedIn:
        return True
    return False


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
