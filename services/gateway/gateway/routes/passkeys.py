"""Passkeys: added by their owner, and signed in with."""

from typing import Annotated, Any
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.current import Current
from common.erasure import PersonGone
from common.errors import Invalid
from common.problems import problems
from gateway.adapters.passkeys import Passkeys
from gateway.domain.factors import NoSuchPasskey, Passkey, PasskeyNotTaken, PasskeyRefused, TooManyPasskeys
from gateway.domain.people import ForgedRequest, FreshSignInNeeded, NotSignedIn
from gateway.domain.security import Kind
from gateway.domain.tries import TooManyTries, challenge_limit
from gateway.routes.context import check_origin, current_person, personal, public, unit
from gateway.routes.factors import PasskeyAnswer
from gateway.routes.guards import digest, network
from gateway.routes.proofs import require_fresh
from gateway.routes.security import origin
from gateway.routes.sessions import OpenedAnswer, opened_response
from gateway.use_cases import factors, people, security, tries

routes = personal("passkeys")
door_routes = public("passkey sign-in")
passkeys = Current(Passkeys)
Credential = Annotated[
    dict[str, Any], Field(description="The browser's PublicKeyCredential as JSON (WebAuthn level 3).")
]


class OptionsAnswer(Answer):
    """What `navigator.credentials` is called with (WebAuthn level 3, as JSON); the id goes along with its answer."""

    challenge_id: UUID
    options: dict[str, Any]


class NewPasskeyBody(BaseModel):
    """The passkey a browser has made."""

    challenge_id: UUID
    name: Annotated[str, Field(max_length=60, examples=["Ada's telephone"])]
    credential: Credential


class NewPasskeyAnswer(PasskeyAnswer):
    """The passkey; with recovery codes, shown this once, where there were none."""

    recovery_codes: list[str]


class PasskeyBody(BaseModel):
    """The answer of a passkey."""

    challenge_id: UUID
    credential: Credential


class PasskeyPath(BaseModel):
    """Which passkey."""

    passkey_id: UUID


@routes.post(
    "/v1/account/passkeys/options",
    responses={
        201: OptionsAnswer,
        **problems(NotSignedIn, ForgedRequest, FreshSignInNeeded, PersonGone, TooManyPasskeys),
    },
)
def begin() -> tuple[OptionsAnswer, int]:
    """Begin to add a passkey: what the browser is to make it with."""
    person = current_person()
    require_fresh(person)
    with unit.begin(person=person.account_id) as work:
        account = people.read_account(work, person.account_id)
        found = work.factors.of(account.id)
        factors.check_room(found)
        challenge, options = passkeys().to_make(account, found.passkeys)
        return OptionsAnswer(challenge_id=work.factors.ask(challenge, account.id), options=options), 201


@routes.post(
    "/v1/account/passkeys",
    responses={
        201: NewPasskeyAnswer,
        **problems(
            Invalid, PasskeyNotTaken, NotSignedIn, ForgedRequest, FreshSignInNeeded, PersonGone, TooManyPasskeys
        ),
    },
)
def add(body: NewPasskeyBody) -> tuple[NewPasskeyAnswer, int]:
    """Add a passkey. From then on the password alone lets nobody in."""
    person = current_person()
    require_fresh(person)
    with unit.begin(person=person.account_id) as work:
        challenge = work.factors.take_challenge(body.challenge_id, person.account_id)
    if challenge is None:
        raise PasskeyNotTaken
    made = passkeys().made(body.credential, challenge)
    with unit.begin(person=person.account_id) as work:
        passkey, codes = factors.add_passkey(work, person.account_id, made, body.name, origin())
        work.sessions.note_factor(person.session.id)
    shown = PasskeyAnswer.model_validate(passkey).model_dump()
    return NewPasskeyAnswer(**shown, recovery_codes=codes), 201


@routes.delete(
    "/v1/account/passkeys/<passkey_id>",
    responses={
        204: {"description": "It is removed."},
        **problems(NotSignedIn, ForgedRequest, FreshSignInNeeded, NoSuchPasskey),
    },
)
def remove(path: PasskeyPath) -> Response:
    """Remove a passkey; whoever has the device signs in with it no more."""
    person = current_person()
    require_fresh(person)
    with unit.begin() as work:
        factors.remove_passkey(work, person.account_id, path.passkey_id, origin())
    return Response(status=204)


@door_routes.post(
    "/v1/sessions/passkey/options",
    responses={201: OptionsAnswer, **problems(ForgedRequest, TooManyTries, statuses={TooManyTries: 429})},
)
def ask() -> tuple[OptionsAnswer, int]:
    """Begin to sign in with a passkey: what the browser is to ask it. Nobody has to say who she is."""
    check_origin()
    challenge, options = passkeys().to_use()
    with unit.begin() as work:
        tries.count(work, [challenge_limit(digest, network())])
        return OptionsAnswer(challenge_id=work.factors.ask(challenge, None), options=options), 201


@door_routes.post(
    "/v1/sessions/passkey", responses={201: OpenedAnswer, **problems(PasskeyRefused, ForgedRequest, PersonGone)}
)
def sign_in(body: PasskeyBody) -> Response:
    """Sign a device in with a passkey: it is password and second factor in one."""
    check_origin()
    passkey, count = _answered(body)
    with unit.begin(person=passkey.account_id) as work:
        account = work.accounts.find(passkey.account_id)
        if account is None or not work.factors.use_passkey(passkey, count):
            raise PasskeyRefused
        return opened_response(work, account, factor=True)


@routes.post(
    "/v1/sessions/factor/passkey",
    responses={
        204: {"description": "For 12 hours, this device counts as one on which a second factor was shown."},
        **problems(PasskeyRefused, NotSignedIn, ForgedRequest, PersonGone),
    },
)
def show(body: PasskeyBody) -> Response:
    """Show a passkey of one's own on a device that is signed in, asked with `/v1/sessions/passkey/options`."""
    person = current_person()
    passkey, count = _answered(body, person.account_id)
    with unit.begin(person=person.account_id) as work:
        if not work.factors.use_passkey(passkey, count):
            raise PasskeyRefused
        work.sessions.note_factor(person.session.id)
    return Response(status=204)


def _answered(body: PasskeyBody, account_id: UUID | None = None) -> tuple[Passkey, int]:
    """Which passkey has answered, and its count; of this person, if it has to be. Raises PasskeyRefused."""
    credential_id = passkeys().id_of(body.credential)
    with unit.begin() as work:
        challenge = work.factors.take_challenge(body.challenge_id, None)
        passkey = work.factors.find_passkey(credential_id)
    if challenge is None or passkey is None or account_id not in {None, passkey.account_id}:
        raise PasskeyRefused
    try:
        return passkey, passkeys().used(body.credential, challenge, passkey)
    except PasskeyRefused:
        with unit.begin() as work:
            security.note(work, passkey.account_id, Kind.PASSKEY_REFUSED, origin())
        raise
