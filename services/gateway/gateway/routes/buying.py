"""/v1/checkout, /v1/billing-portal and /v1/orders: buying, and giving back."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Conflict, Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.adapters.peers import PATIENT
from gateway.domain.credits import PaymentDeclined, TooManyTries
from gateway.domain.idempotency import IdempotencyMismatch, check_key
from gateway.routes.context import current_person, peers, personal, studio

routes = personal("buying")

REFUSALS: Final = problems(
    Invalid,
    NotFound,
    Conflict,
    IdempotencyMismatch,
    PaymentDeclined,
    TooManyTries,
    Unavailable,
    statuses={PaymentDeclined: 402, TooManyTries: 429},
)


class CheckoutBody(BaseModel):
    """What to buy: a price of /v1/catalogue. `provider` is the way to pay; the studio's first without it."""

    price_id: Annotated[str, Field(min_length=1, max_length=80, examples=["pack-20-eur"])]
    coupon: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    provider: Annotated[str, Field(pattern=r"^[a-z]{2,20}$", examples=["stripe"])] | None = None


class CheckoutAnswer(Answer):
    """The page where it is paid, until `expires_at`; None when a coupon made it free, and it is paid already."""

    order_id: UUID
    state: str
    url: str | None
    expires_at: datetime | None


class PortalAnswer(Answer):
    """The payment provider's page for cards and bills."""

    url: str


class OrderItem(Answer):
    """An order; money in the currency's minor unit. `amount` is what a coupon left of `list_amount`.

    `url` is where it can still be paid. Until `give_back_until` a pack of which nothing was used can be given back.
    """

    id: UUID
    kind: str
    price_id: str
    provider: str
    state: str
    credits: int
    list_amount: int
    amount: int
    amount_paid: int
    amount_refunded: int
    currency: str
    created_at: datetime
    paid_at: datetime | None
    url: str | None
    give_back_until: datetime | None = None


class OrdersAnswer(Answer):
    """Orders, the newest first."""

    items: list[OrderItem]
    next_cursor: str | None


class OrdersQuery(BaseModel):
    """Which page of the orders."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: UUID | None = None


class OrderPath(BaseModel):
    """Which order."""

    order_id: UUID


class RefundAnswer(Answer):
    """Money on its way back, and the credits that went with it."""

    id: UUID
    order_id: UUID
    amount: int
    credits: int
    state: str


class WayAnswer(Answer):
    """A way to pay; `plans` says whether it pays plans too, `test_mode` that no real money moves."""

    provider: str
    plans: bool
    test_mode: bool


class WaysAnswer(Answer):
    """The ways to pay; the first is taken when a checkout names none."""

    items: list[WayAnswer]


@routes.get("/v1/payment-methods", responses={200: WaysAnswer, **problems(Unavailable)})
def read_ways() -> WaysAnswer:
    """How one can pay here."""
    return WaysAnswer(**peers().billing.get("/v1/payment-methods", user_id=current_person().account_id))


@routes.post("/v1/checkout", responses={201: CheckoutAnswer, **REFUSALS})
def begin_checkout(body: CheckoutBody) -> Response:
    """Buy a pack or a plan: the answer says where it is paid. The credits come when the money has."""
    made = peers().billing.post(
        "/v1/checkout",
        user_id=current_person().account_id,
        body={**body.model_dump(), "return_url": _credits_page()},
        key=check_key(request.headers.get("Idempotency-Key")),
        timeout=PATIENT,
    )
    return Response(CheckoutAnswer(**made).model_dump_json(), 201, mimetype="application/json")


@routes.post("/v1/billing-portal", responses={200: PortalAnswer, **problems(Conflict, NotFound, Unavailable)})
def open_portal() -> PortalAnswer:
    """Where one changes a card and reads the bills of a plan."""
    made = peers().billing.post(
        "/v1/billing-portal",
        user_id=current_person().account_id,
        body={"return_url": _credits_page()},
        timeout=PATIENT,
    )
    return PortalAnswer(**made)


@routes.get("/v1/orders", responses={200: OrdersAnswer, **problems(Invalid, Unavailable)})
def read_orders(query: OrdersQuery) -> OrdersAnswer:
    """Everything one bought."""
    params = {"limit": str(query.limit), **({"cursor": str(query.cursor)} if query.cursor else {})}
    return OrdersAnswer(**peers().billing.get("/v1/orders", user_id=current_person().account_id, params=params))


@routes.post(
    "/v1/orders/<order_id>/refund", responses={202: RefundAnswer, **problems(Invalid, NotFound, Conflict, Unavailable)}
)
def give_back(path: OrderPath) -> Response:
    """Give back a pack of which nothing was used, within 14 days. Asking twice sends the money once."""
    begun = peers().billing.post(f"/v1/orders/{path.order_id}/refund", user_id=current_person().account_id)
    return Response(RefundAnswer(**begun).model_dump_json(), 202, mimetype="application/json")


@routes.post(
    "/v1/orders/<order_id>/cancel", responses={200: OrderItem, **problems(Invalid, NotFound, Conflict, Unavailable)}
)
def give_up(path: OrderPath) -> OrderItem:
    """Give up an order that is not paid; its coupon is free again. Money that came in the same moment counts."""
    ended = peers().billing.post(
        f"/v1/orders/{path.order_id}/cancel", user_id=current_person().account_id, timeout=PATIENT
    )
    return OrderItem(**ended)


def _credits_page() -> str:
    return f"{studio().public_url}/credits"
