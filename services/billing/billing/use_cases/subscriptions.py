"""Plans: what the provider says of them becomes periods, credits and what a person may do."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from billing.domain.catalogue import Catalogues
from billing.domain.lots import UNPAID
from billing.domain.payments import Applied, Money, Order, OrderKind, OrderState
from billing.domain.periods import Charge, happens_at_once, read_bill, stands
from billing.domain.subscriptions import (
    ACCOUNT_DELETED,
    ENTITLING,
    SECOND,
    SUBSCRIPTION_TRANSITIONS,
    BillSeen,
    NoSubscription,
    PlanChangeRefused,
    Subscription,
    SubscriptionSeen,
    SubscriptionState,
)
from billing.ports import PlanChange
from billing.repository import Work
from billing.use_cases import entitling, granting, refunds
from billing.use_cases.payments import settle_paid
from common.contracts.billing import SubscriptionChanged


def apply_subscription(
    work: Work, catalogues: Catalogues, seen: SubscriptionSeen, *, looked_at: datetime, patience: timedelta
) -> Applied:
    """Bring a subscription and the credits of its periods to what it is in the world.

    An older look than the last one changes nothing; a bill is worth its credits once.
    """
    row = work.subscriptions.lock(seen.provider, seen.reference) or _begin(work, seen)
    if row is None:
        return Applied()
    if looked_at < row.seen_at or row.state is SubscriptionState.CANCELED:
        return Applied(user_id=row.user_id)
    state = stands(seen, now=looked_at, patience=patience)
    if row.state is SubscriptionState.PAUSED and state in ENTITLING:
        _wake(work, row)
    row = _settle_bills(work, catalogues, _begin_to_live(work, row, seen, state), seen)
    _follow(work, row, state)
    now = _seen_as(row, seen, state, looked_at)
    work.subscriptions.update(now)
    _tell(work, row, now)
    entitling.tell(work, catalogues, row.user_id)
    return Applied(user_id=row.user_id)


def _seen_as(row: Subscription, seen: SubscriptionSeen, state: SubscriptionState, looked_at: datetime) -> Subscription:
    return replace(
        row,
        price_id=seen.price_id,
        state=state if state in SUBSCRIPTION_TRANSITIONS[row.state] else row.state,
        cancel_at_period_end=seen.cancel_at_period_end,
        period_start=seen.period_start,
        period_end=seen.period_end,
        past_due_since=seen.period_start if seen.state is SubscriptionState.PAST_DUE else None,
        seen_at=looked_at,
        ended_at=looked_at if state is SubscriptionState.CANCELED else None,
    )


def rival(work: Work, seen: SubscriptionSeen) -> Subscription | None:
    """The plan that would make this one its owner's second: to be looked at before this one begins to live."""
    if seen.order_id is None or seen.state not in ENTITLING:
        return None
    if work.subscriptions.state_of(seen.provider, seen.reference) not in {None, SubscriptionState.PENDING}:
        return None
    order = work.orders.find(seen.order_id)
    return None if order is None else work.subscriptions.other_living(order.user_id, seen.reference)


def read(work: Work, user_id: UUID) -> Subscription | None:
    """The person's plan, or the last one she had."""
    return work.subscriptions.current(user_id)


def living(work: Work, user_id: UUID) -> Subscription:
    """The plan a person wants something with. Raises NoSubscription."""
    subscription = work.subscriptions.current(user_id)
    if subscription is None or subscription.state is SubscriptionState.CANCELED:
        raise NoSubscription
    return subscription


def plan_change(work: Work, catalogues: Catalogues, user_id: UUID, price_id: str) -> tuple[Subscription, PlanChange]:
    """What to ask the provider for, so that the plan becomes another. Raises NoSubscription, PlanChangeRefused."""
    subscription = living(work, user_id)
    new = catalogues.at(work.clock.now()).plan(price_id)
    if subscription.state is not SubscriptionState.ACTIVE:
        raise PlanChangeRefused("Your last payment has not gone through. Settle it first, then change the plan.")
    if subscription.cancel_at_period_end:
        raise PlanChangeRefused("Your plan is about to end. Resume it first, then change it.")
    # Of a plan that gets cheaper with the next period, the dearer one is still what was paid for.
    present = catalogues.plan(subscription.price_id)
    paid = catalogues.plan(subscription.paid_price_id or subscription.price_id)
    return subscription, PlanChange(
        subscription=subscription.reference,
        price_id=new.price_id,
        name=new.name,
        amount=new.amount,
        currency=new.currency,
        interval=new.interval,
        at_once=happens_at_once(present, new) and new.price_id != paid.price_id,
        key=wish_key("change", subscription, price_id),
    )


def wish_key(verb: str, subscription: Subscription, detail: str = "") -> str:
    """The same for each try of one wish, another for the next one."""
    return ":".join(filter(None, [verb, str(subscription.id), str(subscription.version), detail]))


def _begin(work: Work, seen: SubscriptionSeen) -> Subscription | None:
    """A subscription heard of for the first time; None when no order of ours began it."""
    order = None if seen.order_id is None else work.orders.lock(seen.order_id)
    if order is None or order.kind is not OrderKind.PLAN or order.provider != seen.provider:
        return None
    now = work.clock.now()
    subscription = Subscription(
        id=work.clock.new_id(),
        user_id=order.user_id,
        provider=seen.provider,
        reference=seen.reference,
        price_id=seen.price_id,
        paid_price_id=None,
        state=SubscriptionState.PENDING,
        cancel_at_period_end=False,
        period_start=None,
        period_end=None,
        past_due_since=None,
        version=0,
        created_at=now,
        seen_at=datetime.min.replace(tzinfo=now.tzinfo),
        ended_at=None,
    )
    work.subscriptions.add(replace(subscription, seen_at=now - timedelta(days=1)))
    if work.departures.has_left(order.user_id):
        work.subscriptions.ask_end(subscription.id, ACCOUNT_DELETED)
    return work.subscriptions.lock(seen.provider, seen.reference)


def _begin_to_live(work: Work, row: Subscription, seen: SubscriptionSeen, state: SubscriptionState) -> Subscription:
    """The first payment is through. Whoever has a plan already paid twice in the same moment: this one is to end."""
    if row.state is not SubscriptionState.PENDING or state in {SubscriptionState.PENDING, SubscriptionState.CANCELED}:
        return row
    if row.end_because is not None:
        return row
    # In the order everybody locks them: the order before the account.
    if seen.order_id is not None:
        work.orders.lock(seen.order_id)
    work.ledger.open_account(row.user_id)
    work.ledger.lock(row.user_id)
    if not work.subscriptions.another_lives(row):
        return row
    work.subscriptions.ask_end(row.id, SECOND)
    return replace(row, end_because=SECOND)


def _settle_bills(work: Work, catalogues: Catalogues, row: Subscription, seen: SubscriptionSeen) -> Subscription:
    """Settle what was paid. What a second plan was paid with goes back in full, and its credits before that."""
    for bill in seen.bills:
        row = _settle(work, catalogues, row, seen, bill)
    if row.end_because == SECOND:
        for order in work.orders.of_subscription(row.id):
            refunds.pay_back(work, order, "You paid for two plans at once; this one is paid back")
    return row


def _settle(
    work: Work, catalogues: Catalogues, row: Subscription, seen: SubscriptionSeen, bill: BillSeen
) -> Subscription:
    """Settle a paid bill, if that was not done; the subscription with the plan it paid for."""
    charge = read_bill(bill, catalogues.plan)
    if charge is None:
        return row
    row = replace(row, paid_price_id=charge.plan.price_id)
    if work.orders.has_bill(seen.provider, bill.reference):
        return row
    order = _first_order(work, row, seen, bill, charge) or _next_order(work, catalogues, row, bill, charge)
    money = Money(amount=bill.amount_paid, at=bill.paid_at, payment=bill.payment)
    settle_paid(work, order, money, charge.plan)
    return row


def _first_order(work: Work, row: Subscription, seen: SubscriptionSeen, bill: BillSeen, charge: Charge) -> Order | None:
    """The order the subscription began with, while it waits to be paid."""
    order = None if seen.order_id is None else work.orders.lock(seen.order_id)
    if order is None or order.state is OrderState.PAID:
        return None
    return replace(
        order,
        credits=charge.credits,
        subscription_id=row.id,
        bill=bill.reference,
        period_start=charge.starts_at,
        period_end=charge.ends_at,
    )


def _next_order(work: Work, catalogues: Catalogues, row: Subscription, bill: BillSeen, charge: Charge) -> Order:
    """An order nobody placed: a further period, or the difference of a change."""
    # A month that becomes a year in its first second begins no other period.
    begun = {order.period_start for order in work.orders.of_subscription(row.id)}
    further = charge.whole_period and charge.starts_at not in begun
    order = Order(
        id=work.clock.new_id(),
        user_id=row.user_id,
        provider=row.provider,
        kind=OrderKind.RENEWAL if further else OrderKind.CHANGE,
        price_id=charge.plan.price_id,
        catalogue_version=catalogues.at(bill.paid_at).version,
        credits=charge.credits,
        list_amount=bill.amount_paid,
        amount=bill.amount_paid,
        currency=bill.currency,
        state=OrderState.NEW,
        bill=bill.reference,
        subscription_id=row.id,
        period_start=charge.starts_at,
        period_end=charge.ends_at,
        created_at=work.clock.now(),
    )
    work.orders.add(order)
    return order


def _follow(work: Work, row: Subscription, state: SubscriptionState) -> None:
    """What a new state does to the credits of the plan."""
    if state is row.state or state not in SUBSCRIPTION_TRANSITIONS[row.state]:
        return
    for order in work.orders.of_subscription(row.id):
        if order.lot is None:
            continue
        if state is SubscriptionState.CANCELED:
            granting.claw_back(work, order.lot, credits=None, reason="Your plan has ended, and its credits with it")
        elif state is SubscriptionState.PAUSED:
            why = "Your plan's payment failed; its credits wait until it is settled"
            granting.freeze(work, order.lot, cause=UNPAID, reason=why)


def _wake(work: Work, row: Subscription) -> None:
    for order in work.orders.of_subscription(row.id):
        if order.lot is not None:
            granting.thaw(work, order.lot, cause=UNPAID, reason="Your plan is paid again; its credits are back")


def _tell(work: Work, was: Subscription, now: Subscription) -> None:
    # Of a second plan nobody is told: it never was one.
    if now.end_because != SECOND and (_visible(now) != _visible(was) or was.version == 0):
        work.outbox.add(_changed(now))


def _visible(row: Subscription) -> tuple[object, ...]:
    return row.state, row.price_id, row.paid_price_id, row.cancel_at_period_end, row.period_end


def _changed(row: Subscription) -> SubscriptionChanged:
    return SubscriptionChanged(
        user_id=row.user_id,
        subscription_id=row.id,
        state=row.state,
        price_id=row.price_id,
        paid_price_id=row.paid_price_id,
        cancel_at_period_end=row.cancel_at_period_end,
        period_end=row.period_end,
    )
