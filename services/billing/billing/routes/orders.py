"""/v1/orders: what one bought, and giving it back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from billing.domain.payments import NotGivenUp, Order, OrderKind, OrderState, RefundState
from billing.ports import OutcomeUnknown
from billing.repository import Work
from billing.routes.context import catalogues, providers, unit
from billing.use_cases import giving_up, refunds
from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.errors import Unavailable

routes = internal_blueprint("orders", __name__)


class OrderPath(BaseModel):
    """Which order."""

    order_id: UUID


class OrdersQuery(BaseModel):
    """Which page of the orders."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: UUID | None = None


class OrderItem(Answer):
    """An order; money in the currency's minor unit. `amount` is what a coupon left of `list_amount`.

    Until `give_back_until` it can be given back: a pack of which nothing was used yet.
    """

    id: UUID
    kind: OrderKind
    price_id: str
    provider: str
    state: OrderState
    credits: int
    list_amount: int
    amount: int
    amount_paid: int
    amount_refunded: int
    currency: str
    created_at: datetime
    paid_at: datetime | None
    url: str | None
    give_back_until: datetime | None


class OrdersAnswer(Answer):
    """Orders, the newest first."""

    items: list[OrderItem]
    next_cursor: str | None


class RefundAnswer(Answer):
    """Money on its way back, and the credits that went with it."""

    id: UUID
    order_id: UUID
    amount: int
    credits: int
    state: RefundState


@routes.get("/v1/orders", responses={200: OrdersAnswer})
def read_orders(query: OrdersQuery) -> OrdersAnswer:
    """Everything one ordered."""
    with unit.begin() as work:
        orders = work.orders.of_person(current_user_id(), before=query.cursor, limit=query.limit)
        items = [_item(work, order) for order in orders]
    return OrdersAnswer(
        items=items,
        next_cursor=str(orders[-1].id) if len(orders) == query.limit else None,
    )


@routes.post("/v1/orders/<uuid:order_id>/refund", responses={202: RefundAnswer})
def give_back(path: OrderPath) -> tuple[dict[str, object], int]:
    """Give back a pack that was never touched, within 14 days. The money is sent by a job, which asks until it is."""
    with unit.begin() as work:
        refund = refunds.ask_own(work, current_user_id(), path.order_id)
    return RefundAnswer.model_validate(refund).model_dump(mode="json"), 202


@routes.post("/v1/orders/<uuid:order_id>/cancel", responses={200: OrderItem})
def give_up(path: OrderPath) -> OrderItem:
    """Give up an order that is not paid: nobody can pay it any more, and its coupon is free again.

    The wish is recorded first; without an answer of the provider a job goes on asking. Money that comes in the same
    moment wins, and the answer says so.
    """
    with unit.begin() as work:
        order = giving_up.ask(work, current_user_id(), path.order_id)
        customer = work.customers.find(order.user_id, order.provider)
    if order.state in giving_up.UNPAID:
        order = _withdraw(order, customer)
    if order.state in giving_up.UNPAID:
        raise NotGivenUp
    with unit.begin() as work:
        return _item(work, order)


def _withdraw(order: Order, customer: str | None) -> Order:
    try:
        seen = giving_up.withdraw(providers().get(order.provider), order, customer)
    except OutcomeUnknown as error:
        raise Unavailable("The payment provider did not answer. It is asked again until the order is over.") from error
    with unit.begin() as work:
        return giving_up.settle(work, catalogues(), order.id, seen) or order


def _item(work: Work, order: Order) -> OrderItem:
    told = {name: getattr(order, name) for name in OrderItem.model_fields if name != "give_back_until"}
    return OrderItem(**told, give_back_until=refunds.give_back_until(work, order))
