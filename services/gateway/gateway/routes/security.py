"""/v1/account/security: where one's account was used."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import psycopg
import structlog
from flask import after_this_request, request
from flask.wrappers import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Unavailable
from common.problems import problems
from gateway.domain.people import NotSignedIn
from gateway.domain.security import SENTENCES, Kind, Origin, Used, address_of, agent_of, words_of
from gateway.routes.context import current_person, personal, unit
from gateway.use_cases import security

routes = personal("security log")
log = structlog.get_logger(__name__)


class UsesQuery(BaseModel):
    """Which page; the cursor is that of the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class UseAnswer(Answer):
    """One thing that happened with the account.

    `device` is the browser and the system in words; it and `address` are empty where nobody asked for it. `current`
    is whether it is about the device that asks now.
    """

    id: UUID
    kind: Kind
    sentence: str
    at: datetime
    device: Annotated[str, Field(examples=["Firefox on Windows"])]
    address: Annotated[str, Field(examples=["203.0.113.7"])]
    current: bool


class UsesAnswer(Answer):
    """What happened with the account in the last 30 days, the latest first."""

    items: list[UseAnswer]
    next_cursor: UUID | None = None


@routes.get("/v1/account/security", responses={200: UsesAnswer, **problems(NotSignedIn)})
def list_uses(query: UsesQuery) -> UsesAnswer:
    """Where one's account was used: sign-ins, failed ones, sign-outs; of failures fifty a day at most."""
    person = current_person()
    with unit.begin() as work:
        # One more than asked for says whether there is a next page.
        found = security.read(work, person.account_id, before=query.cursor, limit=query.limit + 1)
    shown = found[: query.limit]
    return UsesAnswer(
        items=[_use(each, current=person.session.id) for each in shown],
        next_cursor=shown[-1].id if len(found) > query.limit else None,
    )


def origin() -> Origin:
    """From where this request comes, and with what. No header is believed but that of proxies the settings name."""
    return Origin(address=address_of(request.remote_addr), agent=agent_of(request.headers.get("User-Agent", "")))


def note_failure(account_id: UUID) -> None:
    """Note a failed sign-in once it is answered: how long the answer takes must not tell who has an account."""
    rooms, came_from = unit.bound(), origin()

    def write() -> None:
        try:
            with rooms.begin() as work:
                security.note(work, account_id, Kind.SIGN_IN_FAILED, came_from)
        except (Unavailable, psycopg.Error) as error:
            log.warning("failed sign-in not noted", cause=type(error).__name__)

    @after_this_request
    def later(response: Response) -> Response:  # pyright: ignore[reportUnusedFunction] - Flask calls it
        response.call_on_close(write)
        return response


def note_refused(account_id: UUID, session_id: UUID) -> None:
    """Note that the password was asked for again and a wrong one came, whatever becomes of the request."""
    with unit.bound().begin() as work:
        security.note(work, account_id, Kind.PASSWORD_REFUSED, origin(), session_id=session_id)


def _use(used: Used, *, current: UUID) -> UseAnswer:
    return UseAnswer(
        id=used.id,
        kind=used.kind,
        sentence=SENTENCES[used.kind],
        at=used.at,
        device=words_of(used.origin.agent) if used.origin != Origin() else "",
        address=used.origin.address,
        current=used.session_id == current,
    )
