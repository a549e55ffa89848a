"""/v1/credits: the balance, and every movement with its reason."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Conflict, Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.domain.credits import TooManyTries
from gateway.domain.idempotency import IdempotencyMismatch, check_key
from gateway.routes.context import current_person, peers, personal

routes = personal("credits")

CREATED = 201
REFUSALS: Final = problems(
    Invalid, NotFound, Conflict, IdempotencyMismatch, TooManyTries, Unavailable, statuses={TooManyTries: 429}
)


class LotAnswer(Answer):
    """Credits that came together and can be spent until the same moment, or for ever.

    `kind` says where they came from: `trial`, `plan`, `pack`, `gift` or `adjustment`.
    """

    kind: str
    credits: int
    expires_at: datetime | None


class BalanceAnswer(Answer):
    """Credits that can be spent, with the lots they are in, the next to be spent first.

    `held` ones are set aside for figurines under way, `frozen` ones wait for a disputed or missing payment.
    """

    available: int
    held: int
    frozen: int = 0
    lots: tuple[LotAnswer, ...] = ()


class StatementQuery(BaseModel):
    """Which page of the statement."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern=r"^\d{1,18}$")] | None = None


class StatementItem(Answer):
    """One movement: the change of what is available, the balance after it, and why.

    `lot_kind` and `expires_at` tell of the lot it is about, where it is about one.
    """

    at: datetime
    kind: str
    credits: int
    balance: int
    reason: str
    figurine_id: UUID | None
    lot_kind: str | None = None
    expires_at: datetime | None = None


class StatementAnswer(Answer):
    """Movements, the newest first."""

    items: list[StatementItem]
    next_cursor: str | None


class CodeBody(BaseModel):
    """A gift code or a coupon; case, blanks and dashes do not matter."""

    code: Annotated[str, Field(min_length=1, max_length=60, examples=["4F7K-9QXZ-2M8T-HW3R"])]


class GiftAnswer(Answer):
    """What the code gave, and until when it can be spent."""

    credits: int
    expires_at: datetime | None


class CodeAnswer(Answer):
    """What a code is good for: a `gift` gives credits, a `coupon` makes an order cheaper.

    By `percent`, or by an `amount` in the currency's minor unit.
    """

    kind: Literal["gift", "coupon"]
    credits: int | None
    percent: int | None
    amount: int | None
    currency: str | None


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


@routes.post(
    "/v1/credits/codes/check",
    responses={
        200: CodeAnswer,
        **problems(NotFound, Conflict, TooManyTries, Unavailable, statuses={TooManyTries: 429}),
    },
)
def check_code(body: CodeBody) -> CodeAnswer:
    """What a code is good for, before it is used: a gift with /v1/credits/codes, a coupon with /v1/checkout."""
    worth = peers().billing.post("/v1/credits/codes/check", user_id=current_person().account_id, body=body.model_dump())
    return CodeAnswer(**worth)


@routes.post(
    "/v1/credits/codes",
    responses={
        201: GiftAnswer,
        **problems(
            Invalid, NotFound, Conflict, IdempotencyMismatch, TooManyTries, Unavailable, statuses={TooManyTries: 429}
        ),
    },
)
def redeem_code(body: CodeBody) -> Response:
    """Credits for a gift code; after a few wrong ones within an hour, one has to wait."""
    key = check_key(request.headers.get("Idempotency-Key"))
    gift = peers().billing.post(
        "/v1/credits/codes", user_id=current_person().account_id, body=body.model_dump(), key=key
    )
    return Response(GiftAnswer(**gift).model_dump_json(), CREATED, mimetype="application/json")
