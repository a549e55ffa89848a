"""Privacy's HTTP door: proofs of uploads that are gone, and promise K1; only the gateway comes through it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.current import CurrentUnit
from privacy import use_cases
from privacy.domain import Proof
from privacy.repository import Work

routes = internal_blueprint("privacy", __name__)
unit = CurrentUnit[Work]()


class ProofsQuery(BaseModel):
    """Which page of the proofs; the cursor is that of the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class ProofAnswer(Answer):
    """An upload that is gone: how long it was held, in seconds, and why it went."""

    upload_id: UUID
    uploaded_at: datetime
    ended_at: datetime | None
    deleted_at: datetime
    held_seconds: int
    reason: str
    kept: bool


class ProofsAnswer(BaseModel):
    """The proofs of the last 30 days, the newest first."""

    items: list[ProofAnswer]
    next_cursor: UUID | None


class RetentionAnswer(Answer):
    """How promise K1 stands: uploads held, those past their deadline, the age of the oldest in seconds."""

    open: int
    overdue: int
    oldest_seconds: int
    last_deletion_at: datetime | None


@routes.get("/v1/photos/proofs", responses={200: ProofsAnswer})
def read_proofs(query: ProofsQuery) -> ProofsAnswer:
    """What became of the person's uploads in the last 30 days."""
    user_id = current_user_id()
    with unit.begin() as work:
        # One more than asked for says whether there is a next page.
        proofs = use_cases.read_proofs(work, user_id, before=query.cursor, limit=query.limit + 1)
    return _page(proofs, query.limit)


@routes.get("/v1/promises/K1", responses={200: RetentionAnswer})
def read_retention() -> RetentionAnswer:
    """How promise K1 stands; no personal data."""
    with unit.begin() as work:
        return RetentionAnswer.model_validate(use_cases.read_retention(work))


def _page(proofs: list[Proof], limit: int) -> ProofsAnswer:
    shown = proofs[:limit]
    return ProofsAnswer(
        items=[ProofAnswer.model_validate(proof) for proof in shown],
        next_cursor=shown[-1].id if len(proofs) > limit else None,
    )
