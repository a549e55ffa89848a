"""/v1/credits: the balance and the statement."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from billing.domain.ledger import Kind
from billing.routes.context import unit
from billing.use_cases import ledger
from common.answers import Answer
from common.callers import current_user_id, internal_blueprint

routes = internal_blueprint("credits", __name__)


class BalanceAnswer(Answer):
    """Credits that can be spent, and credits set aside for figurines under way."""

    available: int
    held: int


class StatementQuery(BaseModel):
    """Which page of the statement."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[int | None, Field(ge=1)] = None


class StatementItem(Answer):
    """One movement: the change of what is available, the balance after it, and why."""

    at: datetime
    kind: Kind
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
    """What the person has."""
    with unit.begin() as work:
        balance = ledger.read_balance(work, current_user_id())
    return BalanceAnswer.model_validate(balance)


@routes.get("/v1/credits/statement", responses={200: StatementAnswer})
def read_statement(query: StatementQuery) -> StatementAnswer:
    """Every movement with its reason."""
    with unit.begin() as work:
        lines = ledger.read_statement(work, current_user_id(), before=query.cursor, limit=query.limit)
    return StatementAnswer(
        items=[StatementItem.model_validate(line) for line in lines],
        next_cursor=str(lines[-1].seq) if len(lines) == query.limit else None,
    )
