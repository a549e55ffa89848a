"""/v1/operator: how the books stand, and refunds that take two, for the studio's finance."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Conflict, Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.domain.idempotency import IdempotencyMismatch, check_key
from gateway.domain.refunds import OwnProposal
from gateway.domain.rooms import LEDGER, REFUNDS
from gateway.domain.tickets import check_reason
from gateway.routes.context import peers
from gateway.routes.desk import desk_routes
from gateway.routes.desk_acts import WhyBody, asked_of, without_person, write_down

books = desk_routes("console ledger", *LEDGER.roles)
money = desk_routes("console refunds", *REFUNDS.roles)
CREATED = 201
_PROPOSED = "A payment of yours, to send money back"


class LawAnswer(Answer):
    """A law of the books, named by how it would be broken; how often it was at the last look, and since when."""

    law: str
    broken: int
    broken_since: datetime | None
    looked_at: datetime


class LedgerMarksAnswer(Answer):
    """How far the books were looked at: to which entry of how many; when every account was gone through.

    `walking` while that is under way; `suspects` is how many accounts do not add up.
    """

    entry: int
    newest_entry: int
    marked_at: datetime | None
    audited_at: datetime | None
    walking: bool
    suspects: int


class LedgerAnswer(Answer):
    """Every law, the broken ones first, and the marks. Counts, and nobody's data."""

    laws: list[LawAnswer]
    marks: LedgerMarksAnswer


class MoneySentAnswer(Answer):
    """Money on its way back: its state, the credits that went with it, the provider's name for it, the credit note."""

    id: UUID
    amount: int
    credits: int
    state: str
    asked_by: str
    reference: str | None
    created_at: datetime
    credit_note: str | None


class RefundProposalAnswer(Answer):
    """A refund somebody proposed, who decided about it, and what came of it; money in the currency's minor unit."""

    id: UUID
    order_id: UUID
    amount: int
    currency: str
    reason: str
    state: str
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    refund: MoneySentAnswer | None


class RefundProposalsAnswer(Answer):
    """Those that wait for a second person, the oldest first, and the latest 50 that were decided."""

    waiting: list[RefundProposalAnswer]
    decided: list[RefundProposalAnswer]


class SoldAnswer(Answer):
    """An order as finance has to see it before money goes back; not whose it is."""

    id: UUID
    kind: str
    price_id: str
    provider: str
    state: str
    credits: int
    amount: int
    amount_paid: int
    amount_refunded: int
    refundable: int
    currency: str
    created_at: datetime
    paid_at: datetime | None
    refunds: list[MoneySentAnswer]
    proposals: list[RefundProposalAnswer]


class SoldPath(BaseModel):
    """Which order: its id, the number of a document about it, or what its payment provider calls it."""

    order_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,255}$")]


class RefundProposalPath(BaseModel):
    """Which proposal."""

    proposal_id: UUID


class ProposeRefundBody(BaseModel):
    """How much of which order goes back, in the currency's minor unit, and why: that stands on the credit note."""

    order_id: UUID
    amount: Annotated[int, Field(ge=1, le=2**31 - 1, examples=[500])]
    reason: Annotated[str, Field(max_length=200, examples=["The pictures came a day late"])]


@books.get("/v1/operator/ledger", responses={200: LedgerAnswer, **problems(Unavailable)})
def read_ledger() -> LedgerAnswer:
    """Whether the laws of the books held at the last look."""
    peer, account_id = asked_of(peers().billing)
    return LedgerAnswer(**peer.get("/v1/operator/ledger", user_id=account_id))


@money.get("/v1/operator/refunds", responses={200: RefundProposalsAnswer, **problems(Unavailable)})
def list_refunds() -> RefundProposalsAnswer:
    """What waits for a second person, and what was decided lately."""
    peer, account_id = asked_of(peers().billing)
    told = peer.get("/v1/operator/refunds", user_id=account_id)
    return RefundProposalsAnswer(**{name: [_proposal(each) for each in told[name]] for name in ("waiting", "decided")})


@money.post(
    "/v1/operator/orders/<order_id>/open",
    responses={200: SoldAnswer, **problems(NotFound, Invalid, Unavailable)},
)
def open_order(path: SoldPath, body: WhyBody) -> SoldAnswer:
    """One order and what went back for it, for a reason that its owner reads."""
    return open_sold(path.order_id, body.reason)


@money.post(
    "/v1/operator/refunds",
    responses={
        201: RefundProposalAnswer,
        **problems(Invalid, NotFound, Conflict, IdempotencyMismatch, Unavailable),
    },
)
def propose_refund(body: ProposeRefundBody) -> Response:
    """Propose to send money back: nothing moves until somebody else approves. Needs an `Idempotency-Key`."""
    key = check_key(request.headers.get("Idempotency-Key"))
    if key is None:
        raise Invalid("Send an Idempotency-Key, so that a proposal that is sent twice is one.")
    answer = propose(body.order_id, body.amount, body.reason, key=key)
    return Response(answer.model_dump_json(), CREATED, mimetype="application/json")


@money.post(
    "/v1/operator/refunds/<uuid:proposal_id>/approve",
    responses={200: RefundProposalAnswer, **problems(NotFound, Conflict, OwnProposal, Unavailable)},
)
def approve_refund(path: RefundProposalPath) -> RefundProposalAnswer:
    """Send what somebody else proposed; once, however often it is asked for."""
    return decide(path.proposal_id, "approve")


@money.post(
    "/v1/operator/refunds/<uuid:proposal_id>/decline",
    responses={200: RefundProposalAnswer, **problems(NotFound, Conflict, Unavailable)},
)
def decline_refund(path: RefundProposalPath) -> RefundProposalAnswer:
    """Let a proposal be; whoever proposed it may take it back."""
    return decide(path.proposal_id, "decline")


def open_sold(order_id: str, reason: str) -> SoldAnswer:
    """Look at an order. Raises NotFound, Invalid, Unavailable."""
    reason = check_reason(reason)
    found = _order(order_id)
    owner = UUID(found["person"])
    write_down("order.open", thing=str(found["id"]), person=owner, what="A payment of yours", reason=reason)
    told = without_person(found)
    told["proposals"] = [_proposal(each) for each in found["proposals"]]
    return SoldAnswer(**told)


def propose(order_id: UUID, amount: int, reason: str, *, key: str) -> RefundProposalAnswer:
    """Propose a refund. Raises Invalid, NotFound, Conflict, IdempotencyMismatch, Unavailable."""
    reason = check_reason(reason)
    owner = UUID(_order(str(order_id))["person"])
    write_down("refund.propose", thing=str(order_id), person=owner, what=_PROPOSED, reason=reason)
    peer, account_id = asked_of(peers().billing)
    wish = {"order_id": str(order_id), "amount": amount, "reason": reason}
    return _proposal(peer.post("/v1/operator/refunds", user_id=account_id, body=wish, key=key))


def decide(proposal_id: UUID, how: str) -> RefundProposalAnswer:
    """`approve` or `decline` a proposal. Raises NotFound, Conflict, OwnProposal, Unavailable."""
    peer, account_id = asked_of(peers().billing)
    found = peer.get(f"/v1/operator/refunds/{proposal_id}", user_id=account_id)
    owner, reason = UUID(found["person"]), str(found["reason"])
    write_down(f"refund.{how}", thing=str(proposal_id), person=owner, what=_PROPOSED, reason=reason)
    return _proposal(peer.post(f"/v1/operator/refunds/{proposal_id}/{how}", user_id=account_id))


def _order(order_id: str) -> dict[str, Any]:
    peer, account_id = asked_of(peers().billing)
    return peer.get(f"/v1/operator/orders/{order_id}", user_id=account_id)


def _proposal(told: dict[str, Any]) -> RefundProposalAnswer:
    return RefundProposalAnswer(**without_person(told))
