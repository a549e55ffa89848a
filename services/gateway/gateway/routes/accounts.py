"""/v1/accounts: opening an account, and confirming its address."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.current import Current
from common.errors import Invalid
from common.problems import problems
from gateway.adapters.links import Links
from gateway.domain.idempotency import IdempotencyMismatch
from gateway.domain.people import (
    Account,
    AddressTaken,
    LinkExpired,
    NotAdult,
    UnknownPolicy,
)
from gateway.repository import Work
from gateway.routes.context import check_origin, check_read, passwords, public, unit
from gateway.routes.once import Made, answered, once
from gateway.routes.security import origin
from gateway.routes.speaking import wish
from gateway.use_cases import people
from gateway.use_cases.people import SignUp

routes = public("accounts")
links = Current(Links)
ANYBODY = "anybody"


class SignUpBody(BaseModel):
    """What a person gives to open an account."""

    email: Annotated[str, Field(max_length=254, examples=["ada@example.org"])]
    password: Annotated[str, Field(max_length=200, examples=["a long sentence of yours"])]
    name: Annotated[str, Field(max_length=80, examples=["Ada"])]
    adult: bool = Field(description="Whether the person is 18 or older.")
    policy_version: Annotated[str, Field(min_length=1, max_length=40, description="The policy that was read.")]


class AccountAnswer(Answer):
    """A person's own account."""

    id: UUID
    email: str
    name: str
    verified: bool
    created_at: datetime


class VerifyBody(BaseModel):
    """The token from the link in the mail."""

    token: Annotated[str, Field(max_length=2000)]


@routes.post(
    "/v1/accounts",
    responses={201: AccountAnswer, **problems(Invalid, NotAdult, UnknownPolicy, AddressTaken, IdempotencyMismatch)},
)
def sign_up(body: SignUpBody) -> Response:
    """Open an account; a verification mail and trial credits follow."""
    check_origin()
    parts = (body.email, body.name, body.policy_version, body.password)
    repeated = answered(ANYBODY, parts)
    if repeated is not None:
        return repeated
    request = SignUp(
        email=body.email,
        name=body.name,
        password_hash=passwords().hash(passwords().accept(body.password, body.name, body.email)),
        adult=body.adult,
        policy_version=body.policy_version,
    )

    check_read(body.policy_version)
    # The page she signs up on is in this one, and her letters are to be.
    came_from, language = origin().address, wish()

    def make(work: Work) -> Made:
        account = people.sign_up(work, request, address=came_from)
        if language is not None:
            work.accounts.say_language(account.id, language)
        return Made(answer=account_answer(account), owner=account.id)

    return once(ANYBODY, parts, make)


@routes.post("/v1/accounts/verify", responses={200: AccountAnswer, **problems(LinkExpired)})
def verify(body: VerifyBody) -> AccountAnswer:
    """Confirm the address with the token from the mail."""
    account_id = links().read_verification(body.token)
    with unit.begin() as work:
        people.verify_address(work, account_id)
        return account_answer(people.read_account(work, account_id))


def account_answer(account: Account) -> AccountAnswer:
    """An account as its owner sees it."""
    return AccountAnswer(
        id=account.id,
        email=account.email,
        name=account.name,
        verified=account.verified_at is not None,
        created_at=account.created_at,
    )
