"""/v1/privacy/requests: access, portability, erasure, restriction, objection; asked for, followed, taken back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.contracts.words import Word
from common.current import Current
from common.errors import Conflict, Unavailable
from common.problems import problems
from gateway.adapters.links import Links
from gateway.domain.idempotency import IdempotencyMismatch
from gateway.domain.people import ForgedRequest, FreshSignInNeeded, NotSignedIn, WrongCredentials
from gateway.domain.rights import NoSuchRequest
from gateway.domain.security import Kind
from gateway.domain.tries import TooManyTries
from gateway.routes.context import Person, current_person, peers, personal, policy_of_today, unit
from gateway.routes.once import Made, answered, once
from gateway.routes.proofs import is_password_of, require_fresh
from gateway.routes.security import origin
from gateway.use_cases import consents, security

routes = personal("privacy requests")
links = Current(Links)
ACCEPTED = 202


class RequestPath(BaseModel):
    """Which request."""

    request_id: UUID


class RequestBody(BaseModel):
    """What is asked for. Erasure needs the password, or a sign-in of the last 15 minutes."""

    kind: Literal["access", "portability", "erasure", "restriction", "objection"]
    password: Annotated[str | None, Field(max_length=200)] = None


class RequestsQuery(BaseModel):
    """Which page; the cursor is that of the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class ArchiveAnswer(Answer):
    """A copy that can be fetched: how large it is, until when it is there, and which services it comes without."""

    bytes: int
    ready_at: datetime
    expires_at: datetime
    missing: list[str]


class RequestAnswer(Answer):
    """A request: `services` says how far each of them is, `missing` who has not done its part yet.

    `state` is `received` `verifying` `waiting` (until `begins_at`; it can be taken back) `fenced` `executing` `ready`
    `completed` `completed_with_retention` `partially_executed` `cancelled` or `refused`. A restriction or an objection
    is in force while it is `executing`, and `cancelled` once it was lifted.
    """

    id: UUID
    kind: str
    state: str
    asked_at: datetime
    due_at: datetime
    begins_at: datetime
    ended_at: datetime | None
    services: dict[str, str]
    missing: list[str]
    # When one request for a copy is asked for, and the copy is there.
    archive: ArchiveAnswer | None = None
    # For an erasure: the page that shows how it stands, and its receipt, without signing in. Keep it.
    follow: str | None = None


class RequestsAnswer(Answer):
    """Requests, the newest first."""

    items: list[RequestAnswer]
    next_cursor: UUID | None


@routes.post(
    "/v1/privacy/requests",
    responses={
        202: RequestAnswer,
        **problems(
            NotSignedIn, ForgedRequest, FreshSignInNeeded, WrongCredentials, IdempotencyMismatch, Conflict, Unavailable
        ),
        **problems(TooManyTries, statuses={TooManyTries: 429}),
    },
)
def ask(body: RequestBody) -> Response:
    """Ask for something as one's right. What is open already is not begun again, but answered as it stands."""
    person = current_person()
    if body.kind == "erasure":
        return _leave(person, body.password)
    parts = (body.kind,)
    repeated = answered(str(person.account_id), parts)
    if repeated is not None:
        return repeated
    answer = _noted(person.account_id, _asked(person, body.kind))
    return once(str(person.account_id), parts, lambda _: Made(answer=answer, owner=person.account_id), status=ACCEPTED)


@routes.get("/v1/privacy/requests", responses={200: RequestsAnswer, **problems(NotSignedIn, Unavailable)})
def list_requests(query: RequestsQuery) -> RequestsAnswer:
    """One's own requests."""
    params = {"limit": str(query.limit), **({"cursor": str(query.cursor)} if query.cursor else {})}
    return RequestsAnswer(**peers().privacy.get("/v1/requests", user_id=current_person().account_id, params=params))


@routes.get(
    "/v1/privacy/requests/<request_id>",
    responses={200: RequestAnswer, **problems(NotSignedIn, NoSuchRequest, Unavailable)},
)
def read_request(path: RequestPath) -> RequestAnswer:
    """One's own request, and how far each service is with it."""
    account_id = current_person().account_id
    return RequestAnswer(**peers().privacy.get(f"/v1/requests/{path.request_id}", user_id=account_id))


@routes.post(
    "/v1/privacy/requests/<request_id>/cancel",
    responses={200: RequestAnswer, **problems(NotSignedIn, ForgedRequest, NoSuchRequest, Conflict, Unavailable)},
)
def cancel(path: RequestPath) -> RequestAnswer:
    """Take a request back that has not begun, or lift a restriction or an objection."""
    account_id = current_person().account_id
    return _noted(account_id, peers().privacy.post(f"/v1/requests/{path.request_id}/cancel", user_id=account_id))


def _leave(person: Person, password: str | None) -> Response:
    """Asked for twice it is the same erasure. Nothing is kept of it here: the fence may be up before the answer."""
    check_fresh(person, password)
    # Whoever asks again is on her way out already: see `check_fresh`.
    with unit.bound().begin() as work:
        security.note(work, person.account_id, Kind.DELETION_ASKED, origin(), session_id=person.session.id)
    answer = RequestAnswer(**_asked(person, "erasure"))
    answer.follow = links().receipt(answer.id)
    return Response(answer.model_dump_json(), ACCEPTED, mimetype="application/json")


def _asked(person: Person, kind: str) -> Mapping[str, Any]:
    said = {"kind": kind, "policy_version": policy_of_today().version}
    return peers().privacy.post("/v1/requests", user_id=person.account_id, body=said)


def _noted(account_id: UUID, answer: Mapping[str, Any]) -> RequestAnswer:
    """Act on it from now on: the news of it comes later."""
    with unit.begin() as work:
        for purpose, word in answer["words"].items():
            consents.note_word(work, account_id, purpose, Word.model_validate(word))
    return RequestAnswer.model_validate(answer, from_attributes=False)


def check_fresh(person: Person, password: str | None) -> None:
    """Raises FreshSignInNeeded or WrongCredentials unless it is surely this person who asks, now."""
    if password is None:
        require_fresh(person)
    elif is_password_of(person, password) is None:
        raise WrongCredentials("This is not the password of your account. Check it and try again.")
