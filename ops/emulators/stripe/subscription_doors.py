"""The doors of subscriptions and of the portal's changes to them."""

import copy

from ops.emulators.stripe import invoices, lines, subscriptions
from ops.emulators.stripe.catalogue import price_from, redeemed
from ops.emulators.stripe.errors import Json, StripeError, invalid, missing, required
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.methods import named
from ops.emulators.stripe.routing import LISTING, Route, listing, matching
from ops.emulators.stripe.world import World

_PRORATIONS = ("create_prorations", "none", "always_invoice")
# What Stripe does not say of a change that it takes back because it was not paid.
_FAMILIES = ("invoice.", "invoice_payment.", "customer.subscription.")
_PAYMENTS = ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")
_BOTH = (
    "items", "metadata", "default_payment_method", "cancel_at_period_end", "cancel_at", "proration_behavior",
    "payment_behavior", "off_session", "discounts", "description", "trial_end", "payment_settings",
)  # fmt: skip
_CREATE = (*_BOTH, "customer", "currency", "trial_period_days", "collection_method")
_UPDATE = (*_BOTH, "proration_date", "billing_cycle_anchor", "cancellation_details")


def create(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/subscriptions."""
    customer = world.get("customer", params.need("customer"), "customer")
    if not params.has("items"):
        raise required("items")
    behaviour = params.choice("payment_behavior", _PAYMENTS) or "allow_incomplete"
    method = params.text("default_payment_method")
    subscription = subscriptions.make(
        world, customer, [_wanted(world, each) for each in params.each("items")],
        method=method and owned_method(world, customer, method), trial_end=_trial_end(world, params),
        coupon=redeemed(world, params), metadata=params.metadata(), description=params.text("description"),
        cancel_at_period_end=params.flag("cancel_at_period_end") or False,
    )  # fmt: skip
    told, charge = _told(world), behaviour != "default_incomplete"
    error = subscriptions.begin(world, subscription, charge=charge, off_session=params.flag("off_session") or False)
    if error is not None and behaviour == "error_if_incomplete":
        invoice = world.get("invoice", subscription["latest_invoice"])
        world.forget(subscription)
        world.forget(invoice)
        world.retract(told, *_FAMILIES)
        raise invoices.refuse(world, invoice, error)
    return subscription


def _told(world: World) -> int:
    return len(world.kinds.get("event", {}))


def _wanted(world: World, item: Params) -> tuple[Json, int]:
    item.only(("price", "price_data", "quantity", "metadata"))
    quantity = item.integer("quantity", least=0)
    return price_from(world, item), 1 if quantity is None else quantity


def _trial_end(world: World, params: Params) -> int | None:
    days = params.integer("trial_period_days", least=1)
    if days is not None:
        return world.now + days * subscriptions.DAY
    return None if params.text("trial_end") in (None, "now") else params.integer("trial_end", least=world.now)


def owned_method(world: World, customer: Json, name: str) -> str:
    """A payment method of this customer; a token makes one."""
    method = named(world, name, "default_payment_method")
    if method["customer"] is None:
        world.change(method, customer=customer["id"])
    if method["customer"] != customer["id"]:
        raise missing("payment_method", name, "default_payment_method")
    return method["id"]


def update(world: World, params: Params, ident: str) -> Json:
    """POST /v1/subscriptions/{id}."""
    subscription = world.get("subscription", ident)
    _expect_living(subscription)
    kept = copy.deepcopy(subscription)
    before = world.change(subscription, **_simple(world, subscription, params))
    if params.text("trial_end") == "now" and subscription["status"] == "trialing":
        before |= _end_trial(world, subscription)
    if params.has("items"):
        before |= _change_items(world, subscription, params, kept)
    if before:
        world.emit("customer.subscription.updated", subscription, before)
    if params.has("cancel_at") and subscription["cancel_at"] is not None:
        world.at(subscription["cancel_at"], "cancel_at", ident)
    return subscription


def _simple(world: World, subscription: Json, params: Params) -> Json:
    members: Json = {}
    if params.has("metadata"):
        members["metadata"] = params.metadata(subscription["metadata"])
    if params.has("description"):
        members["description"] = params.text("description")
    if params.has("default_payment_method"):
        customer = world.get("customer", subscription["customer"])
        method = params.text("default_payment_method")
        members["default_payment_method"] = method and owned_method(world, customer, method)
    return members | _ending(world, subscription, params)


def _ending(world: World, subscription: Json, params: Params) -> Json:
    members: Json = {}
    period_end = subscriptions.period_of(subscription)[1]
    if params.has("cancel_at_period_end"):
        ends = params.flag("cancel_at_period_end") or False
        members |= {"cancel_at_period_end": ends, "cancel_at": period_end if ends else None}
    if params.has("cancel_at"):
        at = params.text("cancel_at")
        periodic = at in ("min_period_end", "max_period_end")
        members["cancel_at"] = period_end if periodic else params.integer("cancel_at", least=world.now)
        members["cancel_at_period_end"] = False
    if members:
        ending = members["cancel_at"] is not None
        members["canceled_at"] = world.now if ending else None
        reason = "cancellation_requested" if ending else None
        members["cancellation_details"] = {**subscription["cancellation_details"], "reason": reason}
    return members


def _end_trial(world: World, subscription: Json) -> Json:
    before = world.change(subscription, trial_end=world.now, billing_cycle_anchor=world.now)
    for each in subscriptions.items_of(subscription):
        each["current_period_end"] = world.now
    world.tasks["end_period"](world, subscription["id"])
    return before


def _change_items(world: World, subscription: Json, params: Params, kept: Json) -> Json:
    behaviour = params.choice("proration_behavior", _PRORATIONS) or "create_prorations"
    moment = params.integer("proration_date")
    wanted = merged(world, subscription, params)
    end_before = subscriptions.period_of(subscription)
    before = subscriptions.replace_items(world, subscription, wanted, behaviour=behaviour, at=moment)
    restarted = subscriptions.period_of(subscription) != end_before
    if restarted:
        subscriptions.watch(world, subscription)
    if restarted or (behaviour == "always_invoice" and subscription["_pending"]):
        before["latest_invoice"] = subscription["latest_invoice"]
        _invoice_now(world, subscription, params, kept)
    return before


def _invoice_now(world: World, subscription: Json, params: Params, kept: Json) -> None:
    told = _told(world)
    invoice = subscriptions.bill(world, subscription, [], reason="subscription_update")
    invoices.finalize(world, invoice)
    if params.choice("payment_behavior", _PAYMENTS) == "default_incomplete":
        return
    method = subscriptions.method_of(world, subscription)
    error = invoices.collect(world, invoice, method, off_session=params.flag("off_session") is not False)
    if error is not None and params.text("payment_behavior") == "error_if_incomplete":
        subscription.clear()
        subscription.update(kept)
        world.forget(invoice)
        world.retract(told, *_FAMILIES)
        raise invoices.refuse(world, invoice, error)


def merged(world: World, subscription: Json, params: Params) -> list[Json]:
    """The items after what the parameters say of them."""
    rows = {row["id"]: row for row in subscriptions.items_of(subscription)}
    for each in params.each("items"):
        each.only(("id", "price", "price_data", "quantity", "deleted", "metadata", "clear_usage"))
        ident = each.text("id")
        if ident is None:
            fresh = subscriptions.item(world, subscription, *_wanted(world, each))
            rows[fresh["id"]] = fresh
        elif ident not in rows:
            raise invalid(each.path("id"), f"No such subscription item: '{ident}'", code="resource_missing")
        elif each.flag("deleted"):
            del rows[ident]
        else:
            rows[ident] = _changed(world, rows[ident], each)
    if not rows:
        raise StripeError("A subscription must have at least one active plan.", param="items")
    return list(rows.values())


def _changed(world: World, row: Json, item: Params) -> Json:
    priced = item.has("price") or item.has("price_data")
    price = price_from(world, item) if priced else row["price"]
    quantity = item.integer("quantity", least=0)
    return subscriptions.repriced(row, price, row["quantity"] if quantity is None else quantity)


def cancel(world: World, params: Params, ident: str) -> Json:
    """DELETE /v1/subscriptions/{id}: at once."""
    subscription = world.get("subscription", ident)
    _expect_living(subscription)
    if params.flag("prorate"):
        rows = subscriptions.items_of(subscription)
        subscription["_pending"] += [lines.unused(world, subscription, row, world.now) for row in rows]
    if params.flag("invoice_now") and subscription["_pending"]:
        invoices.finalize(world, subscriptions.bill(world, subscription, [], reason="manual"))
    subscriptions.end(world, subscription, reason="cancellation_requested")
    return subscription


def _expect_living(subscription: Json) -> None:
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise missing("subscription", subscription["id"])


def retrieve(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/subscriptions/{id}."""
    return world.get("subscription", ident)


def show_all(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/subscriptions; those that are over only when asked for."""
    status = params.text("status")
    found = list(matching(params, world, "subscription", ("customer",)))
    over = ("canceled", "incomplete_expired")
    if status not in (None, "all"):
        found = [each for each in found if each["status"] in (over if status == "ended" else (status,))]
    elif status is None:
        found = [each for each in found if each["status"] not in over]
    price = params.text("price")
    found = [
        each
        for each in found
        if price is None or any(row["price"]["id"] == price for row in subscriptions.items_of(each))
    ]
    return listing(found, params, "/v1/subscriptions")


ROUTES = (
    Route("POST", "/v1/subscriptions", create, _CREATE),
    Route("GET", "/v1/subscriptions", show_all, (*LISTING, "customer", "status", "price", "created")),
    Route("GET", "/v1/subscriptions/{id}", retrieve),
    Route("POST", "/v1/subscriptions/{id}", update, _UPDATE),
    Route("DELETE", "/v1/subscriptions/{id}", cancel, ("prorate", "invoice_now", "cancellation_details")),
)
