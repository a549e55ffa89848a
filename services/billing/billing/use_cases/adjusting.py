"""Credits that operators give or take: one proposes, a second person approves."""

from uuid import UUID

from billing.domain.adjustments import (
    Adjustment,
    AdjustmentState,
    NoSuchAdjustment,
    TooLittleLeft,
    check_operator,
    check_proposal,
)
from billing.domain.ledger import Account, Kind, Movement, moving
from billing.domain.lots import LotKind, draw
from billing.repository import Work
from billing.use_cases import granting
from billing.use_cases.moving import after, end_lots
from common.contracts.billing import CreditsWithdrawn
from common.errors import NotFound


class NoSuchPerson(NotFound):
    """Nobody with this id has an account for credits."""


def propose(work: Work, user_id: UUID, credits: int, reason: str, *, operator: str) -> UUID:
    """Propose to give credits, or with a minus to take them; moves nothing. Raises Invalid, NoSuchPerson."""
    check_operator(operator)
    check_proposal(credits, reason)
    if work.ledger.balance(user_id) is None:
        raise NoSuchPerson
    return work.adjustments.propose(user_id, credits, reason, operator)


def approve(work: Work, adjustment_id: UUID, *, operator: str) -> Adjustment:
    """Do what somebody else proposed. Raises NoSuchAdjustment, AlreadyDecided, OwnProposal, TooLittleLeft."""
    check_operator(operator)
    adjustment = _locked(work, adjustment_id)
    adjustment.approve(operator)
    work.adjustments.decide(adjustment, AdjustmentState.APPROVED, operator)
    if adjustment.credits > 0:
        _give(work, adjustment)
    else:
        _take(work, adjustment)
    return adjustment


def decline(work: Work, adjustment_id: UUID, *, operator: str) -> Adjustment:
    """Let a proposal be; its own author may, too. Raises NoSuchAdjustment, AlreadyDecided."""
    check_operator(operator)
    adjustment = _locked(work, adjustment_id)
    adjustment.decline()
    work.adjustments.decide(adjustment, AdjustmentState.DECLINED, operator)
    return adjustment


def pending(work: Work) -> list[Adjustment]:
    """Those that wait for a second person, the oldest first."""
    return work.adjustments.pending()


def _locked(work: Work, adjustment_id: UUID) -> Adjustment:
    adjustment = work.adjustments.lock(adjustment_id)
    if adjustment is None:
        raise NoSuchAdjustment
    return adjustment


def _give(work: Work, adjustment: Adjustment) -> None:
    granting.grant(
        work,
        adjustment.user_id,
        kind=LotKind.ADJUSTMENT,
        credits=adjustment.credits,
        source=f"adjustment:{adjustment.id}",
        expires_at=None,
        reason=adjustment.reason,
    )


def _take(work: Work, adjustment: Adjustment) -> None:
    """Take from the lots that would be spent next; what is set aside or frozen is not touched."""
    work.ledger.lock(adjustment.user_id)
    credits = -adjustment.credits
    parts = draw(end_lots(work, adjustment.user_id), credits, work.clock.now())
    if parts is None:
        raise TooLittleLeft
    balance = work.ledger.move(
        Movement(
            user_id=adjustment.user_id,
            kind=Kind.ADJUSTMENT,
            reason=adjustment.reason,
            postings=moving(Account.AVAILABLE, Account.RETURNED, credits),
            lots=[part.taken() for part in parts],
        )
    )
    work.outbox.add(
        CreditsWithdrawn(user_id=adjustment.user_id, credits=credits, reason=Kind.ADJUSTMENT, **after(balance))
    )
