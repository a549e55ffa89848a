"""/operator/…: the rooms of money. A form that was sent twice proposes once, for it carries a key of its own."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from common.clock import SYSTEM_CLOCK
from common.errors import Invalid, NotFound
from gateway.domain.idempotency import check_key
from gateway.domain.overview import digits, money
from gateway.domain.rooms import LEDGER, REFUNDS
from gateway.routes import desk_money
from gateway.routes.context import unit
from gateway.routes.desk import back_to, colleague, desk_pages, reason_given, show_room
from gateway.routes.promises_page import ago

ledger = desk_pages("console ledger page", *LEDGER.roles)
refunds = desk_pages("console refunds page", *REFUNDS.roles)
PAGES: Final = (ledger, refunds)
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)


@ledger.get(LEDGER.path)
def show_ledger() -> Response:
    """How every law of the books stood at the last look."""
    return show_room("operator/ledger.html", found=desk_money.read_ledger(), now=SYSTEM_CLOCK.now(), ago=ago)


@refunds.get(REFUNDS.path)
def show_refunds() -> Response:
    """What waits for a second person, and what was decided lately."""
    return show_room(
        "operator/refunds.html",
        found=desk_money.list_refunds(),
        me=colleague().account_id,
        now=SYSTEM_CLOCK.now(),
        ago=ago,
        money=_written,
    )


@refunds.post(f"{REFUNDS.path}/order")
def show_order() -> Response:
    """An order, for a reason; from here a refund is proposed."""
    order = desk_money.open_sold(_named(request.form.get("order_id", "")), reason_given())
    return show_room("operator/order.html", order=order, money=_written, key=unit.clock.new_id())


@refunds.post(REFUNDS.path)
def propose_refund() -> BaseResponse:
    """Propose a refund."""
    key = check_key(request.form.get("key"))
    if key is None:
        raise Invalid("The form lost its key; open the order again.")
    amount = _amount(request.form.get("amount", ""), request.form.get("currency", ""))
    desk_money.propose(_id(request.form.get("order_id", "")), amount, reason_given(), key=key)
    return back_to(REFUNDS.path, "proposed")


@refunds.post(f"{REFUNDS.path}/<uuid:proposal_id>/<any(approve, decline):how>")
def decide_refund(proposal_id: UUID, how: str) -> BaseResponse:
    """Approve what somebody else proposed, or let it be."""
    desk_money.decide(proposal_id, how)
    return back_to(REFUNDS.path, "approved" if how == "approve" else "declined")


def _id(written: str) -> UUID:
    try:
        return UUID(written.strip())
    except ValueError:
        raise NotFound("That is no id of an order. Copy it whole, with its hyphens.") from None


def _written(amount: int, currency: str) -> str:
    return money(amount, currency.upper())


def _named(written: str) -> str:
    """An id, a number or a reference, as it may stand in an address. Raises NotFound."""
    name = written.strip()
    if not _NAME.fullmatch(name):
        raise NotFound("There is no order of that id, document or payment.")
    return name


def _amount(written: str, currency: str) -> int:
    """An amount as people write it, in the currency's minor unit. Raises Invalid."""
    try:
        exact = Decimal(written.strip().replace(",", ".")).scaleb(digits(currency.upper()))
    except InvalidOperation:
        raise Invalid("Write the amount in figures, as in 4.99.") from None
    if not exact.is_finite() or exact != exact.to_integral_value() or not 0 < exact < 2**31:
        raise Invalid("Write an amount that can be paid in this currency, as in 4.99.")
    return int(exact)
