"""Lines of an invoice: a period of a subscription, what a change of it costs, what a Checkout sold."""

from ops.emulators.stripe.errors import Json
from ops.emulators.stripe.periods import day, share_left
from ops.emulators.stripe.world import World


def line(
    world: World, price: Json, quantity: int, amount: int, *, subscription: Json | None, item: str | None,
    period: tuple[int, int], description: str, proration: bool = False,
) -> Json:  # fmt: skip
    """One line."""
    details = {
        "invoice_item": None, "proration": proration, "proration_details": {"credited_items": None},
        "subscription": subscription and subscription["id"], "subscription_item": item,
    }  # fmt: skip
    parent = {"invoice_item_details": None, "subscription_item_details": details, "type": "subscription_item_details"}
    made = world.draft(
        "line_item", "il", amount=amount, currency=price["currency"], description=description, discount_amounts=[],
        discountable=not proration, discounts=[], invoice=None,
        metadata=dict(subscription["metadata"]) if subscription else {}, parent=parent,
        period={"start": period[0], "end": period[1]}, pretax_credit_amounts=[],
        pricing={
            "price_details": {"price": price["id"], "product": price["product"]}, "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        quantity=quantity, quantity_decimal=str(quantity), subscription=subscription and subscription["id"],
        subtotal=amount, taxes=[],
    )  # fmt: skip
    del made["created"]
    return made


def period_line(world: World, subscription: Json, item: Json, period: tuple[int, int], *, free: bool = False) -> Json:
    """A whole period of an item; nothing to pay for a trial."""
    price, quantity = item["price"], item["quantity"]
    name = world.get("product", price["product"])["name"]
    each = f"{price['unit_amount'] / 100:.2f} {price['currency'].upper()} / {price['recurring']['interval']}"
    words = f"Trial period for {name}" if free else f"{quantity} × {name} (at {each})"  # noqa: RUF001 - as Stripe writes it
    return line(
        world, price, quantity, 0 if free else price["unit_amount"] * quantity, subscription=subscription,
        item=item["id"], period=period, description=words,
    )  # fmt: skip


def unused(world: World, subscription: Json, item: Json, at: int) -> Json:
    """Money back for the rest of the period, below zero."""
    return _rest(world, subscription, item, at, sign=-1, words="Unused time on")


def remaining(world: World, subscription: Json, item: Json, at: int) -> Json:
    """The rest of the period at an item's price."""
    return _rest(world, subscription, item, at, sign=1, words="Remaining time on")


def _rest(world: World, subscription: Json, item: Json, at: int, *, sign: int, words: str) -> Json:
    start, end = item["current_period_start"], item["current_period_end"]
    full = 0 if subscription["status"] == "trialing" else item["price"]["unit_amount"] * item["quantity"]
    amount = sign * round(full * share_left(start, end, at))
    name = world.get("product", item["price"]["product"])["name"]
    return line(
        world, item["price"], item["quantity"], amount, subscription=subscription, item=item["id"], period=(at, end),
        description=f"{words} {item['quantity']} × {name} after {day(at)}", proration=True,  # noqa: RUF001 - as Stripe writes it
    )  # fmt: skip
