"""/v1/credits: the balance, and every movement with its reason."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from gateway.routes.context import current_person, peers, personal

routes = personal("credits")


class BalanceAnswer(Answer):
    """Credits that can be spent, and credits set aside for figurines under way."""

    available: int
    held: int


class StatementQuery(BaseModel):
    """Which page of the statement."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern=r"^\d{1,18}$")] | None = None


class StatementItem(Answer):
    """One movement: the change of what is available, the balance after it, and why."""

    at: datetime
    kind: str
    credits: int
    balance: int
    reason: str
    figurine_id: UUID | None


class StatementAnswer(Answer):
    """Movements, the newest first."""

    items: list[StatementItem]
    next_cursor: str | None


@routes.get("/v1/credits", responses={200: BalanceAnswer})
def read_balance() -> BalanceAnswer:
    """What one can spend."""
    return BalanceAnswer(**peers().billing.get("/v1/credits", user_id=current_person().account_id))


@routes.get("/v1/credits/statement", responses={200: StatementAnswer})
def read_statement(query: StatementQuery) -> StatementAnswer:
    """Every movement with its reason."""
    params = {"limit": str(query.limit), **({"cursor": query.cursor} if query.cursor else {})}
    page = peers().billing.get("/v1/credits/statement", user_id=current_person().account_id, params=params)
    return StatementAnswer(**page)
