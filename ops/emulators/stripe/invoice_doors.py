"""The doors of invoices."""

import copy

from ops.emulators.stripe import invoices, renewals, subscriptions
from ops.emulators.stripe.errors import Json, StripeError
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.methods import named
from ops.emulators.stripe.routing import LISTING, Route, listing, matching
from ops.emulators.stripe.subscription_doors import merged
from ops.emulators.stripe.world import World

_PREVIEW = ("customer", "subscription", "subscription_details", "preview_mode")


def show_all(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/invoices."""
    found = matching(params, world, "invoice", ("customer", "status", "collection_method"))
    wanted = params.text("subscription")
    rows = [each for each in found if wanted is None or _subscription_id(each) == wanted]
    return listing(rows, params, "/v1/invoices")


def _subscription_id(invoice: Json) -> str | None:
    parent = invoice["parent"]
    return parent and parent["subscription_details"]["subscription"]


def retrieve(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/invoices/{id}."""
    return world.get("invoice", ident)


def show_lines(world: World, params: Params, ident: str) -> Json:
    """GET /v1/invoices/{id}/lines."""
    rows: list[Json] = world.get("invoice", ident)["lines"]["data"]
    return listing(rows[::-1], params, f"/v1/invoices/{ident}/lines")


def pay(world: World, params: Params, ident: str) -> Json:
    """POST /v1/invoices/{id}/pay."""
    invoice = world.get("invoice", ident)
    if invoice["status"] == "paid":
        raise StripeError("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "draft":
        invoices.finalize(world, invoice)
    if invoice["status"] != "open":
        return invoice
    method = named(world, params.need("payment_method"))["id"] if params.has("payment_method") else None
    method = method or renewals.method_of(world, invoice)
    error = invoices.collect(world, invoice, method, off_session=params.flag("off_session") is not False)
    if error is not None:
        raise invoices.refuse(world, invoice, error)
    return invoice


def finalize(world: World, _params: Params, ident: str) -> Json:
    """POST /v1/invoices/{id}/finalize."""
    invoice = world.get("invoice", ident)
    invoices.finalize(world, invoice)
    return invoice


def void(world: World, _params: Params, ident: str) -> Json:
    """POST /v1/invoices/{id}/void."""
    invoice = world.get("invoice", ident)
    invoices.void(world, invoice)
    return invoice


def preview(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/invoices/create_preview: the next invoice of a subscription, with other items if given."""
    subscription = world.get("subscription", params.need("subscription"), "subscription")
    if subscription["status"] not in subscriptions.LIVE:
        raise StripeError("No upcoming invoices for this subscription.", status=404, code="invoice_upcoming_none")
    wanted = params.within("subscription_details")
    wanted.only(("items", "proration_behavior", "proration_date", "cancel_at_period_end", "trial_end"))
    if not wanted.has("items"):
        return renewals.preview(world, subscription)
    changed = copy.deepcopy(subscription)
    behaviour = wanted.text("proration_behavior") or "create_prorations"
    rows = merged(world, changed, wanted)
    subscriptions.replace_items(world, changed, rows, behaviour=behaviour, at=wanted.integer("proration_date"))
    at_once = behaviour == "always_invoice" or changed["billing_cycle_anchor"] != subscription["billing_cycle_anchor"]
    return renewals.preview(world, changed, [] if at_once else None)


def payments_of(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/invoice_payments; by invoice, status, or the payment intent that paid."""
    found = list(matching(params, world, "invoice_payment", ("invoice", "status")))
    wanted = params.within("payment").text("payment_intent")
    rows = [each for each in found if wanted in (None, each["payment"]["payment_intent"])]
    return listing(rows, params, "/v1/invoice_payments")


def show_payment(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/invoice_payments/{id}."""
    return world.get("invoice_payment", ident)


_LIST = (*LISTING, "customer", "status", "collection_method", "subscription", "created")
ROUTES = (
    Route("GET", "/v1/invoices", show_all, _LIST),
    Route("POST", "/v1/invoices/create_preview", preview, _PREVIEW),
    Route("GET", "/v1/invoices/{id}", retrieve),
    Route("GET", "/v1/invoices/{id}/lines", show_lines, LISTING),
    Route("POST", "/v1/invoices/{id}/pay", pay, ("payment_method", "off_session")),
    Route("POST", "/v1/invoices/{id}/finalize", finalize, ("auto_advance",)),
    Route("POST", "/v1/invoices/{id}/void", void),
    Route("GET", "/v1/invoice_payments", payments_of, (*LISTING, "invoice", "status", "payment", "created")),
    Route("GET", "/v1/invoice_payments/{id}", show_payment),
)
