"""/v1/checkout and /v1/billing-portal: buying, and where one manages how one pays."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import request
from pydantic import BaseModel, Field

from billing.domain.payments import NotTaken, Order, OrderState, PaymentDeclined
from billing.domain.subscriptions import AlreadySubscribed, SubscriptionState
from billing.ports import OutcomeUnknown, PaymentProvider, UnknownCustomer
from billing.routes.context import catalogues, providers, terms, unit
from billing.use_cases import checkout, codes, subscriptions
from billing.use_cases.checkout import Wish
from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.errors import Conflict, Unavailable

routes = internal_blueprint("checkout", __name__)

Short = Annotated[str, Field(min_length=1, max_length=80)]
ReturnUrl = Annotated[str, Field(pattern=r"^https?://[^\s?#]{1,400}$")]


class CheckoutBody(BaseModel):
    """What to buy, and the page the browser comes back to."""

    price_id: Short
    coupon: Short | None = None
    provider: Short | None = None
    return_url: ReturnUrl


class CheckoutAnswer(Answer):
    """Where to pay; None when a coupon made it free."""

    order_id: UUID
    url: str | None
    state: OrderState
    expires_at: datetime | None


class PortalBody(BaseModel):
    """Where the browser comes back to."""

    return_url: ReturnUrl


class PortalAnswer(Answer):
    """Where cards and bills are managed."""

    url: str


class WayAnswer(Answer):
    """A way to pay; `plans` says whether it pays plans too, `test_mode` that no real money moves."""

    provider: str
    plans: bool
    test_mode: bool


class WaysAnswer(Answer):
    """The ways to pay; the first is taken when nobody asks for another."""

    items: list[WayAnswer]


@routes.get("/v1/payment-methods", responses={200: WaysAnswer})
def read_ways() -> WaysAnswer:
    """How one can pay here."""
    return WaysAnswer(
        items=[
            WayAnswer(provider=each.name, plans=each.takes_plans, test_mode=terms().test_mode) for each in providers()
        ]
    )


@routes.post("/v1/checkout", responses={201: CheckoutAnswer})
def begin_checkout(body: CheckoutBody) -> tuple[dict[str, object], int]:
    """Record an order, then have its payment page made, then record that: a crash between is found by the sweep."""
    user_id = current_user_id()
    provider = providers().get(body.provider)
    if body.coupon is not None:
        with unit.begin() as work:
            codes.count_try(work, user_id)
    wish = Wish(
        user_id=user_id,
        price_id=body.price_id,
        provider=provider.name,
        coupon=body.coupon,
        return_url=body.return_url,
        key=request.headers.get("Idempotency-Key"),
    )
    order, others, customer = _place(provider, wish)
    if order.state is OrderState.NEW:
        order = _open(provider, order, others, customer, body.return_url)
    elif order.state not in {OrderState.OPEN, OrderState.PAID}:
        raise Conflict("This order has ended without a payment. Begin a new one with another Idempotency-Key.")
    return CheckoutAnswer(order_id=order.id, url=order.url, state=order.state, expires_at=order.expires_at).model_dump(
        mode="json"
    ), 201


@routes.post("/v1/billing-portal", responses={200: PortalAnswer})
def open_portal(body: PortalBody) -> PortalAnswer:
    """A page of the provider's for the person's cards and bills."""
    provider = providers().get(None)
    with unit.begin() as work:
        customer = work.customers.find(current_user_id(), provider.name)
    try:
        url = None if customer is None else provider.portal_url(customer, body.return_url)
    except OutcomeUnknown as error:
        raise Unavailable from error
    if url is None:
        raise NotTaken("There is nothing to manage yet: nothing was paid by card.")
    return PortalAnswer(url=url)


def _place(provider: PaymentProvider, wish: Wish) -> tuple[Order, list[Order], str | None]:
    """Record the order. A plan that stands in its way is asked about first: it may have ended without our hearing."""
    try:
        return _placed(provider, wish)
    except AlreadySubscribed:
        with unit.begin() as work:
            plan = subscriptions.living(work, wish.user_id)
        asked_at = unit.clock.now()
        seen = providers().get(plan.provider).read_subscription(plan.reference)
        if seen is None or seen.state is not SubscriptionState.CANCELED:
            raise
        with unit.begin() as work:
            subscriptions.apply_subscription(work, catalogues(), seen, looked_at=asked_at, patience=terms().patience)
    return _placed(provider, wish)


def _placed(provider: PaymentProvider, wish: Wish) -> tuple[Order, list[Order], str | None]:
    with unit.begin() as work:
        order = checkout.place_order(work, catalogues(), wish)
        return order, checkout.other_plans(work, order), work.customers.find(wish.user_id, provider.name)


def _open(provider: PaymentProvider, order: Order, others: list[Order], customer: str | None, return_url: str) -> Order:
    try:
        customer = customer or _customer(provider, order.user_id)
        _close(provider, others)
        price = checkout.find_price(catalogues(), order.price_id)
        opened = provider.open_checkout(checkout.request_for(order, price, customer=customer, return_url=return_url))
    except UnknownCustomer:
        with unit.begin() as work:
            work.customers.forget(order.user_id, provider.name)
            checkout.record_declined(work, order)
        raise
    except (PaymentDeclined, NotTaken):
        with unit.begin() as work:
            checkout.record_declined(work, order)
        raise
    except OutcomeUnknown as error:
        # Repeated with the same Idempotency-Key it is the same order, and the same page.
        raise Unavailable("The payment provider did not answer; nothing was charged. Try again shortly.") from error
    with unit.begin() as work:
        checkout.record_opened(work, order, opened)
        order = work.orders.find(order.id) or order
    if order.state not in {OrderState.OPEN, OrderState.PAID}:
        # Given up while its page was being opened: nobody is to pay there.
        with suppress(OutcomeUnknown, Unavailable):
            provider.cancel_checkout(opened.reference)
        raise Conflict("This order was given up while its payment page was being opened. Nothing was charged.")
    return order


def _customer(provider: PaymentProvider, user_id: UUID) -> str | None:
    made = provider.ensure_customer(user_id)
    if made is None:
        return None
    with unit.begin() as work:
        work.customers.add(user_id, provider.name, made)
        return work.customers.find(user_id, provider.name)


def _close(provider: PaymentProvider, others: list[Order]) -> None:
    """Whatever could make a second plan of it is closed first; what was paid meanwhile stays."""
    for other in others:
        if other.reference is not None and other.provider == provider.name:
            with suppress(OutcomeUnknown):
                provider.cancel_checkout(other.reference)
