"""What the clock does to subscriptions: periods end, invoices are tried again, the unpaid are given up."""

import copy

from ops.emulators.stripe import invoices, lines, subscriptions
from ops.emulators.stripe.errors import Json
from ops.emulators.stripe.periods import end_of
from ops.emulators.stripe.world import World

_DRAFT_SECONDS = 3600


def end_period(world: World, ident: str) -> None:
    """A period is over: the next one begins, or the subscription ends."""
    subscription = world.get("subscription", ident)
    _, end = subscriptions.period_of(subscription)
    if subscription["status"] not in subscriptions.LIVE or end > world.now:
        return
    if subscription["cancel_at_period_end"]:
        subscriptions.end(world, subscription, reason="cancellation_requested")
        return
    _renew(world, subscription)


def _renew(world: World, subscription: Json) -> None:
    rows = subscriptions.items_of(subscription)
    before: Json = {"items": copy.deepcopy(subscription["items"]), "latest_invoice": subscription["latest_invoice"]}
    over = subscriptions.period_of(subscription)
    for each in rows:
        start = each["current_period_end"]
        each["current_period_start"] = start
        each["current_period_end"] = end_of(subscription["billing_cycle_anchor"], start, each["price"]["recurring"])
    if subscription["status"] == "trialing":
        before |= world.change(subscription, status="active")
    fresh = [lines.period_line(world, subscription, each, subscriptions.period_of_item(each)) for each in rows]
    invoice = subscriptions.bill(world, subscription, fresh, reason="subscription_cycle", period=over)
    world.emit("customer.subscription.updated", subscription, before)
    subscriptions.watch(world, subscription)
    if subscription["status"] == "unpaid":
        world.change(invoice, auto_advance=False)
        return
    due = world.now + _DRAFT_SECONDS
    world.change(invoice, automatically_finalizes_at=due, next_payment_attempt=due)
    world.at(due, "finalize_invoice", invoice["id"])


def announce_invoice(world: World, ident: str) -> None:
    """A week before: what the next invoice will be."""
    subscription = world.get("subscription", ident)
    if subscription["status"] in ("active", "trialing") and not subscription["cancel_at_period_end"]:
        upcoming = preview(world, subscription)
        del upcoming["id"]
        world.emit("invoice.upcoming", upcoming)


def preview(world: World, subscription: Json, rows: list[Json] | None = None) -> Json:
    """The next invoice as it would be now; `rows` instead of a whole period each."""
    _, end = subscriptions.period_of(subscription)
    if rows is None:
        rows = [
            lines.period_line(
                world, subscription, each,
                (end, end_of(subscription["billing_cycle_anchor"], end, each["price"]["recurring"])),
            )
            for each in subscriptions.items_of(subscription)
        ]  # fmt: skip
    coupon = subscription["_coupon"] and world.get("coupon", subscription["_coupon"])
    invoice = invoices.draft(
        world, world.get("customer", subscription["customer"]), [*subscription["_pending"], *rows], reason="upcoming",
        period=subscriptions.period_of(subscription), subscription=subscription, coupon=coupon,
        id=world.id("upcoming_in"),
    )  # fmt: skip
    return {**invoice, "next_payment_attempt": end + _DRAFT_SECONDS}


def finalize_invoice(world: World, ident: str) -> None:
    """The hour as a draft is over."""
    invoice = world.get("invoice", ident)
    if invoice["status"] == "draft" and invoice["auto_advance"]:
        invoices.finalize(world, invoice)
        invoices.collect(world, invoice, method_of(world, invoice))


def retry_invoice(world: World, ident: str) -> None:
    """Another try."""
    invoice = world.get("invoice", ident)
    if invoice["status"] == "open" and invoice["next_payment_attempt"] == world.now:
        invoices.collect(world, invoice, method_of(world, invoice))


def method_of(world: World, invoice: Json) -> str | None:
    """What an invoice is paid with."""
    subscription = subscription_of(world, invoice)
    if subscription is None:
        return invoice["default_payment_method"]
    return subscriptions.method_of(world, subscription)


def subscription_of(world: World, invoice: Json) -> Json | None:
    """Whose invoice it is."""
    parent = invoice["parent"]
    return parent and world.get("subscription", parent["subscription_details"]["subscription"])


def invoice_paid(world: World, ident: str) -> None:
    """Paid for, a subscription is active."""
    subscription = subscription_of(world, world.get("invoice", ident))
    if subscription is None or subscription["latest_invoice"] != ident:
        return
    if subscription["status"] in ("incomplete", "past_due", "unpaid"):
        before = world.change(subscription, status="active")
        world.emit("customer.subscription.updated", subscription, before)


def invoice_failed(world: World, ident: str) -> None:
    """Not paid for, it is past due; after the last try it is given up as the settings say."""
    invoice = world.get("invoice", ident)
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] not in ("active", "past_due", "trialing"):
        return
    if invoice["next_payment_attempt"] is not None or world.after_retries == "past_due":
        _become(world, subscription, "past_due")
    elif world.after_retries == "canceled":
        subscriptions.end(world, subscription, reason="payment_failed")
    else:
        _become(world, subscription, "unpaid")


def _become(world: World, subscription: Json, status: str) -> None:
    before = world.change(subscription, status=status)
    if before:
        world.emit("customer.subscription.updated", subscription, before)


def give_up_incomplete(world: World, ident: str) -> None:
    """Nobody paid the first invoice."""
    subscription = world.get("subscription", ident)
    if subscription["status"] != "incomplete":
        return
    invoice = world.get("invoice", subscription["latest_invoice"])
    if world.get("payment_intent", invoice["_intent"])["status"] == "processing":
        return
    before = world.change(subscription, status="incomplete_expired", ended_at=world.now)
    invoices.void(world, invoice)
    world.emit("customer.subscription.updated", subscription, before)


def cancel_at(world: World, ident: str) -> None:
    """The day it was to end."""
    subscription = world.get("subscription", ident)
    due = subscription["cancel_at"]
    if subscription["status"] in subscriptions.LIVE and due is not None and due <= world.now:
        subscriptions.end(world, subscription, reason="cancellation_requested")


def end_subscription(world: World, ident: str) -> None:
    """At once; nothing happens to one that is over."""
    subscription = world.get("subscription", ident)
    if subscription["status"] in (*subscriptions.LIVE, "incomplete"):
        subscriptions.end(world, subscription, reason="cancellation_requested")


TASKS = (
    end_period, announce_invoice, finalize_invoice, retry_invoice, invoice_paid, invoice_failed, give_up_incomplete,
    cancel_at, end_subscription,
)  # fmt: skip
