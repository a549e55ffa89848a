"""Money that goes back: by its owner's wish, by an operator's, or from the provider's side."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from billing.domain.lots import LotKind, disputed
from billing.domain.payments import (
    DISPUTE_TRANSITIONS,
    REFUND_DAYS,
    REFUND_TRANSITIONS,
    DisputeSeen,
    DisputeState,
    NotRefundable,
    Order,
    OrderKind,
    OrderState,
    PaymentSeen,
    Refund,
    RefundSeen,
    RefundState,
    UnknownOrder,
    credits_to_take_back,
    may_become,
)
from billing.repository import Work
from billing.use_cases import granting, invoicing
from common.contracts.billing import PaymentRefunded

# Before the provider is asked what became of a refund that it began by itself.
SETTLING = timedelta(minutes=10)
# Who asked for a refund of what nobody should have paid.
STUDIO = "studio"
_log = structlog.get_logger("billing.refunds")


def ask_own(work: Work, user_id: UUID, order_id: UUID) -> Refund:
    """A person gives back a pack she never touched, within 14 days. The same wish twice is one refund.

    The credits go first: what is given back cannot be spent while the money is on its way.
    Raises UnknownOrder, NotRefundable.
    """
    order = work.orders.lock(order_id)
    if order is None or order.user_id != user_id:
        raise UnknownOrder
    earlier = [refund for refund in work.refunds.of_order(order_id) if refund.state is not RefundState.FAILED]
    if earlier:
        return earlier[-1]
    if order.kind is not OrderKind.PACK or order.paid_at is None or order.lot is None:
        raise NotRefundable
    if work.clock.now() - order.paid_at > timedelta(days=REFUND_DAYS):
        raise NotRefundable("This was bought more than 14 days ago; write to support and we will look at it.")
    if not granting.untouched(work, order.lot):
        raise NotRefundable("Some of these credits have been used; write to support and we will look at it.")
    return _ask(work, order, order.refundable, "Given back within 14 days", "person")


def give_back_until(work: Work, order: Order) -> datetime | None:
    """Until when its owner can give an order back; None when she cannot, or not any more."""
    if order.kind is not OrderKind.PACK or order.paid_at is None or order.lot is None:
        return None
    until = order.paid_at + timedelta(days=REFUND_DAYS)
    if order.amount_refunded or not order.amount_paid or work.clock.now() > until:
        return None
    free = granting.untouched(work, order.lot) and not work.disputes.contested(order.id)
    return until if free else None


def ask_as_operator(work: Work, order_id: UUID, *, amount: int | None, reason: str) -> Refund:
    """Send money back for an order; without an amount all that is left of it. What remains of its credits goes too.

    Raises UnknownOrder, NotRefundable.
    """
    order = work.orders.lock(order_id)
    if order is None:
        raise UnknownOrder
    return _ask(work, order, order.refundable if amount is None else amount, reason, "operator")


def pay_back(work: Work, order: Order, reason: str) -> None:
    """Send back all of an order that should never have been paid, once; what a bank decides about is left to it."""
    if order.refundable <= 0 or work.refunds.of_order(order.id) or work.disputes.contested(order.id):
        return
    if order.payment is None:
        _log.error("paid, and nothing says by which payment", order_id=str(order.id))
        return
    _ask(work, order, order.refundable, reason, STUDIO)


def repeat(work: Work) -> int:
    """Send back once more what the studio owes and a bank did not take; 0 when there is nothing."""
    found = work.refunds.to_repeat()
    order = None if found is None else work.orders.lock(found[0])
    if found is None or order is None:
        return 0
    # Somebody else may have seen to it while this waited for the order.
    failed = all(each.state is RefundState.FAILED for each in work.refunds.of_order(order.id))
    if failed and order.refundable > 0 and not work.disputes.contested(order.id):
        _ask(work, order, order.refundable, found[1], STUDIO)
    return 1


def apply(work: Work, order: Order, seen: PaymentSeen) -> None:
    """Bring refunds and disputes of a paid, locked order to what they are in the world."""
    for refund in seen.refunds:
        record(work, order.id, refund)
    for dispute in seen.disputes:
        _dispute(work, order, dispute)


def record(work: Work, order_id: UUID, seen: RefundSeen) -> None:
    """What the provider says of one refund; late and repeated news change nothing."""
    order = work.orders.lock(order_id)
    if order is None:
        return
    refund = work.refunds.find(seen.refund_id, order.provider, seen.reference)
    if refund is None:
        _refunded_elsewhere(work, order, seen)
    elif may_become(REFUND_TRANSITIONS, refund.state, seen.state):
        end(work, order, refund, seen.state, seen.reference)


def end(work: Work, order: Order, refund: Refund, state: RefundState, reference: str | None) -> None:
    """Record what became of a refund; one that failed leaves the money here, so the credits come back."""
    if not work.refunds.record(refund, state, reference):
        return
    if state is RefundState.SUCCEEDED:
        invoicing.take_back(work, order.id, refund.amount, source=f"refund:{refund.id}", reason=f"{refund.reason}.")
        _tell(work, order, kind="refund", amount=refund.amount, credits=refund.credits, refund_id=refund.id)
    if state is RefundState.FAILED:
        # The money is still here and the credits are hers again: an operator may find another way.
        _log.error("a refund did not go through", order_id=str(order.id), refund_id=str(refund.id))
        work.orders.add_refunded(order.id, -refund.amount)
        # What the studio owes it sends again, so that the credits are not given back in between.
        if refund.credits and refund.asked_by != STUDIO:
            granting.grant(
                work,
                order.user_id,
                kind=LotKind.PACK if order.kind is OrderKind.PACK else LotKind.PLAN,
                credits=refund.credits,
                source=f"refund:{refund.id}:failed",
                expires_at=None if order.kind is OrderKind.PACK else order.period_end,
                reason="The refund did not go through; its credits are back",
            )


def check_refundable(work: Work, order: Order, amount: int) -> None:
    """Raises NotRefundable, with what stands against sending back so much of a locked order."""
    if order.state is not OrderState.PAID or order.payment is None:
        raise NotRefundable("Nothing was paid for this order, so nothing can go back.")
    if not 0 < amount <= order.refundable:
        raise NotRefundable("There is not so much left to refund of this order.")
    if work.disputes.contested(order.id):
        raise NotRefundable("A bank is deciding about this payment already; nothing can be refunded meanwhile.")


def _ask(work: Work, order: Order, amount: int, reason: str, asked_by: str) -> Refund:
    check_refundable(work, order, amount)
    refund = Refund(
        id=work.clock.new_id(),
        order_id=order.id,
        amount=amount,
        credits=_take_back(work, order, amount, reason if asked_by == STUDIO else "Refunded"),
        reason=reason,
        state=RefundState.ASKED,
        created_at=work.clock.now(),
        asked_by=asked_by,
    )
    work.refunds.add(refund, order.provider, wait=timedelta())
    work.orders.add_refunded(order.id, amount)
    return refund


def _refunded_elsewhere(work: Work, order: Order, seen: RefundSeen) -> None:
    amount = min(seen.amount, order.refundable)
    if amount < seen.amount:
        _log.error("more refunded than was paid", order_id=str(order.id), amount=seen.amount)
    if seen.state is RefundState.FAILED or amount <= 0:
        return
    refund = Refund(
        id=work.clock.new_id(),
        order_id=order.id,
        amount=amount,
        credits=_take_back(work, order, amount, "Refunded by the payment provider"),
        reason="Refunded by the payment provider",
        state=RefundState.PENDING,
        reference=seen.reference,
        created_at=work.clock.now(),
        asked_by="provider",
    )
    if work.refunds.add(refund, order.provider, wait=SETTLING):
        work.orders.add_refunded(order.id, amount)
        if seen.state is not RefundState.PENDING:
            end(work, order, refund, seen.state, seen.reference)


def _take_back(work: Work, order: Order, amount: int, reason: str) -> int:
    credits = credits_to_take_back(order, amount)
    if order.lot is None or credits == 0:
        return 0
    return granting.claw_back(work, order.lot, credits=credits, reason=reason)


def _dispute(work: Work, order: Order, seen: DisputeSeen) -> None:
    state, cause = work.disputes.state_of(order.provider, seen.reference), disputed(order.provider, seen.reference)
    if state is None:
        work.disputes.add(order.provider, seen.reference, order.id, seen.amount)
        if order.lot is not None:
            why = "The payment is disputed; these credits wait until that is decided"
            granting.freeze(work, order.lot, cause=cause, reason=why)
        state = DisputeState.OPEN
    if may_become(DISPUTE_TRANSITIONS, state, seen.state):
        if order.lot is not None:
            granting.thaw(work, order.lot, cause=cause, reason="The dispute is decided")
        credits = _lose(work, order.id, seen) if seen.state is DisputeState.LOST else 0
        work.disputes.end(order.provider, seen.reference, seen.state, credits=credits)


def _lose(work: Work, order_id: UUID, seen: DisputeSeen) -> int:
    """The bank took the money back: nothing of it can be refunded any more, and the credits go with it."""
    order = work.orders.lock(order_id)
    if order is None:
        return 0
    lost, why = min(seen.amount, order.refundable), "The payment was taken back by the bank"
    work.orders.add_refunded(order.id, lost)
    credits = 0 if order.lot is None else granting.claw_back(work, order.lot, credits=None, reason=why)
    invoicing.take_back(work, order.id, lost, source=f"dispute:{order.provider}:{seen.reference}", reason=f"{why}.")
    _tell(work, order, kind="chargeback", amount=lost, credits=credits)
    return credits


def _tell(work: Work, order: Order, *, kind: str, amount: int, credits: int, refund_id: UUID | None = None) -> None:
    """Say that money went back, to whoever counts."""
    work.outbox.add(
        PaymentRefunded(
            user_id=order.user_id,
            order_id=order.id,
            refund_id=refund_id,
            kind=kind,
            credits=credits,
            amount=amount,
            currency=order.currency,
            refunded_at=work.clock.now(),
        )
    )


def declined(work: Work, refund: Refund) -> None:
    """The provider said no, for good."""
    order = work.orders.lock(refund.order_id)
    if order is not None:
        end(work, order, refund, RefundState.FAILED, None)
