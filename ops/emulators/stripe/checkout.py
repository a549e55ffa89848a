"""Checkout sessions: what is to be paid, and what happens when somebody does."""

from ops.emulators.stripe import catalogue, customers, payments, subscriptions
from ops.emulators.stripe.errors import Json, StripeError, invalid, required
from ops.emulators.stripe.forms import Params
from ops.emulators.stripe.methods import Way, refusal, way_of
from ops.emulators.stripe.routing import LISTING, Route, listing, matching, sublist
from ops.emulators.stripe.world import World

KIND = "checkout.session"
_CREATE = (
    "mode", "customer", "customer_email", "customer_creation", "client_reference_id", "line_items", "metadata",
    "success_url", "cancel_url", "expires_at", "discounts", "payment_intent_data", "subscription_data", "ui_mode",
    "payment_method_types", "locale", "billing_address_collection", "submit_type", "automatic_tax", "customer_update",
    "custom_text", "payment_method_collection", "saved_payment_method_options", "invoice_creation", "currency",
    "setup_intent_data", "payment_method_options", "origin_context", "adaptive_pricing", "branding_settings",
)  # fmt: skip
_INTENT_DATA = (
    "metadata",
    "description",
    "setup_future_usage",
    "receipt_email",
    "capture_method",
    "statement_descriptor_suffix",
)
_SUBSCRIPTION_DATA = (
    "metadata",
    "description",
    "trial_period_days",
    "trial_end",
    "proration_behavior",
    "trial_settings",
)
_HOUR, _DAY = 3600, 86400
_SHORTEST, _LONGEST = 30 * 60, 24 * _HOUR


def create(world: World, params: Params, _ident: str) -> Json:
    """POST /v1/checkout/sessions."""
    params.need("mode")
    mode = params.choice("mode", ("payment", "subscription", "setup"))
    ui = params.choice("ui_mode", ("hosted_page",)) or "hosted_page"
    success = params.need("success_url")
    customer = params.text("customer") and customers.living(world, params.need("customer"), "customer")
    if mode != "setup" and not params.has("line_items"):
        raise required("line_items")
    data = params.within("payment_intent_data"), params.within("subscription_data")
    data[0].only(_INTENT_DATA)
    data[1].only(_SUBSCRIPTION_DATA)
    if data[0].has("metadata") and mode != "payment":
        raise invalid("payment_intent_data", "You can not pass `payment_intent_data` in `subscription` mode.")
    expires = _expiry(world, params)
    rows = [_line(world, each, mode or "") for each in params.each("line_items")]
    coupon = catalogue.redeemed(world, params)
    ident = world.id("cs_test", 58)
    session = world.add(
        KIND, "cs", id=ident, **_blank(params), **_amounts(rows, coupon), mode=mode, ui_mode=ui, success_url=success,
        customer=customer and customer["id"], customer_email=params.text("customer_email"), expires_at=expires,
        cancel_url=params.text("cancel_url"), client_reference_id=params.text("client_reference_id"),
        discounts=[{"coupon": coupon["id"], "promotion_code": None}] if coupon else [], metadata=params.metadata(),
        url=f"{world.base_url}/c/pay/{ident}", _coupon=coupon and coupon["id"],
        _data=_data(*data), _more={"line_items": sublist(rows, f"/v1/checkout/sessions/{ident}/line_items")},
    )  # fmt: skip
    world.at(expires, "expire_session", ident)
    return session


def _expiry(world: World, params: Params) -> int:
    given = params.integer("expires_at")
    if given is None:
        return world.now + _LONGEST
    # A minute for what the call takes.
    if not world.now + _SHORTEST - 60 <= given <= world.now + _LONGEST + 60:
        raise invalid(
            "expires_at", "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from "
            "Checkout Session creation.",
        )  # fmt: skip
    return given


def _line(world: World, params: Params, mode: str) -> Json:
    params.only(("price", "price_data", "quantity", "adjustable_quantity", "metadata"))
    quantity = params.integer("quantity", least=1)
    if quantity is None:
        raise required(params.path("quantity"))
    price = catalogue.price_from(world, params)
    if mode == "payment" and price["recurring"] is not None:
        raise StripeError(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices.",
        )  # fmt: skip
    amount = price["unit_amount"] * quantity
    made = world.draft(
        "item", "li", amount_discount=0, amount_subtotal=amount, amount_tax=0, amount_total=amount,
        currency=price["currency"], description=world.get("product", price["product"])["name"], price=price,
        quantity=quantity, adjustable_quantity=None, metadata={},
    )  # fmt: skip
    del made["created"]
    return made


def _amounts(rows: list[Json], coupon: Json | None) -> Json:
    subtotal = sum(each["amount_subtotal"] for each in rows)
    off = catalogue.discount(coupon, subtotal) if coupon else 0
    left = off
    for each in rows:
        part = min(left, each["amount_subtotal"])
        each["amount_discount"], each["amount_total"] = part, each["amount_subtotal"] - part
        left -= part
    return {
        "amount_subtotal": subtotal if rows else None, "amount_total": subtotal - off if rows else None,
        "currency": rows[0]["currency"] if rows else None,
        "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0},
    }  # fmt: skip


def _data(intent: Params, subscription: Params) -> Json:
    return {
        "intent_metadata": intent.metadata(), "description": intent.text("description"),
        "setup_future_usage": intent.text("setup_future_usage"), "subscription_metadata": subscription.metadata(),
        "trial_days": subscription.integer("trial_period_days", least=1),
    }  # fmt: skip


def _blank(params: Params) -> Json:
    mode = params.text("mode")
    return {
        "adaptive_pricing": {"enabled": False}, "after_expiration": None, "allow_promotion_codes": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None, "client_secret": None, "collected_information": None, "consent": None,
        "consent_collection": None, "currency_conversion": None, "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer_creation": params.text("customer_creation") or ("if_required" if mode == "payment" else "always"),
        "customer_details": None, "invoice": None, "invoice_creation": None, "locale": params.text("locale"),
        "origin_context": None, "payment_intent": None, "payment_link": None, "payment_method_collection": "always",
        "payment_method_options": {}, "payment_method_types": params.texts("payment_method_types") or ["card"],
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid", "permissions": None,
        "recovered_from": None, "redirect_on_completion": None, "saved_payment_method_options": None,
        "setup_intent": None, "shipping_address_collection": None, "shipping_cost": None, "shipping_options": [],
        "status": "open", "submit_type": None, "subscription": None, "wallet_options": None,
    }  # fmt: skip


def pay(world: World, session: Json, method: Json) -> Json | None:
    """Somebody pays with this: the error when it refuses. A session that waits for the bank stays open."""
    if session["status"] != "open":
        raise StripeError("This Checkout Session is over.")
    _known_customer(world, session, method)
    return _subscribe(world, session, method) if session["mode"] == "subscription" else _charge(world, session, method)


def _known_customer(world: World, session: Json, method: Json) -> None:
    wants = session["mode"] != "payment" or session["customer_creation"] == "always"
    if session["customer"] is None and wants:
        email = session["customer_email"] or "guest@example.com"
        session["customer"] = customers.make(world, email=email)["id"]
    if session["mode"] != "payment" or session["_data"]["setup_future_usage"]:
        world.change(method, customer=session["customer"])


def _charge(world: World, session: Json, method: Json) -> Json | None:
    if session["mode"] == "setup" or session["amount_total"] == 0:
        complete(world, session, "no_payment_required")
        return None
    data = session["_data"]
    ident = session["payment_intent"]
    intent = world.get("payment_intent", ident) if ident else payments.make(
        world, session["amount_total"], session["currency"], customer=session["customer"],
        metadata=data["intent_metadata"], description=data["description"],
        setup_future_usage=data["setup_future_usage"], _session=session["id"], _return_url=session["success_url"],
    )  # fmt: skip
    world.change(session, payment_intent=intent["id"])
    error = payments.attempt(world, intent, method, off_session=False)
    if intent["status"] == "processing":
        complete(world, session, "unpaid")
    return error


def _subscribe(world: World, session: Json, method: Json) -> Json | None:
    # Asked before there is a subscription: Checkout makes none for a card that does not pay.
    if way_of(method) in (Way.DECLINED, Way.INSUFFICIENT, Way.EXPIRED):
        return refusal(way_of(method))
    if session["subscription"] is None:
        _begin(world, session, method)
        if session["status"] == "complete":
            return None
    invoice = world.get("invoice", session["invoice"])
    intent = world.get("payment_intent", invoice["_intent"])
    error = payments.attempt(world, intent, method, off_session=False)
    if intent["status"] == "processing":
        complete(world, session, "unpaid")
    return error


def _begin(world: World, session: Json, method: Json) -> None:
    customer = world.get("customer", session["customer"])
    data = session["_data"]
    wanted = [(each["price"], each["quantity"]) for each in session["_more"]["line_items"]["data"]]
    subscription = subscriptions.make(
        world, customer, wanted, method=method["id"], metadata=data["subscription_metadata"],
        trial_end=world.now + data["trial_days"] * _DAY if data["trial_days"] else None,
        coupon=session["_coupon"] and world.get("coupon", session["_coupon"]),
    )  # fmt: skip
    subscriptions.begin(world, subscription, charge=False)
    world.change(session, subscription=subscription["id"], invoice=subscription["latest_invoice"])
    invoice = world.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "paid":
        complete(world, session, "paid" if invoice["amount_paid"] else "no_payment_required")
        return
    world.get("payment_intent", invoice["_intent"])["_session"] = session["id"]


def complete(world: World, session: Json, payment_status: str) -> None:
    """The person is through; money may still be on its way."""
    customer = session["customer"] and world.get("customer", session["customer"])
    details: Json = {
        "address": None, "business_name": None, "email": customer["email"] if customer else session["customer_email"],
        "individual_name": None, "name": None, "phone": None, "tax_exempt": "none", "tax_ids": [],
    }  # fmt: skip
    _pays_from_now_on(world, session)
    if session["_coupon"] and session["mode"] == "payment":
        world.get("coupon", session["_coupon"])["times_redeemed"] += 1
    world.change(session, status="complete", payment_status=payment_status, customer_details=details, url=None)
    world.emit("checkout.session.completed", session)


def _pays_from_now_on(world: World, session: Json) -> None:
    """A plan is paid with what paid first; it may not be what was tried first."""
    invoice = session["invoice"] and world.get("invoice", session["invoice"])
    intent = invoice and invoice["_intent"] and world.get("payment_intent", invoice["_intent"])
    if intent and intent["payment_method"]:
        world.change(
            world.get("subscription", session["subscription"]), default_payment_method=intent["payment_method"]
        )


def after_payment(world: World, intent: Json) -> None:
    """The payment intent of a session came to an end."""
    if intent["_session"] is None:
        return
    session = world.get(KIND, intent["_session"])
    paid = intent["status"] == "succeeded"
    if session["status"] == "open" and paid:
        complete(world, session, "paid")
    elif session["status"] == "complete" and session["payment_status"] == "unpaid":
        if paid:
            world.change(session, payment_status="paid")
        world.emit(f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)


def expire_session(world: World, ident: str) -> None:
    """Its time is over."""
    session = world.get(KIND, ident)
    if session["status"] == "open" and session["expires_at"] <= world.now:
        _expired(world, session)


def _expired(world: World, session: Json) -> None:
    world.change(session, status="expired", url=None)
    world.emit("checkout.session.expired", session)


def expire(world: World, _params: Params, ident: str) -> Json:
    """POST /v1/checkout/sessions/{id}/expire."""
    session = world.get(KIND, ident)
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
    _expired(world, session)
    return session


def retrieve(world: World, _params: Params, ident: str) -> Json:
    """GET /v1/checkout/sessions/{id}."""
    return world.get(KIND, ident)


def show_all(world: World, params: Params, _ident: str) -> Json:
    """GET /v1/checkout/sessions."""
    names = ("customer", "payment_intent", "subscription", "status")
    return listing(matching(params, world, KIND, names), params, "/v1/checkout/sessions")


def line_items(world: World, params: Params, ident: str) -> Json:
    """GET /v1/checkout/sessions/{id}/line_items."""
    rows: list[Json] = world.get(KIND, ident)["_more"]["line_items"]["data"]
    return listing(rows[::-1], params, f"/v1/checkout/sessions/{ident}/line_items")


_LIST = (*LISTING, "customer", "payment_intent", "subscription", "status", "created")
ROUTES = (
    Route("POST", "/v1/checkout/sessions", create, _CREATE),
    Route("GET", "/v1/checkout/sessions", show_all, _LIST),
    Route("GET", "/v1/checkout/sessions/{id}", retrieve),
    Route("GET", "/v1/checkout/sessions/{id}/line_items", line_items, LISTING),
    Route("POST", "/v1/checkout/sessions/{id}/expire", expire),
)
