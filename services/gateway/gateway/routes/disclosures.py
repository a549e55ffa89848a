"""/v1/privacy/disclosures: which partner got something of one's own, and why."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Unavailable
from common.problems import problems
from gateway.domain.people import NotSignedIn
from gateway.routes.context import current_person, peers, personal

routes = personal("disclosures")


class DisclosuresQuery(BaseModel):
    """Which page; the cursor is that of the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class DisclosureAnswer(Answer):
    """What a partner was given, when, why, for which figurine if any, on which terms, and until when it may keep it.

    The sentences are for people.
    """

    at: datetime
    partner: Annotated[str, Field(examples=["google_gemini"])]
    partner_name: Annotated[str, Field(examples=["Google Gemini"])]
    what: str
    why: str
    figurine_id: UUID | None
    terms: str
    expires_at: datetime | None


class DisclosuresAnswer(Answer):
    """Disclosures, the newest first."""

    items: list[DisclosureAnswer]
    next_cursor: UUID | None


@routes.get("/v1/privacy/disclosures", responses={200: DisclosuresAnswer, **problems(NotSignedIn, Unavailable)})
def list_disclosures(query: DisclosuresQuery) -> DisclosuresAnswer:
    """What partners were given of one's own."""
    params = {"limit": str(query.limit), **({"cursor": str(query.cursor)} if query.cursor else {})}
    account_id = current_person().account_id
    return DisclosuresAnswer(**peers().privacy.get("/v1/privacy/disclosures", user_id=account_id, params=params))
