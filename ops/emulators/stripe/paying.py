"""What a person does at the payment page: choose how to pay, and answer her bank."""

from ops.emulators.stripe import checkout, payments
from ops.emulators.stripe.errors import Json, StripeError
from ops.emulators.stripe.methods import BY_TOKEN, make
from ops.emulators.stripe.world import World


def pay(world: World, session: Json, token: str) -> Json | None:
    """Pay with a sample; the error when it refuses."""
    sample = BY_TOKEN.get(token)
    if sample is None:
        raise StripeError(f"There is no sample {token!r}.", param="token")
    world.catch_up()
    return checkout.pay(world, session, make(world, sample))


def asked(world: World, session: Json) -> Json | None:
    """The payment intent about which the person's bank asks her now."""
    ident = session["payment_intent"]
    if ident is None and session["invoice"] is not None:
        ident = world.get("invoice", session["invoice"])["_intent"]
    intent = ident and world.get("payment_intent", ident)
    return intent if intent and intent["status"] == "requires_action" else None


def answer(world: World, intent: Json, *, success: bool) -> Json | None:
    """What she answers; the error when the payment ends with it."""
    return payments.authenticate(world, intent, success=success)
