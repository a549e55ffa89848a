"""/signin/finish: what somebody is asked who came from a provider for the first time; and removing a provider."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from common.errors import Invalid, Refused
from gateway.domain.corrections import WrongPassword
from gateway.domain.people import AddressTaken, FreshSignInNeeded, NotAdult, is_fresh
from gateway.domain.providers import (
    Arrival,
    Identity,
    IdentityTaken,
    LastWayIn,
    NoSuchIdentity,
    SignInOver,
)
from gateway.domain.tries import TooManyTries
from gateway.routes.context import Person, check_origin, unit
from gateway.routes.desk import check_form, visitor
from gateway.routes.keepsakes import ARRIVAL, forget, kept
from gateway.routes.pages import providers, show_page
from gateway.routes.proofs import is_password_of, require_fresh
from gateway.routes.provider_door import FINISH, enter, place_of, refuse
from gateway.routes.security import origin
from gateway.use_cases import identities, people

pages = Blueprint("arrivals", __name__)
ACCOUNT = "/account#identities-title"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """A provider somebody signs in with, as her page shows it."""

    identity: Identity
    name: str
    # Whether the studio still works with it.
    offered: bool


@pages.get(FINISH)
def ask() -> BaseResponse:
    """To open an account, to sign in first where the address has one, or to add the provider to one's own."""
    arrival, _ = _arrival()
    return _asked(arrival)


@pages.post(FINISH)
def finish() -> BaseResponse:
    """Do what the page asked about."""
    arrival, next_page = _arrival()
    person = visitor()
    try:
        response = _opened(arrival, next_page) if person is None else _linked(arrival, person)
    except (Invalid, AddressTaken, FreshSignInNeeded, WrongPassword, TooManyTries) as refusal:
        return _asked(arrival, refusal)
    forget(response, ARRIVAL)
    return response


@pages.get("/account/identities/<uuid:identity_id>/remove")
def ask_to_remove(identity_id: UUID) -> BaseResponse:
    """Is she sure, and is it she?"""
    person = visitor()
    if person is None:
        return redirect("/signin?next=/account")
    return _removing(person, identity_id)


@pages.post("/account/identities/<uuid:identity_id>/remove")
def remove(identity_id: UUID) -> BaseResponse:
    """The provider opens the account no more."""
    person = visitor()
    if person is None:
        return redirect("/signin?next=/account")
    check_form()
    try:
        _check_sure(person)
        with unit.begin(person=person.account_id) as work:
            identities.unlink(work, person.account_id, identity_id, _names(), origin())
    except (FreshSignInNeeded, WrongPassword, TooManyTries, LastWayIn) as refusal:
        return _removing(person, identity_id, refusal)
    return redirect(ACCOUNT, HTTPStatus.SEE_OTHER)


pages.register_error_handler(Refused, refuse)


def ways_in(account_id: UUID) -> list[WayIn]:
    """The providers somebody signs in with."""
    names = _names()
    with unit.begin() as work:
        found = work.identities.of(account_id)
    return [
        WayIn(identity=each, name=names.get(each.provider, each.provider), offered=each.provider in names)
        for each in found
    ]


def providers_of(account_id: UUID) -> dict[str, Any]:
    """What her pages show: the providers she signs in with, and those she may add."""
    ways = ways_in(account_id)
    used = {each.identity.provider for each in ways}
    return {"ways": ways, "addable": [each for each in providers().all if each.id not in used]}


def _opened(arrival: Arrival, next_page: str) -> BaseResponse:
    """An account, and she is in. Pressed twice, or after an answer that was lost, it is the same account."""
    check_origin()
    if not request.form.get("adult"):
        raise NotAdult
    if not request.form.get("policy"):
        raise Invalid("Read what happens to your photos and data, then tick that you have.")
    try:
        with unit.begin() as work:
            account = identities.owner_of(work, arrival) or identities.open_account(
                work,
                arrival,
                name=request.form.get("name", ""),
                adult=True,
                policy_version=request.form.get("policy_version", ""),
                address=origin().address,
            )
    except (AddressTaken, IdentityTaken):
        # Perhaps by herself, a moment ago.
        with unit.begin() as work:
            owner = identities.owner_of(work, arrival)
        if owner is None:
            raise
        account = owner
    return enter(arrival, account, next_page)


def _linked(arrival: Arrival, person: Person) -> BaseResponse:
    check_form()
    _check_sure(person)
    name = providers().get(arrival.provider).name
    with unit.begin(person=person.account_id) as work:
        identities.link(work, person.account_id, arrival, name, origin())
    return redirect(ACCOUNT, HTTPStatus.SEE_OTHER)


def _asked(arrival: Arrival, refusal: Refused | None = None) -> BaseResponse:
    person = visitor()
    provider = providers().get(arrival.provider)
    with unit.begin() as work:
        unknown = person is None and identities.owner_of(work, arrival) is None
        taken = unknown and work.accounts.find_by_address(arrival.email) is not None
    if taken:
        return _shown("arrival_known.html", refusal, provider=provider, arrival=arrival)
    values = {"provider": provider, "arrival": arrival, "name": request.form.get("name", arrival.name)}
    if person is None:
        return _shown("arrival_new.html", refusal, **values)
    return _shown("arrival_link.html", refusal, **values, **_sureness(person), back=FINISH)


def _removing(person: Person, identity_id: UUID, refusal: Refused | None = None) -> Response:
    way = next((each for each in ways_in(person.account_id) if each.identity.id == identity_id), None)
    if way is None:
        raise NoSuchIdentity
    return _shown("identity_remove.html", refusal, way=way, **_sureness(person), back=request.path)


def _sureness(person: Person) -> dict[str, Any]:
    """How she can show that it is she: nothing more, by her password, or by a provider she has added."""
    with unit.begin() as work:
        account = people.read_account(work, person.account_id)
    return {
        "fresh": is_fresh(person.session, unit.clock.now()),
        "by_password": account.has_password,
        "ways": [each for each in ways_in(person.account_id) if each.offered],
    }


def _check_sure(person: Person) -> None:
    """Raises FreshSignInNeeded, WrongPassword, TooManyTries."""
    password = request.form.get("password", "")[:200]
    if not password:
        require_fresh(person)
    elif is_password_of(person, password) is None:
        raise WrongPassword


def _arrival() -> tuple[Arrival, str]:
    said = kept(ARRIVAL)
    if said is None:
        raise SignInOver
    arrival = Arrival(**{each.name: said[each.name] for each in fields(Arrival)})
    return arrival, place_of(said["next_page"])


def _names() -> Mapping[str, str]:
    return {each.id: each.name for each in providers().all}


def _shown(template: str, refusal: Refused | None, **values: object) -> Response:
    status = HTTPStatus.OK if refusal is None else HTTPStatus.BAD_REQUEST
    page = show_page(template, status, refused=refusal.sentence if refusal else "", **values)
    page.headers["Cache-Control"] = "no-store"
    return page
