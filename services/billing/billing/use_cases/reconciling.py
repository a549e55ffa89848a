"""What the providers told, and what to look at because they may have told nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from billing.domain.catalogue import Catalogues
from billing.domain.payments import (
    Applied,
    Order,
    OrderState,
    PaymentSeen,
    ProviderEvent,
    Subject,
    SubjectKind,
)
from billing.domain.subscriptions import Subscription, SubscriptionSeen
from billing.repository import Work
from billing.repository.webhooks import Look
from billing.use_cases import codes
from billing.use_cases.payments import apply_payment
from billing.use_cases.subscriptions import apply_subscription
from common.errors import NotFound

# Stripe keeps its events for 30 days; ours is asked again for the last minutes, which may still have been filling.
FIRST_SWEEP = timedelta(days=30)
OVERLAP = timedelta(minutes=10)
# An order nobody at the provider has heard of: by then no call about it can be under way.
FORGOTTEN = timedelta(hours=1)
# How long something may stay unseen before an operator should look.
STUCK = timedelta(minutes=10)
EVENTS_KEPT = timedelta(days=30)
# When looking again brings nothing, the thing is nobody's.
GIVE_UP = 12
_BATCH = 200


class UnknownEvent(NotFound):
    """There is no such event, or it is about nothing of ours."""


def record_event(work: Work, provider: str, event: ProviderEvent, *, source: str) -> bool:
    """Take a verified message, once, and have its subject looked at; False when it came before."""
    if not work.events.add(provider, event, source=source):
        return False
    if event.subject is not None:
        work.looks.ask(provider, event.subject)
    return True


def replay_event(work: Work, provider: str, event_id: str) -> None:
    """Have the subject of a message looked at once more. Raises UnknownEvent."""
    subject = work.events.reopen(provider, event_id)
    if subject is None:
        raise UnknownEvent
    work.looks.ask(provider, subject)


def look_at_plan(work: Work, plan: Subscription) -> None:
    """Have a plan looked at, because a wish about it was not answered."""
    work.looks.ask(plan.provider, Subject(kind=SubjectKind.SUBSCRIPTION, reference=plan.reference))


def sweep_from(work: Work, provider: str) -> datetime:
    """From when on the provider is to be asked for its events."""
    until = work.events.swept_until(provider)
    return work.clock.now() - FIRST_SWEEP if until is None else until - OVERLAP


def record_sweep(work: Work, provider: str, events: Sequence[ProviderEvent], *, began: datetime) -> int:
    """Take the events the provider listed; how many of them no webhook had told."""
    new = sum(record_event(work, provider, event, source="sweep") for event in events)
    work.events.set_swept(provider, began)
    return new


def ask_for_open_ones(work: Work, provider: str) -> int:
    """Have everything looked at whose news may have been lost; how many things."""
    orders = work.orders.to_check(
        provider, older_than=timedelta(minutes=2), again_after=timedelta(minutes=15), limit=_BATCH
    )
    for order_id in orders:
        work.looks.ask(provider, Subject(kind=SubjectKind.ORDER, reference=str(order_id)))
    plans = work.subscriptions.to_check(provider, again_after=timedelta(hours=6), limit=_BATCH)
    for reference in plans:
        work.looks.ask(provider, Subject(kind=SubjectKind.SUBSCRIPTION, reference=reference))
    return len(orders) + len(plans)


def order_to_look_at(work: Work, look: Look) -> tuple[Order, str | None] | None:
    """The order of a look at one, and the provider's reference of its owner."""
    if look.subject.kind is not SubjectKind.ORDER:
        return None
    order = work.orders.find(UUID(look.subject.reference))
    return None if order is None else (order, work.customers.find(order.user_id, order.provider))


def apply(
    work: Work,
    catalogues: Catalogues,
    look: Look,
    seen: PaymentSeen | SubscriptionSeen | None,
    *,
    patience: timedelta,
) -> None:
    """Bring the books to what was seen, and remember that it was."""
    match seen:
        case None:
            applied = _nothing_there(work, look)
        case PaymentSeen():
            applied = apply_payment(work, catalogues, seen)
        case SubscriptionSeen():
            applied = apply_subscription(work, catalogues, seen, looked_at=look.since, patience=patience)
    if applied.again and look.attempts < GIVE_UP:
        work.looks.postpone(look)
        return
    work.events.mark_handled(look, applied.user_id)
    work.looks.done(look)


def _nothing_there(work: Work, look: Look) -> Applied:
    """The provider does not know it: an order that never reached it comes to nothing after a while."""
    if look.subject.kind is not SubjectKind.ORDER:
        return Applied()
    order = work.orders.lock(UUID(look.subject.reference))
    if order is None:
        return Applied()
    forgotten = order.state is OrderState.NEW and work.clock.now() - order.created_at >= FORGOTTEN
    if forgotten and work.orders.mark_ended(order.id, OrderState.CANCELLED):
        codes.release(work, order.id)
    return Applied(user_id=order.user_id)
