"""Money that came: what it is for, and the credits it brings. Whatever happens twice, happens once."""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from billing.domain.catalogue import Catalogues, Pack, Plan, Price
from billing.domain.lots import RENEWAL_SLACK, LotKind
from billing.domain.payments import (
    ORDER_TRANSITIONS,
    Applied,
    Money,
    Order,
    OrderKind,
    OrderState,
    PaymentSeen,
    PaymentState,
    Subject,
    SubjectKind,
    advance,
)
from billing.domain.transfers import NAME
from billing.repository import Work
from billing.use_cases import codes, granting, invoicing, refunds
from billing.use_cases.invoicing import Sale
from common.contracts.billing import PaymentReceived

ENDS = {
    PaymentState.EXPIRED: OrderState.EXPIRED,
    PaymentState.FAILED: OrderState.FAILED,
    PaymentState.CANCELLED: OrderState.CANCELLED,
}
_PAID_BY = {"stripe": "card", NAME: "bank transfer"}
_log = structlog.get_logger("billing.payments")


def settle_paid(work: Work, order: Order, money: Money, price: Price) -> bool:
    """An order is paid: the credits are granted, once, and everybody hears of it. False when that was done before.

    The order is locked by the caller; a period's order says which period it is for.
    """
    if order.state is OrderState.PAID:
        return False
    paid = replace(
        order,
        state=advance(ORDER_TRANSITIONS, order.state, OrderState.PAID),
        lot=_source(order),
        amount_paid=money.amount,
        paid_at=money.at,
        reference=order.reference or money.reference,
        payment=order.payment or money.payment,
    )
    if not work.orders.mark_paid(paid):
        return False
    _grant(work, paid, price)
    codes.redeem(work, order.id)
    work.outbox.add(
        PaymentReceived(
            user_id=order.user_id,
            order_id=order.id,
            provider=order.provider,
            kind=order.kind,
            price_id=order.price_id,
            credits=order.credits,
            amount=money.amount,
            currency=order.currency,
            received_at=money.at,
        )
    )
    # Last: numbers are given out one after the other.
    invoicing.issue(work, _sale(paid, price), paid_by=_PAID_BY.get(order.provider, order.provider))
    if work.departures.has_left(order.user_id):
        refunds.pay_back(work, paid, "Your account is deleted; what came after that is paid back")
    return True


def apply_payment(work: Work, catalogues: Catalogues, seen: PaymentSeen) -> Applied:
    """Bring an order to what its payment is in the world.

    One that comes of a subscription nobody looked at yet is looked at after that.
    """
    order = work.orders.of_payment(seen)
    if order is None:
        _look_at_subscription(work, seen)
        return Applied(again=seen.subscription is not None)
    order = _bring_to_state(work, catalogues, order, seen)
    if not seen.refunds and not seen.disputes:
        return Applied(user_id=order.user_id)
    if order.state is OrderState.PAID:
        refunds.apply(work, order, seen)
    return Applied(user_id=order.user_id, again=order.state is not OrderState.PAID)


def _bring_to_state(work: Work, catalogues: Catalogues, order: Order, seen: PaymentSeen) -> Order:
    match seen.state:
        case PaymentState.PAID if order.kind is OrderKind.PACK:
            _settle_pack(work, catalogues, order, seen)
        case PaymentState.PAID if order.state is not OrderState.PAID:
            # A plan's periods are read off its subscription's bills, this one too.
            _note_reference(work, order, seen)
            _look_at_subscription(work, seen)
        case PaymentState.OPEN if order.state is OrderState.NEW:
            _note_reference(work, order, seen)
        case PaymentState.EXPIRED | PaymentState.FAILED | PaymentState.CANCELLED:
            if work.orders.mark_ended(order.id, OrderState.CANCELLED if order.given_up else ENDS[seen.state]):
                codes.release(work, order.id)
        case _:
            pass
    return work.orders.lock(order.id) or order


def _settle_pack(work: Work, catalogues: Catalogues, order: Order, seen: PaymentSeen) -> None:
    if seen.currency != order.currency or seen.amount_paid < order.amount:
        # Not what was agreed: for an operator, who may refund it or make up for it.
        _log.error("paid otherwise than ordered", order_id=str(order.id), amount=seen.amount_paid)
        return
    money = Money(
        amount=seen.amount_paid,
        at=seen.paid_at or work.clock.now(),
        reference=seen.reference,
        payment=seen.payment,
    )
    settle_paid(work, order, money, catalogues.pack(order.price_id))


def _note_reference(work: Work, order: Order, seen: PaymentSeen) -> None:
    if order.reference is None and seen.reference is not None:
        work.orders.mark_open(order.id, reference=seen.reference, url=None, expires_at=None)


def _look_at_subscription(work: Work, seen: PaymentSeen) -> None:
    if seen.subscription is not None:
        work.looks.ask(seen.provider, Subject(kind=SubjectKind.SUBSCRIPTION, reference=seen.subscription))


def _sale(order: Order, price: Price) -> Sale:
    what = price.name
    if order.kind is OrderKind.CHANGE:
        what = f"{price.name}: the difference for the rest of the period"
    elif order.period_start is not None and order.period_end is not None:
        what = f"{price.name}, {order.period_start:%d %B %Y} to {order.period_end:%d %B %Y}"
    return Sale(
        user_id=order.user_id,
        order_id=order.id,
        description=what,
        amount=order.amount_paid,
        currency=order.currency,
    )


def _source(order: Order) -> str | None:
    if order.credits == 0:
        return None
    if order.subscription_id is None or order.period_start is None:
        return f"order:{order.id}"
    source = granting.period_source(str(order.subscription_id), order.period_start)
    return f"{source}:{order.id}" if order.kind is OrderKind.CHANGE else source


def _grant(work: Work, order: Order, price: Price) -> None:
    match price:
        case _ if order.lot is None:
            return
        case Pack():
            days = price.expires_after_days
            expires_at = None if days is None else work.clock.now() + timedelta(days=days)
            _one_lot(work, order, LotKind.PACK, expires_at, f"Bought: {price.name}")
        case Plan() if order.kind is OrderKind.CHANGE:
            ends = None if order.period_end is None else order.period_end + RENEWAL_SLACK
            _one_lot(work, order, LotKind.PLAN, ends, f"{price.name}: the difference for the rest of the period")
        case Plan():
            _start_period(work, order, price)


def _one_lot(work: Work, order: Order, kind: LotKind, expires_at: datetime | None, reason: str) -> None:
    granting.grant(
        work,
        order.user_id,
        kind=kind,
        credits=order.credits,
        source=order.lot or "",
        expires_at=expires_at,
        reason=reason,
    )


def _start_period(work: Work, order: Order, plan: Plan) -> None:
    if order.period_start is None or order.period_end is None:
        message = f"order {order.id} is for a period that nobody named"
        raise ValueError(message)
    granting.start_period(
        work,
        order.user_id,
        subscription=str(order.subscription_id),
        period_start=order.period_start,
        period_end=order.period_end,
        credits=order.credits,
        rollover_cap=plan.rollover_cap,
        reason=f"{plan.name}: credits from {order.period_start:%d %B %Y}",
    )
