"""/signin/with/{provider} and /signin/from/{provider}: out to an OpenID provider, and back in; neither needs a script.

Coming back, nobody's account is changed: an account is opened, and a provider is added to one, on the page that asks
for it (`routes/arrivals.py`).
"""

import hmac
from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from common.current import current_service
from common.errors import Refused
from common.problems import status_of
from gateway.adapters.providers import ProviderAway
from gateway.domain.people import Account
from gateway.domain.providers import (
    ATTEMPT_LIFETIME,
    AddressUnverified,
    Arrival,
    Attempt,
    ClaimsRefused,
    IdentityTaken,
    Provider,
    SignInDeclined,
    SignInOver,
    check_arrival,
    door_limit,
    new_attempt,
    once_limit,
)
from gateway.domain.tries import TooManyTries
from gateway.repository import Work
from gateway.routes.context import Person, unit
from gateway.routes.desk import visitor
from gateway.routes.guards import digest, network
from gateway.routes.keepsakes import ARRIVAL, ATTEMPT, STEP, forget, keep, kept
from gateway.routes.pages import providers, show_page
from gateway.routes.sessions import half_open, let_in, open_here
from gateway.use_cases import factors, identities, tries

pages = Blueprint("provider door", __name__)
STUDIO: Final = "/studio"
FINISH: Final = "/signin/finish"
_LONGEST_PLACE: Final = 500
# What a provider answers when it is not itself just now (RFC 6749, section 4.1.2.1).
_AWAY: Final = frozenset({"server_error", "temporarily_unavailable"})


@pages.get("/signin/with/<provider_id>")
def set_out(provider_id: str) -> BaseResponse:
    """Off to the provider; with `again`, to show there once more that it is the same person."""
    provider = providers().get(provider_id)
    _count()
    now = unit.clock.now()
    again = bool(request.args.get("again"))
    attempt = new_attempt(provider, now, next_page=place_of(request.args.get("next", "")), again=again)
    response = redirect(providers().address(provider, attempt))
    said = {**asdict(attempt), "began_at": attempt.began_at.isoformat()}
    keep(response, ATTEMPT, said, now + ATTEMPT_LIFETIME)
    return response


@pages.get("/signin/from/<provider_id>")
def come_back(provider_id: str) -> BaseResponse:
    """Back from the provider, with a code or without."""
    provider = providers().get(provider_id)
    _count()
    attempt = _attempt_of(provider)
    _check_answer(provider)
    arrival = providers().arrival(provider, request.args.get("code", "")[:4096], attempt)
    check_arrival(provider, arrival)
    response = _welcome(attempt, arrival)
    forget(response, ATTEMPT)
    return response


@pages.get("/signin/step")
def ask_for_factor() -> BaseResponse:
    """The second step, for whom a provider has sent."""
    step = kept(STEP)
    if step is None:
        return redirect("/signin")
    response = show_page("signin.html", half_open=step)
    response.headers["Cache-Control"] = "no-store"
    return response


def enter(arrival: Arrival, account: Account, next_page: str) -> BaseResponse:
    """Sign the browser in; where she has a second factor, a provider stands for her password only.

    Raises PersonGone, IdentityTaken.
    """
    with unit.begin(person=account.id) as work:
        identities.use(work, arrival, account.id)
        if factors.has_second_factor(work, account.id):
            return _half_way(work, account, next_page)
        opened = open_here(work, account)
    response = redirect(next_page, HTTPStatus.SEE_OTHER)
    let_in(response, account, opened)
    return response


def place_of(path: str) -> str:
    """A page of ours; anything else leads to the studio."""
    plain = path.isascii() and path.isprintable() and "\\" not in path and len(path) <= _LONGEST_PLACE
    return path if plain and path.startswith("/") and not path.startswith("//") else STUDIO


def refuse(refusal: Refused) -> BaseResponse:
    """What was not to be, on a page. Whoever is in already, and pressed reload, is where she wanted to be."""
    if isinstance(refusal, SignInOver) and visitor() is not None:
        return redirect(STUDIO, HTTPStatus.SEE_OTHER)
    status = HTTPStatus(status_of(type(refusal), current_service().statuses))
    page = show_page("provider_refused.html", status, sentence=refusal.sentence)
    page.headers["Cache-Control"] = "no-store"
    if isinstance(refusal, ProviderAway | TooManyTries):
        page.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return page


pages.register_error_handler(Refused, refuse)


def _welcome(attempt: Attempt, arrival: Arrival) -> BaseResponse:
    person = visitor()
    with unit.begin() as work:
        owner = identities.owner_of(work, arrival)
    if person is not None:
        return _known_here(attempt, arrival, person, owner)
    if owner is not None:
        return enter(arrival, owner, attempt.next_page)
    if not arrival.verified:
        raise AddressUnverified
    return _ask(attempt, arrival)


def _known_here(attempt: Attempt, arrival: Arrival, person: Person, owner: Account | None) -> BaseResponse:
    """Somebody is signed in already: she adds the provider, or shows once more that it is she."""
    if owner is None and not attempt.again:
        return _ask(attempt, arrival)
    if owner is None or owner.id != person.account_id:
        raise IdentityTaken(None if owner else "That is not how you sign in here. Choose the provider you have added.")
    if attempt.again:
        with unit.begin(person=person.account_id) as work:
            identities.use(work, arrival, person.account_id)
            work.sessions.prove(person.session.id)
    return redirect(attempt.next_page, HTTPStatus.SEE_OTHER)


def _ask(attempt: Attempt, arrival: Arrival) -> BaseResponse:
    response = redirect(FINISH, HTTPStatus.SEE_OTHER)
    said = {**asdict(arrival), "next_page": attempt.next_page}
    keep(response, ARRIVAL, said, unit.clock.now() + ATTEMPT_LIFETIME)
    return response


def _half_way(work: Work, account: Account, next_page: str) -> BaseResponse:
    answer = half_open(work, account)
    response = redirect(f"/signin/step?{urlencode({'next': next_page})}", HTTPStatus.SEE_OTHER)
    keep(response, STEP, {"step": answer.step, "ways": answer.ways}, answer.expires_at)
    return response


def _attempt_of(provider: Provider) -> Attempt:
    """The attempt this answers, once: from the same browser, at the same provider, in time. Raises SignInOver."""
    said, state = kept(ATTEMPT), request.args.get("state", "")
    if said is None or said["provider"] != provider.id:
        raise SignInOver
    if not hmac.compare_digest(said["state"].encode(), state.encode()):
        raise SignInOver
    try:
        with unit.begin() as work:
            tries.count(work, [once_limit(digest, state)])
    except TooManyTries:
        raise SignInOver from None
    told: dict[str, Any] = {**said, "began_at": datetime.fromisoformat(said["began_at"])}
    return Attempt(**told)


def _check_answer(provider: Provider) -> None:
    """Raises SignInDeclined, ProviderAway, ClaimsRefused."""
    error = request.args.get("error")
    # Where a provider names itself, it is the one that was asked (RFC 9207).
    if request.args.get("iss", provider.issuer) != provider.issuer:
        raise ClaimsRefused
    if error in _AWAY:
        raise ProviderAway
    if error is not None:
        raise SignInDeclined
    if not request.args.get("code"):
        raise SignInOver


def _count() -> None:
    with unit.begin() as work:
        tries.count(work, [door_limit(digest, network())])
