"""Subscriptions: begun, changed, cancelled."""

import copy
from collections.abc import Sequence
from typing import Any

from ops.emulators.stripe import invoices, lines
from ops.emulators.stripe.errors import Json, StripeError
from ops.emulators.stripe.periods import end_of
from ops.emulators.stripe.routing import sublist
from ops.emulators.stripe.world import World

DAY = 86400
LIVE = ("active", "trialing", "past_due", "unpaid")
_UPCOMING = 7 * DAY
_COMPLETE_WITHIN = 23 * 3600


def make(
    world: World, customer: Json, wanted: Sequence[tuple[Json, int]], *, method: str | None = None,
    trial_end: int | None = None, coupon: Json | None = None, **members: Any,
) -> Json:  # fmt: skip
    """A new subscription, incomplete until its first invoice is paid; nothing is invoiced yet."""
    anchor = trial_end or world.now
    currency = wanted[0][0]["currency"]
    blank: Json = {
        "application": None, "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": anchor, "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": None, "type": "classic"}, "billing_schedules": [], "billing_thresholds": None,
        "cancel_at": None, "cancel_at_period_end": False, "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "feedback_option": None, "reason": None},
        "collection_method": "charge_automatically", "currency": currency, "customer": customer["id"],
        "days_until_due": None, "default_payment_method": method, "default_source": None, "default_tax_rates": [],
        "description": None, "discounts": [], "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}}, "latest_invoice": None,
        "metadata": {}, "next_pending_invoice_item_invoice": None, "on_behalf_of": None, "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None, "pending_setup_intent": None, "pending_update": None, "schedule": None,
        "start_date": world.now, "status": "trialing" if trial_end else "incomplete", "test_clock": None,
        "transfer_data": None, "trial_end": trial_end,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": world.now if trial_end else None, "_coupon": coupon and coupon["id"], "_pending": [],
    }  # fmt: skip
    subscription = world.add("subscription", "sub", **(blank | members))
    if coupon is not None:
        coupon["times_redeemed"] += 1
        subscription["discounts"] = [world.id("di")]
    rows = [item(world, subscription, price, quantity) for price, quantity in wanted]
    subscription["items"] = sublist(rows, f"/v1/subscription_items?subscription={subscription['id']}")
    return subscription


def item(world: World, subscription: Json, price: Json, quantity: int) -> Json:
    """A new item, whose period begins now."""
    recurring = price["recurring"]
    if recurring is None:
        raise StripeError(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param="items[0][price]",
        )
    anchor = subscription["billing_cycle_anchor"]
    # Until the anchor, a trial; afterwards, whole intervals from it.
    end = anchor if anchor > world.now else end_of(anchor, world.now, recurring)
    return world.draft(
        "subscription_item", "si", billing_thresholds=None, current_period_end=end, current_period_start=world.now,
        discounts=[], metadata={}, price=price, plan=_plan(price), quantity=quantity, subscription=subscription["id"],
        tax_rates=[],
    )  # fmt: skip


def _plan(price: Json) -> Json:
    """The price as it was called before there were prices."""
    recurring = price["recurring"]
    return {
        "id": price["id"], "object": "plan", "active": price["active"], "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"], "billing_scheme": "per_unit", "created": price["created"],
        "currency": price["currency"], "interval": recurring["interval"], "interval_count": recurring["interval_count"],
        "livemode": False, "metadata": price["metadata"], "meter": None, "nickname": price["nickname"],
        "product": price["product"], "tiers_mode": None, "transform_usage": None, "trial_period_days": None,
        "usage_type": "licensed",
    }  # fmt: skip


def items_of(subscription: Json) -> list[Json]:
    """Its items."""
    rows: list[Json] = subscription["items"]["data"]
    return rows


def period_of(subscription: Json) -> tuple[int, int]:
    """Where its current period begins and ends."""
    first = items_of(subscription)[0]
    return first["current_period_start"], first["current_period_end"]


def method_of(world: World, subscription: Json) -> str | None:
    """What it is paid with."""
    settings = world.get("customer", subscription["customer"])["invoice_settings"]
    return subscription["default_payment_method"] or settings["default_payment_method"]


def watch(world: World, subscription: Json) -> None:
    """See to it that the period ends in time, and is announced a week before."""
    start, end = period_of(subscription)
    world.at(end, "end_period", subscription["id"])
    if end - start > _UPCOMING:
        world.at(end - _UPCOMING, "announce_invoice", subscription["id"])


def bill(
    world: World, subscription: Json, rows: Sequence[Json], *, reason: str, period: tuple[int, int] | None = None
) -> Json:
    """A draft with what waits to be invoiced and these lines; the subscription's latest."""
    pending: list[Json] = subscription["_pending"]
    customer = world.get("customer", subscription["customer"])
    coupon = subscription["_coupon"] and world.get("coupon", subscription["_coupon"])
    invoice = invoices.draft(
        world, customer, [*pending, *rows], reason=reason, period=period or (world.now, world.now),
        subscription=subscription, coupon=coupon,
    )  # fmt: skip
    invoices.issue(world, invoice)
    if coupon and coupon["duration"] == "once":
        world.change(subscription, _coupon=None, discounts=[])
    world.change(subscription, latest_invoice=invoice["id"], _pending=[])
    return invoice


def begin(world: World, subscription: Json, *, charge: bool, off_session: bool = False) -> Json | None:
    """The first invoice, paid if it can be; the error when it cannot. Incomplete ones wait for 23 hours."""
    trial = subscription["status"] == "trialing"
    rows = [
        lines.period_line(world, subscription, each, period_of(subscription), free=trial)
        for each in items_of(subscription)
    ]
    invoice = bill(world, subscription, rows, reason="subscription_create")
    world.emit("customer.subscription.created", subscription)
    watch(world, subscription)
    invoices.finalize(world, invoice)
    if invoice["status"] == "paid":
        return None
    world.at(world.now + _COMPLETE_WITHIN, "give_up_incomplete", subscription["id"])
    return invoices.collect(world, invoice, method_of(world, subscription), off_session=off_session) if charge else None


def replace_items(
    world: World, subscription: Json, wanted: Sequence[Json], *, behaviour: str, at: int | None = None
) -> Json:
    """Other items, and what the change costs: the subscription as it was in what differs.

    Lines that are due wait for the next invoice, unless the interval changed: then a new period begins now.
    """
    before = copy.deepcopy(items_of(subscription))
    moment = world.now if at is None else at
    rows: list[Json] = (
        [] if behaviour == "none" else [lines.unused(world, subscription, each, moment) for each in before]
    )
    interval = _intervals(before) != _intervals(wanted)
    if interval and subscription["status"] != "trialing":
        _restart(world, subscription, wanted)
        rows += [lines.period_line(world, subscription, each, period_of_item(each)) for each in wanted]
    elif behaviour != "none":
        rows += [lines.remaining(world, subscription, each, moment) for each in wanted]
    changed = [row for row in rows if row["amount"] != 0]
    subscription["_pending"] = [*subscription["_pending"], *(changed if _says_more(changed) else [])]
    subscription["items"] = sublist(list(wanted), subscription["items"]["url"])
    return {"items": sublist(before, subscription["items"]["url"])}


def _says_more(rows: Sequence[Json]) -> bool:
    """Not when nothing changed but the name: what is given back is what is asked."""
    return len({(row["pricing"]["price_details"]["price"], row["quantity"]) for row in rows}) > 1 or len(rows) == 1


def _restart(world: World, subscription: Json, wanted: Sequence[Json]) -> None:
    world.change(subscription, billing_cycle_anchor=world.now)
    for each in wanted:
        each["current_period_start"] = world.now
        each["current_period_end"] = end_of(world.now, world.now, each["price"]["recurring"])


def period_of_item(row: Json) -> tuple[int, int]:
    """Where an item's period begins and ends."""
    return row["current_period_start"], row["current_period_end"]


def _intervals(rows: Sequence[Json]) -> set[tuple[str, int]]:
    return {(row["price"]["recurring"]["interval"], row["price"]["recurring"]["interval_count"]) for row in rows}


def repriced(row: Json, price: Json, quantity: int) -> Json:
    """An item with another price or quantity, in the same period."""
    return {**row, "price": price, "plan": _plan(price), "quantity": quantity}


def end(world: World, subscription: Json, *, reason: str | None) -> None:
    """It is over."""
    details = {**subscription["cancellation_details"], "reason": reason}
    world.change(
        subscription, status="canceled", ended_at=world.now, canceled_at=subscription["canceled_at"] or world.now,
        cancellation_details=details,
    )  # fmt: skip
    latest = subscription["latest_invoice"] and world.get("invoice", subscription["latest_invoice"])
    if latest and latest["status"] in ("draft", "open"):
        # Open ones stay, and are asked for no more.
        world.change(latest, auto_advance=False, next_payment_attempt=None)
    world.emit("customer.subscription.deleted", subscription)
