"""/v1/account: reading and correcting one's own data, and what followed."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.current import Current
from common.erasure import PersonGone
from common.errors import Invalid
from common.problems import Statuses, problems
from gateway.adapters.links import Links
from gateway.domain.corrections import (
    ChangeMade,
    ChangeOver,
    Correction,
    CorrectionState,
    TooManyChanges,
    WrongPassword,
)
from gateway.domain.languages import Language
from gateway.domain.people import (
    AddressTaken,
    ForgedRequest,
    FreshSignInNeeded,
    NotSignedIn,
)
from gateway.domain.tries import TooManyTries
from gateway.repository import Work
from gateway.routes.accounts import AccountAnswer, account_answer
from gateway.routes.context import Person, current_person, passwords, personal, public, unit
from gateway.routes.guards import remember_device
from gateway.routes.policy import PolicyStandingAnswer, standing_in
from gateway.routes.proofs import is_password_of, require_fresh
from gateway.routes.security import origin
from gateway.use_cases import corrections, people
from gateway.use_cases.corrections import Wish

routes = personal("account")
# The link in the mail is the authority; who follows it need not be signed in.
link_routes = public("address links")
links = Current(Links)
LISTED = 50
LIMITED: Statuses = {TooManyChanges: 429, TooManyTries: 429}
# Whoever holds no copy, and why: names and addresses stay with the gateway.
WITHOUT_COPIES = ("analytics", "generation", "privacy")

Password = Annotated[str, Field(max_length=200)]


class NewAddressAnswer(Answer):
    """An address that waits for its confirmation; until then the old one counts."""

    email: str
    asked_at: datetime
    expires_at: datetime


class OwnAccountAnswer(AccountAnswer):
    """A person's own account.

    `new_address` is the one she wants instead, while it is not confirmed; `policy` how she stands to the newest policy;
    `language` is the one she reads news in, where it is written in that. While `news_paused_at` is set, she gets none:
    letters to her address came back, until it is confirmed anew or is another.
    """

    contact: str
    language: Language | None = None
    news_paused_at: datetime | None = None
    new_address: NewAddressAnswer | None = None
    policy: PolicyStandingAnswer


class CorrectionBody(BaseModel):
    """What is to be corrected; what is left out stays as it is.

    Name and contact are corrected at once; an empty contact takes it away. A new address counts once it is confirmed,
    and needs the password where this device did not sign in within the last fifteen minutes; one's own address again
    calls off a change that waits.
    """

    name: Annotated[str, Field(max_length=80, examples=["Ada"])] | None = None
    contact: Annotated[str, Field(max_length=400, examples=["+49 30 123456"])] | None = None
    email: Annotated[str, Field(max_length=254, examples=["ada@example.org"])] | None = None
    language: Annotated[Language | None, Field(description="In which language she is spoken and written to.")] = None
    password: Password | None = None


class PasswordBody(BaseModel):
    """The password there is, and the one to come."""

    password: Password
    new_password: Password


class LinkBody(BaseModel):
    """The token from the link in the mail."""

    token: Annotated[str, Field(max_length=2000)]


class ChangeAnswer(Answer):
    """What became of the change."""

    state: Literal["confirmed", "stopped"]


class PlaceAnswer(Answer):
    """Where a value was or is, of which field, and why it stays there."""

    place: str
    field: str
    why: str | None = None


class FollowedAnswer(Answer):
    """One service: what it corrected, and what keeps the old value. One that holds no copy says so."""

    service: str
    state: Literal["followed", "following", "holds_no_copy"]
    corrected: list[PlaceAnswer] = Field(default_factory=list[PlaceAnswer])
    kept: list[PlaceAnswer] = Field(default_factory=list[PlaceAnswer])


class CorrectionAnswer(Answer):
    """A correction and its proof.

    `gone`: the old value was looked for everywhere and is nowhere; `kept`: what keeps it is named, with the reason;
    `looking`: the copies are still following.
    """

    id: UUID
    fields: list[str]
    corrected_at: datetime
    proof: Literal["gone", "kept", "looking"]
    proven_at: datetime | None
    services: list[FollowedAnswer]


class CorrectionsAnswer(Answer):
    """What one corrected, the latest first."""

    items: list[CorrectionAnswer]
    next_cursor: str | None = None


@routes.get("/v1/account", responses={200: OwnAccountAnswer, **problems(NotSignedIn)})
def read() -> OwnAccountAnswer:
    """One's own data."""
    with unit.begin() as work:
        return _own(work, current_person().account_id)


@routes.patch(
    "/v1/account",
    responses={
        200: OwnAccountAnswer,
        **problems(Invalid, NotSignedIn, ForgedRequest, FreshSignInNeeded, WrongPassword, PersonGone),
        **problems(TooManyChanges, TooManyTries, statuses=LIMITED),
    },
)
def correct(body: CorrectionBody) -> OwnAccountAnswer:
    """Correct one's own data. Whether somebody else has an address is not told here."""
    person = current_person()
    if body.email is not None:
        _prove_oneself(person, body.email, body.password)
    with unit.begin(person=person.account_id) as work:
        corrections.correct_at_once(work, person.account_id, Wish(name=body.name, contact=body.contact))
        if body.language is not None:
            work.accounts.say_language(person.account_id, body.language)
        if body.email is not None:
            corrections.ask_for_address(work, person.account_id, body.email, session_id=person.session.id)
        return _own(work, person.account_id)


@routes.put(
    "/v1/account/password",
    responses={
        204: {"description": "It is changed."},
        **problems(Invalid, NotSignedIn, ForgedRequest, WrongPassword, PersonGone),
        **problems(TooManyTries, statuses=LIMITED),
    },
)
def change_password(body: PasswordBody) -> Response:
    """Choose another password. Every other device is signed out, and a mail tells of it."""
    person = current_person()
    account = is_password_of(person, body.password)
    if account is None:
        raise WrongPassword
    fresh = passwords().hash(passwords().accept(body.new_password, account.name, account.email))
    with unit.begin(person=person.account_id) as work:
        if not corrections.change_password(work, account, fresh, session_id=person.session.id, origin=origin()):
            raise WrongPassword
    response = Response(status=204)
    remember_device(response, account.id, fresh)
    return response


@routes.get("/v1/account/corrections", responses={200: CorrectionsAnswer, **problems(NotSignedIn)})
def list_corrections() -> CorrectionsAnswer:
    """What one corrected, who followed, and the proof that the old values are gone."""
    with unit.begin() as work:
        made = work.corrections.of(current_person().account_id, limit=LISTED)
    return CorrectionsAnswer(items=[_correction(each) for each in made])


@link_routes.post(
    "/v1/account/email/confirm", responses={200: ChangeAnswer, **problems(ChangeOver, AddressTaken, PersonGone)}
)
def confirm(body: LinkBody) -> ChangeAnswer:
    """Confirm the new address with the token from the mail. Every other device is signed out."""
    account_id, change_id = links().read_confirmation(body.token)
    with unit.begin(person=account_id) as work:
        corrections.confirm_address(work, account_id, change_id)
    return ChangeAnswer(state="confirmed")


@link_routes.post("/v1/account/email/stop", responses={200: ChangeAnswer, **problems(ChangeOver, ChangeMade)})
def stop(body: LinkBody) -> ChangeAnswer:
    """Stop the change with the token from the mail to the old address. Every device is signed out."""
    account_id, change_id = links().read_stopping(body.token)
    with unit.begin() as work:
        corrections.stop_address(work, account_id, change_id)
    return ChangeAnswer(state="stopped")


def _prove_oneself(person: Person, email: str, password: str | None) -> None:
    """The password, or a sign-in a moment ago; what calls off a change needs neither."""
    with unit.begin() as work:
        account = people.read_account(work, person.account_id)
        own = work.accounts.index_of(email) == work.accounts.index_of(account.email)
    if own:
        return
    if password is None:
        require_fresh(person)
    elif is_password_of(person, password) is None:
        raise WrongPassword


def _own(work: Work, account_id: UUID) -> OwnAccountAnswer:
    account = people.read_account(work, account_id)
    waiting = work.addresses.find(account_id)
    return OwnAccountAnswer(
        **account_answer(account).model_dump(),
        contact=account.contact,
        language=Language(said) if (said := work.accounts.language_of(account_id)) else None,
        news_paused_at=work.news.paused_since(account_id),
        new_address=NewAddressAnswer(email=waiting.email, asked_at=waiting.asked_at, expires_at=waiting.expires_at)
        if waiting
        else None,
        policy=standing_in(work, account_id),
    )


def _correction(made: Correction) -> CorrectionAnswer:
    services = [
        _followed("gateway", made, holds=True),
        _followed("billing", made, holds=True),
        *(_followed(name, made, holds=False) for name in WITHOUT_COPIES),
    ]
    kept = any(service.kept for service in services)
    proven = made.state is CorrectionState.PROVEN
    return CorrectionAnswer(
        id=made.id,
        fields=list(made.fields),
        corrected_at=made.corrected_at,
        proof=("kept" if kept else "gone") if proven else "looking",
        proven_at=made.proven_at,
        services=services,
    )


def _followed(name: str, made: Correction, *, holds: bool) -> FollowedAnswer:
    if not holds:
        return FollowedAnswer(service=name, state="holds_no_copy")
    outcome = made.outcome.get(name)
    if outcome is None:
        return FollowedAnswer(service=name, state="following")
    return FollowedAnswer(
        service=name,
        state="followed",
        corrected=[PlaceAnswer(**each) for each in outcome.get("corrected", ())],
        kept=[PlaceAnswer(**each) for each in outcome.get("kept", ())],
    )
