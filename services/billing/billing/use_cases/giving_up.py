"""Giving up an order that is not paid: its coupon comes back, unless its money has come after all."""

from uuid import UUID

from billing.domain.catalogue import Catalogues
from billing.domain.payments import (
    NotGivenUp,
    Order,
    OrderState,
    PaymentSeen,
    PaymentState,
    UnknownOrder,
)
from billing.ports import PaymentProvider
from billing.repository import Work
from billing.use_cases import codes, payments

UNPAID = frozenset({OrderState.NEW, OrderState.OPEN})


def ask(work: Work, user_id: UUID, order_id: UUID) -> Order:
    """Record that its owner gives an order up; the same wish twice is one. Raises UnknownOrder, NotGivenUp."""
    order = work.orders.lock(order_id)
    if order is None or order.user_id != user_id:
        raise UnknownOrder
    if order.state is OrderState.PAID:
        raise NotGivenUp("This order is paid already. Look at what you bought: it may be given back from there.")
    if order.state in UNPAID:
        work.orders.ask_give_up(order_id)
    return order


def withdraw(provider: PaymentProvider, order: Order, customer: str | None) -> PaymentSeen | None:
    """Have an order closed at its provider, and see what it is then; between transactions.

    One that is paid, or being paid, stays as it is; None when the provider never heard of it.
    """
    named = order.reference
    seen = provider.find_payment(order, customer) if named is None else provider.read_payment(named)
    if seen is None or seen.reference is None or seen.state is not PaymentState.OPEN:
        return seen
    provider.cancel_checkout(seen.reference)
    return provider.read_payment(seen.reference)


def settle(work: Work, catalogues: Catalogues, order_id: UUID, seen: PaymentSeen | None) -> Order | None:
    """Bring an order to what it is at its provider; one nobody there knows is over. How it stands then.

    A page that is being opened in this moment is closed by whoever opens it.
    """
    if seen is not None:
        payments.apply_payment(work, catalogues, seen)
    elif work.orders.mark_ended(order_id, OrderState.CANCELLED):
        codes.release(work, order_id)
    return work.orders.find(order_id)
