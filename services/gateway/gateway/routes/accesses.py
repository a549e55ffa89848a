"""/v1/privacy/accesses: who of the studio looked at one's own data, and why."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.problems import problems
from gateway.domain.people import NotSignedIn
from gateway.routes.context import current_person, personal, unit
from gateway.use_cases import tickets

routes = personal("accesses")


class AccessesQuery(BaseModel):
    """Which page; the cursor is that of the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class AccessAnswer(Answer):
    """Who looked (a handle), at what, why, and when."""

    at: datetime
    operator: str
    what: str
    reason: str


class AccessesAnswer(Answer):
    """Accesses, the latest first."""

    items: list[AccessAnswer]
    next_cursor: UUID | None


@routes.get("/v1/privacy/accesses", responses={200: AccessesAnswer, **problems(NotSignedIn)})
def list_accesses(query: AccessesQuery) -> AccessesAnswer:
    """Who of the studio looked at what one wrote, and why."""
    account_id = current_person().account_id
    with unit.begin() as work:
        page = tickets.accesses(work, account_id, limit=query.limit, before=query.cursor)
    cursor = page[-1].id if len(page) == query.limit else None
    return AccessesAnswer(items=[AccessAnswer.model_validate(access) for access in page], next_cursor=cursor)
