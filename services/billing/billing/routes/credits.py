"""/v1/credits: the balance, the statement, and gift codes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from billing.domain.codes import MAX_WRITTEN, CodeKind, CodesOff, CodeUsedUp, KeyUsedOtherwise, NoSuchCode, TooManyTries
from billing.domain.ledger import Kind
from billing.domain.lots import Lot, LotKind
from billing.routes.context import unit
from billing.use_cases import codes, ledger
from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.errors import Invalid
from common.problems import problems

routes = internal_blueprint("credits", __name__)

CREATED = 201
MAX_KEY = 200


class LotAnswer(Answer):
    """Credits that came together and can be spent until the same moment, or for ever."""

    kind: LotKind
    credits: int
    expires_at: datetime | None


class BalanceAnswer(Answer):
    """Credits that can be spent, with the lots they are in, the next to be spent first.

    `held` ones are set aside for figurines under way, `frozen` ones wait for a disputed or missing payment.
    """

    available: int
    held: int
    frozen: int
    lots: list[LotAnswer]


class StatementQuery(BaseModel):
    """Which page of the statement."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[int | None, Field(ge=1)] = None


class StatementItem(Answer):
    """One movement: the change of what is available, the balance after it, and why.

    `lot_kind` and `expires_at` tell of the lot it is about, where it is about one.
    """

    at: datetime
    kind: Kind
    credits: int
    balance: int
    reason: str
    figurine_id: UUID | None
    lot_kind: LotKind | None
    expires_at: datetime | None


class StatementAnswer(Answer):
    """Movements, the newest first."""

    items: list[StatementItem]
    next_cursor: str | None


class CodeBody(BaseModel):
    """A gift code as somebody types it; case, blanks and dashes do not matter."""

    code: Annotated[str, Field(min_length=1, max_length=MAX_WRITTEN)]


class GiftAnswer(Answer):
    """What the code gave, and until when it can be spent."""

    credits: int
    expires_at: datetime | None


class CodeAnswer(Answer):
    """What a code is good for: a gift's credits, or by how much a coupon makes an order cheaper."""

    kind: CodeKind
    credits: int | None
    percent: int | None
    amount: int | None
    currency: str | None


@routes.get("/v1/credits", responses={200: BalanceAnswer})
def read_balance() -> BalanceAnswer:
    """What the person has."""
    with unit.begin() as work:
        wallet = ledger.read_wallet(work, current_user_id())
    return BalanceAnswer(
        available=wallet.available, held=wallet.held, frozen=wallet.frozen, lots=[_lot(lot) for lot in wallet.lots]
    )


@routes.get("/v1/credits/statement", responses={200: StatementAnswer})
def read_statement(query: StatementQuery) -> StatementAnswer:
    """Every movement with its reason."""
    with unit.begin() as work:
        lines = ledger.read_statement(work, current_user_id(), before=query.cursor, limit=query.limit)
    return StatementAnswer(
        items=[StatementItem.model_validate(line) for line in lines],
        next_cursor=str(lines[-1].seq) if len(lines) == query.limit else None,
    )


@routes.post(
    "/v1/credits/codes",
    responses={201: GiftAnswer, **problems(Invalid, NoSuchCode, CodeUsedUp, KeyUsedOtherwise, CodesOff, TooManyTries)},
)
def redeem_code(body: CodeBody) -> Response:
    """Credits for a gift code; a few wrong tries in an hour, and one has to wait."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and (not 1 <= len(key) <= MAX_KEY or not key.isprintable()):
        raise Invalid(f"An Idempotency-Key has 1 to {MAX_KEY} printable characters.")
    with unit.begin() as work:
        codes.count_try(work, current_user_id())
    with unit.begin() as work:
        gift = codes.redeem_gift(work, current_user_id(), body.code, key=key)
    answer = GiftAnswer(credits=gift.credits, expires_at=gift.expires_at)
    response = Response(answer.model_dump_json(), CREATED, mimetype="application/json")
    if gift.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response


@routes.post(
    "/v1/credits/codes/check", responses={200: CodeAnswer, **problems(NoSuchCode, CodeUsedUp, CodesOff, TooManyTries)}
)
def check_code(body: CodeBody) -> CodeAnswer:
    """What a code is good for, before it is used; a wrong one counts as a try, as everywhere."""
    with unit.begin() as work:
        codes.count_try(work, current_user_id())
    with unit.begin() as work:
        worth = codes.look_up(work, current_user_id(), body.code)
    return CodeAnswer.model_validate(worth)


def _lot(lot: Lot) -> LotAnswer:
    return LotAnswer(kind=lot.kind, credits=lot.free, expires_at=lot.expires_at)
