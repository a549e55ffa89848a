"""Billing portal sessions: the door, and what a person does there."""

from ops.emulators.stripe import customers, subscription_doors, subscriptions
from ops.emulators.stripe.errors import Json, StripeError
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.methods import BY_TOKEN, Way, make, refusal
from ops.emulators.stripe.routing import Route
from ops.emulators.stripe.world import World

KIND = "billing_portal.session"


def create(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/billing_portal/sessions."""
    customer = customers.living(world, params.need("customer"), "customer")
    ident = world.id("bps")
    return world.add(
        KIND, "bps", id=ident, configuration="bpc_emulated", customer=customer["id"], flow=None, locale=None,
        on_behalf_of=None, return_url=params.text("return_url"), url=f"{world.base_url}/p/session/{ident}",
    )  # fmt: skip


def others(world: World, subscription: Json) -> list[Json]:
    """The prices that a subscription could change to."""
    current = subscriptions.items_of(subscription)[0]["price"]
    return [
        price
        for price in world.every("price")
        if price["active"] and price["recurring"] and price["currency"] == current["currency"] and price is not current
        and price["id"] != current["id"]
    ]  # fmt: skip


def change_plan(world: World, subscription: Json, price: str) -> None:
    """Another price, the difference invoiced at once. Raises StripeError when the card does not pay it."""
    item = subscriptions.items_of(subscription)[0]["id"]
    wanted = {
        "items": [{"id": item, "price": price}], "proration_behavior": "always_invoice",
        "payment_behavior": "error_if_incomplete",
    }  # fmt: skip
    subscription_doors.update(world, Params(wanted), subscription["id"])


def set_ending(world: World, subscription: Json, *, ends: bool) -> None:
    """Cancelled at the end of the period, or not after all."""
    wanted = Params({"cancel_at_period_end": "true" if ends else "false"})
    subscription_doors.update(world, wanted, subscription["id"])


def use_method(world: World, customer: Json, token: str) -> Json:
    """What a customer pays with from now on. Raises StripeError when it cannot even be kept."""
    sample = BY_TOKEN.get(token)
    if sample is None:
        raise StripeError(f"There is no sample {token!r}.", param="token")
    if sample.way in (Way.DECLINED, Way.INSUFFICIENT, Way.EXPIRED):
        raise StripeError(f"{refusal(sample.way)['message']} The card was not kept.", status=402)
    method = make(world, sample, customer["id"])
    settings = customer["invoice_settings"] | {"default_payment_method": method["id"]}
    world.emit("payment_method.attached", method)
    before = world.change(customer, invoice_settings=settings)
    for subscription in [each for each in world.every("subscription") if each["customer"] == customer["id"]]:
        world.change(subscription, default_payment_method=None)
    world.emit("customer.updated", customer, before)
    return method


ROUTES = (Route("POST", "/v1/billing_portal/sessions", create, ("customer", "return_url", "locale", "configuration")),)
