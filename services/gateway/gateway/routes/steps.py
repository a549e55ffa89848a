"""The second step of signing in, and showing once more on a signed-in device that it is she."""

from typing import Annotated

from flask import Response
from pydantic import BaseModel, Field

from common.erasure import PersonGone
from common.problems import problems
from gateway.domain.corrections import WrongPassword
from gateway.domain.factors import StepOver, WrongCode
from gateway.domain.people import ForgedRequest, NotSignedIn, token_digest
from gateway.domain.tries import TooManyTries, proof_limit
from gateway.routes.context import Person, check_origin, current_person, personal, public, unit
from gateway.routes.factors import step_of
from gateway.routes.guards import digest, guard
from gateway.routes.proofs import is_password_of
from gateway.routes.security import origin
from gateway.routes.sessions import OpenedAnswer, opened_response
from gateway.use_cases import factors, tries

routes = public("second step")
own_routes = personal("proof")


class StepBody(BaseModel):
    """What the first step answered, and a code of the authenticator app or a recovery code."""

    step: Annotated[str, Field(max_length=100)]
    code: Annotated[str, Field(max_length=40, examples=["492039"])]


class FactorBody(BaseModel):
    """A code of the authenticator app, or a recovery code."""

    code: Annotated[str, Field(max_length=40, examples=["492039"])]


class ProofBody(BaseModel):
    """The password, once more."""

    password: Annotated[str, Field(max_length=200)]


@routes.post(
    "/v1/sessions/step",
    responses={
        201: OpenedAnswer,
        **problems(WrongCode, StepOver, ForgedRequest, PersonGone, TooManyTries, statuses={TooManyTries: 429}),
    },
)
def finish(body: StepBody) -> Response:
    """Finish signing in with a code. Five may be tried; each code of the app and each recovery code works once."""
    check_origin()
    with unit.begin() as work:
        step = work.sessions.try_step(token_digest(body.step))
        account = work.accounts.find(step.account_id) if step else None
        if step is None or account is None:
            raise StepOver
        watched = guard("code", str(account.id), account)
        counted = tries.begin(work, watched)
    with unit.begin(person=account.id) as work:
        opened = None
        # Whoever has removed her factors meanwhile needs none.
        asked = factors.has_second_factor(work, account.id)
        if not asked or factors.is_code_of(work, account.id, body.code, step_of, origin()):
            tries.succeed(work, watched, counted)
            if not work.sessions.end_step(step.id):
                raise StepOver
            opened = opened_response(work, account, factor=asked)
    if opened is None:
        raise WrongCode
    return opened


@own_routes.post(
    "/v1/sessions/proof",
    responses={
        204: {"description": "For 15 minutes, this device counts as just signed in."},
        **problems(NotSignedIn, ForgedRequest, WrongPassword, TooManyTries, statuses={TooManyTries: 429}),
    },
)
def prove(body: ProofBody) -> Response:
    """Give the password once more, before what cannot be undone."""
    person = current_person()
    if is_password_of(person, body.password) is None:
        raise WrongPassword
    with unit.bound().begin() as work:
        work.sessions.prove(person.session.id)
    return Response(status=204)


@own_routes.post(
    "/v1/sessions/factor",
    responses={
        204: {"description": "For 12 hours, this device counts as one on which a second factor was shown."},
        **problems(NotSignedIn, ForgedRequest, WrongCode, TooManyTries, statuses={TooManyTries: 429}),
    },
)
def prove_factor(body: FactorBody) -> Response:
    """Show the second factor on a device that is signed in; the operators' console asks for it."""
    show_factor(current_person(), body.code)
    return Response(status=204)


def show_factor(person: Person, code: str) -> None:
    """She shows on a signed-in device that she has her second factor at hand. Raises WrongCode, TooManyTries."""
    with unit.bound().begin() as work:
        tries.count(work, [limit := proof_limit(digest, f"factor {person.session.id}")])
    with unit.bound().begin() as work:
        shown = factors.is_code_of(work, person.account_id, code, step_of, origin())
        if shown:
            work.tries.forgive(limit)
            work.sessions.note_factor(person.session.id)
    # What was refused stays on record.
    if not shown:
        raise WrongCode
