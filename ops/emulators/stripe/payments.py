"""Payment intents and their charges: money is asked of a payment method, and comes, comes later, or does not."""

from typing import Any

from ops.emulators.stripe import charges
from ops.emulators.stripe.errors import Json, StripeError, declined, invalid
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.methods import Way, named, refusal, way_of
from ops.emulators.stripe.routing import LISTING, Route, listing, matching
from ops.emulators.stripe.world import World

_LEAST = 50
_MOST = 99_999_999
_CREATE = (
    "amount", "currency", "customer", "payment_method", "payment_method_types", "automatic_payment_methods", "confirm",
    "off_session", "metadata", "description", "receipt_email", "setup_future_usage", "return_url",
    "statement_descriptor_suffix", "capture_method", "error_on_requires_action",
)  # fmt: skip
_CONFIRM = ("payment_method", "off_session", "return_url", "receipt_email", "setup_future_usage")
_UPDATE = ("amount", "metadata", "description", "payment_method", "receipt_email", "setup_future_usage")


def make(world: World, amount: int, currency: str, **members: Any) -> Json:
    """A new payment intent."""
    blank: Json = {
        "amount": amount, "amount_capturable": 0, "amount_details": {"tip": {}}, "amount_received": 0,
        "application": None, "application_fee_amount": None, "automatic_payment_methods": None, "canceled_at": None,
        "cancellation_reason": None, "capture_method": "automatic_async", "confirmation_method": "automatic",
        "currency": currency, "customer": None, "description": None, "last_payment_error": None, "latest_charge": None,
        "metadata": {}, "next_action": None, "on_behalf_of": None, "payment_method": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"], "payment_record": None, "processing": None, "receipt_email": None,
        "review": None, "setup_future_usage": None, "shipping": None, "source": None, "statement_descriptor": None,
        "statement_descriptor_suffix": None, "status": "requires_payment_method", "transfer_data": None,
        "transfer_group": None, "_invoice": None, "_session": None,
    }  # fmt: skip
    intent = world.add("payment_intent", "pi", **(blank | members))
    intent["client_secret"] = f"{intent['id']}_secret_{world.id('s')[2:]}"
    world.emit("payment_intent.created", intent)
    return intent


def attempt(world: World, intent: Json, method: Json, *, off_session: bool, authenticated: bool = False) -> Json | None:
    """Ask a payment method for the money; the error when it refuses. The intent says how it went."""
    way = way_of(method)
    needs_person = way is Way.AUTHENTICATES or (way is Way.ONCE and not off_session and not method.get("_known"))
    if needs_person and not authenticated and not off_session:
        _ask_the_person(world, intent, method)
        return None
    error = _refused(way, off_session=off_session and not authenticated)
    charge = charges.make(world, intent, method, error)
    world.change(intent, latest_charge=charge["id"], next_action=None)
    if error is not None:
        _failed(world, intent, charge, method, error)
        return error
    method["_known"] = True
    world.change(intent, payment_method=method["id"], last_payment_error=None)
    if way in (Way.PAYS_LATER, Way.FAILS_LATER):
        world.change(intent, status="processing")
        world.emit("payment_intent.processing", intent)
        world.at(world.now + world.bank_seconds, "settle_debit", intent["id"])
    else:
        _succeeded(world, intent, charge)
        if way is Way.DISPUTED:
            world.tasks["open_dispute"](world, charge["id"])
    return None


def authenticate(world: World, intent: Json, *, success: bool) -> Json | None:
    """The person answered the bank. The error when they could not."""
    method = world.get("payment_method", intent["_asked"])
    if success:
        return attempt(world, intent, method, off_session=False, authenticated=True)
    error: Json = {
        "type": "invalid_request_error", "code": "payment_intent_authentication_failure",
        "message": "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a "
        "new PaymentMethod to attempt to fulfill this PaymentIntent again.",
    }  # fmt: skip
    world.change(intent, status="requires_payment_method", next_action=None, last_payment_error=error)
    world.emit("payment_intent.payment_failed", intent)
    return error


def settle_debit(world: World, ident: str) -> None:
    """A bank debit came to its end."""
    intent = world.get("payment_intent", ident)
    if intent["status"] != "processing":
        return
    charge = world.get("charge", intent["latest_charge"])
    method = world.get("payment_method", intent["payment_method"])
    if way_of(method) is Way.PAYS_LATER:
        world.change(
            charge, status="succeeded", paid=True, balance_transaction=charges.booked(world, charge, intent["amount"])
        )
        _succeeded(world, intent, charge)
        return
    error = refusal(way_of(method))
    world.change(charge, status="failed", failure_code=error["code"], failure_message=error["message"])
    _failed(world, intent, charge, method, error)


def _ask_the_person(world: World, intent: Json, method: Json) -> None:
    address = f"{world.base_url}/authenticate/{intent['id']}"
    action = {"type": "redirect_to_url", "redirect_to_url": {"url": address, "return_url": intent.get("_return_url")}}
    world.change(intent, status="requires_action", payment_method=method["id"], next_action=action, _asked=method["id"])
    world.emit("payment_intent.requires_action", intent)


def _refused(way: Way, *, off_session: bool) -> Json | None:
    if way in (Way.DECLINED, Way.INSUFFICIENT, Way.EXPIRED, Way.KEPT_ONLY):
        return refusal(way)
    return refusal(way) if way is Way.AUTHENTICATES and off_session else None


def _failed(world: World, intent: Json, charge: Json, method: Json, error: Json) -> None:
    told = {**error, "charge": charge["id"], "payment_method": method["id"]}
    world.change(intent, status="requires_payment_method", payment_method=None, last_payment_error=told)
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)
    _tell(world, intent)


def _succeeded(world: World, intent: Json, charge: Json) -> None:
    world.change(intent, status="succeeded", amount_received=intent["amount"])
    if intent["setup_future_usage"] and intent["customer"]:
        world.change(world.get("payment_method", intent["payment_method"]), customer=intent["customer"])
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)
    _tell(world, intent)


def _tell(world: World, intent: Json) -> None:
    for listener in world.after_payment:
        listener(world, intent)


def create(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/payment_intents."""
    amount = params.integer("amount", least=1)
    if amount is None:
        raise StripeError("Missing required param: amount.", code="parameter_missing", param="amount")
    if not _LEAST <= amount <= _MOST:
        code = "amount_too_small" if amount < _LEAST else "amount_too_large"
        raise invalid("amount", f"Amount must be between {_LEAST} and {_MOST} cents.", code=code)
    customer = params.text("customer")
    if customer is not None:
        world.get("customer", customer, "customer")
    intent = make(
        world, amount, params.need("currency").lower(), customer=customer, metadata=params.metadata(),
        description=params.text("description"), receipt_email=params.text("receipt_email"),
        setup_future_usage=params.choice("setup_future_usage", ("on_session", "off_session")),
        payment_method_types=params.texts("payment_method_types") or ["card"], _return_url=params.text("return_url"),
    )  # fmt: skip
    if params.has("payment_method"):
        world.change(
            intent,
            payment_method=named(world, params.need("payment_method"))["id"], status="requires_confirmation",
        )  # fmt: skip
    return confirm(world, params, intent["id"]) if params.flag("confirm") else intent


def confirm(world: World, params: Params, ident: str) -> Json:
    """POST /v1/payment_intents/{id}/confirm."""
    intent = world.get("payment_intent", ident)
    _expect(intent, "confirm", "requires_payment_method", "requires_confirmation", "requires_action")
    method = intent["payment_method"] or params.text("payment_method")
    if method is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise StripeError(message, code="payment_intent_unexpected_state", payment_intent=intent)
    if params.has("payment_method") and intent["payment_method"] is None:
        method = named(world, method)["id"]
    error = attempt(
        world,
        intent,
        world.get("payment_method", method),
        off_session=params.text("off_session") not in (None, "false"),
    )
    if error is not None:
        raise declined({**error, "charge": intent["latest_charge"], "payment_intent": intent})
    return intent


def update(world: World, params: Params, ident: str) -> Json:
    """POST /v1/payment_intents/{id}."""
    intent = world.get("payment_intent", ident)
    members: Json = {name: params.text(name) for name in ("description", "receipt_email") if params.has(name)}
    if params.has("metadata"):
        members["metadata"] = params.metadata(intent["metadata"])
    if params.has("amount"):
        _expect(intent, "update", "requires_payment_method", "requires_confirmation", "requires_action")
        members["amount"] = params.integer("amount", least=_LEAST)
    if params.has("payment_method"):
        members["payment_method"] = named(world, params.need("payment_method"))["id"]
        members["status"] = "requires_confirmation"
    world.change(intent, **members)
    return intent


def cancel(world: World, params: Params, ident: str) -> Json:
    """POST /v1/payment_intents/{id}/cancel."""
    intent = world.get("payment_intent", ident)
    _expect(intent, "cancel", "requires_payment_method", "requires_confirmation", "requires_action")
    reason = params.text("cancellation_reason")
    world.change(intent, status="canceled", canceled_at=world.now, cancellation_reason=reason, next_action=None)
    world.emit("payment_intent.canceled", intent)
    return intent


def _expect(intent: Json, verb: str, *statuses: str) -> None:
    if intent["status"] not in statuses:
        message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
        raise StripeError(message, code="payment_intent_unexpected_state", payment_intent=intent)


def list_intents(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/payment_intents."""
    return listing(matching(params, world, "payment_intent", ("customer",)), params, "/v1/payment_intents")


def retrieve(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/payment_intents/{id}."""
    return world.get("payment_intent", ident)


ROUTES = (
    Route("POST", "/v1/payment_intents", create, _CREATE),
    Route("GET", "/v1/payment_intents", list_intents, (*LISTING, "customer", "created")),
    Route("POST", "/v1/payment_intents/{id}", update, _UPDATE),
    Route("POST", "/v1/payment_intents/{id}/confirm", confirm, _CONFIRM),
    Route("POST", "/v1/payment_intents/{id}/cancel", cancel, ("cancellation_reason",)),
    Route("GET", "/v1/payment_intents/{id}", retrieve, ("client_secret",)),
)
