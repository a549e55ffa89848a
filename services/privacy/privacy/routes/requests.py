"""/v1/requests: what a person asks for as her right, and how far it is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.contracts.words import Word
from common.current import Current, CurrentUnit
from common.errors import Invalid
from common.problems import problems
from privacy.domain import Kind, NoSuchRequest, Request, RequestState, TooLateToCancel
from privacy.domain.archives import Archive
from privacy.ports import Terms
from privacy.repository import Work
from privacy.use_cases import requests, restraining

routes = internal_blueprint("requests", __name__)
unit = CurrentUnit[Work]()
terms = Current(Terms)


class RequestPath(BaseModel):
    """Which request."""

    request_id: UUID


class RequestBody(BaseModel):
    """What is asked for, and which policy could be read; the gateway knows that."""

    kind: Kind
    policy_version: Annotated[str, Field(min_length=1, max_length=40)]


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
    """A request: `services` says how far each of them is, `missing` who has not done its part.

    `words` is how what it stops stands after it, for the gateway, which acts on it before the news arrives.
    `archive` is there when one request is asked for that has one.
    """

    id: UUID
    kind: Kind
    state: RequestState
    asked_at: datetime
    due_at: datetime
    begins_at: datetime
    ended_at: datetime | None
    services: dict[str, str]
    missing: list[str]
    words: dict[str, Word] = Field(default_factory=dict[str, Word])
    archive: ArchiveAnswer | None = None


class RequestsAnswer(Answer):
    """Requests, the newest first."""

    items: list[RequestAnswer]
    next_cursor: UUID | None


@routes.post("/v1/requests", responses={202: RequestAnswer, **problems(Invalid)})
def ask(body: RequestBody) -> tuple[dict[str, object], int]:
    """Ask for something as one's right; what is open already is not begun again."""
    user_id = current_user_id()
    leaving = body.kind is Kind.ERASURE
    think_again = terms().think_again if leaving else timedelta(0)
    # Whoever leaves on two devices at once is answered on both: with the request that is open, behind the fence or not.
    with unit.bound().begin() if leaving else unit.begin() as work:
        request = requests.ask(work, user_id, body.kind, policy_version=body.policy_version, think_again=think_again)
        words = restraining.words_after(work, request)
    return request_answer(request, words=words).model_dump(mode="json"), 202


@routes.get("/v1/requests", responses={200: RequestsAnswer})
def list_requests(query: RequestsQuery) -> RequestsAnswer:
    """One's own requests."""
    user_id = current_user_id()
    with unit.begin() as work:
        page = requests.read_requests(work, user_id, before=query.cursor, limit=query.limit)
    cursor = page[-1].id if len(page) == query.limit else None
    return RequestsAnswer(items=[request_answer(request) for request in page], next_cursor=cursor)


@routes.get("/v1/requests/<request_id>", responses={200: RequestAnswer, **problems(NoSuchRequest)})
def read_request(path: RequestPath) -> RequestAnswer:
    """One's own request."""
    user_id = current_user_id()
    with unit.begin() as work:
        request = requests.read_request(work, user_id, path.request_id)
        archive = work.archives.find(request.id)
    return request_answer(request, archive)


@routes.post(
    "/v1/requests/<request_id>/cancel", responses={200: RequestAnswer, **problems(NoSuchRequest, TooLateToCancel)}
)
def cancel(path: RequestPath) -> RequestAnswer:
    """Take back what has not begun, or lift what is in force until then."""
    user_id = current_user_id()
    with unit.begin() as work:
        request = requests.cancel(work, user_id, path.request_id)
        return request_answer(request, words=restraining.words_after(work, request))


def request_answer(
    request: Request, archive: Archive | None = None, *, words: Mapping[str, Word] | None = None
) -> RequestAnswer:
    """A request as its owner sees it."""
    return RequestAnswer(
        id=request.id,
        kind=request.kind,
        state=request.state,
        asked_at=request.asked_at,
        due_at=request.due_at,
        begins_at=request.begins_at,
        ended_at=request.ended_at,
        services={part.service: part.state for part in request.parts},
        missing=request.missing,
        words=dict(words or {}),
        archive=archive and _archive_answer(archive),
    )


def _archive_answer(archive: Archive) -> ArchiveAnswer | None:
    if archive.bytes is None or archive.ready_at is None:
        return None
    return ArchiveAnswer(
        bytes=archive.bytes,
        ready_at=archive.ready_at,
        expires_at=archive.delete_by,
        missing=list(archive.missing),
    )
