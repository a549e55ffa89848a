"""Telling a person's open pages what became of her payments and her plan."""

from common.contracts.billing import EntitlementsChanged, PaymentReceived, SubscriptionChanged
from gateway.repository import Work


def note_payment(work: Work, event: PaymentReceived) -> None:
    """Her money came, and its credits are granted."""
    data: dict[str, object] = {"order_id": str(event.order_id), "credits": event.credits}
    work.feed.add(event.user_id, "payment.received", data)


def note_allowance(work: Work, event: EntitlementsChanged) -> None:
    """What she may do has changed: it counts for what she asks for from now on."""
    work.allowances.note(event)


def note_plan(work: Work, event: SubscriptionChanged) -> None:
    """Her plan stands otherwise than before."""
    data: dict[str, object] = {"state": event.state, "price_id": event.price_id}
    work.feed.add(event.user_id, "subscription.changed", data)
