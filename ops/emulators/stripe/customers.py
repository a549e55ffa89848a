"""Customers: made, changed, deleted, listed and searched."""

from ops.emulators.stripe.errors import Json, invalid
from ops.emulators.stripe.forms import Params, search_terms
from ops.emulators.stripe.methods import owned
from ops.emulators.stripe.routing import LISTING, Route, listing, matching
from ops.emulators.stripe.world import World

_FIELDS = ("email", "name", "description", "phone")
_ACCEPTED = (
    *_FIELDS, "metadata", "address", "invoice_settings", "preferred_locales", "tax_exempt", "balance", "payment_method",
)  # fmt: skip


def make(world: World, **members: object) -> Json:
    """A new customer."""
    blank: Json = {
        "address": None, "balance": 0, "currency": None, "default_source": None, "delinquent": False,
        "description": None, "discount": None, "email": None, "invoice_prefix": world.id("x", 8)[2:].upper(),
        "invoice_settings": {
            "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None,
        },
        "metadata": {}, "name": None, "next_invoice_sequence": 1, "phone": None, "preferred_locales": [],
        "shipping": None, "tax_exempt": "none", "test_clock": None,
    }  # fmt: skip
    customer = world.add("customer", "cus", **(blank | members))
    world.emit("customer.created", customer)
    return customer


def create(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/customers."""
    customer = make(world, **_given(world, params), metadata=params.metadata())
    _attach_first(world, customer, params)
    return customer


def update(world: World, params: Params, ident: str) -> Json:
    """POST /v1/customers/{id}."""
    customer = living(world, ident)
    members = _given(world, params)
    if params.has("metadata"):
        members["metadata"] = params.metadata(customer["metadata"])
    if params.has("invoice_settings"):
        method = members["invoice_settings"]["default_payment_method"]
        if method and world.get("payment_method", method)["customer"] != ident:
            message = "The customer does not have a payment method with this ID; attach it to the customer first."
            raise invalid("invoice_settings[default_payment_method]", message, code="resource_missing")
        members["invoice_settings"] = customer["invoice_settings"] | members["invoice_settings"]
    before = world.change(customer, **members)
    if before:
        world.emit("customer.updated", customer, before)
    return customer


def living(world: World, ident: str, param: str = "id") -> Json:
    """A customer who was not deleted."""
    customer = world.get("customer", ident, param)
    if customer.get("deleted"):
        raise invalid(param, f"No such customer: '{ident}'", code="resource_missing")
    return customer


def retrieve(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/customers/{id}; a deleted one is a short object."""
    customer = world.get("customer", ident)
    return {name: customer[name] for name in ("id", "object", "deleted")} if customer.get("deleted") else customer


def delete(world: World, _params: Params, ident: str) -> Json:
    """DELETE /v1/customers/{id}: subscriptions end at once, what was paid stays."""
    customer = living(world, ident)
    for subscription in [each for each in world.every("subscription") if each["customer"] == ident]:
        world.tasks["end_subscription"](world, subscription["id"])
    for method in owned(world, ident):
        world.change(method, customer=None)
    gone = {"deleted": True, "email": None, "name": None, "phone": None, "address": None, "description": None}
    world.emit("customer.deleted", customer)
    world.change(customer, **gone, metadata={})
    return {"id": ident, "object": "customer", "deleted": True}


def show_all(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/customers."""
    return listing(matching(params, world, "customer", ("email",)), params, "/v1/customers")


def search(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/customers/search, by fields and metadata that are equal."""
    terms = search_terms(params.need("query"))

    def fits(customer: Json) -> bool:
        flat = {**customer, **{f"metadata.{key}": value for key, value in customer["metadata"].items()}}
        return all(str(flat.get(field)) == value for field, value in terms)

    page = listing(filter(fits, world.every("customer")), params, "/v1/customers/search")
    return {**page, "object": "search_result", "next_page": None}


def payment_methods(world: World, params: Params, ident: str) -> Json:
    """GET /v1/customers/{id}/payment_methods."""
    world.get("customer", ident)
    kind = params.text("type")
    rows = [each for each in owned(world, ident) if kind in (None, each["type"])]
    return listing(rows, params, f"/v1/customers/{ident}/payment_methods")


def _given(world: World, params: Params) -> Json:
    members: Json = {name: params.text(name) for name in _FIELDS if params.has(name)}
    if params.has("address"):
        address = params.within("address")
        lines = ("line1", "line2", "city", "state", "postal_code", "country")
        members["address"] = {line: address.text(line) for line in lines}
    if params.has("invoice_settings"):
        method = params.within("invoice_settings").text("default_payment_method")
        if method is not None:
            world.get("payment_method", method, "invoice_settings[default_payment_method]")
        members["invoice_settings"] = {"default_payment_method": method}
    if params.has("balance"):
        members["balance"] = params.integer("balance") or 0
    return members


def _attach_first(world: World, customer: Json, params: Params) -> None:
    method = params.text("payment_method")
    if method is not None:
        world.change(world.get("payment_method", method, "payment_method"), customer=customer["id"])


ROUTES = (
    Route("POST", "/v1/customers", create, _ACCEPTED),
    Route("GET", "/v1/customers", show_all, (*LISTING, "email", "created")),
    Route("GET", "/v1/customers/search", search, ("query", "limit", "page")),
    Route("GET", "/v1/customers/{id}", retrieve),
    Route("POST", "/v1/customers/{id}", update, _ACCEPTED),
    Route("DELETE", "/v1/customers/{id}", delete),
    Route("GET", "/v1/customers/{id}/payment_methods", payment_methods, (*LISTING, "type")),
)
