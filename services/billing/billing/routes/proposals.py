"""/v1/operator/refunds: money that goes back when two of the studio's finance agree.

Who asks is whom the gateway's token names, so nobody can propose or approve in another one's name.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import request
from pydantic import BaseModel, Field

from billing.domain.codes import KeyUsedOtherwise
from billing.domain.payments import NotRefundable, Order, Refund, RefundState, UnknownOrder
from billing.domain.proposals import (
    LONGEST_REASON,
    AlreadyProposed,
    NoSuchProposal,
    OwnRefund,
    ProposalDecided,
    ProposalState,
)
from billing.routes.books import FINANCE
from billing.routes.context import providers, unit
from billing.use_cases import proposing
from billing.use_cases.proposing import Paper, Wish
from common.answers import Answer
from common.callers import current_user_id, staff_blueprint
from common.errors import Invalid
from common.problems import problems

routes = staff_blueprint("refund proposals", __name__, FINANCE)

DECIDED_SHOWN = 50
MAX_KEY = 200


class PaidOrderPath(BaseModel):
    """Which order: its id, the number of a document about it, or what its payment provider calls it."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,255}$")]


class ProposalPath(BaseModel):
    """Which proposal."""

    proposal_id: UUID


class ProposalBody(BaseModel):
    """How much of an order is to go back, in its currency's minor unit, and why; the reason stands on the credit note.

    `order_id` is the order's id.
    """

    order_id: UUID
    amount: Annotated[int, Field(ge=1, le=2**31 - 1)]
    reason: Annotated[str, Field(max_length=LONGEST_REASON * 2)]


class SentAnswer(Answer):
    """Money on its way back: how it stands, what went with it, the provider's name for it, and the credit note."""

    id: UUID
    amount: int
    credits: int
    state: RefundState
    asked_by: str
    reference: str | None
    created_at: datetime
    credit_note: str | None = None


class ProposalAnswer(Answer):
    """A proposal and what came of it. `person` is whose order it is, for the one line that tells her of a look."""

    id: UUID
    order_id: UUID
    person: UUID
    amount: int
    currency: str
    reason: str
    state: ProposalState
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    refund: SentAnswer | None

    @classmethod
    def of(cls, paper: Paper) -> "ProposalAnswer":
        """The proposal with its papers."""
        told = {name: getattr(paper.proposal, name) for name in _AS_PROPOSED}
        return cls(
            **told,
            person=paper.order.user_id,
            currency=paper.order.currency,
            refund=_sent(paper.refund, paper.credit_note) if paper.refund else None,
        )


_AS_PROPOSED = (
    "id", "order_id", "amount", "reason", "state", "proposed_by", "proposed_at", "decided_by", "decided_at",
)  # fmt: skip


class ProposalsAnswer(Answer):
    """Those that wait for a second person, the oldest first; the latest that were decided."""

    waiting: list[ProposalAnswer]
    decided: list[ProposalAnswer]


class PaidOrderAnswer(Answer):
    """An order as finance has to see it before money goes back; amounts in the currency's minor unit."""

    id: UUID
    person: UUID
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
    refunds: list[SentAnswer]
    proposals: list[ProposalAnswer]


_AS_ORDERED = (
    "id", "kind", "price_id", "provider", "state", "credits", "amount", "amount_paid", "amount_refunded", "refundable",
    "currency", "created_at", "paid_at",
)  # fmt: skip


@routes.get("/v1/operator/orders/<name>", responses={200: PaidOrderAnswer, **problems(UnknownOrder)})
def read_paid_order(path: PaidOrderPath) -> PaidOrderAnswer:
    """One order, what went back for it, and what was proposed."""
    with unit.begin() as work:
        order = proposing.find_order(work, path.name, [each.name for each in providers()])
        proposals = [proposing.with_papers(work, each) for each in work.proposals.of_order(order.id)]
        sent = [(each, work.invoices.by_source(f"refund:{each.id}")) for each in work.refunds.of_order(order.id)]
    return _order(order, [_sent(each, note.number if note else None) for each, note in sent], proposals)


@routes.get("/v1/operator/refunds", responses={200: ProposalsAnswer})
def list_proposals() -> ProposalsAnswer:
    """What waits, and what was decided lately."""
    with unit.begin() as work:
        waiting = [proposing.with_papers(work, each) for each in work.proposals.waiting()]
        decided = [proposing.with_papers(work, each) for each in work.proposals.decided(limit=DECIDED_SHOWN)]
    return ProposalsAnswer(
        waiting=[ProposalAnswer.of(each) for each in waiting], decided=[ProposalAnswer.of(each) for each in decided]
    )


@routes.get("/v1/operator/refunds/<uuid:proposal_id>", responses={200: ProposalAnswer, **problems(NoSuchProposal)})
def read_proposal(path: ProposalPath) -> ProposalAnswer:
    """One proposal."""
    with unit.begin() as work:
        return ProposalAnswer.of(proposing.read(work, path.proposal_id))


@routes.post(
    "/v1/operator/refunds",
    responses={
        201: ProposalAnswer,
        **problems(Invalid, UnknownOrder, NotRefundable, AlreadyProposed, KeyUsedOtherwise),
    },
)
def propose_refund(body: ProposalBody) -> tuple[dict[str, object], int]:
    """Propose a refund; nothing moves until somebody else approves. The same key again is the same proposal."""
    wish = Wish(order_id=body.order_id, amount=body.amount, reason=body.reason)
    with unit.begin() as work:
        proposal = proposing.propose(work, wish, operator=current_user_id(), key=_key())
        answer = ProposalAnswer.of(proposing.with_papers(work, proposal))
    return answer.model_dump(mode="json"), 201


@routes.post(
    "/v1/operator/refunds/<uuid:proposal_id>/approve",
    responses={200: ProposalAnswer, **problems(NoSuchProposal, ProposalDecided, OwnRefund, NotRefundable)},
)
def approve_refund(path: ProposalPath) -> ProposalAnswer:
    """Send what somebody else proposed: once, however often it is asked for. A job tells the payment provider."""
    with unit.begin() as work:
        return ProposalAnswer.of(
            proposing.with_papers(work, proposing.approve(work, path.proposal_id, operator=current_user_id()))
        )


@routes.post(
    "/v1/operator/refunds/<uuid:proposal_id>/decline",
    responses={200: ProposalAnswer, **problems(NoSuchProposal, ProposalDecided)},
)
def decline_refund(path: ProposalPath) -> ProposalAnswer:
    """Let a proposal be; whoever proposed it may take it back."""
    with unit.begin() as work:
        return ProposalAnswer.of(
            proposing.with_papers(work, proposing.decline(work, path.proposal_id, operator=current_user_id()))
        )


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise Invalid(f"An Idempotency-Key has 1 to {MAX_KEY} printable characters.")
    return key


def _sent(refund: Refund, credit_note: str | None) -> SentAnswer:
    return SentAnswer.model_validate(refund).model_copy(update={"credit_note": credit_note})


def _order(order: Order, sent: list[SentAnswer], proposals: list[Paper]) -> PaidOrderAnswer:
    return PaidOrderAnswer(
        **{name: getattr(order, name) for name in _AS_ORDERED},
        person=order.user_id,
        refunds=sent,
        proposals=[ProposalAnswer.of(each) for each in proposals],
    )
