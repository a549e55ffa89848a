"""/v1/privacy/disclosures: which partner got what, and why."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.current import CurrentUnit
from privacy import use_cases
from privacy.domain import Disclosure
from privacy.repository import Work

routes = internal_blueprint("disclosures", __name__)
unit = CurrentUnit[Work]()


class DisclosuresQuery(BaseModel):
    """Which page; the cursor is that of the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class DisclosureAnswer(Answer):
    """What a partner was given, when and why, for which figurine, on which terms, and until when it may keep it."""

    at: datetime
    partner: str
    partner_name: str
    what: str
    why: str
    figurine_id: UUID | None
    terms: str
    expires_at: datetime | None


class DisclosuresAnswer(Answer):
    """Disclosures, the newest first."""

    items: list[DisclosureAnswer]
    next_cursor: UUID | None


@routes.get("/v1/privacy/disclosures", responses={200: DisclosuresAnswer})
def read_disclosures(query: DisclosuresQuery) -> DisclosuresAnswer:
    """What partners were given of the person's."""
    user_id = current_user_id()
    with unit.begin() as work:
        # One more than asked for says whether there is a next page.
        found = use_cases.read_disclosures(work, user_id, before=query.cursor, limit=query.limit + 1)
    shown = found[: query.limit]
    return DisclosuresAnswer(
        items=[disclosure_answer(disclosure) for disclosure in shown],
        next_cursor=shown[-1].id if len(found) > query.limit else None,
    )


def disclosure_answer(disclosure: Disclosure) -> DisclosureAnswer:
    """A disclosure as its owner reads it."""
    return DisclosureAnswer(
        at=disclosure.disclosed_at,
        partner=disclosure.partner,
        partner_name=disclosure.partner_name,
        what=disclosure.what,
        why=disclosure.why,
        figurine_id=disclosure.figurine_id,
        terms=disclosure.terms,
        expires_at=disclosure.expires_at,
    )
