"""/v1/accounts/recover and /reset: a forgotten password."""

from typing import Annotated, Literal
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.current import Current
from common.erasure import PersonGone
from common.errors import Invalid
from common.problems import problems
from gateway.adapters.links import Links
from gateway.domain import recovery as rules
from gateway.domain.people import ForgedRequest
from gateway.domain.recovery import RecoveryOver
from gateway.domain.tries import TooManyTries
from gateway.routes.context import check_origin, passwords, public, unit
from gateway.routes.guards import digest, network, remember_device
from gateway.routes.security import origin
from gateway.use_cases import recovery

routes = public("recovery")
links = Current(Links)
ACCEPTED = 202


class RecoverBody(BaseModel):
    """The address of the account whose password is forgotten."""

    email: Annotated[str, Field(max_length=254, examples=["ada@example.org"])]


class RecoveryAskedAnswer(Answer):
    """The same for every address: if somebody has an account with it, a link is on its way there."""

    state: Literal["asked"] = "asked"


class ResetBody(BaseModel):
    """The token from the link in the mail, and the password to come."""

    token: Annotated[str, Field(max_length=2000)]
    password: Annotated[str, Field(max_length=200, examples=["a long sentence of yours"])]


@routes.post(
    "/v1/accounts/recover",
    responses={
        202: RecoveryAskedAnswer,
        **problems(Invalid, ForgedRequest, TooManyTries, statuses={TooManyTries: 429}),
    },
)
def recover(body: RecoverBody) -> Response:
    """Have a link mailed that sets a new password, once, within an hour. A link asked for before works no more.

    Answer and time are the same whether or not anybody has an account with this address.
    """
    ask_for_link(body.email)
    return Response(RecoveryAskedAnswer().model_dump_json(), ACCEPTED, mimetype="application/json")


@routes.post(
    "/v1/accounts/reset",
    responses={204: {"description": "It is set."}, **problems(Invalid, RecoveryOver, PersonGone)},
)
def reset(body: ResetBody) -> Response:
    """Set a new password with the token from the mail. Every device is signed out, and a mail tells of it.

    Passkeys and the authenticator app stay: they are asked for at the next sign-in as before.
    """
    known = set_password(body.token, body.password)
    response = Response(status=204)
    remember_device(response, *known)
    return response


def ask_for_link(email: str) -> None:
    """What the page and the API do. Raises Invalid, ForgedRequest, TooManyTries."""
    check_origin()
    with unit.begin() as work:
        recovery.ask(work, email, lambda address: rules.limits_of(digest, address, network()))


def set_password(token: str, password: str) -> tuple[UUID, str]:
    """What the page and the API do. Raises Invalid, RecoveryOver, PersonGone; a refused password leaves the link.

    Returns by what the device is known from then on: who reads her mail is not kept out by what strangers try.
    """
    account_id, recovery_id = links().read_recovery(token)
    with unit.begin(person=account_id) as work:
        account = recovery.read(work, account_id, recovery_id)
    fresh = passwords().hash(passwords().accept(password, account.name, account.email))
    with unit.begin(person=account_id) as work:
        recovery.reset(work, account_id, recovery_id, fresh, origin=origin())
    return account_id, fresh
