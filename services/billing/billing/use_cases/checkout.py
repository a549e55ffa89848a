"""Buying: an order is recorded before anybody asks the provider, and what it said is recorded after."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from billing.domain.catalogue import Catalogue, Catalogues, NotOffered, Pack, Plan, Price
from billing.domain.payments import Money, Order, OrderKind, OrderState
from billing.domain.subscriptions import AccountClosing, AlreadySubscribed, SubscriptionState
from billing.ports import Checkout, CheckoutRequest
from billing.repository import Work
from billing.use_cases import codes
from billing.use_cases.payments import settle_paid
from common.errors import Conflict


class RequestDiffers(Conflict):
    """This Idempotency-Key was used for another request; take a new one."""

    code = "idempotency_mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants to buy, how to pay it, and where her browser comes back to.

    `key` is the client's Idempotency-Key: the same one is the same order.
    """

    user_id: UUID
    price_id: str
    provider: str
    coupon: str | None
    return_url: str
    key: str | None


def place_order(work: Work, catalogues: Catalogues, wish: Wish) -> Order:
    """Record an order. Raises NotOffered, AlreadySubscribed, AccountClosing, RequestDiffers, and what a coupon does.

    One that a coupon makes free is paid with that.
    """
    if work.departures.is_closed(wish.user_id):
        raise AccountClosing
    request_key = None if wish.key is None else sha256(wish.key.encode()).digest()
    earlier = _earlier(work, wish, request_key)
    if earlier is not None:
        return earlier
    catalogue = catalogues.at(work.clock.now())
    price = find_price(catalogue, wish.price_id)
    if isinstance(price, Plan):
        _refuse_second_plan(work, wish.user_id)
    order = _new_order(work, wish, price, catalogue.version)
    if not work.orders.add(order, request_key=request_key):
        # The same request was faster; its order is read when this one is tried again.
        raise Conflict
    if order.amount == 0 and isinstance(price, Pack):
        settle_paid(work, order, Money(amount=0, at=work.clock.now()), price)
    return work.orders.find(order.id) or order


def _earlier(work: Work, wish: Wish, request_key: bytes | None) -> Order | None:
    order = None if request_key is None else work.orders.of_request(wish.user_id, request_key)
    if order is not None and (order.price_id, order.coupon, order.provider) != (
        wish.price_id,
        wish.coupon,
        wish.provider,
    ):
        raise RequestDiffers
    return order


def _new_order(work: Work, wish: Wish, price: Price, version: str) -> Order:
    order_id = work.clock.new_id()
    amount = price.amount
    if wish.coupon is not None:
        amount = codes.reserve_coupon(work, wish.user_id, wish.coupon, order_id, amount, currency=price.currency)
    return Order(
        id=order_id,
        user_id=wish.user_id,
        provider=wish.provider,
        kind=OrderKind.PLAN if isinstance(price, Plan) else OrderKind.PACK,
        price_id=price.price_id,
        catalogue_version=version,
        credits=price.credits,
        list_amount=price.amount,
        amount=amount,
        currency=price.currency,
        state=OrderState.NEW,
        coupon=wish.coupon,
        created_at=work.clock.now(),
    )


def find_price(offered: Catalogue | Catalogues, price_id: str) -> Price:
    """The pack or plan of this price, of one version of the catalogue or of any. Raises NotOffered."""
    try:
        return offered.pack(price_id)
    except NotOffered:
        return offered.plan(price_id)


def request_for(order: Order, price: Price, *, customer: str | None, return_url: str) -> CheckoutRequest:
    """What the provider is asked for; the same order asks for the same, however often."""
    return CheckoutRequest(
        order_id=order.id,
        user_id=order.user_id,
        customer=customer,
        kind=order.kind,
        price_id=order.price_id,
        name=price.name,
        amount=order.amount,
        list_amount=order.list_amount,
        currency=order.currency,
        interval=price.interval if isinstance(price, Plan) else None,
        success_url=f"{return_url}?checkout=done&order={order.id}",
        cancel_url=f"{return_url}?checkout=left&order={order.id}",
    )


def record_opened(work: Work, order: Order, opened: Checkout) -> None:
    """The provider has it. If the order's fate was settled meanwhile, that stands."""
    work.orders.mark_open(order.id, reference=opened.reference, url=opened.url, expires_at=opened.expires_at)


def record_declined(work: Work, order: Order) -> None:
    """The provider does not take it."""
    if work.orders.mark_ended(order.id, OrderState.FAILED):
        codes.release(work, order.id)


def other_plans(work: Work, order: Order) -> list[Order]:
    """The person's other orders for a plan that could still be paid: two plans at once are nobody's wish."""
    if order.kind is not OrderKind.PLAN:
        return []
    return [other for other in work.orders.open_of_kind(order.user_id, OrderKind.PLAN) if other.id != order.id]


def _refuse_second_plan(work: Work, user_id: UUID) -> None:
    current = work.subscriptions.current(user_id)
    if current is not None and current.state is not SubscriptionState.CANCELED:
        raise AlreadySubscribed
