"""Refunds take two: one of the studio proposes, a second one approves, and the money goes with the approval."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.domain.codes import KeyUsedOtherwise
from billing.domain.payments import Order, Refund, UnknownOrder
from billing.domain.proposals import (
    AlreadyProposed,
    NoSuchProposal,
    Proposal,
    ProposalState,
    check_refund_reason,
)
from billing.repository import Work
from billing.use_cases import refunds


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is proposed: so much of an order, in its currency's minor unit, and why."""

    order_id: UUID
    amount: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A proposal with its order, the refund that came of it, and the number of the credit note."""

    proposal: Proposal
    order: Order
    refund: Refund | None = None
    credit_note: str | None = None


# As it stands on an invoice, a receipt or a credit note.
_NUMBER = re.compile(r"([A-Z]{2,5})-(\d{4})-(\d{1,9})", re.ASCII)


def find_order(work: Work, name: str, providers: Sequence[str]) -> Order:
    """An order by its id, by the number of a document about it, or by what its provider calls it. Raises UnknownOrder.

    Whoever asks for money back quotes what she has at hand.
    """
    found: Order | None
    if number := _NUMBER.fullmatch(name.upper()):
        found = work.orders.of_document(number[1], int(number[2]), int(number[3]))
    else:
        try:
            found = work.orders.find(UUID(name))
        except ValueError:
            found = work.orders.called(name, providers)
    if found is None:
        raise UnknownOrder("There is no order of that id, document or payment.")
    return found


def propose(work: Work, wish: Wish, *, operator: UUID, key: str) -> Proposal:
    """Propose to send money back; nothing moves. The same request again is the same proposal.

    Raises Invalid, UnknownOrder, NotRefundable, AlreadyProposed, KeyUsedOtherwise.
    """
    reason = check_refund_reason(wish.reason)
    digest = hashlib.sha256(f"{operator}:{key}".encode()).digest()
    order = work.orders.lock(wish.order_id)
    if order is None:
        raise UnknownOrder
    earlier = work.proposals.of_request(digest)
    if earlier is not None:
        return _same(earlier, wish, reason)
    refunds.check_refundable(work, order, wish.amount)
    proposal = Proposal(
        id=work.clock.new_id(),
        order_id=order.id,
        amount=wish.amount,
        reason=reason,
        state=ProposalState.PROPOSED,
        proposed_by=operator,
        proposed_at=work.clock.now(),
    )
    if not work.proposals.add(proposal, digest):
        raise AlreadyProposed
    return proposal


def approve(work: Work, proposal_id: UUID, *, operator: UUID) -> Proposal:
    """Send what somebody else proposed; the refund is recorded here, and a job tells the provider until it answers.

    The same approval again changes nothing. Raises NoSuchProposal, ProposalDecided, OwnRefund, NotRefundable when the
    order is not any more what it was: then it can only be declined.
    """
    proposal = _locked(work, proposal_id)
    if proposal.decided(ProposalState.APPROVED, operator):
        return proposal
    refund = refunds.ask_as_operator(work, proposal.order_id, amount=proposal.amount, reason=proposal.reason)
    work.proposals.decide(proposal, ProposalState.APPROVED, operator, refund_id=refund.id)
    return _locked(work, proposal_id)


def decline(work: Work, proposal_id: UUID, *, operator: UUID) -> Proposal:
    """Let a proposal be; its own author may, too. Raises NoSuchProposal, ProposalDecided."""
    proposal = _locked(work, proposal_id)
    if not proposal.decided(ProposalState.DECLINED, operator):
        work.proposals.decide(proposal, ProposalState.DECLINED, operator, refund_id=None)
    return _locked(work, proposal_id)


def read(work: Work, proposal_id: UUID) -> Paper:
    """One proposal and what came of it. Raises NoSuchProposal."""
    proposal = work.proposals.find(proposal_id)
    if proposal is None:
        raise NoSuchProposal
    return with_papers(work, proposal)


def with_papers(work: Work, proposal: Proposal) -> Paper:
    """A proposal with its order and what came of it. Raises UnknownOrder."""
    order = work.orders.find(proposal.order_id)
    if order is None:
        raise UnknownOrder
    made = [refund for refund in work.refunds.of_order(order.id) if refund.id == proposal.refund_id]
    if not made:
        return Paper(proposal=proposal, order=order)
    note = work.invoices.by_source(f"refund:{made[0].id}")
    return Paper(proposal=proposal, order=order, refund=made[0], credit_note=note.number if note else None)


def _same(earlier: Proposal, wish: Wish, reason: str) -> Proposal:
    if (earlier.order_id, earlier.amount, earlier.reason) != (wish.order_id, wish.amount, reason):
        raise KeyUsedOtherwise
    return earlier


def _locked(work: Work, proposal_id: UUID) -> Proposal:
    proposal = work.proposals.lock(proposal_id)
    if proposal is None:
        raise NoSuchProposal
    return proposal
