"""/v1/api-keys: keys for scripts. Made with a fresh sign-in, shown once, revoked at once."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, BaseModel, Field

from common.answers import Answer
from common.erasure import PersonGone
from common.errors import Invalid
from common.problems import problems
from gateway.domain.idempotency import IdempotencyMismatch
from gateway.domain.keys import ApiKey, NoSuchKey, Scope, ScopeMissing, TooManyKeys, in_order
from gateway.domain.people import ForgedRequest, FreshSignInNeeded, NotSignedIn, WrongCredentials
from gateway.repository import Work
from gateway.routes.context import current_person, personal, unit
from gateway.routes.once import Made, answered, once
from gateway.routes.requests import check_fresh
from gateway.routes.security import origin
from gateway.use_cases import keys

routes = personal("api keys")


class KeyPath(BaseModel):
    """Which key."""

    key_id: UUID


class ApiKeyBody(BaseModel):
    """A key to be made. It needs the password, or a sign-in of the last 15 minutes.

    `rate` are requests a minute, where they shall be fewer than the plan's; without `expires_at` it never ends.
    """

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Shop import"])]
    scopes: Annotated[set[Scope], Field(min_length=1, examples=[["figurines:read", "figurines:write"]])]
    rate: Annotated[int | None, Field(ge=1, le=10_000, examples=[60])] = None
    expires_at: Annotated[AwareDatetime | None, Field(examples=[None])] = None
    password: Annotated[str | None, Field(max_length=200)] = None


class ApiKeyAnswer(Answer):
    """A key, as far as it is ever shown again: how it begins, what it may do, when it was last used (to the minute)."""

    id: UUID
    name: str
    prefix: Annotated[str, Field(examples=["fig_k3vq7xma"])]
    scopes: list[Scope]
    rate: int | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class MadeApiKeyAnswer(ApiKeyAnswer):
    """A fresh key. `token` is shown this once: an answer repeated for the same Idempotency-Key comes without it."""

    token: Annotated[str | None, Field(examples=["fig_k3vq7xma_3gC1…"])] = None


class ApiKeysAnswer(Answer):
    """A person's keys, the latest first."""

    items: list[ApiKeyAnswer]
    next_cursor: str | None = None


@routes.post(
    "/v1/api-keys",
    responses={
        201: MadeApiKeyAnswer,
        **problems(
            Invalid, NotSignedIn, WrongCredentials, ForgedRequest, FreshSignInNeeded, ScopeMissing, PersonGone,
            TooManyKeys, IdempotencyMismatch,
        ),
    },
)  # fmt: skip
def make_key(body: ApiKeyBody) -> Response:
    """Make a key. No key can do that."""
    person = current_person()
    scopes = in_order(body.scopes)
    said = body.model_dump_json(exclude={"password", "scopes"})
    parts = (said, *scopes)
    repeated = answered(str(person.account_id), parts)
    if repeated is not None:
        return repeated
    check_fresh(person, body.password)
    wish = keys.KeyWish(name=body.name, scopes=frozenset(scopes), rate=body.rate, expires_at=body.expires_at)

    def make(work: Work) -> Made:
        made = keys.make(work, person.account_id, wish, origin(), session_id=person.session.id)
        shown = _answer(made.key).model_dump()
        # What is kept to be repeated is not the key: it is nowhere.
        return Made(
            answer=MadeApiKeyAnswer(**shown, token=made.token), kept=MadeApiKeyAnswer(**shown), owner=person.account_id
        )

    return once(str(person.account_id), parts, make)


@routes.get("/v1/api-keys", responses={200: ApiKeysAnswer, **problems(NotSignedIn, ScopeMissing)})
def list_keys() -> ApiKeysAnswer:
    """One's keys, and when each was last used."""
    with unit.begin() as work:
        return ApiKeysAnswer(items=[_answer(key) for key in work.keys.of(current_person().account_id)])


@routes.get("/v1/api-keys/<key_id>", responses={200: ApiKeyAnswer, **problems(NotSignedIn, ScopeMissing, NoSuchKey)})
def read_key(path: KeyPath) -> ApiKeyAnswer:
    """One key."""
    with unit.begin() as work:
        return _answer(keys.read(work, current_person().account_id, path.key_id))


@routes.delete(
    "/v1/api-keys/<key_id>",
    responses={
        204: {"description": "It is revoked, and no process takes it any more."},
        **problems(NotSignedIn, ForgedRequest, ScopeMissing, NoSuchKey),
    },
)
def revoke_key(path: KeyPath) -> Response:
    """Revoke a key, at once."""
    person = current_person()
    # Whoever leaves may still take a key back.
    with unit.bound().begin() as work:
        keys.revoke(work, person.account_id, path.key_id, origin(), session_id=person.session.id)
    return Response(status=204)


def _answer(key: ApiKey) -> ApiKeyAnswer:
    return ApiKeyAnswer(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        scopes=in_order(key.scopes),
        rate=key.rate,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
    )
